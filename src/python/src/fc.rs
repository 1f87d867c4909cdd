//! Single functions of a layer, with fc.py's names, in the matrices of numpy: changes made to them in Python count.

use numpy::ndarray::{Array1, Axis};
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

fn column(py: Python<'_>, numbers: Array1<f64>) -> Column<'_> {
    PyArray2::from_owned_array(py, numbers.insert_axis(Axis(1)))
}

/// Returns the output of a layer, f(W·x + b). Shapes are checked in Python.
#[pyfunction]
fn fc_forward<'py>(
    py: Python<'py>,
    w: PyReadonlyArray2<'_, f64>,
    b: PyReadonlyArray2<'_, f64>,
    input: PyReadonlyArray2<'_, f64>,
    activation_name: &str,
) -> PyResult<Column<'py>> {
    let activation = activation(activation_name)?;
    let z = w.as_array().dot(&input.as_array().column(0)) + b.as_array().column(0);
    Ok(column(py, z.mapv_into(|z| activation.value(z))))
}

/// Returns the delta of the layer before, σ'(x) ∘ Wᵀ·δ, and the gradient of W, δ·xᵀ.
#[pyfunction]
fn fc_backward<'py>(
    py: Python<'py>,
    w: PyReadonlyArray2<'_, f64>,
    input: PyReadonlyArray2<'_, f64>,
    delta: PyReadonlyArray2<'_, f64>,
    activation_name: &str,
) -> PyResult<(Column<'py>, Bound<'py, PyArray2<f64>>)> {
    let activation = activation(activation_name)?;
    let (w, input, delta) = (w.as_array(), input.as_array(), delta.as_array());
    // As in fc.py, the slope of the input is that of this layer's own function.
    let slope = input.column(0).mapv(|x| activation.derivative_from_output(x));
    let before = slope * w.t().dot(&delta.column(0));
    Ok((column(py, before), PyArray2::from_owned_array(py, delta.dot(&input.t()))))
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
