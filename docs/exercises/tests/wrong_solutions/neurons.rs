//! Neurons, perceptrons, XOR.

use super::*;

pub(crate) fn neurons() -> Vec<Wrong> {
    use Formula::{Output, PerceptronRule, Xor};
    vec![
        Wrong("neuron: no bias", Output, || grade::neuron_output(|w, _, x| sigmoid(dot(w, x)))),
        Wrong("neuron: the bias as a threshold", Output, || {
            grade::neuron_output(|w, b, x| sigmoid(dot(w, x) - b))
        }),
        Wrong("neuron: the bias in the loop, once for each input", Output, || {
            grade::neuron_output(|w, b, x| sigmoid(w.iter().zip(x).map(|(w, x)| w * x + b).sum()))
        }),
        Wrong("neuron: the bias behind the sigmoid", Output, || {
            grade::neuron_output(|w, b, x| sigmoid(dot(w, x)) + b)
        }),
        Wrong("neuron: the sigmoid twice", Output, || {
            grade::neuron_output(|w, b, x| sigmoid(sigmoid(b + dot(w, x))))
        }),
        Wrong("neuron: a sigmoid of each product", Output, || {
            grade::neuron_output(|w, b, x| b + w.iter().zip(x).map(|(w, x)| sigmoid(w * x)).sum::<f64>())
        }),
        Wrong("neuron: the sigmoid by hand, e^z for e^-z", Output, || {
            grade::neuron_output(|w, b, x| 1.0 / (1.0 + (b + dot(w, x)).exp()))
        }),
        Wrong("neuron: no sigmoid", Output, || grade::neuron_output(|w, b, x| b + dot(w, x))),
        Wrong("neuron: the loop starts at 1", Output, || {
            grade::neuron_output(|w, b, x| {
                let mut z = b;
                for i in 1..w.len() {
                    z += w[i] * x[i];
                }
                sigmoid(z)
            })
        }),
        Wrong("neuron: = for +=", Output, || {
            grade::neuron_output(|w, b, x| {
                let mut z = b;
                for (w, x) in w.iter().zip(x) {
                    z = w * x;
                }
                sigmoid(z)
            })
        }),
        Wrong("neuron: the mean of the products", Output, || {
            grade::neuron_output(|w, b, x| sigmoid(b + dot(w, x) / w.len() as f64))
        }),
        Wrong("perceptron: answer - label", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                let error = answer(w, *b, x) - t;
                w.iter_mut().zip(x).for_each(|(w, x)| *w += rate * error * x);
                *b += rate * error;
            })
        }),
        Wrong("perceptron: the bias stays", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                let error = t - answer(w, *b, x);
                w.iter_mut().zip(x).for_each(|(w, x)| *w += rate * error * x);
            })
        }),
        Wrong("perceptron: the weighted input for the answer", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                let error = t - (*b + dot(w, x));
                w.iter_mut().zip(x).for_each(|(w, x)| *w += rate * error * x);
                *b += rate * error;
            })
        }),
        Wrong("perceptron: a sigmoid for the answer", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                let error = t - sigmoid(*b + dot(w, x));
                w.iter_mut().zip(x).for_each(|(w, x)| *w += rate * error * x);
                *b += rate * error;
            })
        }),
        Wrong("perceptron: the input left out", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                let error = t - answer(w, *b, x);
                w.iter_mut().for_each(|w| *w += rate * error);
                *b += rate * error;
            })
        }),
        Wrong("perceptron: 1 at 0 already", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                let error = t - if *b + dot(w, x) >= 0.0 { 1.0 } else { 0.0 };
                w.iter_mut().zip(x).for_each(|(w, x)| *w += rate * error * x);
                *b += rate * error;
            })
        }),
        Wrong("perceptron: the answer computed again for each weight", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                for i in 0..w.len() {
                    w[i] += rate * (t - answer(w, *b, x)) * x[i];
                }
                *b += rate * (t - answer(w, *b, x));
            })
        }),
        Wrong("perceptron: no bias in the answer", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                let error = t - answer(w, 0.0, x);
                w.iter_mut().zip(x).for_each(|(w, x)| *w += rate * error * x);
                *b += rate * error;
            })
        }),
        Wrong("perceptron: the bias moves in the loop, once for each input", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                let error = t - answer(w, *b, x);
                for (w, x) in w.iter_mut().zip(x) {
                    *w += rate * error * x;
                    *b += rate * error;
                }
            })
        }),
        Wrong("perceptron: the bias without the rate", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                let error = t - answer(w, *b, x);
                w.iter_mut().zip(x).for_each(|(w, x)| *w += rate * error * x);
                *b += error;
            })
        }),
        Wrong("perceptron: the label for the error", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                if answer(w, *b, x) != t {
                    w.iter_mut().zip(x).for_each(|(w, x)| *w += rate * t * x);
                    *b += rate * t;
                }
            })
        }),
        Wrong("xor: or behind or and nand", Xor, || {
            grade::xor_by_hand(|| {
                let or = Perceptron { weights: [1.0, 1.0], bias: -0.5 };
                let nand = Perceptron { weights: [-1.0, -1.0], bias: 1.5 };
                ([or, nand], or)
            })
        }),
        Wrong("xor: the sign of nand's bias", Xor, || {
            grade::xor_by_hand(|| {
                let or = Perceptron { weights: [1.0, 1.0], bias: -0.5 };
                let nand = Perceptron { weights: [-1.0, -1.0], bias: -1.5 };
                let and = Perceptron { weights: [1.0, 1.0], bias: -1.5 };
                ([or, nand], and)
            })
        }),
        Wrong("xor: and at its very edge, where 0 is not above 0", Xor, || {
            grade::xor_by_hand(|| {
                let or = Perceptron { weights: [1.0, 1.0], bias: -0.5 };
                let nand = Perceptron { weights: [-1.0, -1.0], bias: 1.5 };
                let and = Perceptron { weights: [1.0, 1.0], bias: -2.0 };
                ([or, nand], and)
            })
        }),
        Wrong("xor: the answers the other way round", Xor, || {
            grade::xor_by_hand(|| {
                let or = Perceptron { weights: [1.0, 1.0], bias: -0.5 };
                let nand = Perceptron { weights: [-1.0, -1.0], bias: 1.5 };
                ([or, nand], nand)
            })
        }),
    ]
}
