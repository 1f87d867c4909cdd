//! The gradient check of a model written in Python: its parameters are arrays, its error and its gradient are
//! functions.
//!
//! `_check.py` flattens the arrays and wraps the functions; this file has the model that the library checks, and the
//! report as plain data.

use backprop::gradient_check::{
    Check, Checkable, Details, Entry, NamedGroup, ParameterId, Precision, Report, Selection, Sign, Verdict,
};
use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(check, module)?)
}

/// The parameters of one array.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct Leaf<'py> {
    name: String,
    shape: Vec<usize>,
    /// `true` if the array holds f32.
    single: bool,
    /// `leaf[number] = value` for each array that holds these parameters: first the model's own, rounded to its type; then
    /// that of the reference, in f64.
    flat: Vec<Bound<'py, PyAny>>,
}

/// The options of the check.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct Options {
    description: String,
    /// `true` if `error` computes in f64 whatever the type of the parameters.
    reference: bool,
    ascent: bool,
    samples: usize,
    every: bool,
    seed: u64,
    tolerance: Option<f64>,
}

struct Model<'py> {
    leaves: Vec<Leaf<'py>>,
    /// The number of the first parameter of each leaf.
    starts: Vec<usize>,
    parameters: Vec<f64>,
    error: Bound<'py, PyAny>,
    gradient: Bound<'py, PyAny>,
    details: Details,
    /// The first exception; afterwards nothing is called.
    failure: Option<PyErr>,
}

/// Runs the check. `error()` returns a number, `gradient()` an array with a number for each parameter.
#[pyfunction]
fn check<'py>(
    py: Python<'py>,
    leaves: Vec<Leaf<'py>>,
    parameters: PyReadonlyArray1<'py, f64>,
    error: Bound<'py, PyAny>,
    gradient: Bound<'py, PyAny>,
    options: Options,
) -> PyResult<Bound<'py, PyDict>> {
    let single = leaves.iter().any(|leaf| leaf.single);
    let named = |leaf: &Leaf| NamedGroup { name: leaf.name.clone(), shape: leaf.shape.clone() };
    let details = Details {
        description: options.description,
        gradient_source: "your code".to_owned(),
        precision: if single { Precision::F32 } else { Precision::F64 },
        reference: options.reference && single,
        sign: if options.ascent { Sign::Ascent } else { Sign::Descent },
        samples: options.samples,
        groups: leaves.iter().map(named).collect(),
        ..Details::default()
    };
    let mut start = 0;
    let starts = leaves.iter().map(|leaf| {
        let this = start;
        start += leaf.shape.iter().product::<usize>();
        this
    });
    let starts = starts.collect();
    let parameters = parameters.as_array().to_vec();
    let mut model = Model { leaves, starts, parameters, error, gradient, details, failure: None };
    let selection = if options.every { Selection::Every } else { Selection::Automatic };
    let mut check = Check::new().selection(selection).seed(options.seed);
    if let Some(tolerance) = options.tolerance {
        check = check.tolerance(tolerance);
    }
    let report = check.run(&mut model);
    match model.failure {
        Some(failure) => Err(failure),
        None => plain(py, &report),
    }
}

impl Model<'_> {
    fn leaf_of(&self, index: usize) -> usize {
        self.starts.partition_point(|&start| start <= index) - 1
    }

    /// Returns the answer. After an exception, keeps the exception and returns `None`.
    fn ask<T>(&mut self, answer: impl FnOnce(&Self) -> PyResult<T>) -> Option<T> {
        if self.failure.is_some() {
            return None;
        }
        // Ctrl-C ends the check even where no Python code runs.
        match self.error.py().check_signals().and_then(|()| answer(self)) {
            Ok(answer) => Some(answer),
            Err(exception) => {
                self.failure = Some(exception);
                None
            }
        }
    }
}

impl Checkable for Model<'_> {
    fn parameter_count(&self) -> usize {
        self.parameters.len()
    }

    fn parameter(&self, index: usize) -> f64 {
        self.parameters[index]
    }

    fn set_parameter(&mut self, index: usize, value: f64) {
        let leaf = self.leaf_of(index);
        let (place, single) = (index - self.starts[leaf], self.leaves[leaf].single);
        let rounded = if single { f64::from(value as f32) } else { value };
        self.parameters[index] = if self.details.reference { value } else { rounded };
        self.ask(|model| {
            let values = [rounded, value];
            model.leaves[leaf]
                .flat
                .iter()
                .zip(values)
                .try_for_each(|(flat, value)| flat.set_item(place, value))
        });
    }

    fn error(&mut self) -> f64 {
        self.ask(|model| model.error.call0()?.extract()).unwrap_or(f64::NAN)
    }

    fn gradient(&mut self) -> Vec<f64> {
        let gradient = self.ask(|model| {
            let gradient: PyReadonlyArray1<f64> = model.gradient.call0()?.extract()?;
            Ok(gradient.as_array().to_vec())
        });
        gradient.unwrap_or_else(|| vec![f64::NAN; self.parameters.len()])
    }

    fn parameter_id(&self, index: usize) -> ParameterId {
        let group = self.leaf_of(index);
        ParameterId::InGroup { group, index: index - self.starts[group] }
    }

    fn name(&self, index: usize) -> String {
        let group = self.leaf_of(index);
        self.details.groups[group].name_of(index - self.starts[group])
    }

    fn details(&mut self) -> Details {
        self.details.clone()
    }
}

/// Returns the report as a dict, with one array for each column of its entries.
fn plain<'py>(py: Python<'py>, report: &Report) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("text", report.to_string())?;
    dict.set_item("verdict", report.verdict.to_string())?;
    dict.set_item("error", report.error)?;
    dict.set_item("tolerance", report.tolerance)?;
    dict.set_item("parameters", report.parameters)?;
    dict.set_item("evaluations", report.evaluations)?;
    dict.set_item("diagnosis", report.diagnosis.as_ref().map(ToString::to_string))?;
    dict.set_item("pattern", report.diagnosis.as_ref().map(|diagnosis| diagnosis.pattern.name()))?;
    dict.set_item("names", &report.names)?;
    let column = |value: fn(&Entry) -> f64| PyArray1::from_iter(py, report.entries.iter().map(value));
    dict.set_item("analytic", column(|entry| entry.analytic))?;
    dict.set_item("numerical", column(|entry| entry.numerical))?;
    dict.set_item("relative_error", column(|entry| entry.relative_error))?;
    dict.set_item("uncertainty", column(|entry| entry.uncertainty))?;
    let verdicts = report.entries.iter().map(|entry| match entry.verdict {
        Verdict::Agree if entry.no_effect => "no effect".to_owned(),
        verdict => verdict.to_string(),
    });
    dict.set_item("verdicts", verdicts.collect::<Vec<_>>())?;
    dict.set_item("indices", PyArray1::from_iter(py, report.entries.iter().map(|entry| entry.index as i64)))?;
    Ok(dict)
}
