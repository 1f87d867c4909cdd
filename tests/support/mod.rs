//! What several tests share.
#![allow(dead_code, reason = "each test program uses a part of this")]

pub mod book;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(all(feature = "cli", unix))]
pub mod devtools;
#[cfg(feature = "cli")]
pub mod editor;
pub mod golden;
#[cfg(all(feature = "cli", unix))]
pub mod marionette;
pub mod mnist;
pub mod networks;
#[cfg(feature = "cli")]
pub mod page;
#[cfg(feature = "cli")]
pub mod pictures;
pub mod wiring;
