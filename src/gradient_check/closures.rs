//! Any model in one call: parameters in a slice, the error and the gradient as closures.

use std::convert::Infallible;
use std::fmt;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::counted;

use super::{Check, Checkable, Details, NamedGroup, ParameterId, Precision, Report, Sign, Sweep};

/// A number that models compute in: `f32` or `f64`.
pub trait Real: Copy + Into<f64> {
    /// The precision of this type.
    const PRECISION: Precision;

    /// Converts the number to f64.
    fn to_f64(self) -> f64 {
        self.into()
    }

    /// Returns the nearest number of this type.
    fn from_f64(number: f64) -> Self;
}

impl Real for f32 {
    const PRECISION: Precision = Precision::F32;

    fn from_f64(number: f64) -> Self {
        number as Self
    }
}

impl Real for f64 {
    const PRECISION: Precision = Precision::F64;

    fn from_f64(number: f64) -> Self {
        number
    }
}

/// Checks a gradient: one call for any model.
///
/// `error` is E of the parameters, a number; `gradient` is +∂E/∂w, one number for each parameter, as most libraries
/// keep it. (The rest of this crate has −∂E/∂w; for such code see [`ClosureModel::sign`].) The precision follows from
/// the type of the slice, f32 or f64. The parameters are left as they were.
///
/// ```
/// use backprop::gradient_check::check_gradient;
///
/// // E = ½(w·x + b − y)² for x = 2, y = 1, in f32.
/// let residual = |p: &[f32]| p[0] * 2.0 + p[1] - 1.0;
/// let report = check_gradient(
///     &mut [0.3, -0.2],
///     |p| 0.5 * residual(p) * residual(p),
///     |p| vec![residual(p) * 2.0, residual(p)],
/// );
/// assert!(report.passed(), "{report}");
/// ```
///
/// # Panics
/// If `gradient` returns more or fewer numbers than there are parameters.
#[track_caller]
pub fn check_gradient<T: Real>(
    parameters: &mut [T],
    error: impl FnMut(&[T]) -> T,
    gradient: impl FnMut(&[T]) -> Vec<T>,
) -> Report {
    Check::new().run(&mut ClosureModel::new(parameters, error, gradient))
}

/// Checks a gradient whose code can fail; otherwise as [`check_gradient`].
///
/// # Errors
/// The first error of either closure. The parameters are left as they were.
///
/// # Panics
/// If `gradient` returns more or fewer numbers than there are parameters.
#[track_caller]
pub fn try_check_gradient<T: Real, X>(
    parameters: &mut [T],
    error: impl FnMut(&[T]) -> Result<T, X>,
    gradient: impl FnMut(&[T]) -> Result<Vec<T>, X>,
) -> Result<Report, X> {
    Check::new().try_run(&mut ClosureModel::fallible(parameters, error, gradient))
}

type Function<'p, T, R, X> = Box<dyn FnMut(&[T]) -> Result<R, X> + 'p>;

/// A model of two closures, for a [`Check`] with its own settings: groups with names, a sign, samples, a reference.
///
/// ```
/// use backprop::gradient_check::{Check, ClosureModel, Selection};
///
/// // Two inputs, one neuron, E = ½(w·x + b − y)²; the inputs are checked like parameters.
/// let mut numbers = [0.3, -0.7, 0.1, /* x */ 1.5, 0.5];
/// let residual = |p: &[f64]| p[0] * p[3] + p[1] * p[4] + p[2] - 1.0;
/// let mut model = ClosureModel::new(
///     &mut numbers,
///     |p| 0.5 * residual(p) * residual(p),
///     |p| [p[3], p[4], 1.0, p[0], p[1]].map(|slope| residual(p) * slope).to_vec(),
/// )
/// .groups(&[("layer.weight", &[1, 2]), ("layer.bias", &[1]), ("input", &[2])]);
/// let report = Check::new().selection(Selection::Every).run(&mut model);
/// assert!(report.passed(), "{report}");
/// assert_eq!(report.groups[2].name, "input");
/// ```
pub struct ClosureModel<'p, T, X = Infallible> {
    parameters: &'p mut [T],
    error: Function<'p, T, f64, X>,
    gradient: Function<'p, T, Vec<T>, X>,
    /// E in f64, and the parameters in f64.
    reference: Option<(Function<'p, f64, f64, X>, Vec<f64>)>,
    /// The number of the first parameter of each group.
    starts: Vec<usize>,
    details: Details,
    /// The first error of a closure; after it, no closure is called.
    failure: Option<X>,
}

impl<'p, T: Real> ClosureModel<'p, T> {
    /// Creates a model from the error E of the parameters, and +∂E/∂w.
    pub fn new(
        parameters: &'p mut [T],
        mut error: impl FnMut(&[T]) -> T + 'p,
        mut gradient: impl FnMut(&[T]) -> Vec<T> + 'p,
    ) -> Self {
        Self::fallible(parameters, move |p: &[T]| Ok(error(p)), move |p: &[T]| Ok(gradient(p)))
    }
}

impl<'p, T: Real, X> ClosureModel<'p, T, X> {
    /// Creates a model from closures that can fail; see [`Check::try_run`].
    pub fn fallible(
        parameters: &'p mut [T],
        mut error: impl FnMut(&[T]) -> Result<T, X> + 'p,
        gradient: impl FnMut(&[T]) -> Result<Vec<T>, X> + 'p,
    ) -> Self {
        Self::in_double(parameters, move |p: &[T]| error(p).map(T::to_f64), gradient)
    }

    /// Creates a model from an error in f64, whatever the type of the parameters.
    fn in_double(
        parameters: &'p mut [T],
        error: impl FnMut(&[T]) -> Result<f64, X> + 'p,
        gradient: impl FnMut(&[T]) -> Result<Vec<T>, X> + 'p,
    ) -> Self {
        let details = Details {
            description: format!("a model of {}", counted(parameters.len(), "parameter")),
            gradient_source: "your code".to_owned(),
            precision: T::PRECISION,
            sign: Sign::Ascent,
            ..Details::default()
        };
        Self {
            parameters,
            error: Box::new(error),
            gradient: Box::new(gradient),
            reference: None,
            starts: Vec::new(),
            details,
            failure: None,
        }
    }

    /// Sets a reference: the same E, computed in f64. Differences are taken of the reference, and `error` is not
    /// called. The gradient, in f32, is then judged by its own rounding, which is measured. In f32 alone, the rounding
    /// of E would hide much more.
    ///
    /// ```
    /// use backprop::gradient_check::{Check, ClosureModel};
    ///
    /// // E = Σ sin w + 10⁶: in f32, rounding of the 10⁶ hides everything.
    /// let mut w = [0.3_f32, -1.2, 0.8];
    /// let error = |w: &[f32]| w.iter().map(|w| w.sin()).sum::<f32>() + 1e6;
    /// let gradient = |w: &[f32]| w.iter().map(|w| w.cos()).collect();
    /// let mut model = ClosureModel::new(&mut w, error, gradient);
    /// assert!(!Check::new().run(&mut model).passed());
    /// let mut model = model.reference(|w: &[f64]| w.iter().map(|w| w.sin()).sum::<f64>() + 1e6);
    /// assert!(Check::new().run(&mut model).passed());
    /// ```
    #[must_use]
    pub fn reference(self, mut error: impl FnMut(&[f64]) -> f64 + 'p) -> Self {
        self.fallible_reference(move |p: &[f64]| Ok(error(p)))
    }

    /// Sets a reference that can fail; see [`ClosureModel::reference`].
    #[must_use]
    pub fn fallible_reference(mut self, error: impl FnMut(&[f64]) -> Result<f64, X> + 'p) -> Self {
        let parameters = self.parameters.iter().map(|parameter| parameter.to_f64()).collect();
        self.reference = Some((Box::new(error), parameters));
        self.details.reference = true;
        self
    }

    /// Names runs of parameters, one after the other, with the shape of each. The report counts by them, and with a
    /// shape of two or more numbers the diagnosis can recognise a transposed gradient.
    ///
    /// # Panics
    /// If the shapes add up to more or fewer numbers than there are parameters.
    #[must_use]
    #[track_caller]
    pub fn groups(mut self, groups: &[(&str, &[usize])]) -> Self {
        let mut start = 0_usize;
        self.starts.clear();
        self.details.groups.clear();
        for (name, shape) in groups {
            self.details.groups.push(NamedGroup { name: (*name).to_owned(), shape: shape.to_vec() });
            self.starts.push(start);
            let count = shape.iter().try_fold(1_usize, |count, &size| count.checked_mul(size));
            let end = count.and_then(|count| start.checked_add(count));
            let end = end.filter(|&end| end <= self.parameters.len());
            start = end.unwrap_or_else(|| {
                let parameters = counted(self.parameters.len(), "parameter");
                panic!("the groups' shapes make up more than {parameters} at '{name}', {shape:?}")
            });
        }
        assert_eq!(start, self.parameters.len(), "the groups' shapes must make up all parameters");
        self
    }

    /// Sets the sign of the gradient; by default [`Sign::Ascent`], +∂E/∂w.
    #[must_use]
    pub fn sign(mut self, sign: Sign) -> Self {
        self.details.sign = sign;
        self
    }

    /// Sets the number of samples that E is a mean over, so that the diagnosis can tell a sum from a mean. By default 1.
    #[must_use]
    pub fn samples(mut self, samples: usize) -> Self {
        self.details.samples = samples;
        self
    }

    /// Names the model at the head of the report.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.details.description = description.into();
        self
    }

    fn group_of(&self, index: usize) -> Option<usize> {
        self.starts.iter().rposition(|start| *start <= index)
    }
}

/// Returns the answer. After an error, keeps the error and returns a substitute.
fn or<R, X>(failure: &mut Option<X>, answer: impl FnOnce() -> Result<R, X>, otherwise: R) -> R {
    if failure.is_some() {
        return otherwise;
    }
    answer().unwrap_or_else(|error| {
        *failure = Some(error);
        otherwise
    })
}

impl Check {
    /// Checks a model of closures that can fail; otherwise as [`Check::run`].
    ///
    /// # Errors
    /// The first error of a closure, after which none is called again. The parameters are left as they were.
    ///
    /// # Panics
    /// See [`Check::run`].
    #[track_caller]
    pub fn try_run<T: Real, X>(&self, model: &mut ClosureModel<T, X>) -> Result<Report, X> {
        let report = self.run(model);
        model.failure.take().map_or(Ok(report), Err)
    }
}

impl<T: fmt::Debug, X> fmt::Debug for ClosureModel<'_, T, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { parameters, details, .. } = self;
        f.debug_struct("ClosureModel")
            .field("parameters", parameters)
            .field("details", details)
            .finish_non_exhaustive()
    }
}

impl<T: Real, X> Checkable for ClosureModel<'_, T, X> {
    fn parameter_count(&self) -> usize {
        self.parameters.len()
    }

    fn parameter(&self, index: usize) -> f64 {
        match &self.reference {
            Some((_, parameters)) => parameters[index],
            None => self.parameters[index].to_f64(),
        }
    }

    fn set_parameter(&mut self, index: usize, value: f64) {
        self.parameters[index] = T::from_f64(value);
        if let Some((_, parameters)) = &mut self.reference {
            parameters[index] = value;
        }
    }

    fn error(&mut self) -> f64 {
        let Self { parameters, error, reference, failure, .. } = self;
        let value = || match reference {
            Some((reference, parameters)) => reference(parameters),
            None => error(parameters),
        };
        or(failure, value, f64::NAN)
    }

    fn gradient(&mut self) -> Vec<f64> {
        let Self { parameters, gradient, failure, .. } = self;
        let none = vec![f64::NAN; parameters.len()];
        let numbers = |gradient: Vec<T>| gradient.into_iter().map(T::to_f64).collect();
        or(failure, || gradient(parameters).map(numbers), none)
    }

    fn parameter_id(&self, index: usize) -> ParameterId {
        match self.group_of(index) {
            Some(group) => ParameterId::InGroup { group, index: index - self.starts[group] },
            None => ParameterId::Numbered { index },
        }
    }

    fn name(&self, index: usize) -> String {
        let Some(group) = self.group_of(index) else { return format!("parameter {index}") };
        self.details.groups[group].name_of(index - self.starts[group])
    }

    fn details(&mut self) -> Details {
        self.details.clone()
    }
}

/// Checks a function with many outputs through its vector-Jacobian product, which is what reverse-mode code computes.
///
/// For each of `projections` random vectors v, drawn from `seed` with numbers from −1 to 1, the scalar v·f(x) is
/// checked: its gradient is vᵀJ, what `vjp(x, v)` computes. One projection misses a wrong entry of J only if the
/// wrong parts cancel for this particular v. (PyTorch's fast mode draws one v and one direction for x.)
///
/// ```
/// use backprop::gradient_check::check_vjp;
///
/// // f(x) = (x₀·x₁, sin x₀): two outputs.
/// let sweep = check_vjp(
///     &mut [0.8, -0.3],
///     |x: &[f64]| vec![x[0] * x[1], x[0].sin()],
///     |x, v| vec![v[0] * x[1] + v[1] * x[0].cos(), v[0] * x[0]],
///     3,
///     0,
/// );
/// assert!(sweep.passed(), "{sweep}");
/// ```
///
/// # Panics
/// If `vjp` returns more or fewer numbers than there are inputs, if `function` changes how many outputs it has, or if
/// `projections` is 0.
#[track_caller]
pub fn check_vjp<T: Real>(
    inputs: &mut [T],
    mut function: impl FnMut(&[T]) -> Vec<T>,
    mut vjp: impl FnMut(&[T], &[T]) -> Vec<T>,
    projections: usize,
    seed: u64,
) -> Sweep {
    assert!(projections > 0, "at least one projection");
    let outputs = function(inputs).len();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut sweep = Sweep::new("projection");
    for number in 0..projections {
        let v: Vec<T> = (0..outputs).map(|_| T::from_f64(rng.random_range(-1.0..=1.0))).collect();
        let project = |output: Vec<T>| {
            let now = output.len();
            assert_eq!(
                now,
                outputs,
                "the function has {} here and {now} there: the number must be the same everywhere",
                counted(outputs, "output")
            );
            let terms = output.iter().zip(&v).map(|(output, v)| output.to_f64() * v.to_f64());
            terms.sum::<f64>()
        };
        let count = inputs.len();
        // The check itself sums over the outputs, so it does so in f64 whatever the precision of the function.
        let error = |x: &[T]| Ok::<_, Infallible>(project(function(x)));
        let model = ClosureModel::in_double(inputs, error, |x| Ok(vjp(x, &v)));
        let mut model = model
            .groups(&[("input", &[count])])
            .description(format!("a random projection of a function of {}", counted(count, "input")));
        sweep.push(number.to_string(), Check::new().run(&mut model));
    }
    sweep
}
