//! The one view of a step, which terminal, page and editor render.
//!
//! Read `quantity` (every number by its name), `check` (the gradient check of one), `matrix` (a step in matrix form),
//! `units` (where the next node, layer or phase begins), `typed` (numbers as people type them), then `source` (the lines
//! of the source that a step passes) and `words` (a step in words).

mod check;
mod matrix;
mod quantity;
mod source;
pub mod typed;
mod units;
mod words;

#[doc(inline)]
pub use self::{
    check::{check, task},
    matrix::{Mark, Matrix, MatrixForm, Part},
    quantity::{Age, Quantity, change, node_at},
    source::{Anchor, FILES, Level, SourceFile, begins_pass, begins_segment},
    units::Unit,
    words::{explanation, heading},
};
