//! The page that `backprop trace` writes: its engine run natively, and the page itself in real browsers. A plain
//! `cargo test` leaves this package out: `cargo test --release -p page-engine -- --include-ignored`.
//!
//! | file | what it shows |
//! |---|---|
//! | engine.rs | the page's requests, answered by the engine |
//! | numbers.rs | that it computes as the program does, in Chromium and in Firefox |
//! | setup.rs | that the same settings make the same network and samples everywhere |
//! | ui.rs, devices.rs | what a reader sees and does, on a screen, on paper, on a telephone |

#[cfg(unix)]
mod devices;
mod engine;
#[cfg(unix)]
mod numbers;
mod setup;
mod ui;
