//! The network of matrices, with fc.py's names: single functions of a layer as the library's textbook has them, and
//! training by its fastest network. Matrices stay numpy's own; what Python changes in them counts.

use backprop::Activation;
use backprop::vectorized::textbook::FullConnectedLayer;
use numpy::ndarray::{Array1, Array2, Axis};
use numpy::{PyArray2, PyReadonlyArray2, PyReadwriteArray2, ToPyArray as _};
use pyo3::prelude::*;

use crate::matrices::activation;

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(fc_forward, module)?)?;
    module.add_function(wrap_pyfunction!(fc_backward, module)?)?;
    module.add_function(wrap_pyfunction!(fc_update, module)?)?;
    module.add_function(wrap_pyfunction!(activate, module)?)?;
    module.add_function(wrap_pyfunction!(slope, module)?)
}

type Column<'py> = Bound<'py, PyArray2<f64>>;

/// A layer whose other numbers are 0. Shapes are checked in Python.
fn layer(w: Array2<f64>, input: Array1<f64>, activation: Activation) -> FullConnectedLayer {
    let (rows, columns) = w.dim();
    FullConnectedLayer {
        activation,
        w,
        b: Array1::zeros(rows),
        input,
        output: Array1::zeros(rows),
        delta: Array1::zeros(columns),
        w_grad: Array2::zeros((0, 0)),
        b_grad: Array1::zeros(rows),
    }
}

fn vector(column: &PyReadonlyArray2<'_, f64>) -> Array1<f64> {
    column.as_array().iter().copied().collect()
}

fn column(py: Python<'_>, numbers: Array1<f64>) -> Column<'_> {
    PyArray2::from_owned_array(py, numbers.insert_axis(Axis(1)))
}

/// Returns the output of a layer.
#[pyfunction]
fn fc_forward<'py>(
    py: Python<'py>,
    w: PyReadonlyArray2<'_, f64>,
    b: PyReadonlyArray2<'_, f64>,
    input: PyReadonlyArray2<'_, f64>,
    activation_name: &str,
) -> PyResult<Column<'py>> {
    let input = vector(&input);
    let mut layer = layer(w.as_array().to_owned(), input.clone(), activation(activation_name)?);
    layer.b = vector(&b);
    layer.forward(&input);
    Ok(column(py, layer.output))
}

/// Returns the delta of the layer before, and the gradient of W.
#[pyfunction]
fn fc_backward<'py>(
    py: Python<'py>,
    w: PyReadonlyArray2<'_, f64>,
    input: PyReadonlyArray2<'_, f64>,
    delta: PyReadonlyArray2<'_, f64>,
    activation_name: &str,
) -> PyResult<(Column<'py>, Bound<'py, PyArray2<f64>>)> {
    let activation = activation(activation_name)?;
    let mut layer = layer(w.as_array().to_owned(), vector(&input), activation);
    // As in fc.py, the slope of the input is that of this layer's own function.
    layer.backward(&vector(&delta), activation);
    Ok((column(py, layer.delta), PyArray2::from_owned_array(py, layer.w_grad)))
}

/// Moves a matrix of weights, or a column of biases, along its gradient.
#[pyfunction]
fn fc_update(mut numbers: PyReadwriteArray2<'_, f64>, gradient: PyReadonlyArray2<'_, f64>, rate: f64) {
    numbers.as_array_mut().scaled_add(rate, &gradient.as_array());
}

/// Returns the outputs for weighted inputs.
#[pyfunction]
fn activate<'py>(
    py: Python<'py>,
    weighted_input: PyReadonlyArray2<'_, f64>,
    activation_name: &str,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let activation = activation(activation_name)?;
    Ok(weighted_input.as_array().mapv(|z| activation.value(z)).to_pyarray(py))
}

/// Returns the slopes at outputs.
#[pyfunction]
fn slope<'py>(
    py: Python<'py>,
    output: PyReadonlyArray2<'_, f64>,
    activation_name: &str,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let activation = activation(activation_name)?;
    Ok(output.as_array().mapv(|a| activation.derivative_from_output(a)).to_pyarray(py))
}
