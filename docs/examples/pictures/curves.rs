//! Curves of the gradient check and of mini-batches.

use backprop::data_set::{Pixels, Source, Targets};
use backprop::graph;
use backprop::training::sample_order;
use backprop::{Architecture, Engine, Label, Sample, WeightInit, vectorized};
use backprop_cli::show::plot::{Axis, Colour, Figure, Mark, Plot};

/// Draws the error of the difference quotient over its step h, for the network and weight of chapter 6.
pub fn step_size() -> String {
    let architecture = Architecture::new(&[3, 4, 2]);
    let start = WeightInit::Normal.draw(&architecture, 0);
    let mut network = graph::Network::from_parameters(&architecture, &start);
    let (sample, label) = (Sample(&[0.9, 0.1, 0.5]), Label(&[0.9, 0.1]));
    network.get_gradient(label, sample);
    let backpropagated = network.gradient().layers[0].weights[0][0];
    let mut error_at = |step: f64| {
        let mut changed = start.clone();
        changed.layers[0].weights[0][0] += step;
        network.set_parameters(&changed);
        network.error(label, sample)
    };
    let distance = |numerical: f64| ((numerical - backpropagated) / backpropagated).abs().max(1e-11);
    let steps: Vec<f64> = (0..=44).map(|quarter| 10f64.powf(-f64::from(quarter) / 4.0)).collect();
    let here = error_at(0.0);
    let one_sided: Vec<_> = steps.iter().map(|&h| (h, distance((here - error_at(h)) / h))).collect();
    let two_sided: Vec<_> =
        steps.iter().map(|&h| (h, distance((error_at(-h) - error_at(h)) / (2.0 * h)))).collect();
    let plot = Plot::new(
        "Left: rounding, divided by h. Right: the formula's own mistake",
        Axis::new("step h").log().range(1e-11, 1.0),
        Axis::new("relative distance from the gradient").log().range(1e-11, 1.0),
    )
    .draw("one-sided: falls with h", Mark::LineAndDots, Colour::Orange, one_sided)
    .draw("two-sided: falls with h²", Mark::LineAndDots, Colour::Blue, two_sided)
    .draw("our h", Mark::Dashed, Colour::Grey, [(1e-5, 1e-11), (1e-5, 1.0)]);
    Figure::new("", [plot]).frame(560, 300).to_svg()
}

/// Draws the error of a ReLU neuron over its weight, and its slopes at the kink.
pub fn kink() -> String {
    let error = |w: f64| 0.5 * (1.0 - w.max(0.0)).powi(2);
    let curve = (-40..=60).map(|i| f64::from(i) / 40.0).map(|w| (w, error(w)));
    let plot = Plot::new(
        "E(w) = ½(1 − max(0, w))² has two slopes at w = 0",
        Axis::new("weight w").range(-1.0, 1.5),
        Axis::new("error E").range(0.0, 0.8),
    )
    .draw("E", Mark::Line, Colour::Blue, curve)
    .draw("from the left: 0", Mark::Dashed, Colour::Green, [(-0.8, 0.5), (0.5, 0.5)])
    .draw("from the right: −1", Mark::Dashed, Colour::Vermilion, [(-0.25, 0.75), (0.5, 0.0)])
    .draw(
        "between w − h and w + h, h = ½",
        Mark::Dashed,
        Colour::Purple,
        [(-0.5, error(-0.5)), (0.5, error(0.5))],
    )
    .draw("", Mark::Dots, Colour::Black, [(0.0, 0.5)]);
    Figure::new("", [plot]).frame(480, 260).to_svg()
}

/// Draws how far the mean gradient of m digits is from the mean over all of them, over m.
pub fn batches() -> String {
    const DIGITS: usize = 1000;
    let data = Source::Digits.load(Pixels::Scaled).expect("the digits are embedded").train.first(DIGITS);
    let architecture = Architecture::new(&[784, 10, 10]);
    let start = WeightInit::Scaled.draw(&architecture, 0);
    let mut network = vectorized::Network::from_parameters(&architecture, &start);
    // The files cycle through the classes; after shuffling, a mini-batch is a random handful.
    let gradients: Vec<Vec<f64>> = sample_order(DIGITS, true, 0, 0)
        .into_iter()
        .map(|index| {
            network.set_parameters(&start);
            network.train_one_sample(
                Label(&data.label(index, Targets::Soft, 10)),
                Sample(&data.sample(index)),
                1.0,
            );
            network.parameters().iter().zip(start.iter()).map(|(after, before)| after - before).collect()
        })
        .collect();
    let mean = |samples: &[Vec<f64>]| -> Vec<f64> {
        let mut sum = vec![0.0; samples[0].len()];
        for gradient in samples {
            sum.iter_mut().zip(gradient).for_each(|(sum, value)| *sum += value);
        }
        sum.iter().map(|sum| sum / samples.len() as f64).collect()
    };
    let whole = mean(&gradients);
    let length = |gradient: &[f64]| gradient.iter().map(|value| value * value).sum::<f64>().sqrt();
    let stray = |m: usize| {
        let squares = gradients.chunks_exact(m).map(|batch| {
            let apart: Vec<f64> = mean(batch).iter().zip(&whole).map(|(a, b)| a - b).collect();
            length(&apart).powi(2)
        });
        (squares.sum::<f64>() / (DIGITS / m) as f64).sqrt() / length(&whole)
    };
    let measured: Vec<(f64, f64)> = [1, 2, 5, 10, 20, 50].map(|m| (m as f64, stray(m))).to_vec();
    let law = measured.iter().map(|&(m, _)| (m, measured[0].1 / m.sqrt()));
    let plot = Plot::new(
        "How far the mean of m gradients is from the mean of all",
        Axis::new("digits in the mini-batch, m").log(),
        Axis::new("distance / length of the mean gradient").log(),
    )
    .add("measured", Mark::LineAndDots, measured.iter().copied())
    .draw("s/√m", Mark::Dashed, Colour::Grey, law);
    Figure::new("", [plot]).frame(480, 280).to_svg()
}
