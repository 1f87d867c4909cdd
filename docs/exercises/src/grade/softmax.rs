//! Softmax with the log-likelihood: a model of your own, checked through a closure.

use backprop::gradient_check::{Check, ClosureModel, Sign};

use crate::lesson::run;
use crate::trial::{NOT_FINITE, Trial, as_long_as, numbers};
use crate::whole::verdict;
use crate::{Formula, Grade};

/// `softmax(z)`: the outputs; `cost(outputs, class)`: the log-likelihood cost; `delta(outputs, class)`: −∂E/∂z.
pub fn softmax(
    softmax: fn(&[f64]) -> Vec<f64>,
    cost: fn(&[f64], usize) -> f64,
    delta: fn(&[f64], usize) -> Vec<f64>,
) -> Grade {
    let cases: [&[f64]; 6] = [
        &[1.0, 2.0, 0.5],
        &[0.0, 0.0],
        &[-1.5, 0.25, 3.0, 0.75],
        &[1000.0, 999.0, 998.0],
        &[-1000.0, -1001.0],
        &[-1000.0, 0.0, 1000.0],
    ];
    grade_softmax(softmax, &cases)?;
    grade_cost(cost)?;
    let delta_grade = grade_delta(delta);
    let mut z = [0.3, -0.7, 1.2];
    let report = run(Formula::SoftmaxDelta, "the delta for three classes", || {
        let mut model =
            ClosureModel::new(&mut z, |z: &[f64]| cost(&softmax(z), 1), |z| delta(&softmax(z), 1))
                .sign(Sign::Descent)
                .groups(&[("z", &[3])]);
        Check::new().run(&mut model)
    })?;
    match (delta_grade, verdict(&report)) {
        (Err(mut lesson), Some(text)) => {
            lesson.diagnosis = [lesson.diagnosis, text].join("\n\n").trim().to_owned();
            Err(lesson)
        }
        (grade, _) => grade,
    }
}

fn grade_softmax(softmax: fn(&[f64]) -> Vec<f64>, cases: &[&[f64]]) -> Grade {
    let mut trial = Trial::new(
        Formula::Softmax,
        [
            "where the exponentials are not divided by their sum",
            "where each z is divided by the sum of all, without exponentials",
            "where each number goes through the sigmoid of its own",
            "where the sum is that of the other outputs only",
            "where the exponential of −z is taken",
        ],
    );
    for z in cases {
        let what = format!("softmax of {}", numbers(z));
        let got = run(Formula::Softmax, &what, || softmax(z))?;
        as_long_as(Formula::Softmax, &what, z.len(), got.len())?;
        let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let shifted: Vec<f64> = z.iter().map(|z| (z - largest).exp()).collect();
        let (sum, plain): (f64, f64) = (shifted.iter().sum(), z.iter().sum());
        let opposite: f64 = z.iter().map(|z| (-z).exp()).sum();
        for (j, &z_j) in z.iter().enumerate() {
            let slips = [
                z_j.exp(),
                z_j / plain,
                1.0 / (1.0 + (-z_j).exp()),
                shifted[j] / (sum - shifted[j]),
                (-z_j).exp() / opposite,
            ];
            trial.case(format!("{what}: output {j}"), shifted[j] / sum, got[j], slips);
        }
    }
    trial.grade().map_err(|mut lesson| {
        if lesson.diagnosis == NOT_FINITE {
            lesson.diagnosis =
                "e to the power of 1000 is more than an f64 can hold. What may be subtracted from every z \
                                without changing the outputs?"
                    .to_owned();
        }
        lesson
    })
}

/// Outputs as softmax might give them, and the right class.
const OUTPUTS: [(&[f64], usize); 3] = [(&[0.2, 0.7, 0.1], 1), (&[0.5, 0.5], 0), (&[0.05, 0.15, 0.6, 0.2], 3)];

fn grade_cost(cost: fn(&[f64], usize) -> f64) -> Grade {
    let mut trial = Trial::new(
        Formula::LogLikelihood,
        [
            "with the sign turned",
            "where it is 1 minus the output, without a logarithm",
            "where the other classes count too, as in the cross-entropy",
            "where the logarithms of all outputs are added up",
            "where the logarithm is to the base 2",
        ],
    );
    for (outputs, class) in OUTPUTS {
        let what = format!("the cost of outputs {}, right class {class}", numbers(outputs));
        let got = run(Formula::LogLikelihood, &what, || cost(outputs, class))?;
        let right = -outputs[class].ln();
        let others = outputs.iter().enumerate().filter(|(j, _)| *j != class);
        let slips = [
            -right,
            1.0 - outputs[class],
            right - others.map(|(_, a)| (1.0 - a).ln()).sum::<f64>(),
            -outputs.iter().map(|a| a.ln()).sum::<f64>(),
            right / std::f64::consts::LN_2,
        ];
        trial.case(what, right, got, slips);
    }
    trial.grade()
}

fn grade_delta(delta: fn(&[f64], usize) -> Vec<f64>) -> Grade {
    let mut trial = Trial::new(
        Formula::SoftmaxDelta,
        [
            "with the sign turned: a − t",
            "where a slope a(1 − a) is multiplied in",
            "where only the right class has a delta",
            "where it is the slope of the cost in a, not in z",
            "where every output is taken for wrong: −a without the t",
        ],
    );
    for (outputs, class) in OUTPUTS {
        let what = format!("the delta for outputs {}, right class {class}", numbers(outputs));
        let got = run(Formula::SoftmaxDelta, &what, || delta(outputs, class))?;
        as_long_as(Formula::SoftmaxDelta, &what, outputs.len(), got.len())?;
        for (j, &a) in outputs.iter().enumerate() {
            let own = f64::from(j == class);
            let right = own - a;
            let slips = [-right, a * (1.0 - a) * right, own * right, own / a, -a];
            trial.case(format!("{what}: entry {j}"), right, got[j], slips);
        }
    }
    trial.grade()
}
