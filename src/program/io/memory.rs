//! Estimates memory, and refuses work that would take more than is left before it begins.

use backprop::memory::most;
use backprop::{Architecture, Error, ErrorKind};

/// Bytes per weight of the object graph, with all copies: starting weights, gradients, the best so far, a file's text.
pub(crate) const OBJECT: usize = 120;
/// The same for the vectorized network.
pub(crate) const VECTORIZED: usize = 88;
/// Bytes per number of a sample, with all copies: as read, as trained on, and what is computed from it.
const SAMPLE: usize = 24;

/// Checks that `count` things of `bytes_each` bytes fit into memory; `option` is the flag that says how many.
///
/// # Errors
/// [`ErrorKind::TooLarge`], with the largest number that fits.
pub(crate) fn check_count(option: &'static str, count: usize, bytes_each: usize) -> Result<(), Error> {
    let (most, each) = (most(), bytes_each.max(1) as u64);
    if count as u64 <= most / each {
        return Ok(());
    }
    let found = format!("{option} {count} takes {}", size(count as f64 * each as f64, most));
    Err(Error::new(ErrorKind::TooLarge, found).remedy(format!("{option} may be up to {}", most / each)))
}

/// Checks that samples for a network fit into memory; `option` is the flag that says how many.
///
/// # Errors
/// [`ErrorKind::TooLarge`], with the largest number that fits.
pub(crate) fn check_samples(
    option: &'static str,
    count: usize,
    architecture: &Architecture,
) -> Result<(), Error> {
    // And a little for each sample.
    check_count(option, count, SAMPLE * (3 + architecture.input_size() + architecture.output_size()))
}

/// Checks that a network with all that is computed from it fits into memory, at [`OBJECT`] or [`VECTORIZED`] bytes for
/// each weight and bias.
///
/// # Errors
/// [`ErrorKind::TooLarge`].
pub(crate) fn check_network(architecture: &Architecture, bytes_each: usize) -> Result<(), Error> {
    let (most, count) = (most(), architecture.parameter_count());
    let needed = count.map_or(f64::INFINITY, |count| count as f64 * bytes_each as f64);
    if needed <= most as f64 {
        return Ok(());
    }
    let found = format!("sizes {} take {}", architecture.sizes_text(), size(needed, most));
    Err(Error::new(ErrorKind::TooLarge, found).remedy("make a layer smaller"))
}

/// Returns `8.4 GB, but only 2.0 GB of memory can be used`.
fn size(needed: f64, most: u64) -> String {
    format!("{:.1} GB, but only {:.1} GB of memory can be used", needed / 1e9, most as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_half_of_the_memory_is_let_through_and_more_is_not() {
        assert!(most() > 0 && most() < 1 << 50);
        let each = usize::try_from(most() / 100).expect("a number of bytes");
        assert!(check_count("--samples", 50, each).is_ok());
        let text = check_count("--samples", 1_000_000, each).expect_err("too many").to_string();
        assert!(text.contains("--samples may be up to "), "{text}");
    }
}
