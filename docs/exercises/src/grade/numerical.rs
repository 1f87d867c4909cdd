//! Grades a gradient check: it must pass right gradients and catch every fault of the gallery.

use std::cell::Cell;

use backprop::gradient_check::faults::{BackwardPass, CORRECT, Fault, GALLERY};
use backprop::gradient_check::{Forward, Task};
use backprop::{Architecture, Parameters};

use crate::lesson::run;
use crate::{Formula, Grade, Lesson};

/// `is_right(parameters, error, gradient)` returns `true` if `gradient` is −∂E/∂w at these parameters.
type IsRight = fn(&mut [f64], &dyn Fn(&[f64]) -> f64, &[f64]) -> bool;

/// Tests the tester.
pub fn gradient_check(is_right: IsRight) -> Grade {
    for fault in GALLERY {
        right_gradient_passes(is_right, fault)?;
    }
    let missed: Vec<&Fault> = GALLERY
        .iter()
        .map(|fault| Ok((fault, asked(is_right, fault, &fault.pass, &|_| {})?)))
        .collect::<Result<Vec<_>, Lesson>>()?
        .into_iter()
        .filter_map(|(fault, passed)| passed.then_some(fault))
        .collect();
    let Some(first) = missed.first() else {
        doctored(is_right)?;
        return at_any_size(is_right);
    };
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

/// Checks that right gradients fail once they are changed in one or two places.
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
        if asked(is_right, &GALLERY[0], &CORRECT, &change)? {
            let found = format!("This passes your check: {what}");
            let diagnosis =
                "Every parameter has to be compared by itself: the first, the last, and each between.";
            return Err(Lesson::new(Formula::NumericalGradient, found, diagnosis));
        }
    }
    Ok(())
}

/// Checks that the tolerance is relative to the gradient: right gradients must pass and wrong ones fail, whether large
/// or small.
fn at_any_size(is_right: IsRight) -> Grade {
    let diagnosis = "What counts as equal is an absolute distance: too much for small gradients, too little for large ones. \
        Compare the distance with the size of the gradients (chapter 6); an absolute part may be 1e-8, for gradients of 0.";
    let lesson = |found: &str| Err(Lesson::new(Formula::NumericalGradient, found, diagnosis));
    if sines(is_right, 1e-6, 1.5)?.0 {
        return lesson(
            "This passes your check: gradients of about 0.000001, each half as large again as it should be",
        );
    }
    if !sines(is_right, 1e8, 1.0)?.0 {
        return lesson("Your check turns a right gradient down, with entries of about 100,000,000");
    }
    Ok(())
}

/// Returns what the check says about a gradient `factor` times the right one, for an error of `size` times a sum of
/// sines, and how far the check moved a parameter.
fn sines(is_right: IsRight, size: f64, factor: f64) -> Result<(bool, f64), Lesson> {
    let mut numbers = [0.3, -0.7, 1.1];
    let before = numbers;
    let gradient = before.map(|number: f64| -factor * size * number.cos());
    let moved = Cell::new(0.0_f64);
    let error = |numbers: &[f64]| {
        let distances = numbers.iter().zip(&before).map(|(number, before)| (number - before).abs());
        moved.set(distances.fold(moved.get(), f64::max));
        size * numbers.iter().map(|number| number.sin()).sum::<f64>()
    };
    let passed = run(Formula::NumericalGradient, "a gradient of a sum of sines", || {
        is_right(&mut numbers, &error, &gradient)
    })?;
    Ok((passed, moved.get()))
}

/// Returns `true` if the check multiplies by h where it should divide: `/ 2.0 * h` for `/ (2.0 * h)`.
fn multiplies_by_h(is_right: IsRight) -> Result<bool, Lesson> {
    let (_, h) = sines(is_right, 1.0, 1.0)?;
    // The error is so large that the gradient times h² is not small.
    let size = 1.0 / (h * h);
    Ok(h > 0.0 && sines(is_right, size, h * h)?.0 && !sines(is_right, size, 0.0)?.0)
}

/// Checks that the right gradient passes in a fault's set-up, and that the parameters are left as they were.
fn right_gradient_passes(is_right: IsRight, fault: &Fault) -> Grade {
    if asked(is_right, fault, &CORRECT, &|_| {})? {
        return Ok(());
    }
    let found = format!(
        "Your check turns a right gradient down: sizes {:?}, {}, {} cost",
        fault.set_up.shapes[0], fault.set_up.activation, fault.set_up.cost
    );
    let accepted = [-1.0, 2.0, 0.5, -2.0, -0.5];
    let accepted =
        accepted.into_iter().find(|&factor| asked(is_right, fault, &CORRECT, &times(factor)) == Ok(true));
    let diagnosis = match accepted {
        Some(-1.0) => {
            "It accepts the opposite sign. Here a gradient is −∂E/∂w, the direction to move in.".to_owned()
        }
        Some(factor) => {
            format!("It accepts {factor} times the gradient: what is the difference of errors divided by?")
        }
        None if multiplies_by_h(is_right)? => {
            "It accepts h² times the gradient: brackets are missing. `x / 2.0 * h` halves x and multiplies it by h; \
             `x / (2.0 * h)` divides by both."
                .to_owned()
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

/// Returns what the check says about this pass's gradient, after `change`, in the set-up of this fault.
fn asked(
    is_right: IsRight,
    fault: &Fault,
    pass: &BackwardPass,
    change: &dyn Fn(&mut [f64]),
) -> Result<bool, Lesson> {
    let (architecture, parameters, task) = fault.set_up.draw(fault.set_up.shapes[0], 0);
    let gradient = pass.gradient(&architecture, &parameters, &task);
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

/// Returns E: the mean cost of the samples, plus what L2 regularisation adds.
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
