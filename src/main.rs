//! The `backprop` program; everything it does is in [`backprop::cli`].
fn main() {}
