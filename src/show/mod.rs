//! What people look at: pictures in the terminal, bars, plots, graphs, pages.
//!
//! ```
//! use backprop::graph::Network;
//! use backprop::show::plot::{Axis, Figure, Plot, Series};
//! use backprop::{Label, Sample};
//!
//! let mut network = Network::new(&[3, 4, 2], 0);
//! let (label, sample) = (Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.0]));
//! let costs = (0..100).map(|step| {
//!     network.train_one_sample(label, sample, 0.3);
//!     (f64::from(step + 1), network.error(label, sample))
//! });
//! let curve = Series::line("one sample", costs);
//! let plot = Plot::new("Learning", Axis::new("step"), Axis::new("cost").log()).with(curve);
//! let svg = Figure::new("", [plot]).to_svg();
//! assert!(svg.contains("one sample"));
//! ```
//!
//! | module | shows | as |
//! |---|---|---|
//! | [`plot`] | curves, dots, areas between two axes | SVG |
//! | [`dot`] | a network with its numbers | Graphviz |
//! | [`page`] | a recorded training, step by step | one HTML file |
//! | [`stepper`] | the same, live, with keys to walk by | the terminal |
//! | [`picture`], [`bars`] | a grey image, a share | text |

pub mod bars;
pub mod dot;
pub mod page;
pub mod picture;
pub mod plot;
pub mod stepper;
