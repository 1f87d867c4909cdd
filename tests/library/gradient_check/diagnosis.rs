//! The diagnosis of wrong gradients of a model that the check knows only by two closures: an MLP, with the usual
//! mistakes.

use backprop::gradient_check::{Check, ClosureModel, Report, Verdict};

const INPUTS: [[f64; 3]; 4] = [[0.5, -0.9, 0.3], [-0.7, 0.2, 0.8], [0.1, 0.6, -0.4], [0.9, 0.4, 0.7]];
const LABELS: [[f64; 2]; 4] = [[0.2, -0.3], [0.7, 0.1], [-0.5, 0.4], [0.3, 0.9]];

/// The mistakes that [`gradient`] can make.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    None,
    Sign,
    Sum,
    Two,
    Rate,
    Detached,
    BiasForgotten,
    BiasSign,
    BiasDoubled,
    TransposedOutput,
    ShiftedWeights,
    ShiftedBias,
    LastSampleOnly,
    NoSlope,
    WrongInput,
    UntransposedRecursion,
    HiddenSlope,
    RowsScaled,
    ColumnsScaled,
}

/// A network of 3-3-2 tanh neurons and the mean of ½(output − label)² over four samples.
fn forward(p: &[f64], x: &[f64; 3]) -> ([f64; 3], [f64; 2]) {
    let row = |weights: &[f64], inputs: &[f64]| weights.iter().zip(inputs).map(|(w, x)| w * x).sum::<f64>();
    let hidden = [0, 1, 2].map(|j| (row(&p[3 * j..3 * j + 3], x) + p[9 + j]).tanh());
    let output = [0, 1].map(|i| (row(&p[12 + 3 * i..15 + 3 * i], &hidden) + p[18 + i]).tanh());
    (hidden, output)
}

fn error(p: &[f64]) -> f64 {
    let one = |(x, y): (&[f64; 3], &[f64; 2])| {
        let (_, a) = forward(p, x);
        0.5 * ((a[0] - y[0]).powi(2) + (a[1] - y[1]).powi(2))
    };
    INPUTS.iter().zip(&LABELS).map(one).sum::<f64>() / 4.0
}

fn gradient(p: &[f64], fault: Fault) -> Vec<f64> {
    let mut gradient = vec![0.0; 20];
    for (x, y) in INPUTS.iter().zip(&LABELS) {
        let (h, a) = forward(p, x);
        let output_delta = [0, 1].map(|i| {
            let slope = if fault == Fault::NoSlope { 1.0 } else { 1.0 - a[i] * a[i] };
            (a[i] - y[i]) * slope
        });
        let hidden_delta = [0, 1, 2].map(|j| {
            let weight = |i: usize| {
                if fault == Fault::UntransposedRecursion { p[12 + 2 * j + i] } else { p[12 + 3 * i + j] }
            };
            let slope = if fault == Fault::HiddenSlope { 1.0 - h[j] } else { 1.0 - h[j] * h[j] };
            slope * (0..2).map(|i| weight(i) * output_delta[i]).sum::<f64>()
        });
        if fault == Fault::LastSampleOnly {
            gradient.fill(0.0);
        }
        for j in 0..3 {
            for k in 0..3 {
                gradient[3 * j + k] += hidden_delta[j] * x[k] / 4.0;
            }
            gradient[9 + j] += hidden_delta[j] / 4.0;
        }
        for i in 0..2 {
            for j in 0..3 {
                let input = if fault == Fault::WrongInput { x[j] } else { h[j] };
                gradient[12 + 3 * i + j] += output_delta[i] * input / 4.0;
            }
            gradient[18 + i] += output_delta[i] / 4.0;
        }
    }
    let mut times = |range: std::ops::Range<usize>, factor: f64| {
        gradient[range].iter_mut().for_each(|entry| *entry *= factor);
    };
    match fault {
        Fault::Sign => times(0..20, -1.0),
        Fault::Sum => times(0..20, 4.0),
        Fault::Two => times(0..20, 2.0),
        Fault::Rate => times(0..20, 0.1),
        Fault::Detached => times(0..12, 0.0),
        Fault::BiasForgotten => times(9..12, 0.0),
        Fault::BiasSign => times(18..20, -1.0),
        Fault::BiasDoubled => times(9..12, 2.0),
        Fault::TransposedOutput => {
            let right = gradient[12..18].to_vec();
            (0..6).for_each(|place| gradient[12 + place] = right[place % 2 * 3 + place / 2]);
        }
        Fault::ShiftedWeights => gradient[0..9].rotate_right(1),
        Fault::ShiftedBias => gradient[9..12].rotate_left(1),
        Fault::RowsScaled => [2.0, 3.0, 5.0].into_iter().enumerate().for_each(|(row, factor)| {
            gradient[3 * row..3 * row + 3].iter_mut().for_each(|entry| *entry *= factor);
        }),
        Fault::ColumnsScaled => {
            (0..9).for_each(|place| gradient[place] *= [2.0, 3.0, 5.0][place % 3]);
        }
        _ => {}
    }
    gradient
}

fn report(fault: Fault, samples: usize) -> Report {
    let mut parameters: Vec<f64> = (0..20).map(|i| (1.7 * f64::from(i) + 0.3).sin()).collect();
    let groups: [(&str, &[usize]); 4] = [
        ("encoder.0.weight", &[3, 3]),
        ("encoder.0.bias", &[3]),
        ("head.weight", &[2, 3]),
        ("head.bias", &[2]),
    ];
    let model = ClosureModel::new(&mut parameters, error, |p: &[f64]| gradient(p, fault));
    Check::new().run(&mut model.groups(&groups).samples(samples))
}

#[test]
fn the_mistakes_of_a_network_are_recognised_and_placed() {
    let (one_weight, between) = ("encoder.0.weight", "what lies between encoder.0.bias and head.weight");
    let cases = [
        (Fault::Sign, "sign-flipped", vec![]),
        (Fault::Sum, "summed-not-averaged", vec![]),
        (Fault::Two, "constant-factor", vec!["2.000000 times"]),
        (Fault::Rate, "constant-factor", vec!["0.100000 times", "learning rate"]),
        (Fault::Detached, "zero", vec!["0 where the error changes, in encoder.0.weight and encoder.0.bias"]),
        (Fault::BiasForgotten, "zero", vec!["in encoder.0.bias:"]),
        (Fault::BiasSign, "group-factor", vec!["in head.bias", "opposite sign"]),
        (Fault::BiasDoubled, "group-factor", vec!["in encoder.0.bias", "2.000000 times"]),
        (Fault::TransposedOutput, "transposed", vec!["in head.weight"]),
        (Fault::ShiftedWeights, "shifted", vec![one_weight, "one place too far"]),
        (Fault::ShiftedBias, "shifted", vec!["in encoder.0.bias", "one place too early"]),
        (Fault::LastSampleOnly, "one-sample-of-several", vec!["single one"]),
        (Fault::NoSlope, "some-groups", vec![one_weight, "head.bias"]),
        (Fault::WrongInput, "some-groups", vec!["in head.weight,"]),
        (Fault::RowsScaled, "by-row", vec!["in encoder.0.weight", "row"]),
        (Fault::ColumnsScaled, "by-column", vec!["in encoder.0.weight", "column"]),
        (Fault::HiddenSlope, "upstream", vec![between]),
        (Fault::UntransposedRecursion, "upstream", vec!["in encoder.0.weight and encoder.0.bias", between]),
    ];
    assert!(report(Fault::None, 4).passed());
    for (fault, pattern, words) in cases {
        let report = report(fault, 4);
        assert_eq!(report.verdict, Verdict::Disagree, "{report}");
        let diagnosis = report.diagnosis.as_ref().expect("a disagreement has a diagnosis");
        assert_eq!(diagnosis.pattern.name(), pattern, "{fault:?}: {report}");
        for word in words {
            assert!(report.to_string().contains(word), "{fault:?} does not say '{word}': {report}");
        }
    }
    // The number of samples was not given.
    assert!(report(Fault::Sum, 1).to_string().contains("Are there 4 samples"));
}
