//! The list: each fault with its name, a description, its symptom in a report, and the set-up it needs.
//!
//! Compare each function with the step of [`CORRECT`] that it replaces.

use super::Fault;
use super::backward_pass::{BackwardPass, CORRECT, Context, weighted_sum};
use super::set_up::{SetUp, Shape};
use crate::{Activation, Cost};

/// One sample, sigmoid, quadratic cost.
const PLAIN: SetUp = SetUp::new(&[&[3, 4, 2], &[2, 5, 3], &[4, 3, 3, 2]], Shape::Any);
const HIDDEN: SetUp = SetUp::new(PLAIN.shapes, Shape::Hidden);
const TWO_HIDDEN: SetUp = SetUp::new(&[&[3, 4, 3, 2], &[2, 3, 3, 3], &[4, 5, 3, 4, 2]], Shape::TwoHidden);
const EQUAL_AFTER_INPUT: SetUp = SetUp::new(&[&[3, 4, 4], &[2, 3, 3], &[5, 4, 4, 4]], Shape::EqualAfterInput);
const ALL_EQUAL: SetUp = SetUp::new(&[&[4, 4, 4], &[3, 3, 3], &[3, 3, 3, 3]], Shape::AllEqual);
const EQUAL_ENDS: SetUp = SetUp::new(&[&[3, 4, 3], &[2, 5, 2], &[4, 3, 3, 4]], Shape::EqualEnds);
const BATCH: SetUp = SetUp { samples: 4, ..PLAIN };
const WITH_L2: SetUp = SetUp { l2: 0.1, ..PLAIN };

/// Every fault, from the output backwards.
pub static GALLERY: &[Fault] = &[
    Fault {
        name: "missing-slope",
        description: "the output layer's delta lacks the slope a(1 - a) that the quadratic cost needs",
        looks_like: "every layer disagrees; in the last, each neuron has a ratio of its own, 1 / slope, at least 4",
        pattern: "output-delta",
        set_up: PLAIN,
        pass: BackwardPass { output_delta: &|context, j| context.difference(j), ..CORRECT },
    },
    Fault {
        name: "cross-entropy-with-slope",
        description: "the cross-entropy's delta still has the quadratic cost's slope in it",
        looks_like: "every layer disagrees; in the last, each neuron has a ratio of its own, its slope, at most 1/4",
        pattern: "output-delta",
        set_up: SetUp { cost: Cost::CrossEntropy, ..PLAIN },
        pass: BackwardPass { output_delta: &slope_times_difference, ..CORRECT },
    },
    Fault {
        name: "sign-flipped",
        description: "output - label where label - output belongs: training climbs",
        looks_like: "everything disagrees with the ratio -1",
        pattern: "sign-flipped",
        set_up: PLAIN,
        pass: BackwardPass { output_delta: &|context, j| -slope_times_difference(context, j), ..CORRECT },
    },
    Fault {
        name: "factor-1.03",
        description: "the output layer's delta is 3 % too large, as after a forgotten constant; training goes well",
        looks_like: "everything disagrees with the ratio 1.03",
        pattern: "constant-factor",
        set_up: PLAIN,
        pass: BackwardPass {
            output_delta: &|context, j| 1.03 * slope_times_difference(context, j),
            ..CORRECT
        },
    },
    Fault {
        name: "slope-of-another-activation",
        description: "tanh neurons with the sigmoid's slope a(1 - a) in place of 1 - a*a",
        looks_like: "every layer disagrees; in the last, each neuron has a ratio of its own",
        pattern: "output-delta",
        set_up: SetUp { activation: Activation::Tanh, ..PLAIN },
        pass: BackwardPass {
            output_delta: &|context, j| {
                sigmoid_slope(context, context.last_layer(), j) * context.difference(j)
            },
            hidden_delta: &|context, layer, j, downstream| {
                sigmoid_slope(context, layer, j) * missing_hidden_slope(context, layer, j, downstream)
            },
            ..CORRECT
        },
    },
    Fault {
        name: "missing-hidden-slope",
        description: "the hidden layers' delta lacks the slope",
        looks_like: "the last layer agrees, every layer before it disagrees, each neuron with a ratio of its own",
        pattern: "recursion",
        set_up: HIDDEN,
        pass: BackwardPass { hidden_delta: &missing_hidden_slope, ..CORRECT },
    },
    Fault {
        name: "slope-of-the-wrong-layer",
        description: "a hidden layer's delta takes the slope of the layer after it; silent where both are equally large",
        looks_like: "the last layer agrees, every layer before it disagrees",
        pattern: "recursion",
        set_up: EQUAL_AFTER_INPUT,
        pass: BackwardPass { hidden_delta: &slope_of_the_wrong_layer, ..CORRECT },
    },
    Fault {
        name: "transposed",
        description: "row and column exchanged in the product of the transposed W with delta; silent where W is square",
        looks_like: "the last layer agrees, every layer before it disagrees",
        pattern: "recursion",
        set_up: EQUAL_AFTER_INPUT,
        pass: BackwardPass { hidden_delta: &transposed, ..CORRECT },
    },
    Fault {
        name: "first-connection-only",
        description: "the hidden delta follows only the first downstream connection: a return inside the loop",
        looks_like: "the last layer agrees, every layer before it disagrees",
        pattern: "recursion",
        set_up: SetUp { shape: Shape::TwoOutputs, ..PLAIN },
        pass: BackwardPass { hidden_delta: &first_connection_only, ..CORRECT },
    },
    Fault {
        name: "updated-weights",
        description: "the delta is propagated through weights that this very step (of rate 0.3) has updated already",
        looks_like: "the last layer agrees, every layer before it disagrees, most with ratios near 1",
        pattern: "recursion",
        set_up: HIDDEN,
        pass: BackwardPass { hidden_delta: &updated_weights, ..CORRECT },
    },
    Fault {
        name: "off-by-one-layer",
        description: "the delta is propagated through the weights into the layer instead of those out of it",
        looks_like: "the last layer agrees, every layer before it disagrees",
        pattern: "recursion",
        set_up: ALL_EQUAL,
        pass: BackwardPass { hidden_delta: &off_by_one_layer, ..CORRECT },
    },
    Fault {
        name: "loop-ends-early",
        description: "the loop over the hidden layers ends one too early: the first one's delta is never computed",
        looks_like: "only layer 1 disagrees, its analytic gradient is 0",
        pattern: "one-layer",
        set_up: TWO_HIDDEN,
        pass: BackwardPass { lowest_layer: 2, ..CORRECT },
    },
    Fault {
        name: "bias-gradient-dropped",
        description: "the biases get no gradient and keep their starting values forever",
        looks_like: "only biases disagree, their analytic gradient is 0",
        pattern: "bias-gradient-missing",
        set_up: PLAIN,
        pass: BackwardPass { bias_gradient: &|_| 0.0, ..CORRECT },
    },
    Fault {
        name: "input-of-the-wrong-layer",
        description: "the delta is multiplied by the layer's own output in place of its input",
        looks_like: "only weights disagree, in each column of W with one ratio",
        pattern: "input-path",
        set_up: ALL_EQUAL,
        pass: BackwardPass { input_layer: |layer| layer, ..CORRECT },
    },
    Fault {
        name: "label-and-sample-swapped",
        description: "get_gradient(sample, label) calls a method declared (label, sample), as bp.py's own check does",
        looks_like: "everything disagrees; in the last layer the ratio is a number per row times a number per column",
        pattern: "other-sample",
        set_up: EQUAL_ENDS,
        pass: BackwardPass { sample_and_label: |example| (&example.label, &example.sample), ..CORRECT },
    },
    Fault {
        name: "summed-batch",
        description: "the gradient of a mini-batch is summed where it should be averaged",
        looks_like: "everything disagrees, the ratio is the number of samples",
        pattern: "summed-not-averaged",
        set_up: BATCH,
        pass: BackwardPass { divisor: |_| 1.0, ..CORRECT },
    },
    Fault {
        name: "last-sample-only",
        description: "the gradients of a mini-batch overwrite one another: = where += belongs",
        looks_like: "everything disagrees; the analytic values are those of one sample, a delta times an input",
        pattern: "one-sample-of-several",
        set_up: BATCH,
        pass: BackwardPass { accumulate: |sum, entry| *sum = entry, ..CORRECT },
    },
    Fault {
        name: "l2-on-biases",
        description: "L2 regularisation pulls at biases too, not at weights alone",
        looks_like: "only biases disagree, each by lambda/n times the bias",
        pattern: "biases-decay",
        set_up: WITH_L2,
        pass: BackwardPass { biases_decay: true, ..CORRECT },
    },
    Fault {
        name: "l2-forgotten",
        description: "L2 regularisation is in the cost and not in the gradient",
        looks_like: "only weights disagree, each by lambda/n times the weight",
        pattern: "weight-decay",
        set_up: WITH_L2,
        pass: BackwardPass { weights_decay: false, ..CORRECT },
    },
];

fn slope_times_difference(context: &Context, neuron: usize) -> f64 {
    context.slope(context.last_layer(), neuron) * context.difference(neuron)
}

/// Returns the slope of a sigmoid, a(1 − a), whatever the activation is.
fn sigmoid_slope(context: &Context, layer: usize, neuron: usize) -> f64 {
    let output = context.output(layer)[neuron];
    output * (1.0 - output)
}

fn missing_hidden_slope(context: &Context, layer: usize, neuron: usize, downstream: &[f64]) -> f64 {
    let weights = context.weights(layer + 1);
    weighted_sum(downstream, |i| weights[i][neuron])
}

/// `sigmoid_prime(zs[-l+1])` for `zs[-l]`.
fn slope_of_the_wrong_layer(context: &Context, layer: usize, neuron: usize, downstream: &[f64]) -> f64 {
    context.slope(layer + 1, neuron) * missing_hidden_slope(context, layer, neuron, downstream)
}

/// Exchanges row and column. Between layers of different sizes this would crash; here it is silent.
fn transposed(context: &Context, layer: usize, neuron: usize, downstream: &[f64]) -> f64 {
    let weights = context.weights(layer + 1);
    context.slope(layer, neuron) * weighted_sum(downstream, |i| weights[neuron][i])
}

/// A `return` inside the loop over the downstream connections, or `=` for `+=`.
fn first_connection_only(context: &Context, layer: usize, neuron: usize, downstream: &[f64]) -> f64 {
    let weights = context.weights(layer + 1);
    context.slope(layer, neuron) * weights[0][neuron] * downstream[0]
}

/// Uses the weights after the update, with a rate of 0.3 as in the article's examples.
fn updated_weights(context: &Context, layer: usize, neuron: usize, downstream: &[f64]) -> f64 {
    let (weights, output) = (context.weights(layer + 1), context.output(layer)[neuron]);
    let updated = |i: usize| weights[i][neuron] + 0.3 * downstream[i] * output;
    context.slope(layer, neuron) * weighted_sum(downstream, updated)
}

/// Uses the weights into the layer instead of those out of it: W\[l\] for W\[l + 1\].
fn off_by_one_layer(context: &Context, layer: usize, neuron: usize, downstream: &[f64]) -> f64 {
    let weights = context.weights(layer);
    context.slope(layer, neuron) * weighted_sum(downstream, |i| weights[i][neuron])
}
