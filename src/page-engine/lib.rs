//! The engine of the page: the library behind three functions that a browser can call.
//!
//! The page writes a request as JSON text, makes the call, and reads the answer, which is also JSON text:
//!
//! ```js
//! const bytes = new TextEncoder().encode('{"do": "next"}');
//! new Uint8Array(memory.buffer, request(bytes.length), bytes.length).set(bytes);
//! const length = call();
//! const text = new TextDecoder().decode(new Uint8Array(memory.buffer, answer(), length));
//! ```
//!
//! The requests are in `request`. [`Session`] answers them; it also runs natively and is tested there. Neither this
//! crate nor the page does any arithmetic of the network, which is all left to the library.

#![allow(unsafe_code, reason = "a browser calls these functions by name, and hands over one of its own")]

mod checking;
mod curve;
mod digits;
mod drawing;
mod formula;
mod guess;
mod map;
mod matrices;
mod moment;
mod pictures;
mod play;
mod race;
mod request;
mod session;
mod settings;
mod situation;
mod tell;
mod texts;
mod training;

use std::cell::RefCell;
use std::sync::OnceLock;

pub use digits::to_base64;
pub use session::Session;

/// The request, the answer and the one session.
#[derive(Default)]
struct Exchange {
    request: Vec<u8>,
    answer: String,
    session: Session,
}

thread_local! {
    static EXCHANGE: RefCell<Exchange> = RefCell::default();
}

#[cfg(target_family = "wasm")]
#[link(wasm_import_module = "env")]
unsafe extern "C" {
    /// Returns milliseconds, as `performance.now()`.
    safe fn now() -> f64;
}

/// A function in the browser, which takes sums and numbers, how many there are, and the factor.
type Fused = extern "C" fn(*mut f64, *const f64, usize, f64);

static FUSED: OnceLock<Fused> = OnceLock::new();

/// Takes a function in the browser, by its place in the table of functions, for an operation that WebAssembly itself
/// has no instruction for: adding numbers·factor to sums with one rounding. Returns whether the function does that.
///
/// # Safety
/// At that place is a [`Fused`] that reads and writes no more numbers than it is asked to; always a multiple of 8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fuse(place: usize) -> bool {
    // SAFETY: as promised above; in WebAssembly a pointer to a function is its place in the table.
    let function = unsafe { std::mem::transmute::<usize, Fused>(place) };
    FUSED.set(function).is_ok() && backprop::vectorized::set_multiply_add(multiply_add)
}

fn multiply_add(sums: &mut [f64], numbers: &[f64], factor: f64) {
    if let Some(fused) = FUSED.get() {
        fused(sums.as_mut_ptr(), numbers.as_ptr(), sums.len().min(numbers.len()), factor);
    }
}

/// Makes room for a request of this many bytes, and returns where the page must write it.
#[unsafe(no_mangle)]
pub extern "C" fn request(length: usize) -> *mut u8 {
    #[cfg(target_family = "wasm")]
    backprop::set_clock(|| now() / 1000.0);
    EXCHANGE.with_borrow_mut(|exchange| {
        exchange.request.clear();
        exchange.request.resize(length, 0);
        exchange.request.as_mut_ptr()
    })
}

/// Carries out the request. Returns the length of the answer in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn call() -> usize {
    EXCHANGE.with_borrow_mut(|exchange| {
        let text = String::from_utf8_lossy(&exchange.request);
        exchange.answer = exchange.session.answer(&text);
        exchange.answer.len()
    })
}

/// Returns where the answer is; it stays there until the next call.
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    EXCHANGE.with_borrow(|exchange| exchange.answer.as_ptr())
}
