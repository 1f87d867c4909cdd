//! The gradient check of this crate's networks.
//!
//! Read `checked_network` first: a network together with its samples is a [`Checkable`](super::Checkable). `task` is
//! what it is checked on; `object_graph` and `vectorized_network` say where each
//! engine's gradient comes from. `forward` is the check's second opinion, and `incremental` is how every weight of an
//! MNIST network is checked in seconds.

mod checked_network;
mod forward;
mod incremental;
mod object_graph;
mod task;
#[cfg(feature = "vectorized")]
mod vectorized_network;

pub use self::{
    checked_network::{CheckedEngine, CheckedNetwork},
    forward::Forward,
    incremental::Downstream,
    task::{Example, Task},
};
