//! Backpropagation you can step through.
//!
//! This crate is a neural network of *objects*: one [`graph::Node`] per neuron, one [`graph::Connection`] per weight,
//! so that every number backpropagation computes is computed in a function you can put a breakpoint on. It is a port of
//! the per-neuron design of bp.py, with a check that its gradients are right and a vectorized twin that does the same
//! with one matrix per layer. A book comes with it: [`book`].
//!
//! # A first program
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
//! # Three uses
//!
//! **See every step.** A [`Stepper`](step::Stepper) takes a training step apart into the computations of single
//! nodes and connections, forwards and back, each printed as its formula with the numbers in it:
//!
//! ```
//! use backprop::{graph::Network, step::Stepper};
//! use backprop::{Label, Sample};
//!
//! let network = Network::new(&[3, 4, 2], 0);
//! let (label, sample) = (Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.0]));
//! let mut steps = Stepper::new(network, &[label], &[sample], 0.3);
//! let first_output = steps.nth(3).unwrap(); // three inputs are set before it
//! let text = first_output.to_string();
//! assert!(text.starts_with("node 1-0: a4 = sigmoid(w41·x1 + w42·x2 + w43·x3 + w4b) = "));
//! ```
//!
//! **Prove that it is right.** A [`Check`](gradient_check::Check) compares each gradient with the change of the error
//! that it predicts, for this crate's networks or your own model:
//!
//! ```
//! use backprop::gradient_check::{Check, CheckedNetwork};
//! use backprop::{Label, Sample, graph};
//!
//! let mut network = graph::Network::new(&[3, 4, 2], 0);
//! let (label, sample) = (Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.2]));
//! let report = Check::new().run(&mut CheckedNetwork::new(&mut network, label, sample));
//! assert!(report.passed(), "{report}");
//! ```
//!
//! **Train, and compare.** Both networks implement [`Engine`], which is all that a [`Trainer`](training::Trainer)
//! needs:
//!
//! ```
//! use backprop::{Architecture, Engine, Label, Sample, WeightInit, graph, vectorized};
//!
//! let architecture = Architecture::new(&[3, 4, 2]);
//! let start = WeightInit::Small.draw(&architecture, 0);
//! let mut objects = graph::Network::from_parameters(&architecture, &start);
//! let mut matrices = vectorized::Network::from_parameters(&architecture, &start);
//! for engine in [&mut objects as &mut dyn Engine, &mut matrices] {
//!     engine.train_one_sample(Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.0]), 0.3);
//! }
//! assert!(objects.parameters().max_difference(&matrices.parameters()) < 1e-15);
//! ```
//!
//! # The map, in reading order
//!
//! | module | what is in it | ports |
//! |---|---|---|
//! | [`Activation`], [`Cost`] | the two functions everything is built on | `sigmoid`; `QuadraticCost`, `CrossEntropyCost` |
//! | [`Sample`], [`Label`], [`Architecture`], [`Parameters`], [`WeightInit`] | what goes in, what a network is, its numbers, how they start | |
//! | [`graph`] | the network of objects | bp.py |
//! | [`step`] | one training step on it as a sequence, forwards and backwards; [`step::view`], all that is shown of it | |
//! | [`gradient_check`] | is it right? With a gallery of classic bugs, each caught | `gradient_check` of bp.py |
//! | [`vectorized`] | the same with one matrix per layer, and how far that can be pushed | fc.py, network.py |
//! | [`Engine`], [`MiniBatches`], [`SparseSamples`] | the trait both networks have; samples taken together for one step; samples without their zeros | network.py, network2.py |
//! | [`comparison`] | the two networks side by side | |
//! | [`data_set`] | MNIST and other IDX files, embedded digits, the bits of a byte | mnist.py's loaders |
//! | [`setup`] | everything that determines a network and its samples | |
//! | [`training`] | epochs, evaluation, when to stop, checkpoints | mnist.py, network.py, network2.py |
//! | [`model_file`], [`Error`] | a network on disk, and what can go wrong with files | `save`, `load` of network2.py |
//! | [`mod@file`], [`memory`] | files read with care; how much memory is left | |
//!
//! # What holds everywhere
//!
//! * **Numbers** are f64. A vector is a slice; several vectors are *rows* of one flat slice, one after the other.
//! * **Layers** are counted from the input, which is layer 0. W\[l\], n_out rows of n_in, and b\[l\], n_out numbers,
//!   lead into layer l; [`Parameters::layers`] begins with W\[1\] and b\[1\], the input having none.
//! * **Sign**: as in bp.py, `delta` is −∂E/∂z and `gradient` is −∂E/∂w, the direction to *move* in. Training adds.
//! * **Randomness** comes from a seed alone, and no result depends on the number of threads or on the CPU's instructions.
//! * **Mistakes** in a program (a sample of the wrong length) panic, and `# Panics` says so. Problems with files and
//!   user input are returned as an [`Error`], one sentence with the remedy.
//! * **Equations** 1 to 8 are those of the article that bp.py and fc.py come from; (6), (20) or BP1 are Nielsen's,
//!   *Neural Networks and Deep Learning*. `DIFFERENCE:` marks where this port departs from an original.
//!
//! # Three vocabularies
//!
//! | here | bp.py | fc.py | network.py, Nielsen |
//! |---|---|---|---|
//! | [`Node::calc_output`](graph::Node::calc_output) | same | `forward` | `feedforward`, (22) |
//! | [`Node::calc_output_layer_delta`](graph::Node::calc_output_layer_delta) | same | in `calc_gradient` | `cost_derivative`, BP1 |
//! | [`Node::calc_hidden_layer_delta`](graph::Node::calc_hidden_layer_delta) | same | `backward` | in `backprop`, BP2 |
//! | [`Connection::calc_gradient`](graph::Connection::calc_gradient) | same | `W_grad`, `b_grad` | `nabla_w`, `nabla_b`, BP3 and BP4 |
//! | [`Connection::update_weight`](graph::Connection::update_weight) | same | `update` | `update_mini_batch`, (20) and (21) |
//! | [`ConstNode`](graph::ConstNode) | same | `b` | `biases` |
//! | [`Network::predict`](graph::Network::predict) | same | same | `feedforward` |
//! | [`Network::train_one_sample`](graph::Network::train_one_sample) | same | same | a mini-batch of one |
//! | `delta` = −∂E/∂z | `delta` | `delta` | −δ |
//! | `gradient` = −∂E/∂w | `gradient` | `W_grad` | −∂C/∂w |
//! | `output` a, weighted input z | `output` | `output` | `activation`, `z` |
//! | `rate` | `rate` | `learning_rate` | `eta`, η |
//! | [`Sample`], [`Label`] | `data_set`, `labels` | same | `x`, `y` |
//! | [`evaluate`](training::evaluate) | in mnist.py | same | `evaluate` |
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | none | functions, samples, the object graph, its steps, the gradient check: 9 small crates |
//! | `serde` | steps and reports as JSON |
//! | `data` (default) | data sets, model files, training, checkpoints; and `serde` |
//! | `vectorized` (default) | the network of matrices, threads, the comparison |
//!
//! ```toml
//! backprop = { version = "0.1", default-features = false }
//! ```
//!
//! The program `backprop`, which uses all of them, is the package `backprop-cli`.

#![forbid(unsafe_code)]
#![cfg_attr(
    not(all(feature = "data", feature = "vectorized")),
    allow(
        rustdoc::broken_intra_doc_links,
        reason = "the map names every module, with links to those left out"
    )
)]
#![cfg_attr(docsrs, feature(doc_cfg))] // docs.rs marks items that need a feature

mod activation;
mod architecture;
#[cfg(any(doc, doctest))]
pub mod book;
#[cfg(any(feature = "data", feature = "vectorized"))]
mod clock;
#[cfg(feature = "vectorized")]
pub mod comparison;
mod cost;
#[cfg(feature = "data")]
pub mod data_set;
mod engine;
mod error;
#[cfg(feature = "data")]
pub mod file;
pub mod gradient_check;
pub mod graph;
mod made_up;
#[cfg(feature = "data")]
pub mod memory;
mod mini_batch;
#[cfg(feature = "data")]
pub mod model_file;
mod parameters;
mod sample;
#[cfg(feature = "data")]
pub mod setup;
mod sparse_samples;
pub mod step;
#[cfg(feature = "data")]
pub mod training;
#[cfg(feature = "vectorized")]
pub mod vectorized;
mod weight_init;

#[cfg(any(feature = "data", feature = "vectorized"))]
pub use self::clock::set_clock;
#[doc(inline)]
pub use self::{
    activation::{Activation, sigmoid},
    architecture::Architecture,
    cost::Cost,
    engine::{Engine, Trained},
    error::{Error, ErrorKind, column_width, counted, noun_for, spelled_out},
    made_up::made_up,
    mini_batch::{Dropout, MiniBatchStep, MiniBatches},
    parameters::{LayerParameters, Parameters},
    sample::{Label, Sample},
    sparse_samples::SparseSamples,
    weight_init::WeightInit,
};
