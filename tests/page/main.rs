//! The page that `backprop trace` writes: its engine run natively, and the page itself in real browsers. A plain
//! `cargo test` leaves this program out, for its size: `cargo test --release --test page -- --include-ignored`.
//!
//! | file | what it shows |
//! |---|---|
//! | engine.rs | the page's requests, answered by the engine's own sources, which stand below |
//! | numbers.rs | that it computes as the program does, in Chromium and in Firefox |
//! | ui.rs, devices.rs | what a reader sees and does, on a screen, on paper, on a telephone |

#[cfg(unix)]
mod devices;
mod engine;
#[cfg(unix)]
mod numbers;
#[path = "../support/mod.rs"]
mod support;
mod ui;

#[path = "../../docs/page-engine/src/checking.rs"]
mod checking;
#[path = "../../docs/page-engine/src/digits.rs"]
mod digits;
#[path = "../../docs/page-engine/src/edits.rs"]
mod edits;
#[path = "../../docs/page-engine/src/formula.rs"]
mod formula;
#[path = "../../docs/page-engine/src/guess.rs"]
mod guess;
#[path = "../../docs/page-engine/src/map.rs"]
mod map;
#[path = "../../docs/page-engine/src/matrices.rs"]
mod matrices;
#[path = "../../docs/page-engine/src/moment.rs"]
mod moment;
#[path = "../../docs/page-engine/src/pictures.rs"]
mod pictures;
#[path = "../../docs/page-engine/src/race.rs"]
mod race;
#[path = "../../docs/page-engine/src/request.rs"]
mod request;
#[path = "../../docs/page-engine/src/session.rs"]
mod session;
#[path = "../../docs/page-engine/src/situation.rs"]
mod situation;
#[path = "../../docs/page-engine/src/texts.rs"]
mod texts;
#[path = "../../docs/page-engine/src/training.rs"]
mod training;
