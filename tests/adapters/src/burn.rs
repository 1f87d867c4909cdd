//! Checks gradients that burn computes.

use backprop::gradient_check::{Check, ClosureModel, Report};
use burn_tensor::{Device, Element, Tensor, TensorData};

/// The parameters of a model: groups of numbers, each with a name and a shape, one group after the other.
pub type Groups<'g> = &'g [(&'g str, &'g [usize])];

/// Compares the gradients of these parameters from burn's `backward` with differences of `error`, a tensor of one number.
///
/// `error` gets a flat tensor for each group, to be brought into its shape by `reshape`. With `reference`, differences are
/// taken of the same error in f64, which hides less of the gradient in f32.
///
/// # Panics
/// If the shapes add up to more or fewer numbers than there are parameters.
pub fn check(
    groups: Groups,
    parameters: &mut [f32],
    error: impl Fn(&[Tensor<1>]) -> Tensor<1>,
    reference: bool,
) -> Report {
    let gradient = |p: &[f32]| gradient(groups, p, &error);
    let mut model = ClosureModel::new(parameters, |p| value(groups, p, &error), gradient).groups(groups);
    if reference {
        model = model.reference(|p| value(groups, p, &error));
    }
    Check::new().run(&mut model)
}

/// Returns the error of these numbers, computed in their own type.
pub fn value<T: Element>(groups: Groups, numbers: &[T], error: impl Fn(&[Tensor<1>]) -> Tensor<1>) -> T {
    self::numbers(error(&tensors(groups, numbers, &Device::default())))[0]
}

/// Returns the gradient by burn's `backward`. A group without one counts as 0, as it does for an optimizer.
pub fn gradient<T: Element>(
    groups: Groups,
    numbers: &[T],
    error: impl Fn(&[Tensor<1>]) -> Tensor<1>,
) -> Vec<T> {
    let device = Device::default().autodiff();
    let leaves = tensors(groups, numbers, &device).into_iter().map(Tensor::require_grad);
    let leaves: Vec<Tensor<1>> = leaves.collect();
    let gradients = error(&leaves).backward();
    let of = |leaf: &Tensor<1>| match leaf.grad(&gradients) {
        Some(gradient) => self::numbers(gradient),
        None => vec![T::from_elem(0.0); leaf.dims()[0]],
    };
    leaves.iter().flat_map(of).collect()
}

fn tensors<T: Element>(groups: Groups, mut numbers: &[T], device: &Device) -> Vec<Tensor<1>> {
    let tensor = |(_, shape): &(&str, &[usize])| {
        let (own, rest) = numbers.split_at(shape.iter().product());
        numbers = rest;
        Tensor::from_data(TensorData::new(own.to_vec(), [own.len()]), (device, T::dtype()))
    };
    groups.iter().map(tensor).collect()
}

fn numbers<T: Element>(tensor: Tensor<1>) -> Vec<T> {
    tensor.into_data().try_to_vec::<T>().expect("it is in the type of the parameters")
}
