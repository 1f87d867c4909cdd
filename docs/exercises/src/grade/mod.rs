//! One function for each exercise. Each takes your functions and returns a [`Grade`](crate::Grade).

mod backward;
mod forward;
mod learning;
mod matrices;
mod numerical;
mod perceptrons;
mod softmax;
mod training;

pub use self::{
    backward::{connection_gradient, hidden_delta, output_delta, update},
    forward::{cost, layer_forward, neuron_output},
    learning::{cross_entropy, dropout, mini_batch_mean, weight_decay},
    matrices::matrix_layer,
    numerical::gradient_check,
    perceptrons::{Perceptron, perceptron_rule, xor_by_hand},
    softmax::softmax,
    training::training_step,
};
