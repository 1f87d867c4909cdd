//! The terminal stepper.

use crate::Error;
use crate::graph::step::Stepper;

/// Runs it.
///
/// # Errors
/// Always, for now.
pub fn run(stepper: Stepper<'_>, image_shape: Option<(usize, usize)>, source: &str) -> Result<(), Error> {
    let _ = (stepper, image_shape, source);
    Err(Error::Usage("use --plain".to_owned()))
}
