//! Backpropagation you can step through.
//!
//! This crate is a neural network of *objects*: one [`graph::Node`] per neuron, one [`graph::Connection`] per weight,
//! so that every number backpropagation computes is computed in a function you can put a breakpoint on. It is a port of
//! the per-neuron design of bp.py, with a check that its gradients are right and a vectorized twin that does the same
//! with one matrix per layer.
//!
//! ```
//! use backprop::graph::Network;
//! use backprop::{Label, Sample};
//!
//! // Three inputs, four hidden neurons, two outputs; small random weights from seed 0.
//! let mut network = Network::new(&[3, 4, 2], 0);
//! let (sample, label) = (Sample(&[1.0, 0.5, 0.0]), Label(&[0.9, 0.1]));
//! for _ in 0..500 {
//!     network.train_one_sample(label, sample, 0.3);
//! }
//! assert!(network.error(label, sample) < 0.001);
//! print!("{}", network.dump()); // every node, every weight
//! ```
//!
//! # Where to read
//!
//! 1. [`activation`] and [`cost`]: the two functions everything is built on.
//! 2. [`graph`]: the network of objects, file by file; then [`graph::step`], one training step as a sequence.
//! 3. [`gradient_check`]: is it right? With a gallery of classic bugs, each caught.
//! 4. [`vectorized`]: the same with one matrix a layer, and how far that can be pushed; [`comparison`] of the two.
//! 5. [`data_set`], [`training`], [`model_file`]: from images on disk to a trained model.
//!
//! # Three vocabularies
//!
//! | here | bp.py | fc.py | network.py, the book |
//! |---|---|---|---|
//! | [`Node::calc_output`](graph::Node::calc_output) | `Node.calc_output` | `FullConnectedLayer.forward` | `feedforward`, (22) |
//! | [`Node::calc_output_layer_delta`](graph::Node::calc_output_layer_delta) | same | in `Network.calc_gradient` | `cost_derivative * sigmoid_prime`, BP1 |
//! | [`Node::calc_hidden_layer_delta`](graph::Node::calc_hidden_layer_delta) | same | `FullConnectedLayer.backward` | the loop of `backprop`, BP2 |
//! | [`Connection::calc_gradient`](graph::Connection::calc_gradient) | same | `W_grad`, `b_grad` | `nabla_w`, `nabla_b`, BP3 and BP4 |
//! | [`Connection::update_weight`](graph::Connection::update_weight) | same | `FullConnectedLayer.update` | `update_mini_batch`, (20) and (21) |
//! | [`ConstNode`](graph::ConstNode) | `ConstNode` | `b` | `biases` |
//! | [`Network::predict`](graph::Network::predict) | `predict` | `predict` | `feedforward` |
//! | [`Network::train_one_sample`](graph::Network::train_one_sample) | same | same | a mini-batch of one |
//! | `delta` = −∂E/∂z | `delta` | `delta` | −δ |
//! | `gradient` = −∂E/∂w | `gradient` | `W_grad` | −∂C/∂w |
//! | `output` a, weighted input z | `output` | `output` | `activation`, `z` |
//! | `rate` | `rate` | `learning_rate` | `eta`, η |
//! | [`Sample`], [`Label`] | `data_set`, `labels` | the same | `x`, `y` |
//! | [`evaluate`](training::evaluate) | `evaluate` of mnist.py | the same | `evaluate` |
//!
//! Mind the sign: as in bp.py, a delta and a gradient here point the way the weights should *move*.
//!
//! # Features
//!
//! `cli` (default): the `backprop` program and everything it shows. The library alone is `default-features = false`.

#![forbid(unsafe_code)]

pub mod activation;
pub mod architecture;
pub mod atomic_file;
#[cfg(feature = "cli")]
pub mod cli;
pub mod comparison;
pub mod cost;
pub mod data_set;
#[cfg(doctest)]
mod doctests;
pub mod engine;
pub mod error;
pub mod gradient_check;
pub mod graph;
#[cfg(feature = "cli")]
pub mod image_file;
#[cfg(feature = "cli")]
pub mod lesson;
pub mod model_file;
pub mod parameters;
pub mod sample;
#[cfg(feature = "cli")]
pub mod show;
pub mod training;
pub mod vectorized;
pub mod weight_init;

pub use activation::Activation;
pub use architecture::Architecture;
pub use cost::Cost;
pub use engine::{Dropout, Engine, MiniBatchStep, Trained};
pub use error::Error;
pub use parameters::{LayerParameters, Parameters};
pub use sample::{Label, Sample};
pub use weight_init::WeightInit;
