//! Checks gradients that burn computes.

use backprop::gradient_check::{Check, ClosureModel, Report};
use burn_tensor::{Device, Tensor, TensorData};

/// Compares the gradients of these parameters from burn's `backward` with differences of `error`, a tensor of one number.
///
/// Each group has a name and a shape, and `parameters` are their numbers, one group after the other. `error` gets a flat
/// tensor for each group, to be brought into its shape by `reshape`. A group without a gradient counts as 0: that is what
/// an optimizer makes of it.
///
/// # Panics
/// If the shapes do not make up all parameters.
pub fn check(
    groups: &[(&str, &[usize])],
    parameters: &mut [f32],
    error: impl Fn(&[Tensor<1>]) -> Tensor<1>,
) -> Report {
    let tensors = |mut numbers: &[f32], device: &Device| -> Vec<Tensor<1>> {
        let tensor = |(_, shape): &(&str, &[usize])| {
            let (own, rest) = numbers.split_at(shape.iter().product());
            numbers = rest;
            Tensor::from_data(TensorData::new(own.to_vec(), [own.len()]), device)
        };
        groups.iter().map(tensor).collect()
    };
    let numbers = |tensor: Tensor<1>| tensor.into_data().try_to_vec::<f32>().expect("they were f32");
    let plain = Device::default();
    let value = |p: &[f32]| numbers(error(&tensors(p, &plain)))[0];
    let device = Device::default().autodiff();
    let gradient = |p: &[f32]| {
        let leaves: Vec<_> = tensors(p, &device).into_iter().map(Tensor::require_grad).collect();
        let gradients = error(&leaves).backward();
        let of = |leaf: &Tensor<1>| match leaf.grad(&gradients) {
            Some(gradient) => numbers(gradient),
            None => vec![0.0; leaf.dims()[0]],
        };
        leaves.iter().flat_map(of).collect()
    };
    Check::new().run(&mut ClosureModel::new(parameters, value, gradient).groups(groups))
}
