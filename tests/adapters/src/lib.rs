//! The gradient check on tensors of other crates: one function each for [`candle`] and [`burn`], short enough to copy.

pub mod burn;
pub mod candle;
