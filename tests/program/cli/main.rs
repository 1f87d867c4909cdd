//! The program as a user runs it, a file for each subcommand or purpose.

mod bad_input;
mod check;
mod compare;
mod dot;
mod evaluate;
mod export;
mod export_python;
mod get_mnist;
mod ignored;
mod image;
mod lesson;
mod mnist;
mod mystery;
mod plot;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod precision;
mod processors;
mod resume;
mod round_trip;
mod safetensors;
mod sheet;
mod softmax;
mod step;
mod step_choice;
mod step_questions;
#[cfg(target_os = "linux")]
mod stepper_terminal;
mod tables;
mod trace;
mod train;
#[cfg(windows)]
mod windows;
mod your_own_data;
