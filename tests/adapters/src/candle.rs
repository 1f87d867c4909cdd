//! Checks gradients that candle computes.

use backprop::gradient_check::{Check, ClosureModel, Real, Report};
use candle_core::{Result, Tensor, Var, WithDType};

/// Compares the gradients of these variables from candle's `backward` with differences of `error`, a tensor of one
/// number.
///
/// `T` is the variables' type of number, f32 or f64. A variable that candle has no gradient for counts as 0, as it
/// does for an optimizer.
///
/// # Errors
/// Anything that candle refuses before a variable is moved.
///
/// # Panics
/// If candle refuses later what it did not refuse at first.
pub fn check<T: Real + WithDType>(
    variables: &[(&str, &Var)],
    error: impl Fn() -> Result<Tensor>,
) -> Result<Report> {
    error()?.backward()?;
    let mut parameters: Vec<T> = Vec::new();
    for (_, variable) in variables {
        parameters.extend(variable.flatten_all()?.to_vec1::<T>()?);
    }
    let groups: Vec<_> = variables.iter().map(|(name, variable)| (*name, variable.dims())).collect();
    let load = |mut numbers: &[T]| {
        for (_, variable) in variables {
            let (own, rest) = numbers.split_at(variable.elem_count());
            variable.set(&Tensor::from_slice(own, variable.shape(), variable.device())?)?;
            numbers = rest;
        }
        error()
    };
    let value = |numbers: &[T]| load(numbers)?.to_scalar::<T>();
    let gradient = |numbers: &[T]| {
        let gradients = load(numbers)?.backward()?;
        let of = |variable: &Var| match gradients.get(variable) {
            Some(gradient) => gradient.flatten_all()?.to_vec1::<T>(),
            None => Ok(vec![T::zero(); variable.elem_count()]),
        };
        let all: Result<Vec<_>> = variables.iter().map(|(_, variable)| of(variable)).collect();
        all.map(|all| all.concat())
    };
    let refused = "candle computes here what it computed before";
    let (value, gradient) = (|p: &[T]| value(p).expect(refused), |p: &[T]| gradient(p).expect(refused));
    Ok(Check::new().run(&mut ClosureModel::new(&mut parameters, value, gradient).groups(&groups)))
}
