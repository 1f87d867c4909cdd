//! Layers of burn 0.22.1 in f32 under the check, alone and with the error in double: right ones, and ones with a fault of 3 %.

mod counting;

use backprop::gradient_check::{Check, ClosureModel, Report};
use backprop_adapters::burn::{gradient, value};
use burn_tensor::ops::{
    AttentionModuleOptions, AvgPoolOptions, ConvOptions, ConvTransposeOptions, MaxPoolOptions,
};
use burn_tensor::{Int, Tensor, TensorData, activation, loss, module};
use counting::{Case, Count, numbers};

/// A layer: its groups, of which the first is its input, and its output.
struct Layer {
    groups: &'static [(&'static str, &'static [usize])],
    forward: fn(&Groups) -> Tensor<1>,
}

/// The tensors of a layer.
struct Groups<'t> {
    layer: &'static Layer,
    flat: &'t [Tensor<1>],
}

impl Groups<'_> {
    /// A group in its shape.
    fn get<const D: usize>(&self, number: usize) -> Tensor<D> {
        let shape: [usize; D] =
            self.layer.groups[number].1.try_into().expect("as many numbers as dimensions");
        self.flat[number].clone().reshape(shape)
    }

    /// A linear layer whose weight is the group of this number, and whose bias the next.
    fn linear(&self, x: Tensor<2>, weight: usize) -> Tensor<2> {
        module::linear(x, self.get::<2>(weight), Some(self.get::<1>(weight + 1)))
    }

    fn conv2d(&self) -> Tensor<4> {
        let options = ConvOptions::new([1, 1], [1, 1], [1, 1], 1);
        module::conv2d(self.get::<4>(0), self.get::<4>(1), Some(self.get::<1>(2)), options)
    }
}

fn flat<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    let count = tensor.dims().iter().product::<usize>();
    tensor.reshape([count])
}

/// Attention of one head: `qkv` is a matrix for the questions, one for the keys, one for the values.
fn attention(x: Tensor<2>, qkv: Tensor<2>) -> Tensor<2> {
    let [time, size] = x.dims();
    let parts = x.matmul(qkv).chunk(3, 1);
    let [q, k, v] = [0, 1, 2].map(|part: usize| parts[part].clone().reshape([1, 1, time, size]));
    module::attention(q, k, v, None, None, AttentionModuleOptions::default()).reshape([time, size])
}

const IN_AND_TWO_LINEAR: &[(&str, &[usize])] =
    &[("x", &[3, 4]), ("w1", &[4, 5]), ("b1", &[5]), ("w2", &[5, 2]), ("b2", &[2])];
const ONE_INPUT: &[(&str, &[usize])] = &[("x", &[3, 4])];

static LAYERS: [Layer; 25] = [
    Layer {
        groups: &[("x", &[3, 4]), ("weight", &[4, 5]), ("bias", &[5])],
        forward: |p| flat(p.linear(p.get(0), 1)),
    },
    Layer { groups: IN_AND_TWO_LINEAR, forward: |p| flat(p.linear(p.linear(p.get(0), 1).tanh(), 3)) },
    Layer {
        groups: IN_AND_TWO_LINEAR,
        forward: |p| flat(p.linear(activation::relu(p.linear(p.get(0), 1)), 3)),
    },
    Layer {
        groups: &[
            ("x", &[2, 3]),
            ("w1", &[3, 3]),
            ("b1", &[3]),
            ("w2", &[3, 3]),
            ("b2", &[3]),
            ("w3", &[3, 3]),
            ("b3", &[3]),
            ("w4", &[3, 3]),
            ("b4", &[3]),
        ],
        forward: |p| {
            flat([1, 3, 5, 7].into_iter().fold(p.get(0), |x, w| activation::sigmoid(p.linear(x, w))))
        },
    },
    Layer {
        groups: &[("x", &[2, 2, 6]), ("weight", &[3, 2, 3]), ("bias", &[3])],
        forward: |p| {
            let options = ConvOptions::new([1], [0], [1], 1);
            flat(module::conv1d(p.get::<3>(0), p.get::<3>(1), Some(p.get::<1>(2)), options))
        },
    },
    Layer {
        groups: &[("x", &[2, 2, 4, 4]), ("weight", &[2, 2, 3, 3]), ("bias", &[2])],
        forward: |p| flat(p.conv2d()),
    },
    Layer {
        groups: &[("x", &[1, 2, 4]), ("weight", &[2, 2, 3]), ("bias", &[2])],
        forward: |p| {
            let options = ConvTransposeOptions::new([2], [0], [0], [1], 1);
            flat(module::conv_transpose1d(p.get::<3>(0), p.get::<3>(1), Some(p.get::<1>(2)), options))
        },
    },
    Layer {
        groups: &[("x", &[1, 2, 3, 3]), ("weight", &[2, 2, 2, 2]), ("bias", &[2])],
        forward: |p| {
            let options = ConvTransposeOptions::new([1, 1], [0, 0], [0, 0], [1, 1], 1);
            flat(module::conv_transpose2d(p.get::<4>(0), p.get::<4>(1), Some(p.get::<1>(2)), options))
        },
    },
    Layer {
        groups: &[("x", &[1, 2, 4, 4]), ("weight", &[2, 2, 3, 3]), ("bias", &[2])],
        forward: |p| flat(module::avg_pool2d(p.conv2d(), AvgPoolOptions::new([2, 2]))),
    },
    Layer {
        groups: &[("x", &[1, 2, 4, 4]), ("weight", &[2, 2, 3, 3]), ("bias", &[2])],
        forward: |p| flat(module::max_pool2d(p.conv2d(), MaxPoolOptions::new([2, 2]))),
    },
    Layer {
        groups: &[("x", &[1, 2, 5, 4])],
        forward: |p| flat(module::adaptive_avg_pool2d(p.get::<4>(0), [2, 3])),
    },
    Layer {
        groups: &[("x", &[4, 3, 2]), ("weight", &[3]), ("bias", &[3])],
        forward: |p| flat(module::batch_norm_train(p.get::<3>(0), p.get::<1>(1), p.get::<1>(2), 1e-5).output),
    },
    Layer {
        groups: &[("x", &[6, 3]), ("w", &[3, 4]), ("b", &[4]), ("weight", &[4]), ("bias", &[4])],
        forward: |p| {
            let x = p.linear(p.get(0), 1);
            flat(module::batch_norm_train(x, p.get::<1>(3), p.get::<1>(4), 1e-5).output.tanh())
        },
    },
    Layer {
        groups: &[("x", &[3, 5]), ("gamma", &[5]), ("beta", &[5])],
        forward: |p| flat(module::layer_norm(p.get::<2>(0), p.get::<1>(1), Some(p.get::<1>(2)), 1e-5)),
    },
    Layer { groups: &[("x", &[4, 4]), ("qkv", &[4, 12])], forward: |p| flat(attention(p.get(0), p.get(1))) },
    Layer {
        groups: &[
            ("x", &[3, 4]),
            ("qkv", &[4, 12]),
            ("gamma", &[4]),
            ("beta", &[4]),
            ("w1", &[4, 6]),
            ("b1", &[6]),
            ("w2", &[6, 4]),
            ("b2", &[4]),
        ],
        forward: |p| {
            let x: Tensor<2> = p.get(0);
            let normed = module::layer_norm(x.clone(), p.get::<1>(2), Some(p.get::<1>(3)), 1e-5);
            let x = x + attention(normed, p.get(1));
            flat(x.clone() + p.linear(activation::silu(p.linear(x, 4)), 6))
        },
    },
    Layer {
        groups: &[("table", &[5, 3]), ("weight", &[3, 2]), ("bias", &[2])],
        forward: |p| {
            let table: Tensor<2> = p.get(0);
            let words = Tensor::<1, Int>::from_ints([3, 0, 3, 4], &table.device()).reshape([1, 4]);
            flat(p.linear(module::embedding(table, words).reshape([4, 3]), 1))
        },
    },
    Layer {
        groups: &[("x", &[3, 4]), ("weight", &[4])],
        forward: |p| flat(activation::prelu(p.get::<2>(0), p.get::<1>(1))),
    },
    Layer { groups: ONE_INPUT, forward: |p| flat(activation::glu(p.get::<2>(0), 1)) },
    Layer { groups: ONE_INPUT, forward: |p| flat(activation::mish(p.get::<2>(0))) },
    Layer { groups: ONE_INPUT, forward: |p| flat(activation::gelu(p.get::<2>(0))) },
    Layer { groups: ONE_INPUT, forward: |p| flat(activation::softplus(p.get::<2>(0), 1.0)) },
    Layer { groups: ONE_INPUT, forward: |p| flat(activation::log_softmax(p.get::<2>(0), 1)) },
    Layer {
        groups: &[("x", &[3, 4]), ("weight", &[4, 5]), ("bias", &[5])],
        forward: |p| {
            let logits = p.linear(p.get(0), 1);
            let mut classes = vec![0.0; 15];
            [2, 5, 14].into_iter().for_each(|place: usize| classes[place] = 1.0);
            let targets = constants(&logits, classes).reshape([3, 5]);
            loss::cross_entropy_with_logits(logits, targets)
        },
    },
    Layer {
        // A recurrent layer over three time steps.
        groups: &[("x", &[3, 3]), ("w", &[3, 2]), ("b", &[2]), ("u", &[2, 2]), ("c", &[2])],
        forward: |p| {
            let x: Tensor<2> = p.get(0);
            let first = p.linear(x.clone().narrow(0, 0, 1), 1).tanh();
            let step =
                |h: Tensor<2>, time| (p.linear(x.clone().narrow(0, time, 1), 1) + p.linear(h, 3)).tanh();
            flat((1..3).fold(first, step))
        },
    },
];

/// These numbers as a tensor, on the device and in the type of another.
fn constants<const D: usize>(like: &Tensor<D>, numbers: Vec<f64>) -> Tensor<1> {
    let count = numbers.len();
    Tensor::from_data(TensorData::new(numbers, [count]), (&like.device(), like.dtype()))
}

fn check(case: Case) -> Report {
    let layer = &LAYERS[case.layer];
    // Each output times a number of its own, or its distance from such a number, squared.
    let error = |tensors: &[Tensor<1>]| {
        let output = (layer.forward)(&Groups { layer, flat: tensors });
        let weights = constants(&output, numbers(output.dims()[0], 5));
        if case.squared { (output - weights).square().mean() } else { (output * weights).sum() }
    };
    let sizes = layer.groups.iter().map(|(_, shape)| shape.iter().product::<usize>());
    let sizes: Vec<usize> = sizes.collect();
    let gradient = |p: &[f32]| {
        let mut gradient = gradient(layer.groups, p, error);
        if let Some(fault) = case.fault {
            let start = sizes[..fault].iter().sum::<usize>();
            gradient[start..start + sizes[fault]].iter_mut().for_each(|entry| *entry *= 1.03);
        }
        gradient
    };
    let count = sizes.iter().sum();
    let mut parameters: Vec<f32> =
        numbers(count, case.seed).into_iter().map(|number| number as f32).collect();
    let value_in_single = |p: &[f32]| value(layer.groups, p, error);
    let mut model = ClosureModel::new(&mut parameters, value_in_single, gradient).groups(layer.groups);
    if case.reference {
        model = model.reference(|p| value(layer.groups, p, error));
    }
    Check::new().run(&mut model)
}

#[test]
fn in_f32_no_right_layer_is_accused_and_no_fault_certified() {
    let count = Count::of(LAYERS.len(), false, check);
    assert_eq!((count.accused, count.certified), (0, 0));
    assert!(count.open <= 4 && count.found >= 99, "{count:?}");
}

#[test]
fn with_a_reference_in_double_nearly_all_faults_are_found() {
    let count = Count::of(LAYERS.len(), true, check);
    assert_eq!((count.accused, count.certified), (0, 0));
    assert!(count.open <= 1 && count.found >= 99, "{count:?}");
}
