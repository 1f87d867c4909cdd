//! Reverse-mode differentiation in f32 or f64: a second opinion for models that this crate has no code for.

use backprop::gradient_check::Real;

/// The operations that models compute with.
pub trait Number: Real {
    fn apply(self, f: impl Fn(f64) -> f64) -> Self {
        Self::from_f64(f(self.to_f64()))
    }
}

impl Number for f32 {}
impl Number for f64 {}

/// A value on the tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Var(usize);

/// One argument's part in a value: where it is, and the slope.
type Part<T> = (Var, T);

/// Every value computed, in order, with the slopes of what it was computed from. All arithmetic is rounded to T.
pub struct Tape<T> {
    values: Vec<T>,
    parts: Vec<Vec<Part<T>>>,
}

impl<T: Number> Tape<T> {
    pub fn new() -> Self {
        Self { values: Vec::new(), parts: Vec::new() }
    }

    pub fn value(&self, var: Var) -> T {
        self.values[var.0]
    }

    pub fn leaf(&mut self, value: f64) -> Var {
        self.push(T::from_f64(value), Vec::new())
    }

    fn push(&mut self, value: T, parts: Vec<Part<T>>) -> Var {
        self.values.push(value);
        self.parts.push(parts);
        Var(self.values.len() - 1)
    }

    /// The number itself, in f64, for the formulas below; what they return is rounded again.
    fn get(&self, var: Var) -> f64 {
        self.value(var).to_f64()
    }

    fn one(&mut self, a: Var, value: f64, slope: f64) -> Var {
        self.push(T::from_f64(value), vec![(a, T::from_f64(slope))])
    }

    fn two(&mut self, (a, slope_a): (Var, f64), (b, slope_b): (Var, f64), value: f64) -> Var {
        self.push(T::from_f64(value), vec![(a, T::from_f64(slope_a)), (b, T::from_f64(slope_b))])
    }

    pub fn add(&mut self, a: Var, b: Var) -> Var {
        self.two((a, 1.0), (b, 1.0), self.get(a) + self.get(b))
    }

    pub fn sub(&mut self, a: Var, b: Var) -> Var {
        self.two((a, 1.0), (b, -1.0), self.get(a) - self.get(b))
    }

    pub fn mul(&mut self, a: Var, b: Var) -> Var {
        self.two((a, self.get(b)), (b, self.get(a)), self.get(a) * self.get(b))
    }

    /// The larger; of two equal ones the first.
    pub fn max(&mut self, a: Var, b: Var) -> Var {
        let first = self.get(a) >= self.get(b);
        let (larger, slopes) = if first { (a, (1.0, 0.0)) } else { (b, (0.0, 1.0)) };
        self.two((a, slopes.0), (b, slopes.1), self.get(larger))
    }

    pub fn scale(&mut self, a: Var, factor: f64) -> Var {
        self.one(a, factor * self.get(a), factor)
    }

    pub fn offset(&mut self, a: Var, by: f64) -> Var {
        self.one(a, self.get(a) + by, 1.0)
    }

    pub fn tanh(&mut self, a: Var) -> Var {
        let t = self.get(a).tanh();
        self.one(a, t, 1.0 - t * t)
    }

    pub fn sigmoid(&mut self, a: Var) -> Var {
        let s = backprop::Activation::Sigmoid.value(self.get(a));
        self.one(a, s, s * (1.0 - s))
    }

    pub fn relu(&mut self, a: Var) -> Var {
        let z = self.get(a);
        if z > 0.0 { self.one(a, z, 1.0) } else { self.one(a, 0.0, 0.0) }
    }

    pub fn abs(&mut self, a: Var) -> Var {
        let z = self.get(a);
        self.one(a, z.abs(), if z < 0.0 { -1.0 } else { 1.0 })
    }

    pub fn sqrt(&mut self, a: Var) -> Var {
        let root = self.get(a).sqrt();
        self.one(a, root, 0.5 / root)
    }

    pub fn ln(&mut self, a: Var) -> Var {
        let z = self.get(a);
        self.one(a, z.ln(), 1.0 / z)
    }

    pub fn exp(&mut self, a: Var) -> Var {
        let e = self.get(a).exp();
        self.one(a, e, e)
    }

    pub fn sin(&mut self, a: Var) -> Var {
        let z = self.get(a);
        self.one(a, z.sin(), z.cos())
    }

    /// ln(1 + eᶻ), as many write it: 1 + eᶻ rounded first.
    pub fn softplus(&mut self, a: Var) -> Var {
        let z = self.get(a);
        let sum = T::from_f64(1.0 + T::from_f64(z.exp()).to_f64()).to_f64();
        self.one(a, sum.ln(), backprop::Activation::Sigmoid.value(z))
    }

    pub fn sum(&mut self, vars: &[Var]) -> Var {
        let mut sum = vars[0];
        for &var in &vars[1..] {
            sum = self.add(sum, var);
        }
        sum
    }

    /// −ln softmax(z)[0], through max(z) as everybody does.
    pub fn softmax_loss(&mut self, logits: &[Var]) -> Var {
        let largest = logits.iter().map(|&z| self.get(z)).fold(f64::NEG_INFINITY, f64::max);
        let shifted: Vec<Var> = logits.iter().map(|&z| self.offset(z, -largest)).collect();
        let powers: Vec<Var> = shifted.iter().map(|&z| self.exp(z)).collect();
        let sum = self.sum(&powers);
        let logarithm = self.ln(sum);
        self.sub(logarithm, shifted[0])
    }

    /// The slope of one value in every other, backwards along the tape.
    pub fn gradient(&self, of: Var) -> Vec<T> {
        let mut slopes = vec![0.0; self.values.len()];
        slopes[of.0] = 1.0;
        for place in (0..=of.0).rev() {
            let slope = T::from_f64(slopes[place]).to_f64();
            for &(var, part) in &self.parts[place] {
                let product = T::from_f64(slope * part.to_f64()).to_f64();
                slopes[var.0] = T::from_f64(slopes[var.0] + product).to_f64();
            }
        }
        slopes.into_iter().map(T::from_f64).collect()
    }
}
