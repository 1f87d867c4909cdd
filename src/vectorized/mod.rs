//! The network as matrices: one [`FullConnectedLayer`] per layer. Ports fc.py.

pub mod column_matrix;
pub mod exponential;
pub mod full_connected_layer;
mod kernels;
mod mini_batch;
pub mod network;
pub mod non_zeros;
pub mod textbook;

pub use column_matrix::ColumnMatrix;
pub use full_connected_layer::FullConnectedLayer;
pub use network::Network;
pub use non_zeros::NonZeros;
