//! Numbers that come from Python: lists of numbers, numpy arrays, and anything numpy can turn into an array.

use numpy::{PyArray1, PyArray2, PyArrayDyn, PyArrayMethods as _, PyUntypedArrayMethods as _};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

/// The length that a vector must have, and the layer that requires it: `the input layer has 3 nodes`.
#[derive(Clone, Copy)]
pub struct Length {
    pub numbers: usize,
    pub of: &'static str,
}

impl Length {
    pub fn inputs(numbers: usize) -> Self {
        Self { numbers, of: "input layer" }
    }

    pub fn outputs(numbers: usize) -> Self {
        Self { numbers, of: "output layer" }
    }

    fn check(self, found: usize, name: impl Fn() -> String) -> PyResult<()> {
        if found == self.numbers {
            return Ok(());
        }
        let Self { numbers, of } = self;
        let numbers = if numbers == 1 { "1 node".to_owned() } else { format!("{numbers} nodes") };
        let found = if found == 1 { "1 number".to_owned() } else { format!("{found} numbers") };
        Err(PyValueError::new_err(format!("{} has {found}, but the {of} has {numbers}", name())))
    }
}

/// Returns the numbers of one vector; `name` is what the caller calls it.
pub fn vector(object: &Bound<'_, PyAny>, name: &str, length: Length) -> PyResult<Vec<f64>> {
    let numbers = numbers(object, &|| name.to_owned())?;
    length.check(numbers.len(), || name.to_owned())?;
    Ok(numbers)
}

/// Returns the numbers of many vectors, one row after the other, and how many rows there are.
pub fn rows(object: &Bound<'_, PyAny>, name: &str, length: Length) -> PyResult<(Vec<f64>, usize)> {
    if let Ok(array) = object.cast::<PyArray2<f64>>()
        && is_aligned(object)?
    {
        let (count, width) = (array.shape()[0], array.shape()[1]);
        if count > 0 {
            length.check(width, || format!("a row of {name}"))?;
        }
        return Ok((array.try_readonly()?.as_array().iter().copied().collect(), count));
    }
    let mut all = Vec::new();
    let mut count = 0;
    let rows = object.try_iter().map_err(|_| {
        PyTypeError::new_err(format!(
            "{name} must be a list of lists of numbers or a 2-d array, not {}",
            kind(object)
        ))
    })?;
    for row in rows {
        let name = || format!("{name}[{count}]");
        let before = all.len();
        append(&mut all, &row?, &name)?;
        length.check(all.len() - before, name)?;
        count += 1;
    }
    Ok((all, count))
}

/// Returns the numbers of a list, a tuple or an array of one dimension.
pub fn numbers(object: &Bound<'_, PyAny>, name: &dyn Fn() -> String) -> PyResult<Vec<f64>> {
    let mut numbers = Vec::new();
    append(&mut numbers, object, name)?;
    Ok(numbers)
}

/// Appends the numbers of a list, a tuple or an array of one dimension.
fn append(numbers: &mut Vec<f64>, object: &Bound<'_, PyAny>, name: &dyn Fn() -> String) -> PyResult<()> {
    let push = |item: Bound<'_, PyAny>| {
        numbers.push(item.extract().map_err(|_| {
            PyTypeError::new_err(format!("{} holds {} where a number is needed", name(), kind(&item)))
        })?);
        Ok(())
    };
    if let Ok(list) = object.cast::<PyList>() {
        return list.iter().try_for_each(push);
    }
    if let Ok(tuple) = object.cast::<PyTuple>() {
        return tuple.iter().try_for_each(push);
    }
    if let Ok(array) = object.cast::<PyArray1<f64>>()
        && is_aligned(object)?
    {
        numbers.extend(array.try_readonly()?.as_array());
        return Ok(());
    }
    let array = object.py().import("numpy")?.call_method1("require", (object, "float64", "A"));
    let array = array.map_err(|_| {
        PyTypeError::new_err(format!(
            "{} must be a list of numbers or a 1-d array, not {}",
            name(),
            kind(object)
        ))
    })?;
    let array = array.cast_into::<PyArrayDyn<f64>>()?;
    if array.ndim() != 1 {
        let shape: Vec<String> = array.shape().iter().map(usize::to_string).collect();
        return Err(PyValueError::new_err(format!(
            "{} must be a list of numbers or a 1-d array, not an array of shape ({}); use ravel()",
            name(),
            shape.join(", ")
        )));
    }
    numbers.extend(array.try_readonly()?.as_array());
    Ok(())
}

/// Returns `true` if the numbers of an array can be read where they are, unlike those in a field of packed records.
fn is_aligned(array: &Bound<'_, PyAny>) -> PyResult<bool> {
    array.getattr("flags")?.getattr("aligned")?.extract()
}

/// Returns the name of an object's type.
fn kind(object: &Bound<'_, PyAny>) -> String {
    object.get_type().name().map_or_else(|_| "something else".to_owned(), |name| name.to_string())
}
