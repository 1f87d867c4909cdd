//! The program `backprop`, as a library: all of it, so that its parts can be tested, fuzzed and run from elsewhere.
//!
//! | module | what is in it |
//! |---|---|
//! | [`cli`] | the command line, one file per subcommand; `cli::dap`, a training step as a program to debug in an editor |
//! | [`show`] | what people look at: the stepper, the page, plots |
//! | `lesson` | perceptrons, the sigmoid, descent, universality: an experiment and its text for each |
//! | [`exchange`] | networks from other programs and for them |
//! | `io` | files written whole or not at all, signals, limits of memory |
//! | `template` | texts with gaps |
//! | [`image_file`] | a user's PNG, made to look like MNIST's digits |

#![forbid(unsafe_code)]

pub mod cli;
pub mod exchange;
pub mod image_file;
mod io;
mod lesson;
pub mod show;
mod template;

pub use cli::{main, main_with};
