//! The object graph. Python sees its nodes and connections by their places in the network's two lists; the classes with
//! bp.py's names are in python/backprop_graph/bp.py.

use backprop::gradient_check::{Check, CheckedNetwork};
use backprop::graph::{AnyNode, Network, outputs};
use backprop::{Architecture, Cost, Engine as _, Label, Sample, WeightInit};
use backprop_cli::show::drawing;
use numpy::{PyArray1, PyReadonlyArray1};
use parking_lot::MutexGuard;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::arena::{Arena, Wired, no_such};
use crate::errors::python;
use crate::numbers::{Length, rows, vector};
use crate::shared::Shared;

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Graph>()
}

/// A network, or nodes and connections that do not belong to one.
#[pyclass(frozen, module = "backprop_graph._native")]
pub struct Graph {
    arena: Shared<Arena>,
    /// The lengths of samples and labels, if it is a network.
    lengths: Option<(Length, Length)>,
}

impl Graph {
    fn of(arena: Arena) -> Self {
        let layers = &arena.network.layers;
        let lengths = layers.first().zip(layers.last()).map(|(first, last)| {
            (Length::inputs(first.neurons().len()), Length::outputs(last.neurons().len()))
        });
        Self { arena: Shared::new(arena), lengths }
    }

    /// Waits for the network without blocking other Python threads.
    pub fn lock(&self, py: Python<'_>) -> MutexGuard<'_, Arena> {
        self.arena.lock(py)
    }

    fn lengths(&self) -> PyResult<(Length, Length)> {
        self.lengths.ok_or_else(|| PyValueError::new_err("these nodes are in no network"))
    }

    fn labelled(
        &self,
        label: &Bound<'_, PyAny>,
        sample: &Bound<'_, PyAny>,
    ) -> PyResult<(Vec<f64>, Vec<f64>)> {
        let (inputs, outputs) = self.lengths()?;
        Ok((vector(label, "label", outputs)?, vector(sample, "sample", inputs)?))
    }
}

#[pymethods]
impl Graph {
    #[new]
    fn new(sizes: Vec<usize>) -> PyResult<Self> {
        let network = if sizes.is_empty() {
            Network::empty(&Architecture::new(&[]))
        } else {
            Network::try_new(&Architecture::new(&sizes)).map_err(python)?
        };
        Ok(Self::of(Arena::of(network)))
    }

    fn add_node(&self, py: Python<'_>, layer_index: u32, node_index: u32, is_constant: bool) -> usize {
        self.lock(py).add_node(layer_index, node_index, is_constant)
    }

    fn add_connection(
        &self,
        py: Python<'_>,
        upstream: usize,
        downstream: usize,
        weight: f64,
    ) -> PyResult<usize> {
        self.lock(py).add_connection(upstream, downstream, weight)
    }

    fn append_upstream(&self, py: Python<'_>, node: usize, connection: usize) -> PyResult<()> {
        self.lock(py).append_upstream(node, connection)
    }

    fn append_downstream(&self, py: Python<'_>, node: usize, connection: usize) -> PyResult<()> {
        self.lock(py).append_downstream(node, connection)
    }

    fn absorb(&self, py: Python<'_>, other: &Self) -> PyResult<(usize, usize)> {
        let other = other.lock(py).clone();
        self.lock(py).absorb(&other)
    }

    fn is_constant(&self, py: Python<'_>, node: usize) -> PyResult<bool> {
        Ok(self.lock(py).node(node)?.as_node().is_none())
    }

    fn place(&self, py: Python<'_>, node: usize) -> PyResult<(u32, u32)> {
        let arena = self.lock(py);
        let node = arena.node(node)?;
        Ok((node.layer_index(), node.node_index()))
    }

    fn output(&self, py: Python<'_>, node: usize) -> PyResult<f64> {
        Ok(self.lock(py).node(node)?.output())
    }

    fn set_output(&self, py: Python<'_>, node: usize, output: f64) -> PyResult<()> {
        self.lock(py).node_mut(node)?.set_output(output);
        Ok(())
    }

    fn delta(&self, py: Python<'_>, node: usize) -> PyResult<f64> {
        Ok(self.lock(py).node(node)?.delta())
    }

    fn set_delta(&self, py: Python<'_>, node: usize, delta: f64) -> PyResult<()> {
        self.lock(py).node_mut(node)?.set_delta(delta);
        Ok(())
    }

    fn upstream(&self, py: Python<'_>, node: usize) -> PyResult<Vec<usize>> {
        Ok(self.lock(py).node(node)?.upstream().iter().map(|id| id.index()).collect())
    }

    fn downstream(&self, py: Python<'_>, node: usize) -> PyResult<Vec<usize>> {
        Ok(self.lock(py).node(node)?.downstream().iter().map(|id| id.index()).collect())
    }

    fn calc_output(&self, py: Python<'_>, node: usize) {
        let mut arena = self.lock(py);
        let Network { nodes, connections, .. } = &mut arena.network;
        if let Some(AnyNode::Node(computed)) = nodes.get(node) {
            let output = computed.calc_output(&outputs(nodes), connections);
            nodes[node].set_output(output);
        }
    }

    fn calc_hidden_layer_delta(&self, py: Python<'_>, node: usize) -> PyResult<()> {
        let mut arena = self.lock(py);
        let delta = {
            let Network { nodes, connections, .. } = &arena.network;
            arena.node(node)?.calc_hidden_layer_delta(nodes, connections)
        };
        arena.node_mut(node)?.set_delta(delta);
        Ok(())
    }

    fn calc_output_layer_delta(&self, py: Python<'_>, node: usize, label: f64) -> PyResult<()> {
        let mut arena = self.lock(py);
        if let AnyNode::Node(node) = arena.node_mut(node)? {
            node.delta = node.calc_output_layer_delta(label, Cost::Quadratic);
        }
        Ok(())
    }

    fn weight(&self, py: Python<'_>, connection: usize) -> PyResult<f64> {
        Ok(self.lock(py).connection(connection)?.weight)
    }

    fn set_weight(&self, py: Python<'_>, connection: usize, weight: f64) -> PyResult<()> {
        self.lock(py).connection_mut(connection)?.weight = weight;
        Ok(())
    }

    fn gradient(&self, py: Python<'_>, connection: usize) -> PyResult<f64> {
        Ok(self.lock(py).connection(connection)?.gradient)
    }

    fn set_gradient(&self, py: Python<'_>, connection: usize, gradient: f64) -> PyResult<()> {
        self.lock(py).connection_mut(connection)?.gradient = gradient;
        Ok(())
    }

    fn ends(&self, py: Python<'_>, connection: usize) -> PyResult<(usize, usize)> {
        let arena = self.lock(py);
        let connection = arena.connection(connection)?;
        Ok((connection.upstream().index(), connection.downstream().index()))
    }

    fn calc_connection_gradient(&self, py: Python<'_>, connection: usize) -> PyResult<()> {
        let mut arena = self.lock(py);
        let Network { nodes, connections, .. } = &mut arena.network;
        connections.get_mut(connection).ok_or_else(|| no_such("connection"))?.calc_gradient(nodes);
        Ok(())
    }

    fn update_connection_weight(&self, py: Python<'_>, connection: usize, rate: f64) -> PyResult<()> {
        let mut arena = self.lock(py);
        let Network { nodes, connections, .. } = &mut arena.network;
        connections.get_mut(connection).ok_or_else(|| no_such("connection"))?.update_weight(nodes, rate);
        Ok(())
    }

    fn connection_count(&self, py: Python<'_>) -> usize {
        self.lock(py).network.connections.len()
    }

    fn weights<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_iter(py, self.lock(py).network.connections.iter().map(|connection| connection.weight))
    }

    fn gradients<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_iter(
            py,
            self.lock(py).network.connections.iter().map(|connection| connection.gradient),
        )
    }

    /// Sets all weights, in the order of the connections.
    fn set_weights(&self, py: Python<'_>, weights: PyReadonlyArray1<'_, f64>) -> PyResult<()> {
        let mut arena = self.lock(py);
        let connections = &mut arena.network.connections;
        let (found, needed) = (weights.as_array().len(), connections.len());
        if found != needed {
            let sentence = format!("weights must be {needed} numbers, one for each connection, not {found}");
            return Err(PyValueError::new_err(sentence));
        }
        for (connection, weight) in connections.iter_mut().zip(weights.as_array()) {
            connection.weight = *weight;
        }
        Ok(())
    }

    /// Sets all weights as the program draws them from this seed.
    fn draw(&self, py: Python<'_>, seed: u64) -> PyResult<()> {
        let mut arena = self.lock(py);
        let parameters = WeightInit::Small.draw(&arena.whole()?.architecture, seed);
        arena.network.set_parameters(&parameters);
        Ok(())
    }

    fn predict(&self, sample: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
        let (inputs, _) = self.lengths()?;
        let sample_numbers = vector(sample, "sample", inputs)?;
        Ok(self.lock(sample.py()).network.predict(Sample(&sample_numbers)))
    }

    fn calc_delta(&self, label: &Bound<'_, PyAny>) -> PyResult<()> {
        let (_, outputs) = self.lengths()?;
        let label_numbers = vector(label, "label", outputs)?;
        self.lock(label.py()).network.calc_delta(Label(&label_numbers));
        Ok(())
    }

    fn update_weight(&self, py: Python<'_>, rate: f64) {
        self.lock(py).update_weight(rate);
    }

    fn calc_gradient(&self, py: Python<'_>) {
        self.lock(py).calc_gradient();
    }

    fn get_gradient(&self, label: &Bound<'_, PyAny>, sample: &Bound<'_, PyAny>) -> PyResult<()> {
        let (label_numbers, sample_numbers) = self.labelled(label, sample)?;
        let mut arena = self.lock(label.py());
        arena.network.predict(Sample(&sample_numbers));
        arena.network.calc_delta(Label(&label_numbers));
        arena.calc_gradient();
        Ok(())
    }

    fn train_one_sample(
        &self,
        label: &Bound<'_, PyAny>,
        sample: &Bound<'_, PyAny>,
        rate: f64,
    ) -> PyResult<()> {
        let (label_numbers, sample_numbers) = self.labelled(label, sample)?;
        self.lock(label.py()).train_one_sample(&label_numbers, &sample_numbers, rate);
        Ok(())
    }

    /// Trains on all samples in turn, several times over.
    fn train(
        &self,
        labels: &Bound<'_, PyAny>,
        data_set: &Bound<'_, PyAny>,
        rate: f64,
        epoch: usize,
        report: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let py = labels.py();
        let (inputs, outputs) = self.lengths()?;
        let ((labels, label_count), (samples, count)) =
            (rows(labels, "labels", outputs)?, rows(data_set, "data_set", inputs)?);
        if label_count != count {
            let sentence = format!("there are {label_count} labels for {count} samples");
            return Err(PyValueError::new_err(sentence));
        }
        let total = count.saturating_mul(epoch);
        self.arena.train(py, total, report, |arena, done| {
            // In a small network reading the clock would take longer than a sample.
            let end = (done + 1 + 4096 / arena.network.connections.len().max(1)).min(total);
            for place in (done..end).map(|place| place % count) {
                let label = &labels[place * outputs.numbers..][..outputs.numbers];
                arena.train_one_sample(label, &samples[place * inputs.numbers..][..inputs.numbers], rate);
            }
            end
        })
    }

    /// Checks the gradient as the article does, and returns the two columns and whether all agree.
    fn gradient_check(
        &self,
        label: &Bound<'_, PyAny>,
        sample: &Bound<'_, PyAny>,
    ) -> PyResult<(String, bool)> {
        let (label_numbers, sample_numbers) = self.labelled(label, sample)?;
        let py = label.py();
        let mut network = self.lock(py).whole()?.clone();
        Ok(py.detach(|| {
            let mut checked =
                CheckedNetwork::new(&mut network, Label(&label_numbers), Sample(&sample_numbers));
            let report = Check::article().run(&mut checked);
            (report.columns().to_string(), report.passed())
        }))
    }

    /// Returns the network as SVG, or nothing if it is too large for a picture or wired by hand.
    fn picture(&self, py: Python<'_>) -> Option<String> {
        let arena = self.lock(py);
        drawing::svg(arena.whole().ok()?, None).ok()
    }

    fn dump(&self, py: Python<'_>) -> String {
        self.lock(py).network.dump()
    }

    fn dump_node(&self, py: Python<'_>, node: usize) -> PyResult<String> {
        let arena = self.lock(py);
        let Network { nodes, connections, .. } = &arena.network;
        Ok(arena.node(node)?.dump(nodes, connections))
    }

    fn dump_connection(&self, py: Python<'_>, connection: usize) -> PyResult<String> {
        let arena = self.lock(py);
        Ok(arena.connection(connection)?.dump(&arena.network.nodes))
    }

    fn __deepcopy__(&self, py: Python<'_>, _memo: &Bound<'_, PyAny>) -> Self {
        Self::of(self.lock(py).clone())
    }

    fn __getnewargs__(&self, py: Python<'_>) -> (Vec<usize>,) {
        (self.lock(py).network.architecture.sizes.clone(),)
    }

    /// Returns outputs, deltas, weights and gradients, and what was wired by hand.
    fn __getstate__<'py>(&self, py: Python<'py>) -> ([Bound<'py, PyArray1<f64>>; 4], Wired) {
        let arena = self.lock(py);
        let Network { nodes, connections, .. } = &arena.network;
        let numbers = [
            PyArray1::from_iter(py, nodes.iter().map(AnyNode::output)),
            PyArray1::from_iter(py, nodes.iter().map(AnyNode::delta)),
            PyArray1::from_iter(py, connections.iter().map(|connection| connection.weight)),
            PyArray1::from_iter(py, connections.iter().map(|connection| connection.gradient)),
        ];
        (numbers, arena.wired())
    }

    fn __setstate__(&self, py: Python<'_>, state: ([PyReadonlyArray1<'_, f64>; 4], Wired)) -> PyResult<()> {
        let ([node_outputs, deltas, weights, gradients], wired) = state;
        let mut restored = self.lock(py);
        restored.wire(wired)?;
        let numbers = node_outputs.as_array().into_iter().zip(deltas.as_array());
        for (node, (output, delta)) in restored.network.nodes.iter_mut().zip(numbers) {
            node.set_output(*output);
            node.set_delta(*delta);
        }
        let numbers = weights.as_array().into_iter().zip(gradients.as_array());
        for (connection, (weight, gradient)) in restored.network.connections.iter_mut().zip(numbers) {
            (connection.weight, connection.gradient) = (*weight, *gradient);
        }
        Ok(())
    }
}
