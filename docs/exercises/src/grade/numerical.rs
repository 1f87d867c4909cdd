//! A gradient check of one's own: it must let right gradients pass, and catch every fault of the gallery.

use std::cell::Cell;

use backprop::gradient_check::faults::{BackwardPass, Correct, Fault, GALLERY, gradient};
use backprop::gradient_check::{Forward, Task};
use backprop::{Architecture, Parameters};

use crate::lesson::run;
use crate::{Formula, Grade, Lesson};

/// `is_right(parameters, error, gradient)`: whether `gradient` is −∂E/∂w at these parameters.
type IsRight = fn(&mut [f64], &dyn Fn(&[f64]) -> f64, &[f64]) -> bool;

/// Tests the tester.
pub fn gradient_check(is_right: IsRight) -> Grade {
    for fault in GALLERY {
        right_gradient_passes(is_right, fault)?;
    }
    let missed: Vec<&Fault> = GALLERY
        .iter()
        .map(|fault| Ok((fault, asked(is_right, fault, fault.pass, &|_| {})?)))
        .collect::<Result<Vec<_>, Lesson>>()?
        .into_iter()
        .filter_map(|(fault, passed)| passed.then_some(fault))
        .collect();
    let Some(first) = missed.first() else { return doctored(is_right) };
    let found = format!(
        "{} of {} planted faults pass your check. One of them: {}",
        missed.len(),
        GALLERY.len(),
        first.description
    );
    let diagnosis = if missed.len() == GALLERY.len() {
        "It says yes to everything so far."
    } else if missed.iter().all(|fault| fault.name == "factor-1.03") {
        "Only a small fault is missed: what counts as equal is too generous."
    } else if missed.iter().all(|fault| fault.looks_like.contains("only")) {
        "Those that are missed spoil some of the parameters only: is every one of them compared?"
    } else {
        "Is every parameter compared with its own numerical value, sign and size? Is what counts as equal relative to it?"
    };
    Err(Lesson::new(Formula::NumericalGradient, found, diagnosis))
}

/// Right gradients, changed in one or two places.
fn doctored(is_right: IsRight) -> Grade {
    type Change = fn(&mut [f64]);
    let changes: [(&str, Change); 3] = [
        ("the last entry alone is wrong", |gradient| gradient[gradient.len() - 1] *= 1.5),
        ("the first entry alone is wrong", |gradient| gradient[0] *= 1.5),
        ("two entries are wrong by opposite amounts", |gradient| {
            gradient[0] += 0.01;
            gradient[1] -= 0.01;
        }),
    ];
    for (what, change) in changes {
        if asked(is_right, &GALLERY[0], &Correct, &change)? {
            let found = format!("This passes your check: {what}");
            let diagnosis =
                "Every parameter has to be compared by itself: the first, the last, and each between.";
            return Err(Lesson::new(Formula::NumericalGradient, found, diagnosis));
        }
    }
    Ok(())
}

/// The right gradient must pass, in the set-up of each fault, and the parameters must be left as they were.
fn right_gradient_passes(is_right: IsRight, fault: &Fault) -> Grade {
    if asked(is_right, fault, &Correct, &|_| {})? {
        return Ok(());
    }
    let found = format!(
        "Your check turns a right gradient down: sizes {:?}, {}, {} cost",
        fault.set_up.shapes[0], fault.set_up.activation, fault.set_up.cost
    );
    let accepted = [-1.0, 2.0, 0.5, -2.0, -0.5];
    let accepted =
        accepted.into_iter().find(|&factor| asked(is_right, fault, &Correct, &times(factor)) == Ok(true));
    let diagnosis = match accepted {
        Some(-1.0) => {
            "It accepts the opposite sign. Here a gradient is −∂E/∂w, the direction to move in.".to_owned()
        }
        Some(factor) => {
            format!("It accepts {factor} times the gradient: what is the difference of errors divided by?")
        }
        None => {
            "Is the step neither too large nor too small? Is what counts as equal not too strict?".to_owned()
        }
    };
    Err(Lesson::new(Formula::NumericalGradient, found, diagnosis))
}

fn times(factor: f64) -> impl Fn(&mut [f64]) {
    move |gradient| gradient.iter_mut().for_each(|entry| *entry *= factor)
}

/// What the check says of this pass's gradient, changed so, in the set-up of this fault.
fn asked(
    is_right: IsRight,
    fault: &Fault,
    pass: &dyn BackwardPass,
    change: &dyn Fn(&mut [f64]),
) -> Result<bool, Lesson> {
    let (architecture, parameters, task) = fault.set_up.draw(fault.set_up.shapes[0], 0);
    let gradient = gradient(pass, &architecture, &parameters, &task);
    let mut gradient: Vec<f64> = gradient.iter().collect();
    change(&mut gradient);
    let before: Vec<f64> = parameters.iter().collect();
    let mut numbers = before.clone();
    let evaluations = Cell::new(0);
    let evaluate = |numbers: &[f64]| {
        evaluations.set(evaluations.get() + 1);
        error(&architecture, &task, numbers)
    };
    let passed = run(Formula::NumericalGradient, "a gradient of a small network", || {
        is_right(&mut numbers, &evaluate, &gradient)
    })?;
    if let Some(place) = (0..before.len()).find(|&place| numbers[place].to_bits() != before[place].to_bits())
    {
        let found = format!(
            "After your check, parameter {place} is not what it was:\n    before     {:?}\n    afterwards {:?}",
            before[place], numbers[place]
        );
        return Err(Lesson::new(Formula::NumericalGradient, found, "A check must leave no trace."));
    }
    if evaluations.get() < 2 {
        let found = format!("Your check evaluates the error {} times.", evaluations.get());
        return Err(Lesson::new(
            Formula::NumericalGradient,
            found,
            "It needs two evaluations for each parameter.",
        ));
    }
    Ok(passed)
}

/// E: the mean cost of the samples, and what L2 regularisation adds.
fn error(architecture: &Architecture, task: &Task, numbers: &[f64]) -> f64 {
    let mut parameters = Parameters::zeros(architecture);
    for (parameter, &number) in parameters.iter_mut().zip(numbers) {
        *parameter = number;
    }
    let costs = task.examples.iter().map(|example| {
        let forward = Forward::pass(architecture, &parameters, &example.sample);
        architecture.cost.value(forward.output(), &example.label)
    });
    costs.sum::<f64>() / task.examples.len() as f64 + task.weight_penalty(&parameters)
}
