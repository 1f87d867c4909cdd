//! Layers of candle-nn in f32 under the check, alone and with the error in double: right ones, and ones with a fault of 3 %.

mod counting;

use std::collections::HashMap;

use backprop::gradient_check::{Check, ClosureModel, Report, Verdict};
use candle_core::{Device, Result, Tensor, Var, WithDType};
use candle_nn::rnn::{GRUConfig, LSTMConfig};
use candle_nn::{
    BatchNorm, Conv1d, Conv2d, ConvTranspose2d, Embedding, GRU, GroupNorm, LSTM, Linear, Module, PReLU, RNN,
    RmsNorm, VarBuilder, loss, ops,
};
use counting::{Case, Count, numbers};

/// A layer: its groups, of which the first is its input, and its output.
struct Layer {
    name: &'static str,
    groups: &'static [(&'static str, &'static [usize])],
    forward: fn(&[Tensor]) -> Result<Tensor>,
}

fn linear(x: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    Linear::new(weight.clone(), Some(bias.clone())).forward(x)
}

fn conv2d(p: &[Tensor]) -> Result<Tensor> {
    Conv2d::new(p[1].clone(), Some(p[2].clone()), Default::default()).forward(&p[0])
}

/// A batch norm in training, with running statistics of its own.
fn batch_norm(x: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    let zeros = weight.zeros_like()?.detach();
    let ones = weight.ones_like()?.detach();
    BatchNorm::new(weight.elem_count(), zeros, ones, weight.clone(), bias.clone(), 1e-5)?.forward_train(x)
}

/// Attention of one head: `qkv` is a matrix for the questions, one for the keys, one for the values.
fn attention(x: &Tensor, qkv: &Tensor) -> Result<Tensor> {
    let parts = x.matmul(qkv)?.chunk(3, 1)?;
    let scores = (parts[0].matmul(&parts[1].t()?)? * 0.5)?;
    ops::softmax(&scores, 1)?.matmul(&parts[2])
}

fn transformer(p: &[Tensor]) -> Result<Tensor> {
    let normed = ops::layer_norm_slow(&p[0], &p[2], &p[3], 1e-5)?;
    let x = (&p[0] + attention(&normed, &p[1])?)?;
    let inner = linear(&x, &p[4], &p[5])?.silu()?;
    x + linear(&inner, &p[6], &p[7])?
}

fn builder(p: &[Tensor]) -> VarBuilder<'static> {
    let names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"];
    let named = names.into_iter().map(str::to_owned).zip(p[1..].iter().cloned());
    VarBuilder::from_tensors(HashMap::from_iter(named), p[0].dtype(), &Device::Cpu)
}

fn deep(p: &[Tensor]) -> Result<Tensor> {
    p[1..].chunks(2).try_fold(p[0].clone(), |x, layer| ops::sigmoid(&linear(&x, &layer[0], &layer[1])?))
}

const LAYERS: &[Layer] = &[
    Layer {
        name: "linear",
        groups: &[("x", &[3, 4]), ("weight", &[5, 4]), ("bias", &[5])],
        forward: |p| linear(&p[0], &p[1], &p[2]),
    },
    Layer {
        name: "linear, tanh, linear",
        groups: &[("x", &[3, 4]), ("w1", &[5, 4]), ("b1", &[5]), ("w2", &[2, 5]), ("b2", &[2])],
        forward: |p| linear(&linear(&p[0], &p[1], &p[2])?.tanh()?, &p[3], &p[4]),
    },
    Layer {
        name: "linear, relu, linear",
        groups: &[("x", &[3, 4]), ("w1", &[5, 4]), ("b1", &[5]), ("w2", &[2, 5]), ("b2", &[2])],
        forward: |p| linear(&linear(&p[0], &p[1], &p[2])?.relu()?, &p[3], &p[4]),
    },
    Layer {
        name: "four sigmoid layers",
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
        forward: deep,
    },
    Layer {
        name: "conv1d",
        groups: &[("x", &[1, 2, 6]), ("weight", &[3, 2, 3]), ("bias", &[3])],
        forward: |p| Conv1d::new(p[1].clone(), Some(p[2].clone()), Default::default()).forward(&p[0]),
    },
    Layer {
        name: "conv2d",
        groups: &[("x", &[2, 2, 4, 4]), ("weight", &[2, 2, 3, 3]), ("bias", &[2])],
        forward: conv2d,
    },
    Layer {
        name: "conv_transpose2d",
        groups: &[("x", &[1, 2, 3, 3]), ("weight", &[2, 2, 2, 2]), ("bias", &[2])],
        forward: |p| {
            ConvTranspose2d::new(p[1].clone(), Some(p[2].clone()), Default::default()).forward(&p[0])
        },
    },
    Layer {
        name: "conv2d, average pool",
        groups: &[("x", &[1, 2, 6, 6]), ("weight", &[2, 2, 3, 3]), ("bias", &[2])],
        forward: |p| conv2d(p)?.avg_pool2d(2),
    },
    Layer {
        name: "Huber loss",
        groups: &[("x", &[3, 4]), ("weight", &[2, 4]), ("bias", &[2])],
        forward: |p| loss::huber(&linear(&p[0], &p[1], &p[2])?, &p[0].narrow(1, 1, 2)?, 0.7),
    },
    Layer {
        name: "batch norm",
        groups: &[("x", &[4, 3, 2]), ("weight", &[3]), ("bias", &[3])],
        forward: |p| batch_norm(&p[0], &p[1], &p[2]),
    },
    Layer {
        name: "linear, batch norm, tanh",
        groups: &[("x", &[6, 3]), ("w", &[4, 3]), ("b", &[4]), ("weight", &[4]), ("bias", &[4])],
        forward: |p| batch_norm(&linear(&p[0], &p[1], &p[2])?, &p[3], &p[4])?.tanh(),
    },
    Layer {
        name: "layer norm",
        groups: &[("x", &[3, 5]), ("alpha", &[5]), ("beta", &[5])],
        forward: |p| ops::layer_norm_slow(&p[0], &p[1], &p[2], 1e-5),
    },
    Layer {
        name: "rms norm",
        groups: &[("x", &[3, 5]), ("alpha", &[5])],
        forward: |p| RmsNorm::new(p[1].clone(), 1e-5).forward_diff(&p[0]),
    },
    Layer {
        name: "group norm",
        groups: &[("x", &[2, 4, 3]), ("weight", &[4]), ("bias", &[4])],
        forward: |p| GroupNorm::new(p[1].clone(), p[2].clone(), 4, 2, 1e-5)?.forward(&p[0]),
    },
    Layer {
        name: "LSTM",
        groups: &[("x", &[2, 3, 3]), ("w_ih", &[8, 3]), ("w_hh", &[8, 2]), ("b_ih", &[8]), ("b_hh", &[8])],
        forward: |p| {
            let lstm = LSTM::new(3, 2, LSTMConfig::default(), builder(p))?;
            lstm.states_to_tensor(&lstm.seq(&p[0])?)
        },
    },
    Layer {
        name: "GRU",
        groups: &[("x", &[2, 3, 3]), ("w_ih", &[6, 3]), ("w_hh", &[6, 2]), ("b_ih", &[6]), ("b_hh", &[6])],
        forward: |p| {
            let gru = GRU::new(3, 2, GRUConfig::default(), builder(p))?;
            gru.states_to_tensor(&gru.seq(&p[0])?)
        },
    },
    Layer {
        name: "attention",
        groups: &[("x", &[4, 4]), ("qkv", &[4, 12])],
        forward: |p| attention(&p[0], &p[1]),
    },
    Layer {
        name: "transformer layer",
        groups: &[
            ("x", &[3, 4]),
            ("qkv", &[4, 12]),
            ("alpha", &[4]),
            ("beta", &[4]),
            ("w1", &[6, 4]),
            ("b1", &[6]),
            ("w2", &[4, 6]),
            ("b2", &[4]),
        ],
        forward: transformer,
    },
    Layer {
        name: "embedding, linear",
        groups: &[("table", &[5, 3]), ("weight", &[2, 3]), ("bias", &[2])],
        forward: |p| {
            let words = Tensor::new(&[3_u32, 0, 3, 4], &Device::Cpu)?;
            linear(&Embedding::new(p[0].clone(), 3).forward(&words)?, &p[1], &p[2])
        },
    },
    Layer {
        name: "PReLU",
        groups: &[("x", &[3, 4]), ("weight", &[4])],
        forward: |p| PReLU::new(p[1].clone(), false).forward(&p[0]),
    },
    Layer { name: "swiglu", groups: &[("x", &[3, 6])], forward: |p| ops::swiglu(&p[0]) },
    Layer { name: "mish", groups: &[("x", &[3, 4])], forward: |p| ops::mish(&p[0]) },
    Layer { name: "gelu", groups: &[("x", &[3, 4])], forward: |p| p[0].gelu() },
    Layer { name: "elu", groups: &[("x", &[3, 4])], forward: |p| p[0].elu(1.0) },
    Layer { name: "log softmax", groups: &[("x", &[3, 4])], forward: |p| ops::log_softmax(&p[0], 1) },
    Layer {
        name: "cross entropy",
        groups: &[("x", &[3, 4]), ("weight", &[5, 4]), ("bias", &[5])],
        forward: |p| {
            let classes = Tensor::new(&[2_u32, 0, 4], &Device::Cpu)?;
            loss::cross_entropy(&linear(&p[0], &p[1], &p[2])?, &classes)
        },
    },
];

/// E of a layer: each output times a number of its own, or its distance from such a number, squared.
fn error(layer: &Layer, tensors: &[Tensor], squared: bool) -> Result<Tensor> {
    let output = (layer.forward)(tensors)?;
    let weights = Tensor::from_vec(numbers(output.elem_count(), 5), output.shape(), &Device::Cpu)?;
    let weights = weights.to_dtype(output.dtype())?;
    if squared { (output - weights)?.sqr()?.mean_all() } else { (output * weights)?.sum_all() }
}

fn tensors<T: WithDType>(layer: &Layer, mut numbers: &[T]) -> Result<Vec<Tensor>> {
    let tensor = |(_, shape): &(&str, &[usize])| {
        let (own, rest) = numbers.split_at(shape.iter().product());
        numbers = rest;
        Tensor::from_slice(own, *shape, &Device::Cpu)
    };
    layer.groups.iter().map(tensor).collect()
}

/// The gradient, with one group 3 % too large if `fault` names one.
fn gradient(layer: &Layer, numbers: &[f32], squared: bool, fault: Option<usize>) -> Result<Vec<f32>> {
    let variables: Result<Vec<Var>> = tensors(layer, numbers)?.iter().map(Var::from_tensor).collect();
    let variables = variables?;
    let leaves: Vec<Tensor> = variables.iter().map(|variable| variable.as_tensor().clone()).collect();
    let gradients = error(layer, &leaves, squared)?.backward()?;
    let of = |(group, variable): (usize, &Var)| {
        let factor = if fault == Some(group) { 1.03 } else { 1.0 };
        match gradients.get(variable) {
            Some(gradient) => (gradient.flatten_all()? * factor)?.to_vec1(),
            None => Ok(vec![0.0; variable.elem_count()]),
        }
    };
    let all: Result<Vec<_>> = variables.iter().enumerate().map(of).collect();
    Ok(all?.concat())
}

fn check(layer: &Layer, seed: usize, squared: bool, reference: bool, fault: Option<usize>) -> Report {
    let count = layer.groups.iter().map(|(_, shape)| shape.iter().product::<usize>()).sum();
    let mut parameters: Vec<f32> = numbers(count, seed).into_iter().map(|number| number as f32).collect();
    let value = |p: &[f32]| error(layer, &tensors(layer, p)?, squared)?.to_scalar::<f32>();
    let gradient = |p: &[f32]| gradient(layer, p, squared, fault);
    let double = |p: &[f64]| error(layer, &tensors(layer, p)?, squared)?.to_scalar::<f64>();
    let mut model = ClosureModel::fallible(&mut parameters, value, gradient).groups(layer.groups);
    if reference {
        model = model.fallible_reference(double);
    }
    Check::new().try_run(&mut model).unwrap_or_else(|error| panic!("{}: {error}", layer.name))
}

/// Layers whose gradient in candle is wrong: each with the sentence that the report has for it.
const WRONG: &[(Layer, &str)] = &[
    (
        Layer {
            name: "conv1d of two samples",
            groups: &[("x", &[2, 2, 6]), ("weight", &[3, 2, 3]), ("bias", &[3])],
            forward: |p| Conv1d::new(p[1].clone(), Some(p[2].clone()), Default::default()).forward(&p[0]),
        },
        "the disagreements are in x and weight",
    ),
    (
        Layer {
            name: "largest of each square",
            groups: &[("x", &[1, 2, 6, 6])],
            forward: |p| p[0].max_pool2d(2),
        },
        "every analytic value is 0.250000 times the numerical one",
    ),
];

#[test]
fn candle_s_own_wrong_gradients_are_found_and_described() {
    for (layer, sentence) in WRONG {
        for reference in [false, true] {
            let report = check(layer, 0, false, reference, None);
            assert_eq!(report.verdict, Verdict::Disagree, "{report}");
            assert!(report.to_string().contains(sentence), "{report}");
        }
    }
}

fn count(reference: bool) -> Count {
    let check = |case: Case| check(&LAYERS[case.layer], case.seed, case.squared, case.reference, case.fault);
    Count::of(LAYERS.len(), reference, check)
}

#[test]
fn in_f32_no_right_layer_is_accused_and_no_fault_certified() {
    let count = count(false);
    assert_eq!((count.accused, count.certified), (0, 0));
    assert!(count.open <= 4 && count.found >= 99, "{count:?}");
}

#[test]
fn with_a_reference_in_double_nearly_all_faults_are_found() {
    let count = count(true);
    assert_eq!((count.accused, count.certified), (0, 0));
    assert!(count.open <= 1 && count.found >= 99, "{count:?}");
}
