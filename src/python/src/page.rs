//! The live page, with a network from Python and its samples.

use backprop::data_set::Meaning;
use backprop::model_file::Model;
use backprop::setup::{Data, Rows, Setup};
use backprop::{Architecture, Cost, Engine as _};
use backprop_cli::show::page;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde_json::json;

use crate::bp::Graph;
use crate::errors::python;
use crate::numbers::{Length, rows};

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(page_html, module)?)
}

/// Returns the page that begins with this network and these samples.
#[pyfunction]
#[allow(clippy::too_many_arguments, reason = "Python passes them by name")]
fn page_html(
    py: Python<'_>,
    graph: &Graph,
    labels: &Bound<'_, PyAny>,
    samples: &Bound<'_, PyAny>,
    classes: Vec<String>,
    image_shape: Option<(usize, usize)>,
    rate: f64,
    epochs: usize,
) -> PyResult<String> {
    let network = graph.lock(py).whole()?.clone();
    let Architecture { sizes, activations, .. } = network.architecture.clone();
    let (samples, count) = rows(samples, "samples", Length::inputs(network.architecture.input_size()))?;
    let (labels, label_count) = rows(labels, "labels", Length::outputs(network.architecture.output_size()))?;
    if count != label_count || count == 0 {
        let sentence =
            format!("there are {label_count} labels for {count} samples; a page needs at least one of each");
        return Err(PyValueError::new_err(sentence));
    }
    if !rate.is_finite() || rate <= 0.0 || epochs == 0 {
        return Err(PyValueError::new_err("rate must be above 0, and epochs count from 1"));
    }
    if samples.iter().chain(&labels).any(|number| !number.is_finite()) {
        return Err(PyValueError::new_err("samples and labels must be finite numbers"));
    }
    let chunks = |numbers: &[f64], width: usize| numbers.chunks_exact(width).map(<[f64]>::to_vec).collect();
    let data = Rows {
        samples: chunks(&samples, network.architecture.input_size()),
        labels: chunks(&labels, network.architecture.output_size()),
        name: Some("samples from Python".to_owned()),
        image_shape,
        classes,
        meaning: Meaning::default(),
    };
    let setup = Setup {
        data: Some(Data::Rows(data)),
        sizes: Some(sizes),
        activation: Some(activations),
        cost: Some(Cost::Quadratic),
        model: Some(Model::new(network.architecture.clone(), network.parameters())),
        ..Setup::default()
    };
    let mut situation =
        serde_json::to_value(setup).map_err(|error| PyValueError::new_err(error.to_string()))?;
    for (name, value) in [("rate", json!(rate)), ("limit", json!(count)), ("epochs", json!(epochs))] {
        situation[name] = value;
    }
    page::html(&situation, false).map_err(|error| python(backprop::Error::file("page", error)))
}
