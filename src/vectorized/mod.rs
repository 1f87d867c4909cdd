//! The network as matrices, one [`FullConnectedLayer`] per layer. Ports fc.py, and the mini-batches of network.py.
//!
//! ```
//! use backprop::vectorized::Network;
//! use backprop::{Engine, MiniBatchStep};
//!
//! // x1 OR x2: four samples of two numbers, and their labels.
//! let samples = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
//! let labels = [0.1, 0.9, 0.9, 0.9];
//! let mut network = Network::new(&[2, 1], 0);
//! for _ in 0..500 {
//!     network.train_mini_batch(&labels, &samples, &MiniBatchStep::plain(3.0));
//! }
//! let answers = network.predict_rows(&samples);
//! assert!(answers[0] < 0.5 && answers[1..].iter().all(|&answer| answer > 0.5));
//! ```
//!
//! # How does it work?
//!
//! The mathematics is that of the [object graph](crate::graph), written for whole layers at once:
//!
//! ```text
//!   forward     a = σ(W·x + b)                 equation 2    all neurons of a layer
//!   backward    δ_before = σ'(x) ∘ Wᵀ·δ        equation 8    all deltas of the layer before
//!   update      W ← W + η·δ·xᵀ,  b ← b + η·δ                 all weights
//! ```
//!
//! Read [`textbook`] first, where these are three lines of ndarray. Then come the rungs of a ladder. Each but the last
//! changes how the same numbers are computed, never which, and `tests/library/vectorized/equivalence.rs` compares them all
//! with each other.
//!
//! | rung | where | what changes |
//! |---|---|---|
//! | objects | [`graph`](crate::graph) | one node, one connection at a time |
//! | textbook matrices | [`textbook`] | a layer is a matrix, a step three formulas |
//! | memory order | [`rungs`] | W is stored column by column; updates in place, no gradient matrix |
//! | zeros | [`rungs`] | an input of 0 adds nothing: its column is not touched |
//! | registers | [`FullConnectedLayer`] | lanes, panels of rows whose sums stay in registers, our own exponential, AVX if available |
//! | one visit | [`Engine::train_each`](crate::Engine::train_each) | a panel is updated and used for the next sample while it is in the cache |
//! | batch | [`Engine::train_mini_batch`](crate::Engine::train_mini_batch) | a column is loaded once for all samples that use it |
//! | product | [`Engine::train_mini_batch`](crate::Engine::train_mini_batch) | if few inputs are 0: tiles of the result in registers, both factors packed |
//! | threads | [`Network::set_threads`] | panels are divided among threads |
//! | half the bytes | [`Network::zeros`] | the same code in f32: twice as many numbers in a register, a cache, a second |
//!
//! # Where to look
//!
//! [`Network`] holds the layers and goes through them; [`FullConnectedLayer`] is one layer, with fc.py's three methods.
//! Inside, `number` is what f64 and f32 have in common, `panel_matrix` the memory layout of weights, `non_zeros` are the
//! inputs to use (known beforehand in [`SparseSamples`](crate::SparseSamples)), and `exponential` is σ without branches. The inner loops are in `kernels`, a file each for forward,
//! backward and update, and one for the tile, the heart of a matrix product; `mini_batch` takes several samples
//! through all of this.
//!
//! # Same bits everywhere
//!
//! A result does not depend on the number of threads, the instruction set, or whether samples come one by one or in
//! rows: every sum has a fixed order, and a product is always added with one rounding (`mul_add`: an instruction on
//! every x86-64 since 2013 and every AArch64; older ones and WebAssembly take some thirty instructions for it, unless
//! [`set_multiply_add`] helps; in f32 it is computed in f64). Only a mini-batch of several samples is a different
//! computation from several steps.
//!
//! # Sign
//!
//! As in bp.py, `delta` is −∂E/∂z and `gradient` is −∂E/∂w: the direction to move in.

mod exponential;
mod full_connected_layer;
mod kernels;
mod mini_batch;
mod network;
mod non_zeros;
mod number;
mod panel_matrix;
pub mod rungs;
pub mod textbook;
mod threads;

pub use self::kernels::fused::double::set_multiply_add;
use self::non_zeros::NonZeros;
pub use self::number::Number;
#[doc(inline)]
pub use self::{full_connected_layer::FullConnectedLayer, network::Network};
