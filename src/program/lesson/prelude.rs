//! The parts of which lessons are made.

pub(super) use backprop::graph::Network;
pub(super) use backprop::{
    Activation, Architecture, Cost, Label, LayerParameters, Parameters, Sample, WeightInit,
};
pub(super) use clap::Args;
pub(super) use minijinja::context;
pub(super) use minijinja::value::{Serde, Value};
pub(super) use serde::Serialize;

pub(super) use super::Lesson;
pub(super) use super::settings::*;
pub(super) use crate::cli::words::words;
pub(super) use crate::show::plot::{Axis, Colour, Figure, Mark, Plot};
