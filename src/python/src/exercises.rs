//! The exercises on formulas, solved in Python: the judge of docs/exercises calls Python's functions.
//!
//! The judge takes functions, not closures, so Python's functions wait in a thread-local variable.

use std::cell::RefCell;

use backprop_exercises::grade::{self, Perceptron};
use numpy::PyArray1;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::numbers::numbers;

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(judge_exercise, module)?)
}

thread_local! {
    static SOLUTIONS: RefCell<Vec<Py<PyAny>>> = const { RefCell::new(Vec::new()) };
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Returns `None` if the functions are right, otherwise the lesson.
#[pyfunction]
fn judge_exercise(name: &str, solutions: Vec<Py<PyAny>>) -> PyResult<Option<String>> {
    let (count, judge): (usize, fn() -> backprop_exercises::Grade) = match name {
        "neuron_output" => (1, || grade::neuron_output(neuron_output)),
        "perceptron_rule" => (1, || grade::perceptron_rule(perceptron_rule)),
        "xor_by_hand" => (1, || grade::xor_by_hand(xor_by_hand)),
        "layer_forward" => (1, || grade::layer_forward(layer_forward)),
        "cost" => (1, || grade::cost(cost)),
        "output_delta" => (1, || grade::output_delta(two_numbers)),
        "hidden_delta" => (1, || grade::hidden_delta(hidden_delta)),
        "connection_gradient" => (1, || grade::connection_gradient(two_numbers)),
        "update" => (1, || grade::update(update)),
        "matrix_layer" => (3, || grade::matrix_layer(layer_forward, layer_backward, layer_update)),
        "mini_batch_mean" => (1, || grade::mini_batch_mean(mini_batch_mean)),
        "cross_entropy" => (2, || grade::cross_entropy(two_numbers, second_of_two_numbers)),
        "weight_decay" => (1, || grade::weight_decay(weight_decay)),
        "dropout" => (2, || grade::dropout(dropout_output, dropout_delta)),
        "softmax" => (3, || grade::softmax(softmax, log_likelihood, softmax_delta)),
        _ => return Err(PyValueError::new_err(format!("there is no exercise {name}"))),
    };
    if solutions.len() != count {
        let functions = if count == 1 { "one function" } else { &format!("{count} functions") };
        return Err(PyTypeError::new_err(format!("{name} asks for {functions}, not {}", solutions.len())));
    }
    SOLUTIONS.set(solutions);
    RAISED.set(None);
    let grade = judge();
    SOLUTIONS.take();
    match RAISED.take() {
        Some(raised) => Err(raised),
        None => Ok(grade.err().map(|lesson| lesson.to_string())),
    }
}

/// Calls a function of Python. An exception ends the judging, and is raised again.
fn ask<T>(
    place: usize,
    arguments: impl for<'py> FnOnce(Python<'py>) -> PyResult<Bound<'py, PyTuple>>,
    read: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<T>,
) -> T {
    let answer = Python::attach(|py| {
        let solution =
            SOLUTIONS.with_borrow(|solutions| solutions.get(place).map(|solution| solution.clone_ref(py)));
        let solution = solution.ok_or_else(|| PyTypeError::new_err("there is no such function"))?;
        read(&solution.bind(py).call1(arguments(py)?)?)
    });
    answer.unwrap_or_else(|raised| {
        RAISED.set(Some(raised));
        panic!("the function raised an exception")
    })
}

fn array<'py>(py: Python<'py>, numbers: &[f64]) -> Bound<'py, PyArray1<f64>> {
    PyArray1::from_slice(py, numbers)
}

fn matrix<'py>(py: Python<'py>, rows: &[Vec<f64>]) -> PyResult<Bound<'py, PyAny>> {
    py.import("numpy")?.call_method1("array", (rows.to_vec(),))
}

fn number(answer: &Bound<'_, PyAny>) -> PyResult<f64> {
    answer
        .extract()
        .map_err(|_| PyTypeError::new_err(format!("the function must return a number, not {answer}")))
}

fn vector(answer: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    numbers(answer, &|| "what the function returns".to_owned())
}

/// Replaces numbers by those that a function returned.
fn replace(numbers: &mut [f64], returned: &[f64]) -> PyResult<()> {
    if numbers.len() != returned.len() {
        let sentence =
            format!("the function must return {} numbers here, not {}", numbers.len(), returned.len());
        return Err(PyValueError::new_err(sentence));
    }
    numbers.copy_from_slice(returned);
    Ok(())
}

/// Returns what a function returns as a pair.
fn pair<'py>(answer: &Bound<'py, PyAny>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    answer.extract().map_err(|_| PyTypeError::new_err("the function must return a pair: weights and biases"))
}

fn two_numbers(one: f64, other: f64) -> f64 {
    ask(0, |py| (one, other).into_pyobject(py), number)
}

fn second_of_two_numbers(one: f64, other: f64) -> f64 {
    ask(1, |py| (one, other).into_pyobject(py), number)
}

fn neuron_output(weights: &[f64], bias: f64, inputs: &[f64]) -> f64 {
    ask(0, |py| (array(py, weights), bias, array(py, inputs)).into_pyobject(py), number)
}

fn perceptron_rule(weights: &mut [f64], bias: &mut f64, inputs: &[f64], label: f64, rate: f64) {
    let before = (weights.to_vec(), *bias);
    ask(
        0,
        |py| (array(py, &before.0), before.1, array(py, inputs), label, rate).into_pyobject(py),
        |answer| {
            let (new_weights, new_bias) = pair(answer)?;
            *bias = number(&new_bias)?;
            replace(weights, &vector(&new_weights)?)
        },
    );
}

fn xor_by_hand() -> ([Perceptron; 2], Perceptron) {
    let perceptron = |(weights, bias): ([f64; 2], f64)| Perceptron { weights, bias };
    ask(
        0,
        |py| Ok(PyTuple::empty(py)),
        |answer| {
            let (hidden, output): ([([f64; 2], f64); 2], _) = answer.extract().map_err(|_| {
                let sentence = "the function must return two hidden perceptrons and an output perceptron, \
                    each as ((w1, w2), b)";
                PyTypeError::new_err(sentence)
            })?;
            Ok((hidden.map(perceptron), perceptron(output)))
        },
    )
}

fn layer_forward(weights: &[Vec<f64>], biases: &[f64], inputs: &[f64]) -> Vec<f64> {
    ask(0, |py| (matrix(py, weights)?, array(py, biases), array(py, inputs)).into_pyobject(py), vector)
}

fn cost(output: &[f64], label: &[f64]) -> f64 {
    ask(0, |py| (array(py, output), array(py, label)).into_pyobject(py), number)
}

fn hidden_delta(output: f64, weights: &[f64], deltas: &[f64]) -> f64 {
    ask(0, |py| (output, array(py, weights), array(py, deltas)).into_pyobject(py), number)
}

fn update(weight: f64, gradient: f64, rate: f64) -> f64 {
    ask(0, |py| (weight, gradient, rate).into_pyobject(py), number)
}

fn layer_backward(weights: &[Vec<f64>], inputs: &[f64], delta: &[f64]) -> Vec<f64> {
    ask(1, |py| (matrix(py, weights)?, array(py, inputs), array(py, delta)).into_pyobject(py), vector)
}

fn layer_update(weights: &mut [Vec<f64>], biases: &mut [f64], delta: &[f64], inputs: &[f64], rate: f64) {
    let before = (weights.to_vec(), biases.to_vec());
    ask(
        2,
        |py| {
            (matrix(py, &before.0)?, array(py, &before.1), array(py, delta), array(py, inputs), rate)
                .into_pyobject(py)
        },
        |answer| {
            let (rows, returned) = pair(answer)?;
            let rows = rows.try_iter()?.map(|row| vector(&row?)).collect::<PyResult<Vec<_>>>()?;
            if rows.len() != weights.len() {
                return Err(PyValueError::new_err(format!(
                    "W has {} rows, not {}",
                    weights.len(),
                    rows.len()
                )));
            }
            for (row, new) in weights.iter_mut().zip(&rows) {
                replace(row, new)?;
            }
            replace(biases, &vector(&returned)?)
        },
    );
}

fn mini_batch_mean(weights: &mut [f64], gradients: &[Vec<f64>], rate: f64) {
    let before = weights.to_vec();
    ask(
        0,
        |py| (array(py, &before), matrix(py, gradients)?, rate).into_pyobject(py),
        |answer| replace(weights, &vector(answer)?),
    );
}

#[allow(clippy::too_many_arguments, reason = "the exercise has this signature")]
fn weight_decay(
    weights: &mut [f64],
    biases: &mut [f64],
    weight_gradients: &[f64],
    bias_gradients: &[f64],
    rate: f64,
    lambda: f64,
    n: usize,
) {
    let before = (weights.to_vec(), biases.to_vec());
    ask(
        0,
        |py| {
            let (weights, biases) = (array(py, &before.0), array(py, &before.1));
            let gradients = (array(py, weight_gradients), array(py, bias_gradients));
            (weights, biases, gradients.0, gradients.1, rate, lambda, n).into_pyobject(py)
        },
        |answer| {
            let (new_weights, new_biases) = pair(answer)?;
            replace(weights, &vector(&new_weights)?)?;
            replace(biases, &vector(&new_biases)?)
        },
    );
}

fn dropout_output(output: f64, kept: bool, p: f64) -> f64 {
    ask(0, |py| (output, kept, p).into_pyobject(py), number)
}

fn dropout_delta(output: f64, kept: bool, p: f64, sum: f64) -> f64 {
    ask(1, |py| (output, kept, p, sum).into_pyobject(py), number)
}

fn softmax(z: &[f64]) -> Vec<f64> {
    ask(0, |py| (array(py, z),).into_pyobject(py), vector)
}

fn log_likelihood(outputs: &[f64], class: usize) -> f64 {
    ask(1, |py| (array(py, outputs), class).into_pyobject(py), number)
}

fn softmax_delta(outputs: &[f64], class: usize) -> Vec<f64> {
    ask(2, |py| (array(py, outputs), class).into_pyobject(py), vector)
}
