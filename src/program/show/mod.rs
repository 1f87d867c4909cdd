//! Everything that people look at: pictures in the terminal, bars, plots, graphs, pages.
//!
//! | module | shows | as |
//! |---|---|---|
//! | [`plot`] | curves, dots, areas between two axes | SVG |
//! | [`dot`] | a network with its numbers | Graphviz |
//! | [`drawing`] | the same, with a node or a connection marked | SVG |
//! | [`stepper`] | training, step by step, with keys to walk by | the terminal |
//! | [`page`] | the same in a browser, alive | one HTML file |
//! | [`picture`], [`bars`] | a grey image, a share | text |

pub mod bars;
pub mod dot;
pub mod drawing;
pub mod page;
pub mod picture;
pub mod plot;
pub mod stepper;
#[cfg(test)]
mod tests;
