//! Refuses what would take more memory than is left, before it is computed.

use backprop::memory::most;
use backprop::{Architecture, Error, ErrorKind};

/// Whether so many things of so many bytes each fit into memory; `option` is how the user said so.
///
/// # Errors
/// [`ErrorKind::TooLarge`], with the largest number that fits.
pub fn check_count(option: &'static str, count: usize, bytes_each: usize) -> Result<(), Error> {
    let (most, each) = (most(), bytes_each.max(1) as u64);
    if count as u64 <= most / each {
        return Ok(());
    }
    let needed = count as f64 * each as f64;
    let found =
        format!("{option} {count} takes {}, and {} of memory can be used", size(needed), size(most as f64));
    Err(Error::new(ErrorKind::TooLarge, found).remedy(format!("{option} may be up to {}", most / each)))
}

/// Whether a network fits into memory that takes so many bytes for each weight and bias, with all that is computed
/// from it.
///
/// # Errors
/// [`ErrorKind::TooLarge`].
pub fn check_network(architecture: &Architecture, bytes_each: usize) -> Result<(), Error> {
    let (most, sizes) = (most() as f64, architecture.sizes_text());
    let needed =
        architecture.parameter_count().map_or(f64::INFINITY, |count| count as f64 * bytes_each as f64);
    if needed <= most {
        return Ok(());
    }
    let found = format!("sizes {sizes} take {}, and {} of memory can be used", size(needed), size(most));
    Err(Error::new(ErrorKind::TooLarge, found).remedy("make a layer smaller"))
}

/// `8.4 GB`.
fn size(bytes: f64) -> String {
    format!("{:.1} GB", bytes / 1e9)
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
