//! What learners really write: a table of wrong solutions, each with the formula in which its mistake is. The judge must
//! reject every one, and say where to look.
//!
//! It was written without a look at the judge. A solution that is accepted, or a lesson that points to another formula, is a
//! fault of the judge, not of the table.

mod batches;
mod checks;
mod deltas;
mod dropout;
mod layers;
mod learning;
mod matrices;
mod neurons;
mod softmax;
mod steps;
mod updates;

use std::panic::catch_unwind;

use backprop::graph::{ConnectionId, ConstNode, Layer, Network, Node, NodeId};
use backprop::{Activation::Sigmoid, Architecture, Label, Sample, sigmoid};
use backprop_exercises::grade::{self, Perceptron};
use backprop_exercises::{Formula, Grade};

/// What went wrong in the learner's mind, where that is, and the learner's functions in the hands of the judge.
struct Wrong(&'static str, Formula, fn() -> Grade);

fn all() -> Vec<Wrong> {
    let mut all = neurons::neurons();
    all.extend(layers::layers_and_costs());
    all.extend(deltas::deltas());
    all.extend(updates::gradients_and_updates());
    all.extend(steps::training_steps());
    all.extend(checks::gradient_checks());
    all.extend(matrices::matrix_layers());
    all.extend(batches::mini_batches());
    all.extend(learning::cross_entropies());
    all.extend(learning::weight_decays());
    all.extend(dropout::dropouts());
    all.extend(softmax::softmaxes());
    all
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// 1 above 0.
fn answer(weights: &[f64], bias: f64, inputs: &[f64]) -> f64 {
    if bias + dot(weights, inputs) > 0.0 { 1.0 } else { 0.0 }
}

/// Solutions that run out of a list, or into a panic of `backprop`. In a table of their own: their lesson is the panic.
fn panics() -> Vec<Wrong> {
    use Formula::{Cost, HiddenDelta, LayerDelta, LayerOutput, Output, Wiring};
    vec![
        Wrong("neuron: one too many", Output, || {
            grade::neuron_output(|w, b, x| sigmoid(b + (0..=w.len()).map(|i| w[i] * x[i]).sum::<f64>()))
        }),
        Wrong("layer: w[i][j] for w[j][i]", LayerOutput, || {
            grade::layer_forward(|w, b, x| {
                let z = |j: usize| b[j] + (0..x.len()).map(|i| w[i][j] * x[i]).sum::<f64>();
                (0..b.len()).map(|j| sigmoid(z(j))).collect()
            })
        }),
        Wrong("cost: counted from 1", Cost, || {
            grade::cost(|a, t| 0.5 * (1..=a.len()).map(|i| (t[i] - a[i]).powi(2)).sum::<f64>())
        }),
        Wrong("hidden delta: one too many", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| a * (1.0 - a) * (0..=w.len()).map(|i| w[i] * d[i]).sum::<f64>())
        }),
        Wrong(
            "step: connections to constant nodes",
            Wiring,
            steps::wired::<{ steps::fault::TO_CONST_NODES }>,
        ),
        Wrong("step: connections the other way", Wiring, steps::wired::<{ steps::fault::BACKWARDS }>),
        Wrong("matrix: w[i][j] for w[j][i]", LayerDelta, || {
            let wrong = |w: &[Vec<f64>], x: &[f64], delta: &[f64]| {
                let sum = |i: usize| (0..delta.len()).map(|j| w[i][j] * delta[j]).sum::<f64>();
                (0..x.len()).map(|i| x[i] * (1.0 - x[i]) * sum(i)).collect()
            };
            grade::matrix_layer(matrices::forward, wrong, matrices::move_layer)
        }),
    ]
}

#[test]
fn no_wrong_solution_is_accepted_and_nearly_every_one_is_located() {
    let all = all();
    let (mut accepted, mut panicked, mut elsewhere) = (Vec::new(), Vec::new(), Vec::new());
    for Wrong(name, formula, graded) in &all {
        match catch_unwind(graded) {
            Err(_) => panicked.push(format!("{name}: the judge itself")),
            Ok(Ok(())) => accepted.push(*name),
            Ok(Err(lesson)) if lesson.found.contains("panics") => panicked.push(format!("{name}: {lesson}")),
            Ok(Err(lesson)) if lesson.formula != *formula => {
                elsewhere.push(format!(
                    "{name}: in {formula:?}, and the lesson is about {:?}{lesson}",
                    lesson.formula
                ));
            }
            Ok(Err(_)) => {}
        }
    }
    let located = all.len() - accepted.len() - panicked.len() - elsewhere.len();
    println!("{} wrong solutions, {located} located", all.len());
    for (what, list) in
        [("accepted", accepted.len()), ("panics", panicked.len()), ("elsewhere", elsewhere.len())]
    {
        println!("{what}: {list}");
    }
    accepted.iter().for_each(|name| println!("\naccepted: {name}"));
    panicked.iter().for_each(|text| println!("\na panic: {text}"));
    elsewhere.iter().for_each(|text| println!("\nelsewhere: {text}"));

    assert!(all.len() >= 45);
    assert!(accepted.is_empty(), "accepted: {accepted:#?}");
    assert!(panicked.is_empty(), "panics: {panicked:#?}");
    // 38 of 45, or as good.
    assert!(45 * located >= 38 * all.len(), "{located} of {} are located", all.len());
}

#[test]
fn a_solution_that_panics_gets_a_lesson_about_the_formula_that_did() {
    for Wrong(name, formula, graded) in panics() {
        let lesson = catch_unwind(graded).expect("the judge panics").expect_err(name);
        assert_eq!(lesson.formula, formula, "{name}: {lesson}");
    }
}

#[test]
fn absolute_tolerances_missing_brackets_and_dropout_by_p_are_recognised() {
    let told = |wanted: &str| {
        let all = all();
        let Wrong(.., graded) = all.iter().find(|Wrong(name, ..)| *name == wanted).expect(wanted);
        graded().expect_err(wanted).diagnosis
    };
    for name in [
        "check: an absolute tolerance, and a narrow one",
        "check: an absolute tolerance among a relative one",
    ] {
        assert!(
            told(name).starts_with("What counts as equal is an absolute distance"),
            "{name}: {}",
            told(name)
        );
    }
    for grade in [
        checks::without_brackets::<3>(),
        checks::without_brackets::<4>(),
        checks::without_brackets::<5>(),
        checks::without_brackets::<6>(),
    ] {
        let lesson = grade.expect_err("accepted");
        assert!(lesson.diagnosis.starts_with("It accepts h² times the gradient: brackets"), "{lesson}");
    }
    for name in ["dropout: divided by p", "dropout delta: divided by p"] {
        assert!(
            told(name).contains("divided by p, the probability of being silenced"),
            "{name}: {}",
            told(name)
        );
    }
}

#[test]
fn the_step_whose_faults_are_switched_is_right_with_none() {
    let grade =
        grade::training_step(steps::wire::<{ steps::fault::NONE }>, steps::step::<{ steps::fault::NONE }>);
    assert_eq!(grade, Ok(()));
}

#[test]
fn every_exercise_has_wrong_solutions_under_names_of_their_own() {
    let all = all();
    for (i, Wrong(name, ..)) in all.iter().enumerate() {
        assert!(all[..i].iter().all(|Wrong(other, ..)| other != name), "twice: {name}");
    }
}

#[test]
#[ignore = "it prints every lesson, to be read"]
fn every_lesson_is_printed() {
    for Wrong(name, formula, graded) in all().iter().chain(&panics()) {
        println!(
            "\n===== {name} ({formula:?}){}",
            graded().map_or_else(|lesson| lesson.to_string(), |()| "accepted".into())
        );
    }
}
