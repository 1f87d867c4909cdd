//! Data sets as arrays.

use std::path::PathBuf;

use backprop::data_set::{DataSet, Pixels, Source, Targets};
use numpy::ndarray::Array2;
use numpy::{PyArray1, PyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors::python;

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(load_data, module)?)
}

/// Samples, labels, classes, the names of the classes, and the shape of an image.
type Arrays<'py> = (
    Bound<'py, PyArray2<f64>>,
    Bound<'py, PyArray2<f64>>,
    Bound<'py, PyArray1<i64>>,
    Vec<String>,
    Option<(usize, usize)>,
);

/// Returns the two parts of a data set: a folder, or with `name` one that is built in.
#[pyfunction]
fn load_data<'py>(
    py: Python<'py>,
    name: &str,
    folder: Option<PathBuf>,
    targets: &str,
    pixels: &str,
) -> PyResult<(Arrays<'py>, Arrays<'py>)> {
    let targets = match targets {
        "soft" => Targets::Soft,
        "one-hot" => Targets::OneHot,
        _ => {
            return Err(PyValueError::new_err(format!(
                "targets must be \"soft\" or \"one-hot\", not {targets:?}"
            )));
        }
    };
    let pixels = match pixels {
        "scaled" => Pixels::Scaled,
        "raw" => Pixels::Raw,
        _ => {
            return Err(PyValueError::new_err(format!(
                "pixels must be \"scaled\" or \"raw\", not {pixels:?}"
            )));
        }
    };
    let source = match folder {
        Some(folder) => Source::Path(folder),
        None => name.parse::<Source>().map_err(|error| PyValueError::new_err(error.to_string()))?,
    };
    let split = py.detach(|| source.load(pixels)).map_err(python)?;
    let outputs = split.train.output_size().max(split.test.output_size());
    Ok((arrays(py, &split.train, targets, outputs), arrays(py, &split.test, targets, outputs)))
}

fn arrays<'py>(py: Python<'py>, data: &DataSet, targets: Targets, outputs: usize) -> Arrays<'py> {
    let (count, inputs) = (data.len(), data.input_size());
    let mut samples = Array2::zeros((count, inputs));
    let mut labels = Array2::zeros((count, outputs));
    for (index, (mut sample, mut label)) in samples.rows_mut().into_iter().zip(labels.rows_mut()).enumerate()
    {
        if let (Some(sample), Some(label)) = (sample.as_slice_mut(), label.as_slice_mut()) {
            data.write_sample(index, sample);
            data.write_label(index, targets, label);
        }
    }
    let classes = PyArray1::from_iter(py, (0..count).map(|index| data.class(index) as i64));
    let names = (0..data.class_count()).map(|class| data.class_name(class).into_owned()).collect();
    let (samples, labels) = (PyArray2::from_owned_array(py, samples), PyArray2::from_owned_array(py, labels));
    (samples, labels, classes, names, data.image_shape())
}
