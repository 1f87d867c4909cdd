//! How much memory can be had, so that what would take more is refused before it is read or computed.

#![allow(
    dead_code,
    reason = "library and program each have this file as a private module, and use a part of it"
)]

use std::fs::read_to_string;

use crate::{Architecture, Error, Problem};

/// Where nothing is to be learnt, a small machine is assumed.
const USUAL: u64 = 4 << 30;

/// The most bytes that one thing may take: half of what can be had.
pub fn most() -> u64 {
    available() / 2
}

/// Bytes that can still be had: what the system has left, and what a container and the shell (`ulimit -v`) allow.
fn available() -> u64 {
    [system(), container(), shell()].into_iter().flatten().min().unwrap_or(USUAL)
}

fn system() -> Option<u64> {
    let text = read_to_string("/proc/meminfo").ok()?;
    let kilobytes = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    first_number(kilobytes)?.checked_mul(1024)
}

fn container() -> Option<u64> {
    let number = |file: &str| first_number(&read_to_string(format!("/sys/fs/cgroup/{file}")).ok()?);
    let allowed = number("memory.max").or_else(|| number("memory/memory.limit_in_bytes"))?;
    let used = number("memory.current").or_else(|| number("memory/memory.usage_in_bytes"))?;
    Some(allowed.saturating_sub(used))
}

fn shell() -> Option<u64> {
    let limits = read_to_string("/proc/self/limits").ok()?;
    let limit = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    let status = read_to_string("/proc/self/status").ok()?;
    let used = status.lines().find_map(|line| line.strip_prefix("VmSize:"))?;
    Some(first_number(limit)?.saturating_sub(first_number(used)? * 1024))
}

/// `None` also where the word is `max` or `unlimited`.
fn first_number(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}

/// Whether so many things of so many bytes each fit into memory; `option` is how the user said so.
///
/// # Errors
/// [`Error::TooLarge`], with the largest number that fits.
pub fn check_count(option: &'static str, count: usize, bytes_each: usize) -> Result<(), Error> {
    let (most, each) = (most(), bytes_each.max(1) as u64);
    if count as u64 <= most / each {
        return Ok(());
    }
    let needed = count as f64 * each as f64;
    let found =
        format!("{option} {count} takes {}, and {} of memory can be used", size(needed), size(most as f64));
    Err(Error::TooLarge(Problem::new(option, found).remedy(format!("{option} may be up to {}", most / each))))
}

/// Whether a network fits into memory that takes so many bytes for each weight and bias, with all that is computed
/// from it.
///
/// # Errors
/// [`Error::TooLarge`].
pub fn check_network(architecture: &Architecture, bytes_each: usize) -> Result<(), Error> {
    let (most, sizes) = (most() as f64, architecture.sizes_text());
    let needed =
        architecture.parameter_count().map_or(f64::INFINITY, |count| count as f64 * bytes_each as f64);
    if needed <= most {
        return Ok(());
    }
    let found = format!("sizes {sizes} take {}, and {} of memory can be used", size(needed), size(most));
    Err(Error::TooLarge(Problem::new("sizes", found).remedy("make a layer smaller")))
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
