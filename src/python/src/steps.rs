//! A training step as node-sized steps: the library's stepper, and what its view shows of a step.

use backprop::graph::Network;
use backprop::step::view::{self, Quantity};
use backprop::step::{self, Stepper, Target};
use backprop::{Label, Sample};
use backprop_cli::show::{dot, drawing};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

use crate::bp::Graph;
use crate::numbers::{Length, vector};
use crate::shared::Shared;

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Steps>()?;
    module.add_class::<Step>()
}

/// The steps of one sample in a network.
#[pyclass(frozen, module = "backprop_graph._native")]
pub struct Steps {
    graph: Py<Graph>,
    stepper: Shared<Stepper>,
}

/// One step that was done.
#[pyclass(frozen, module = "backprop_graph._native")]
pub struct Step {
    step: step::Step,
    /// The network after it, if it is small enough for a picture.
    network: Option<Network>,
}

impl Steps {
    /// Copies everything that the steps so far have computed into the network.
    fn show(&self, py: Python<'_>, stepper: &Stepper) {
        self.graph.get().lock(py).network.clone_from(stepper.network());
    }
}

/// Returns the last step that was done.
fn latest(stepper: &Stepper) -> Option<Step> {
    let step = stepper.latest()?;
    let network = dot::check(stepper.network()).is_ok().then(|| stepper.network().clone());
    Some(Step { step, network })
}

#[pymethods]
impl Steps {
    #[new]
    fn new(
        graph: Bound<'_, Graph>,
        label: &Bound<'_, PyAny>,
        sample: &Bound<'_, PyAny>,
        rate: f64,
    ) -> PyResult<Self> {
        let network = graph.get().lock(graph.py()).whole()?.clone();
        let (inputs, outputs) = (network.architecture.input_size(), network.architecture.output_size());
        let label = vector(label, "label", Length::outputs(outputs))?;
        let sample = vector(sample, "sample", Length::inputs(inputs))?;
        let stepper = Shared::new(Stepper::new(network, &[Label(&label)], &[Sample(&sample)], rate));
        Ok(Self { graph: graph.unbind(), stepper })
    }

    /// Takes the next step; `None` after the last one.
    fn next(&self, py: Python<'_>) -> Option<Step> {
        let mut stepper = self.stepper.lock(py);
        let position = stepper.position();
        if position >= stepper.epoch_len() {
            return None;
        }
        let action = stepper.upcoming();
        stepper.goto(position + 1);
        let mut arena = self.graph.get().lock(py);
        let (from, to) = (stepper.network(), &mut arena.network);
        if let Some(id) = action.connection() {
            to[id].clone_from(&from[id]);
        }
        if let Some(id) = action.node() {
            to[id].clone_from(&from[id]);
        }
        drop(arena);
        latest(&stepper)
    }

    /// Goes to the point where this many steps are done, and returns the last of them.
    fn goto(&self, py: Python<'_>, position: usize) -> PyResult<Option<Step>> {
        let mut stepper = self.stepper.lock(py);
        let count = stepper.epoch_len();
        if position > count {
            return Err(PyValueError::new_err(format!("there are {count} steps, not {position}")));
        }
        stepper.goto(position);
        self.show(py, &stepper);
        Ok(latest(&stepper))
    }

    fn position(&self, py: Python<'_>) -> usize {
        self.stepper.lock(py).position()
    }

    fn __len__(&self, py: Python<'_>) -> usize {
        self.stepper.lock(py).epoch_len()
    }

    /// Returns the value of a quantity by its name, or none if it has not been computed yet.
    fn value(&self, py: Python<'_>, name: &str) -> PyResult<Option<f64>> {
        let stepper = self.stepper.lock(py);
        Ok(quantity(&stepper, name)?.value(&stepper))
    }

    /// Changes a quantity by hand, and returns sentences about the effect.
    fn edit(&self, py: Python<'_>, name: &str, value: f64) -> PyResult<String> {
        let mut stepper = self.stepper.lock(py);
        let edit = quantity(&stepper, name)?.edit(&stepper, value).map_err(PyValueError::new_err)?;
        let sentences = view::change(&mut stepper, edit);
        self.show(py, &stepper);
        Ok(sentences)
    }
}

/// Returns the quantity with this name.
fn quantity(stepper: &Stepper, name: &str) -> PyResult<Quantity> {
    match Quantity::readings(stepper, name)[..] {
        [quantity] => Ok(quantity),
        [] => {
            let hint =
                Quantity::near(stepper, name).map(|near| format!("; did you mean {}?", near.name(stepper)));
            Err(PyValueError::new_err(format!("there is no {name} here{}", hint.unwrap_or_default())))
        }
        _ => Err(PyValueError::new_err(format!("{name} can be read in more than one way; write w12,3"))),
    }
}

#[pymethods]
impl Step {
    #[getter]
    fn position(&self) -> usize {
        self.step.position
    }

    #[getter]
    fn name(&self) -> String {
        self.step.name()
    }

    #[getter]
    fn place(&self) -> String {
        self.step.place()
    }

    #[getter]
    fn phase(&self) -> &'static str {
        self.step.phase.name()
    }

    #[getter]
    fn formula(&self) -> String {
        format!("{} {} {}", self.step.name(), self.step.sign(), self.step.symbols())
    }

    fn numbers(&self, decimals: usize) -> String {
        self.step.numbers(decimals)
    }

    #[getter]
    fn before(&self) -> Option<f64> {
        (!self.step.is_first_value()).then_some(self.step.before)
    }

    #[getter]
    fn value(&self) -> f64 {
        self.step.after
    }

    /// Returns the picture of the network after the step, with what the step computed marked.
    fn picture(&self) -> Option<String> {
        let mark = match self.step.target {
            Target::Node(_) => self.step.action.node().map(drawing::Mark::Node),
            Target::Connection(_) => self.step.action.connection().map(drawing::Mark::Connection),
        };
        self.network.as_ref().and_then(|network| drawing::svg(network, mark).ok())
    }

    fn __str__(&self) -> String {
        self.step.to_string()
    }

    fn __format__(&self, specification: &str) -> PyResult<String> {
        if specification.is_empty() {
            return Ok(self.step.to_string());
        }
        let decimals =
            specification.strip_prefix('.').and_then(|digits| digits.trim_end_matches('f').parse().ok());
        let decimals: usize = decimals.filter(|&decimals| decimals <= 17).ok_or_else(|| {
            PyTypeError::new_err(format!(
                "a step is formatted with decimals, as in '.3', not '{specification}'"
            ))
        })?;
        Ok(format!("{:.decimals$}", self.step))
    }
}
