//! Anybody's model in one call: parameters in a slice, the error and the gradient as closures.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::{Check, Checkable, Group, ParameterId, Precision, Report, Sign, Sweep};

/// A number that models compute in: `f32` or `f64`.
pub trait Real: Copy {
    /// What a check must know about it.
    const PRECISION: Precision;

    /// The same number as an f64.
    fn to_f64(self) -> f64;

    /// The nearest number of this kind.
    fn from_f64(number: f64) -> Self;
}

impl Real for f32 {
    const PRECISION: Precision = Precision::F32;

    fn to_f64(self) -> f64 {
        f64::from(self)
    }

    fn from_f64(number: f64) -> Self {
        number as Self
    }
}

impl Real for f64 {
    const PRECISION: Precision = Precision::F64;

    fn to_f64(self) -> f64 {
        self
    }

    fn from_f64(number: f64) -> Self {
        number
    }
}

/// Checks a gradient: one call for anybody's model.
///
/// `error` is E of the parameters, a number; `gradient` is +∂E/∂w, one number for each parameter, as most libraries
/// keep it. (The rest of this crate has −∂E/∂w; for such code see [`ClosureModel::sign`].) What the model computes in
/// follows from the type of the slice, f32 or f64. The parameters are afterwards as they were.
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
/// If `gradient` hands out more or fewer numbers than there are parameters.
#[track_caller]
pub fn check_gradient<T: Real>(
    parameters: &mut [T],
    error: impl FnMut(&[T]) -> T,
    gradient: impl FnMut(&[T]) -> Vec<T>,
) -> Report {
    Check::new().run(&mut ClosureModel::new(parameters, error, gradient))
}

/// A model of two closures, for a [`Check`] with settings of its own: groups with names, a sign, samples.
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
#[derive(Debug)]
pub struct ClosureModel<'p, T, E, G> {
    parameters: &'p mut [T],
    error: E,
    gradient: G,
    /// The name and the shape of each group, and the number of its first parameter.
    groups: Vec<(String, Vec<usize>, usize)>,
    sign: Sign,
    samples: usize,
    description: Option<String>,
}

impl<'p, T, E, G> ClosureModel<'p, T, E, G>
where
    T: Real,
    E: FnMut(&[T]) -> T,
    G: FnMut(&[T]) -> Vec<T>,
{
    /// The error E of the parameters, and +∂E/∂w.
    pub fn new(parameters: &'p mut [T], error: E, gradient: G) -> Self {
        let groups = Vec::new();
        Self { parameters, error, gradient, groups, sign: Sign::Ascent, samples: 1, description: None }
    }

    /// Names for runs of parameters, one after the other, with the shape of each. The report counts by them, and with a
    /// shape of two or more numbers the diagnosis can tell a transposed gradient.
    ///
    /// # Panics
    /// If the shapes do not make up as many numbers as there are parameters.
    #[must_use]
    #[track_caller]
    pub fn groups(mut self, groups: &[(&str, &[usize])]) -> Self {
        let mut start = 0;
        self.groups.clear();
        for (name, shape) in groups {
            self.groups.push(((*name).to_owned(), shape.to_vec(), start));
            start += shape.iter().product::<usize>();
        }
        assert_eq!(start, self.parameters.len(), "the groups' shapes must make up all parameters");
        self
    }

    /// The sign of the gradient; by default [`Sign::Ascent`], +∂E/∂w.
    #[must_use]
    pub fn sign(mut self, sign: Sign) -> Self {
        self.sign = sign;
        self
    }

    /// How many samples E is a mean over: lets the diagnosis tell a sum from a mean. By default 1.
    #[must_use]
    pub fn samples(mut self, samples: usize) -> Self {
        self.samples = samples;
        self
    }

    /// What the head of the report calls the model.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    fn group_of(&self, index: usize) -> Option<usize> {
        self.groups.iter().rposition(|(_, _, start)| *start <= index)
    }
}

impl<T, E, G> Checkable for ClosureModel<'_, T, E, G>
where
    T: Real,
    E: FnMut(&[T]) -> T,
    G: FnMut(&[T]) -> Vec<T>,
{
    fn parameter_count(&self) -> usize {
        self.parameters.len()
    }

    fn parameter(&self, index: usize) -> f64 {
        self.parameters[index].to_f64()
    }

    fn set_parameter(&mut self, index: usize, value: f64) {
        self.parameters[index] = T::from_f64(value);
    }

    fn error(&mut self) -> f64 {
        (self.error)(self.parameters).to_f64()
    }

    fn gradient(&mut self) -> Vec<f64> {
        (self.gradient)(self.parameters).into_iter().map(T::to_f64).collect()
    }

    fn parameter_id(&self, index: usize) -> ParameterId {
        match self.group_of(index) {
            Some(group) => ParameterId::InGroup { group, index: index - self.groups[group].2 },
            None => ParameterId::Numbered { index },
        }
    }

    /// `encoder.weight[2, 0]`, by the group's shape.
    fn name(&self, index: usize) -> String {
        let Some(group) = self.group_of(index) else { return format!("parameter {index}") };
        let (name, shape, start) = &self.groups[group];
        let mut rest = index - start;
        let mut place: Vec<String> = Vec::new();
        for size in shape.iter().rev() {
            place.insert(0, (rest % size).to_string());
            rest /= size;
        }
        format!("{name}[{}]", place.join(", "))
    }

    fn group_name(&self, group: Group) -> String {
        match group {
            Group::Named { number } => self.groups[number].0.clone(),
            _ => group.to_string(),
        }
    }

    fn group_shape(&self, group: Group) -> Option<Vec<usize>> {
        let Group::Named { number } = group else { return None };
        Some(self.groups[number].1.clone())
    }

    fn precision(&self) -> Precision {
        T::PRECISION
    }

    fn sign(&self) -> Sign {
        self.sign
    }

    fn sample_count(&self) -> usize {
        self.samples
    }

    fn description(&self) -> String {
        let count = self.parameters.len();
        self.description.clone().unwrap_or_else(|| format!("a model of {count} parameters"))
    }

    fn gradient_source(&self) -> String {
        "your code".to_owned()
    }
}

/// Checks a function with many outputs through its vector-Jacobian product: reverse-mode code's own gradient.
///
/// For each of `projections` random vectors v, drawn from `seed` with numbers from −1 to 1, the scalar v·f(x) is
/// checked: its gradient is vᵀJ, what `vjp(x, v)` computes. One projection misses a wrong entry of J only if the
/// wrong parts cancel for this very v. (PyTorch's fast mode draws one v, and one direction for x besides.)
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
/// If `vjp` hands out more or fewer numbers than there are inputs, or if `projections` is 0.
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
            let terms = output.iter().zip(&v).map(|(output, v)| output.to_f64() * v.to_f64());
            terms.sum::<f64>()
        };
        // The sum over the outputs is the check's own, so it is made in f64 whatever the function computes in.
        let mut model = Projection {
            inputs: &mut *inputs,
            error: |x: &[T]| project(function(x)),
            gradient: |x: &[T]| vjp(x, &v),
        };
        sweep.push(number.to_string(), Check::new().run(&mut model));
    }
    sweep
}

/// v·f(x), and vᵀJ.
struct Projection<'x, T, E, G> {
    inputs: &'x mut [T],
    error: E,
    gradient: G,
}

impl<T: Real, E: FnMut(&[T]) -> f64, G: FnMut(&[T]) -> Vec<T>> Checkable for Projection<'_, T, E, G> {
    fn parameter_count(&self) -> usize {
        self.inputs.len()
    }

    fn parameter(&self, index: usize) -> f64 {
        self.inputs[index].to_f64()
    }

    fn set_parameter(&mut self, index: usize, value: f64) {
        self.inputs[index] = T::from_f64(value);
    }

    fn error(&mut self) -> f64 {
        (self.error)(self.inputs)
    }

    fn gradient(&mut self) -> Vec<f64> {
        (self.gradient)(self.inputs).into_iter().map(T::to_f64).collect()
    }

    fn name(&self, index: usize) -> String {
        format!("input {index}")
    }

    fn precision(&self) -> Precision {
        T::PRECISION
    }

    fn sign(&self) -> Sign {
        Sign::Ascent
    }

    fn description(&self) -> String {
        format!("a random projection of a function of {} inputs", self.inputs.len())
    }

    fn gradient_source(&self) -> String {
        "your code".to_owned()
    }
}
