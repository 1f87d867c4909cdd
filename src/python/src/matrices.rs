//! The vectorized network, which trains what `fc` and `network2` hold as numpy arrays.

use backprop::gradient_check::{Check, CheckedNetwork};
use backprop::model_file::Model;
use backprop::vectorized::Network;
use backprop::{
    Activation, Architecture, Cost, Engine as _, Label, LayerParameters, MiniBatches, Parameters, Sample,
};
use numpy::ndarray::Array2;
use numpy::{PyArray2, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors::python;
use crate::shared::Shared;

/// A network of matrices.
#[pyclass(frozen, module = "backprop_graph._native")]
pub struct Matrices(Shared<Network>);

type Array<'py> = Bound<'py, PyArray2<f64>>;

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Matrices>()?;
    module.add_function(wrap_pyfunction!(cost_of, module)?)?;
    module.add_function(wrap_pyfunction!(save_model, module)?)?;
    module.add_function(wrap_pyfunction!(load_model, module)?)
}

/// Returns the activation with this name.
pub fn activation(name: &str) -> PyResult<Activation> {
    let found = Activation::ALL.into_iter().find(|activation| activation.name() == name);
    found.ok_or_else(|| PyValueError::new_err(format!("there is no activation {name}")))
}

fn cost(name: &str) -> PyResult<Cost> {
    let found = Cost::ALL.into_iter().find(|cost| cost.name() == name);
    found.ok_or_else(|| PyValueError::new_err(format!("there is no cost {name}")))
}

/// Returns the parameters that these arrays hold: W of n_out rows of n_in, b a column.
fn parameters(
    weights: &[PyReadonlyArray2<'_, f64>],
    biases: &[PyReadonlyArray2<'_, f64>],
) -> (Vec<usize>, Parameters) {
    let layers = weights.iter().zip(biases).map(|(weights, biases)| LayerParameters {
        weights: weights.as_array().rows().into_iter().map(|row| row.to_vec()).collect(),
        biases: biases.as_array().iter().copied().collect(),
    });
    let inputs = weights.first().map(|weights| weights.as_array().ncols());
    let outputs = weights.iter().map(|weights| weights.as_array().nrows());
    (inputs.into_iter().chain(outputs).collect(), Parameters { layers: layers.collect() })
}

/// Returns W and b of each layer as arrays.
fn arrays<'py>(py: Python<'py>, parameters: &Parameters) -> (Vec<Array<'py>>, Vec<Array<'py>>) {
    let array = |rows: usize, numbers: Vec<f64>| {
        let shape = (rows, numbers.len() / rows.max(1));
        let array = Array2::from_shape_vec(shape, numbers).unwrap_or_default();
        PyArray2::from_owned_array(py, array)
    };
    let layer = |layer: &LayerParameters| {
        let rows = layer.biases.len();
        (array(rows, layer.weights.concat()), array(rows, layer.biases.clone()))
    };
    parameters.layers.iter().map(layer).unzip()
}

impl Matrices {
    /// Returns the lengths of samples and labels.
    fn sizes(&self, py: Python<'_>) -> (usize, usize) {
        let network = self.0.lock(py);
        (network.architecture().input_size(), network.architecture().output_size())
    }
}

#[pymethods]
impl Matrices {
    /// Creates a network from arrays, whose shapes are checked in Python.
    #[new]
    fn new(
        weights: Vec<PyReadonlyArray2<'_, f64>>,
        biases: Vec<PyReadonlyArray2<'_, f64>>,
        activations: Vec<String>,
        cost_name: &str,
    ) -> PyResult<Self> {
        let (sizes, parameters) = parameters(&weights, &biases);
        let activations = activations.iter().map(|name| activation(name)).collect::<PyResult<Vec<_>>>()?;
        let architecture =
            Architecture::new(&sizes).with_activations(&activations).with_cost(cost(cost_name)?);
        let mut network = Network::try_new(&architecture).map_err(python)?;
        network.set_parameters(&parameters);
        Ok(Self(Shared::new(network)))
    }

    fn parameters<'py>(&self, py: Python<'py>) -> (Vec<Array<'py>>, Vec<Array<'py>>) {
        arrays(py, &self.0.lock(py).parameters())
    }

    /// Returns the outputs of many samples, one per row.
    fn predict<'py>(&self, py: Python<'py>, samples: PyReadonlyArray2<'_, f64>) -> PyResult<Array<'py>> {
        let (_, width) = self.sizes(py);
        let samples = samples.as_slice()?;
        let outputs = self.0.detached(py, |network| network.predict_rows(samples));
        let shape = (outputs.len() / width, width);
        Ok(PyArray2::from_owned_array(py, Array2::from_shape_vec(shape, outputs).unwrap_or_default()))
    }

    /// Returns the cost of each output, without any regularisation.
    fn costs(
        &self,
        py: Python<'_>,
        outputs: PyReadonlyArray2<'_, f64>,
        labels: PyReadonlyArray2<'_, f64>,
    ) -> PyResult<Vec<f64>> {
        let (cost, width) = {
            let network = self.0.lock(py);
            (network.architecture().cost, network.architecture().output_size())
        };
        let rows = outputs.as_slice()?.chunks_exact(width).zip(labels.as_slice()?.chunks_exact(width));
        Ok(rows.map(|(output, label)| cost.value(output, label)).collect())
    }

    /// Returns the gradients −∂E/∂w and −∂E/∂b of one sample.
    fn gradient<'py>(
        &self,
        py: Python<'py>,
        label: PyReadonlyArray2<'_, f64>,
        sample: PyReadonlyArray2<'_, f64>,
    ) -> PyResult<(Vec<Array<'py>>, Vec<Array<'py>>)> {
        let mut network = self.0.lock(py);
        network.predict(Sample(sample.as_slice()?));
        network.calc_gradient(Label(label.as_slice()?));
        Ok(arrays(py, &network.gradient()))
    }

    /// Checks the gradient of one sample, and returns the report and whether it passed.
    fn check(
        &self,
        py: Python<'_>,
        label: PyReadonlyArray2<'_, f64>,
        sample: PyReadonlyArray2<'_, f64>,
    ) -> PyResult<(String, bool)> {
        let mut network = self.0.lock(py).clone();
        let (label, sample) = (label.as_slice()?, sample.as_slice()?);
        Ok(py.detach(|| {
            let report =
                Check::new().run(&mut CheckedNetwork::new(&mut network, Label(label), Sample(sample)));
            (report.to_string(), report.passed())
        }))
    }

    /// Trains on samples in this order, `size` of them together. `regularisation` is λ and the number of samples it is
    /// spread over.
    #[allow(clippy::too_many_arguments, reason = "Python passes them by name")]
    fn train(
        &self,
        py: Python<'_>,
        labels: PyReadonlyArray2<'_, f64>,
        samples: PyReadonlyArray2<'_, f64>,
        order: PyReadonlyArray1<'_, i64>,
        size: usize,
        rate: f64,
        regularisation: (f64, usize),
        report: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let (lambda, count) = regularisation;
        let (inputs, outputs) = self.sizes(py);
        let (labels, samples, order) = (labels.as_slice()?, samples.as_slice()?, order.as_slice()?);
        let count_rows = (samples.len() / inputs).min(labels.len() / outputs);
        if size == 0 || order.iter().any(|&place| place < 0 || place as usize >= count_rows) {
            return Err(PyValueError::new_err("the order names a sample that does not exist"));
        }
        let step = MiniBatches { size, l2: lambda, ..MiniBatches::default() }.step(rate, count, 0);
        let (mut label_rows, mut sample_rows) = (Vec::new(), Vec::new());
        self.0.train(py, order.len(), report, |network, done| {
            let end = done.saturating_add(size).min(order.len());
            label_rows.clear();
            sample_rows.clear();
            for &place in &order[done..end] {
                label_rows.extend_from_slice(&labels[place as usize * outputs..][..outputs]);
                sample_rows.extend_from_slice(&samples[place as usize * inputs..][..inputs]);
            }
            network.train_mini_batch(&label_rows, &sample_rows, &step);
            end
        })
    }

    /// Trains on the samples one by one, in their order.
    fn train_each(
        &self,
        py: Python<'_>,
        labels: PyReadonlyArray2<'_, f64>,
        samples: PyReadonlyArray2<'_, f64>,
        rate: f64,
        epochs: usize,
        report: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let (inputs, outputs) = self.sizes(py);
        let (labels, samples) = (labels.as_slice()?, samples.as_slice()?);
        let count = (samples.len() / inputs).min(labels.len() / outputs);
        // Samples that are trained on in one call share the cache.
        let mut together = 1;
        self.0.train(py, count.saturating_mul(epochs), report, |network, done| {
            let first = done % count;
            let end = (first + together).min(count);
            let labels = &labels[first * outputs..end * outputs];
            network.train_each(labels, &samples[first * inputs..end * inputs], rate);
            together = (together * 2).min(64);
            done + end - first
        })
    }
}

/// Returns the cost of one output.
#[pyfunction(name = "cost")]
fn cost_of(name: &str, output: PyReadonlyArray2<'_, f64>, label: PyReadonlyArray2<'_, f64>) -> PyResult<f64> {
    let (output, label): (Vec<f64>, Vec<f64>) =
        (output.as_array().iter().copied().collect(), label.as_array().iter().copied().collect());
    Ok(cost(name)?.value(&output, &label))
}

/// Writes a network's weights as network2.py does, and the meaning of its inputs and outputs in JSON.
#[pyfunction]
fn save_model(
    path: std::path::PathBuf,
    weights: Vec<PyReadonlyArray2<'_, f64>>,
    biases: Vec<PyReadonlyArray2<'_, f64>>,
    cost_name: &str,
    meaning: &str,
) -> PyResult<()> {
    let (sizes, parameters) = parameters(&weights, &biases);
    let architecture = Architecture::new(&sizes).with_cost(cost(cost_name)?);
    let meaning = serde_json::from_str(meaning).map_err(|error| PyValueError::new_err(error.to_string()))?;
    Model { meaning, ..Model::new(architecture, parameters) }.write(&path).map_err(python)
}

/// Reads sizes, weights, biases, activations, cost and meaning from a file of network2.py or of this library.
#[pyfunction]
#[allow(clippy::type_complexity, reason = "Python receives a tuple")]
fn load_model(
    py: Python<'_>,
    path: std::path::PathBuf,
) -> PyResult<(Vec<usize>, Vec<Array<'_>>, Vec<Array<'_>>, Vec<&'static str>, &'static str, String)> {
    let model = Model::read(&path).map_err(python)?;
    let (weights, biases) = arrays(py, &model.parameters);
    let activations = model.architecture.activations.iter().map(|activation| activation.name()).collect();
    let meaning = serde_json::to_string(&model.meaning).expect("a model's file has it too");
    Ok((model.architecture.sizes, weights, biases, activations, model.architecture.cost.name(), meaning))
}
