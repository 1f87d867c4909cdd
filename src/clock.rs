//! What time it is, to say how long work took. Nothing that is computed depends on it.

use std::sync::OnceLock;

/// The clock that was set, if one was.
static CLOCK: OnceLock<fn() -> f64> = OnceLock::new();

/// Sets the clock by which training and comparisons are timed: seconds since whatever moment, never going back.
///
/// Only for platforms where the standard library has no clock, as WebAssembly in a browser. Elsewhere nothing needs to
/// be set. Without a clock times are NaN. The first clock that is set stays.
pub fn set_clock(seconds: fn() -> f64) {
    // A second clock is left aside, as said above.
    let _ = CLOCK.set(seconds);
}

/// Seconds since some moment, or NaN where there is no clock.
pub(crate) fn seconds() -> f64 {
    CLOCK.get().map_or_else(of_the_system, |clock| clock())
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
fn of_the_system() -> f64 {
    static START: OnceLock<std::time::Instant> = OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed().as_secs_f64()
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
fn of_the_system() -> f64 {
    f64::NAN
}
