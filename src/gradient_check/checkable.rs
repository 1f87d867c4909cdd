//! The interface between the check and a model: parameters one by one, an error, and a gradient.
//!
//! Five methods are enough. The others make the report more precise, for example with the layer that a parameter
//! belongs to, or give a cheap way to evaluate the error with one parameter changed.

use super::{Downstream, Group, ParameterId, Precision, Sign};

/// A model, on the data it is checked on: its error is a function of its parameters and of nothing else.
///
/// Both networks of this crate are checkable as a [`CheckedNetwork`](super::CheckedNetwork), that is, together with their samples.
/// Here is another model, one linear neuron with one input:
///
/// ```
/// use backprop::gradient_check::{Check, Checkable, Verdict};
///
/// struct Line { parameters: [f64; 2], x: f64, label: f64 }
///
/// impl Line {
///     fn output(&self) -> f64 {
///         self.parameters[0] * self.x + self.parameters[1]
///     }
/// }
///
/// impl Checkable for Line {
///     fn parameter_count(&self) -> usize {
///         2
///     }
///     fn parameter(&self, index: usize) -> f64 {
///         self.parameters[index]
///     }
///     fn set_parameter(&mut self, index: usize, value: f64) {
///         self.parameters[index] = value;
///     }
///     fn error(&mut self) -> f64 {
///         0.5 * (self.label - self.output()) * (self.label - self.output())
///     }
///     fn gradient(&mut self) -> Vec<f64> {
///         let delta = self.label - self.output();
///         vec![delta * self.x, delta] // -dE/dw and -dE/db
///     }
/// }
///
/// let report = Check::new().run(&mut Line { parameters: [0.5, -0.25], x: 3.0, label: 1.0 });
/// assert_eq!(report.verdict, Verdict::Agree, "{report}");
/// assert_eq!(report.agree, 2);
/// ```
pub trait Checkable {
    /// Returns the number of parameters. They are numbered from 0.
    fn parameter_count(&self) -> usize;

    /// Returns the parameter with this number.
    fn parameter(&self, index: usize) -> f64;

    /// Changes one parameter. Setting it back to what it was must restore it bit for bit.
    fn set_parameter(&mut self, index: usize, value: f64);

    /// Returns the error E with the current parameters. Calling it again must give the same number.
    fn error(&mut self) -> f64;

    /// Returns the gradient of every parameter, one number each and in order, *from the code that trains*. The
    /// parameters are left as they were.
    ///
    /// The sign is this crate's, −∂E/∂w, the direction to move in, unless [`Details::sign`] says otherwise. For code
    /// that trains without keeping a gradient, it is (parameters after one step − parameters before) / rate.
    fn gradient(&mut self) -> Vec<f64>;

    /// Returns the place of a parameter. The report counts by it: layer by layer, weights apart from biases.
    fn parameter_id(&self, index: usize) -> ParameterId {
        ParameterId::Numbered { index }
    }

    /// Returns the parameter's name in a report.
    fn name(&self, index: usize) -> String {
        self.parameter_id(index).to_string()
    }

    /// Returns further details. The check calls this once, at the start.
    fn details(&mut self) -> Details {
        Details::default()
    }

    /// Returns how far rounding of the outputs may move each entry of [`Checkable::gradient`], if the model knows it, or
    /// nothing; the check measures the rest. It is asked where the error is computed in f64 and the gradient is not.
    fn gradient_rounding(&mut self) -> Vec<f64> {
        Vec::new()
    }

    /// Returns what recomputes only what depends on one changed parameter, if the model is a network of this crate.
    fn incremental(&mut self) -> Option<Downstream> {
        None
    }
}

/// Facts about a model that its five methods do not give. All have a default.
#[derive(Debug, Clone, PartialEq)]
pub struct Details {
    /// The first line of the report: the model that is checked.
    pub description: String,
    /// The code that computes [`Checkable::gradient`], for the head of the report.
    pub gradient_source: String,
    /// The precision that the model computes in. Step, tolerance and rounding noise follow from it.
    ///
    /// ```
    /// use backprop::gradient_check::{Check, Checkable, Details, Precision, Verdict};
    ///
    /// /// E = ½ Σ w², computed in f32 and returned as f64.
    /// struct Single(Vec<f32>);
    ///
    /// impl Checkable for Single {
    ///     fn parameter_count(&self) -> usize {
    ///         self.0.len()
    ///     }
    ///     fn parameter(&self, index: usize) -> f64 {
    ///         self.0[index].into()
    ///     }
    ///     fn set_parameter(&mut self, index: usize, value: f64) {
    ///         self.0[index] = value as f32;
    ///     }
    ///     fn error(&mut self) -> f64 {
    ///         self.0.iter().map(|w| 0.5 * w * w).sum::<f32>().into()
    ///     }
    ///     fn gradient(&mut self) -> Vec<f64> {
    ///         self.0.iter().map(|&w| f64::from(-w)).collect()
    ///     }
    ///     fn details(&mut self) -> Details {
    ///         Details { precision: Precision::F32, ..Details::default() }
    ///     }
    /// }
    ///
    /// let report = Check::new().run(&mut Single(vec![0.3, -1.7, 0.9]));
    /// assert_eq!(report.verdict, Verdict::Agree, "{report}");
    /// ```
    pub precision: Precision,
    /// `true` if [`Checkable::error`] is computed in f64 whatever the precision of the gradient is.
    pub reference: bool,
    /// The sign of [`Checkable::gradient`].
    pub sign: Sign,
    /// The number of samples that the error is a mean over, so that the diagnosis can recognise a sum.
    pub samples: usize,
    /// A lower bound on the rounding error of [`Checkable::error`], if the model knows one; the check measures the
    /// rest.
    pub least_noise: f64,
    /// The groups, by number, if the model names its groups ([`ParameterId::InGroup`]).
    pub groups: Vec<NamedGroup>,
}

impl Default for Details {
    fn default() -> Self {
        Self {
            description: String::new(),
            gradient_source: "the training code".to_owned(),
            precision: Precision::F64,
            reference: false,
            sign: Sign::Descent,
            samples: 1,
            least_noise: 0.0,
            groups: Vec::new(),
        }
    }
}

impl Details {
    /// Returns the name of a group for a reader: `W[1]`, `encoder.0.weight`.
    pub fn group_name(&self, group: Group) -> String {
        match self.named(group) {
            Some(named) => named.name.clone(),
            None => group.to_string(),
        }
    }

    /// Returns the group's name and shape, if the model named it.
    pub fn named(&self, group: Group) -> Option<&NamedGroup> {
        if let Group::Named { number } = group { self.groups.get(number) } else { None }
    }
}

/// A run of parameters with a name and a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedGroup {
    /// `encoder.0.weight`.
    pub name: String,
    /// `[rows, columns]` of a matrix, in row-major order. Lets the diagnosis recognise a transposed gradient.
    pub shape: Vec<usize>,
}

impl NamedGroup {
    /// Returns the name of an entry, numbered from 0 in row-major order: `encoder.0.weight[2, 0]`; that of the group if its
    /// shape is empty.
    pub fn name_of(&self, entry: usize) -> String {
        if self.shape.is_empty() {
            return self.name.clone();
        }
        let mut rest = entry;
        let mut place: Vec<String> = Vec::new();
        for size in self.shape.iter().rev() {
            place.insert(0, (rest % size).to_string());
            rest /= size;
        }
        format!("{}[{}]", self.name, place.join(", "))
    }
}
