//! Operators of burn 0.22.1 under the check.

use backprop::gradient_check::{Report, Verdict};
use backprop_adapters::burn::check;
use burn_tensor::{Tensor, activation};

fn numbers(count: usize) -> Vec<f32> {
    (0..count).map(|i| (1.3 * i as f32 + 0.1).sin()).collect()
}

/// An error that depends on every output: each times a number of its own.
fn error(output: Tensor<2>) -> Tensor<1> {
    let weights = Tensor::<1>::from_floats(&numbers(8)[..], &output.device()).reshape([2, 4]);
    (output * weights).sum()
}

fn one(operator: impl Fn(Tensor<2>) -> Tensor<2>) -> Report {
    let shape: [usize; 2] = [2, 4];
    check(&[("x", &shape)], &mut numbers(8), |x| error(operator(x[0].clone().reshape([2, 4]))), false)
}

#[test]
fn activations_products_and_softmax_have_the_right_gradient() {
    let reports = [
        one(|x| activation::softmax(x, 1)),
        one(activation::gelu),
        one(activation::sigmoid),
        one(activation::silu),
        one(|x| x.clone().matmul(x.transpose()).matmul(Tensor::ones([2, 4], &Default::default()))),
    ];
    for report in reports {
        assert!(report.passed(), "{report}");
    }
}

#[test]
fn a_detached_half_is_named() {
    let shape: [usize; 2] = [2, 4];
    let product = |x: &[Tensor<1>]| error((x[0].clone() * x[1].clone().detach()).reshape([2, 4]));
    let report = check(&[("kept", &shape), ("lost", &shape)], &mut numbers(16), product, false);
    assert_eq!(report.verdict, Verdict::Disagree);
    assert!(report.to_string().contains("0 where the error changes, in lost:"), "{report}");
}

#[test]
fn a_product_with_a_zero_in_it_has_the_right_gradient() {
    // Versions before this one divided by the zero.
    let product = |mut numbers: [f32; 4]| check(&[("x", &[4])], &mut numbers, |x| x[0].clone().prod(), false);
    for numbers in [[2.0, -1.5, 3.0, 0.5], [2.0, 0.0, 3.0, 4.0]] {
        let report = product(numbers);
        assert!(report.passed(), "{report}");
    }
}
