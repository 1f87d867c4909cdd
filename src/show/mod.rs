//! What people look at: pictures in the terminal, bars, plots, graphs, pages.

pub mod bars;
pub mod dot;
pub mod page;
pub mod picture;
pub mod plot;
pub mod stepper;
