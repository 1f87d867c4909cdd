//! What a reader sees of a step: the one view that terminal, page and editor render.
//!
//! Read `quantity` (every number by its name), `check` (the gradient check of one), then `source` (the lines of the
//! source that a step passes by).

mod check;
mod quantity;
mod source;

#[doc(inline)]
pub use self::{
    check::{check, task},
    quantity::{Age, Quantity, change, node_at},
    source::{Anchor, FILES, Kind, Level, SourceFile, begins_pass, begins_segment},
};
