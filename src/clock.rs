//! The clock that tells how long work took. No computed result depends on it.

use std::sync::OnceLock;

/// The clock that was set, if one was.
static CLOCK: OnceLock<fn() -> f64> = OnceLock::new();

/// Sets the clock that times training and comparisons: it returns seconds since some fixed moment, never going back.
///
/// Needed only on platforms where the standard library has no clock, such as WebAssembly in a browser. Without a
/// clock, times are NaN. Only the first clock that is set is used.
pub fn set_clock(seconds: fn() -> f64) {
    // A second clock is ignored, as documented above.
    let _ = CLOCK.set(seconds);
}

/// Returns the seconds since some fixed moment, or NaN if there is no clock.
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
