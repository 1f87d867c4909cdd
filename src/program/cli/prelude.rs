//! The parts of which commands are made.

pub(in crate::cli) use std::io::Write;
pub(in crate::cli) use std::path::{Path, PathBuf};
pub(in crate::cli) use std::process::ExitCode;

pub(in crate::cli) use backprop::{Error, counted, spelled_out};
pub(in crate::cli) use clap::Args;
pub(in crate::cli) use serde_json::{Value, json};

pub(in crate::cli) use super::choices::{DataArgs, Edited, EngineArgs, ModelArgs, StandardizeArgs};
pub(in crate::cli) use super::output::{name, quoted, thousands};
pub(in crate::cli) use super::progress::Working;
pub(in crate::cli) use super::words::{Word as _, words};
pub(in crate::cli) use super::{Failure, Output, refuse};
pub(in crate::cli) use crate::io::{self, Destinations, Force, Kind};
