//! Operators of candle-nn 0.9.2 under the check: right ones, and those that lose the gradient.

use backprop::gradient_check::{Real, Report, Verdict};
use backprop_adapters::candle::check;
use candle_core::{DType, Device, Result, Tensor, Var, WithDType};
use candle_nn::{loss, ops, rotary_emb};

/// Numbers from −1 to 1 that repeat nothing.
fn numbers(count: usize, seed: f64) -> Vec<f64> {
    (0..count).map(|i| (1.3 * i as f64 + seed).sin()).collect()
}

fn variable(shape: &[usize], seed: f64) -> Var {
    let numbers = numbers(shape.iter().product(), seed);
    Var::from_tensor(&Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap()).unwrap()
}

/// The same in f32, which is all that some of candle's fused operators take.
fn single(shape: &[usize], seed: f64) -> Var {
    Var::from_tensor(&variable(shape, seed).to_dtype(DType::F32).unwrap()).unwrap()
}

/// An error that depends on every output: each times a number of its own.
fn error(output: Result<Tensor>) -> Result<Tensor> {
    let output = output?;
    let weights = Tensor::from_vec(numbers(output.elem_count(), 0.4), output.shape(), &Device::Cpu)?;
    let weights = weights.to_dtype(output.dtype())?;
    (output * weights)?.sum_all()
}

fn passes(report: &Report) {
    assert!(report.passed(), "{report}");
}

/// Returns `true` if the operator is cut off from every variable, and the report says so.
fn loses_the_gradient<T: Real + WithDType>(variables: &[(&str, &Var)], output: impl Fn() -> Result<Tensor>) {
    let report = check::<T>(variables, || {
        // The last term has a gradient; without one in any variable candle has nothing to go back to.
        error(output())? + (variables[0].1.as_tensor() * 0.0)?.sum_all()?
    })
    .unwrap();
    assert_eq!(report.verdict, Verdict::Disagree, "{report}");
    assert_eq!(report.agree_nonzero, 0, "{report}");
    let text = report.to_string();
    assert!(text.contains("the analytic gradient is 0 where the error changes, in x"), "{text}");
}

#[test]
fn the_operators_that_are_made_of_others_have_the_right_gradient() {
    let x = variable(&[2, 4], 0.1);
    let (alpha, beta) = (variable(&[4], 2.0), variable(&[4], 3.0));
    passes(&check::<f64>(&[("x", &x)], || error(ops::softmax(&x, 1))).unwrap());
    passes(&check::<f64>(&[("x", &x)], || error(ops::log_softmax(&x, 1))).unwrap());
    passes(&check::<f64>(&[("x", &x)], || error(ops::silu(&x))).unwrap());
    passes(
        &check::<f64>(&[("x", &x), ("alpha", &alpha)], || error(ops::rms_norm_slow(&x, &alpha, 1e-5)))
            .unwrap(),
    );
    let layer_norm = || error(ops::layer_norm_slow(&x, &alpha, &beta, 1e-5));
    passes(&check::<f64>(&[("x", &x), ("alpha", &alpha), ("beta", &beta)], layer_norm).unwrap());
    let target = Tensor::new(&[2u32, 0], &Device::Cpu).unwrap();
    passes(&check::<f64>(&[("x", &x)], || loss::cross_entropy(&x, &target)).unwrap());
}

#[test]
fn the_fused_operators_lose_the_gradient() {
    let [x, alpha, beta] = [single(&[2, 4], 0.1), single(&[4], 2.0), single(&[4], 3.0)];
    let (weighted, shifted) =
        ([("x", &x), ("alpha", &alpha)], [("x", &x), ("alpha", &alpha), ("beta", &beta)]);
    loses_the_gradient::<f32>(&[("x", &x)], || ops::softmax_last_dim(&x));
    loses_the_gradient::<f32>(&weighted, || ops::rms_norm(&x, &alpha, 1e-5));
    loses_the_gradient::<f32>(&shifted, || ops::layer_norm(&x, &alpha, &beta, 1e-5));
    // Rotary embeddings: (batch, heads, time, numbers), or time before heads; angles for three time steps and half
    // the numbers.
    let x = single(&[1, 2, 3, 4], 0.1);
    let angles = single(&[3, 2], 0.7);
    let (cos, sin) = (angles.cos().unwrap().detach(), angles.sin().unwrap().detach());
    loses_the_gradient::<f32>(&[("x", &x)], || rotary_emb::rope_i(&x, &cos, &sin));
    loses_the_gradient::<f32>(&[("x", &x)], || rotary_emb::rope(&x, &cos, &sin));
    let by_time = single(&[1, 3, 2, 4], 0.1);
    loses_the_gradient::<f32>(&[("x", &by_time)], || rotary_emb::rope_thd(&by_time, &cos, &sin));
    // Their slow twins keep it.
    passes(&check::<f32>(&[("x", &x)], || error(rotary_emb::rope_slow(&x, &cos, &sin))).unwrap());
    passes(&check::<f32>(&[("x", &x)], || error(rotary_emb::rope_i_slow(&x, &cos, &sin))).unwrap());
    // The seventh, attention in one piece, is for Metal: on a processor it has no forward pass either.
    assert!(ops::sdpa(&x, &x, &x, None, false, 1.0, 1.0).is_err());
}

#[test]
fn a_constant_with_six_digits_is_seen_in_f64_and_is_nothing_in_f32() {
    // The derivative of gelu_erf has 0.398942 for 1/√(2π).
    let x = variable(&[2, 4], 0.1);
    let double = check::<f64>(&[("x", &x)], || error(x.gelu_erf())).unwrap();
    assert_eq!(double.verdict, Verdict::Disagree, "{double}");
    assert!(double.max_relative_error < 1e-4, "{double}");
    let x = single(&[2, 4], 0.1);
    passes(&check::<f32>(&[("x", &x)], || x.gelu_erf()?.sum_all()).unwrap());
}
