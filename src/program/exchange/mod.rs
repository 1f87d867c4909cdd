//! Networks from and for other programs. They use the names that PyTorch gives the modules of
//! `nn.Sequential(Linear, Sigmoid, Linear, Sigmoid, …)`: layer l after the input, from 0, is the module 2l, its
//! activation the module 2l + 1.
//!
//! [`sequential`] reads weights from safetensors; [`tensors`] writes them, [`onnx`] writes the whole network, [`torch`] a
//! training.

pub mod onnx;
mod protobuf;
pub mod sequential;
pub mod tensors;
pub mod torch;
