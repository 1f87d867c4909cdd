//! What a reader sees of a step: the one view that terminal, page and editor render.
//!
//! Read `quantity` (every number by its name).

mod quantity;

#[doc(inline)]
pub use self::quantity::{Age, Quantity, change, node_at};
