//! Measures how much memory is left, so that a request for more is refused before it is carried out.

use std::fs::read_to_string;

/// The memory assumed if the system does not say.
const USUAL: u64 = 4 << 30;

/// Returns the most bytes that a single object may take: half of the remaining memory.
pub fn most() -> u64 {
    available() / 2
}

/// Returns the bytes left: the least of what the system, a container and the shell (`ulimit -v`) allow.
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

/// Returns the first word of a text as a number; `None` also if it is `max` or `unlimited`.
fn first_number(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}
