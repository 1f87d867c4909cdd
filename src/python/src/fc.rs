//! Single functions of a layer, with fc.py's names, in the matrices of numpy: changes made to them in Python count.

use backprop::Activation;
use numpy::ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use numpy::{PyArray2, PyArrayMethods as _, PyReadonlyArray2, PyReadwriteArray2, ToPyArray as _};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::matrices::activation;

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(fc_forward, module)?)?;
    module.add_function(wrap_pyfunction!(fc_backward, module)?)?;
    module.add_function(wrap_pyfunction!(fc_update, module)?)?;
    module.add_function(wrap_pyfunction!(fc_step, module)?)?;
    module.add_function(wrap_pyfunction!(activate, module)?)?;
    module.add_function(wrap_pyfunction!(slope, module)?)
}

type Matrix<'py> = Bound<'py, PyArray2<f64>>;

fn column(py: Python<'_>, numbers: Array1<f64>) -> Matrix<'_> {
    PyArray2::from_owned_array(py, numbers.insert_axis(Axis(1)))
}

/// Returns f(W·x + b).
fn output(
    w: &ArrayView2<'_, f64>,
    b: &ArrayView1<'_, f64>,
    input: &ArrayView1<'_, f64>,
    activation: Activation,
) -> Array1<f64> {
    (w.dot(input) + b).mapv_into(|z| activation.value(z))
}

/// Returns the delta of the layer before, σ'(x) ∘ Wᵀ·δ, and the gradient of W, δ·xᵀ.
fn delta_and_gradient(
    w: &ArrayView2<'_, f64>,
    input: &ArrayView1<'_, f64>,
    delta: &ArrayView1<'_, f64>,
    activation: Activation,
) -> (Array1<f64>, Array2<f64>) {
    let inputs = input.to_vec();
    let mut gradient = Vec::with_capacity(w.len());
    // Row by row, as W is in memory.
    let mut before = Array1::zeros(inputs.len());
    for (row, &delta) in w.rows().into_iter().zip(delta) {
        before.scaled_add(delta, &row);
        gradient.extend(inputs.iter().map(|x| delta * x));
    }
    // As in fc.py, the slope of the input is that of this layer's own function.
    before.zip_mut_with(input, |sum, &x| *sum *= activation.derivative_from_output(x));
    (before, Array2::from_shape_vec(w.raw_dim(), gradient).unwrap_or_default())
}

/// Returns the output of a layer. Shapes are checked in Python.
#[pyfunction]
fn fc_forward<'py>(
    py: Python<'py>,
    w: PyReadonlyArray2<'_, f64>,
    b: PyReadonlyArray2<'_, f64>,
    input: PyReadonlyArray2<'_, f64>,
    activation_name: &str,
) -> PyResult<Matrix<'py>> {
    let (b, input) = (b.as_array(), input.as_array());
    let activation = activation(activation_name)?;
    Ok(column(py, output(&w.as_array(), &b.column(0), &input.column(0), activation)))
}

/// Returns the delta of the layer before, and the gradient of W.
#[pyfunction]
fn fc_backward<'py>(
    py: Python<'py>,
    w: PyReadonlyArray2<'_, f64>,
    input: PyReadonlyArray2<'_, f64>,
    delta: PyReadonlyArray2<'_, f64>,
    activation_name: &str,
) -> PyResult<(Matrix<'py>, Matrix<'py>)> {
    let (input, delta) = (input.as_array(), delta.as_array());
    let activation = activation(activation_name)?;
    let (before, gradient) =
        delta_and_gradient(&w.as_array(), &input.column(0), &delta.column(0), activation);
    Ok((column(py, before), PyArray2::from_owned_array(py, gradient)))
}

/// Moves a matrix of weights, or a column of biases, along its gradient.
#[pyfunction]
fn fc_update(mut numbers: PyReadwriteArray2<'_, f64>, gradient: PyReadonlyArray2<'_, f64>, rate: f64) {
    numbers.as_array_mut().scaled_add(rate, &gradient.as_array());
}

/// Takes one step on one sample in W and b of each layer: forward, backward, update. Returns the delta of the output layer,
/// and for each layer its output, the delta of the layer before, and the gradient of W.
#[pyfunction]
#[allow(clippy::type_complexity, reason = "Python receives a tuple")]
fn fc_step<'py>(
    py: Python<'py>,
    layers: Vec<(Matrix<'py>, Matrix<'py>)>,
    label: PyReadonlyArray2<'_, f64>,
    sample: PyReadonlyArray2<'_, f64>,
    rate: f64,
    activation_name: &str,
) -> PyResult<(Matrix<'py>, Vec<(Matrix<'py>, Matrix<'py>, Matrix<'py>)>)> {
    let activation = activation(activation_name)?;
    let (label, sample) = (label.as_array(), sample.as_array());
    let mut outputs = vec![sample.column(0).to_owned()];
    for (w, b) in &layers {
        let (w, b) = (w.try_readonly()?, b.try_readonly()?);
        let input = &outputs[outputs.len() - 1];
        outputs.push(output(&w.as_array(), &b.as_array().column(0), &input.view(), activation));
    }
    let last = &outputs[layers.len()];
    let slope = last.mapv(|a| activation.derivative_from_output(a));
    let mut deltas = vec![slope * (&label.column(0) - last)];
    let mut gradients = Vec::new();
    for ((w, _), input) in layers.iter().zip(&outputs).rev() {
        let delta = &deltas[deltas.len() - 1];
        let (before, gradient) =
            delta_and_gradient(&w.try_readonly()?.as_array(), &input.view(), &delta.view(), activation);
        deltas.push(before);
        gradients.push(gradient);
    }
    deltas.reverse();
    gradients.reverse();
    for (((w, b), gradient), delta) in layers.iter().zip(&gradients).zip(&deltas[1..]) {
        w.try_readwrite()?.as_array_mut().scaled_add(rate, gradient);
        b.try_readwrite()?.as_array_mut().column_mut(0).scaled_add(rate, delta);
    }
    let of_output = deltas.pop().map(|delta| column(py, delta));
    let of_output = of_output.ok_or_else(|| PyValueError::new_err("the network has no layers"))?;
    let layers = outputs.into_iter().skip(1).zip(deltas).zip(gradients);
    let layers = layers.map(|((output, before), gradient)| {
        (column(py, output), column(py, before), PyArray2::from_owned_array(py, gradient))
    });
    Ok((of_output, layers.collect()))
}

/// Returns the outputs for weighted inputs.
#[pyfunction]
fn activate<'py>(
    py: Python<'py>,
    weighted_input: PyReadonlyArray2<'_, f64>,
    activation_name: &str,
) -> PyResult<Matrix<'py>> {
    let activation = activation(activation_name)?;
    Ok(weighted_input.as_array().mapv(|z| activation.value(z)).to_pyarray(py))
}

/// Returns the slopes at outputs.
#[pyfunction]
fn slope<'py>(
    py: Python<'py>,
    output: PyReadonlyArray2<'_, f64>,
    activation_name: &str,
) -> PyResult<Matrix<'py>> {
    let activation = activation(activation_name)?;
    Ok(output.as_array().mapv(|a| activation.derivative_from_output(a)).to_pyarray(py))
}
