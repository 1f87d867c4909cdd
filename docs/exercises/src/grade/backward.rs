//! Backwards: the two deltas, the gradient of a connection, the change of a weight.

use backprop::Architecture;
use backprop::gradient_check::faults::{BackwardPass, CORRECT};

use crate::lesson::run;
use crate::trial::{NOTHING_YET, Trial, numbers};
use crate::whole::{SHAPES, check_pass, verdict_on};
use crate::{Formula, Grade};

/// What the gradient check says of a backward pass with this formula in it, added to a failed comparison.
fn with_check(grade: Grade, pass: &BackwardPass) -> Grade {
    let Err(mut lesson) = grade else { return grade };
    if lesson.diagnosis == NOTHING_YET {
        return Err(lesson);
    }
    // A formula that panics here has its lesson already.
    let report = run(lesson.formula, "", || check_pass(&Architecture::new(SHAPES[0]), pass));
    if let Some(text) = report.ok().as_ref().and_then(|report| verdict_on(report, lesson.formula)) {
        let gap = if lesson.diagnosis.is_empty() { "" } else { "\n\n" };
        lesson.diagnosis += &format!("{gap}{text}");
    }
    Err(lesson)
}

/// `delta(output, label)`: −∂E/∂z of a sigmoid output node under the quadratic cost.
pub fn output_delta(delta: fn(f64, f64) -> f64) -> Grade {
    let mut trial = Trial::new(
        Formula::OutputDelta,
        [
            "without the slope a(1 − a)",
            "where the sign is turned: a − t in place of t − a",
            "where the slope is a alone",
            "where the slope is 1 − a alone",
            "where the slope is that of tanh, 1 − a²",
            "where the slope is left out and the sign is turned",
            "where the difference is squared",
            "where the label is taken in the slope: t(1 − t)",
            "where the difference is left out: the slope alone",
            "where the label takes the place of the difference",
        ],
    );
    for (a, t) in [(0.356585, 0.378675), (0.8, 1.0), (0.9, 0.1), (0.25, 0.75), (0.5, 0.9)] {
        let what = format!("the delta of an output node with a = {a}, t = {t}");
        let got = run(Formula::OutputDelta, &what, || delta(a, t))?;
        let (slope, difference) = (a * (1.0 - a), t - a);
        let slips = [
            difference,
            -slope * difference,
            a * difference,
            (1.0 - a) * difference,
            (1.0 - a * a) * difference,
            -difference,
            slope * difference * difference,
            t * (1.0 - t) * difference,
            slope,
            slope * t,
        ];
        trial.case(what, slope * difference, got, slips);
    }
    let pass = BackwardPass {
        output_delta: &|context, j| delta(context.forward.output()[j], context.label[j]),
        ..CORRECT
    };
    with_check(trial.grade(), &pass)
}

/// `delta(output, weights, downstream_deltas)`: −∂E/∂z of a hidden sigmoid node, from the weights of its downstream
/// connections and the deltas of the nodes they lead to.
pub fn hidden_delta(delta: fn(f64, &[f64], &[f64]) -> f64) -> Grade {
    let cases: [(f64, &[f64], &[f64]); 4] = [
        (0.649426, &[0.61854, -0.141065], &[0.005068, 0.010314]),
        (0.5, &[2.0], &[0.125]),
        (0.8, &[0.3, -0.7, 0.5], &[0.02, 0.01, -0.04]),
        (0.1, &[-1.2, 0.6], &[-0.03, -0.05]),
    ];
    let mut trial = Trial::new(
        Formula::HiddenDelta,
        [
            "without the slope a(1 − a)",
            "where only the first downstream connection is followed",
            "where only the last downstream connection is followed",
            "where the downstream deltas are added up without their weights",
            "where the mean is taken in place of the sum",
            "where the sign is turned",
            "where the slope is a alone",
            "where the slope is 1 − a alone",
            "where the slope is that of tanh, 1 − a²",
            "where the weights are added up without the deltas",
            "where the output takes the place of the deltas",
            "where the slope is multiplied in twice",
            "where the last downstream connection is left out",
        ],
    );
    for (a, weights, deltas) in cases {
        let what = format!(
            "the delta of a hidden node with a = {a}, weights {}, deltas downstream {}",
            numbers(weights),
            numbers(deltas)
        );
        let got = run(Formula::HiddenDelta, &what, || delta(a, weights, deltas))?;
        let terms: Vec<f64> = weights.iter().zip(deltas).map(|(weight, delta)| weight * delta).collect();
        let (slope, sum) = (a * (1.0 - a), terms.iter().sum::<f64>());
        let slips = [
            sum,
            slope * terms[0],
            slope * terms[terms.len() - 1],
            slope * deltas.iter().sum::<f64>(),
            slope * sum / terms.len() as f64,
            -slope * sum,
            a * sum,
            (1.0 - a) * sum,
            (1.0 - a * a) * sum,
            slope * weights.iter().sum::<f64>(),
            slope * weights.iter().sum::<f64>() * a,
            slope * slope * sum,
            slope * terms[..terms.len() - 1].iter().sum::<f64>(),
        ];
        trial.case(what, slope * sum, got, slips);
    }
    let pass = BackwardPass {
        hidden_delta: &|context, layer, j, downstream| {
            let weights: Vec<f64> = context.weights(layer + 1).iter().map(|row| row[j]).collect();
            delta(context.output(layer)[j], &weights, downstream)
        },
        ..CORRECT
    };
    with_check(trial.grade(), &pass)
}

/// `gradient(delta, input)`: −∂E/∂w of a connection, from the delta of the node it leads to and the output of the node
/// it comes from.
pub fn connection_gradient(gradient: fn(f64, f64) -> f64) -> Grade {
    let mut trial = Trial::new(
        Formula::Gradient,
        [
            "where the input is left out",
            "where the delta is left out",
            "where the sign is turned",
            "where the two are added",
            "where the slope of the input is taken, x(1 − x)",
            "where one is divided by the other",
        ],
    );
    for (delta, x) in [(0.000382, 0.658875), (-0.05, 0.5), (0.125, -2.0), (0.02, 1.0), (0.3, 0.0)] {
        let what = format!(
            "the gradient of a connection with δ = {delta} where it leads to, x = {x} where it comes from"
        );
        let got = run(Formula::Gradient, &what, || gradient(delta, x))?;
        trial.case(what, delta * x, got, [delta, x, -delta * x, delta + x, delta * x * (1.0 - x), delta / x]);
    }
    let pass =
        BackwardPass { weight_gradient: &gradient, bias_gradient: &|delta| gradient(delta, 1.0), ..CORRECT };
    with_check(trial.grade(), &pass)
}

/// `update(weight, gradient, rate)`: the weight after the step; `gradient` is −∂E/∂w, the direction to move in.
pub fn update(update: fn(f64, f64, f64) -> f64) -> Grade {
    let mut trial = Trial::new(
        Formula::Update,
        [
            "where the step goes the wrong way: the gradient here is −∂E/∂w already",
            "where the rate is left out",
            "where the step takes the place of the weight",
            "where the gradient is left out",
            "where the weight does not move",
            "where the gradient is divided by the rate",
            "where the weight is multiplied by the step",
            "where the weight itself is scaled by the rate",
            "where the rate is multiplied in twice",
        ],
    );
    for (w, gradient, rate) in
        [(0.274137, 0.000252, 0.3), (-0.5, 0.1, 0.5), (1.5, -0.25, 0.1), (0.0, 0.4, 2.0), (0.75, -0.125, 1.5)]
    {
        let what = format!("weight {w}, gradient {gradient}, rate {rate}: the weight afterwards");
        let got = run(Formula::Update, &what, || update(w, gradient, rate))?;
        let step = rate * gradient;
        trial.case(
            what,
            w + step,
            got,
            [
                w - step,
                w + gradient,
                step,
                w + rate,
                w,
                w + gradient / rate,
                w * step,
                rate * (w + gradient),
                w + rate * step,
            ],
        );
    }
    trial.grade()
}
