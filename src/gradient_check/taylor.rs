//! The Taylor-remainder test: a second kind of evidence, which needs no numerical derivative at all.
//!
//! Along a direction d, E(w + h·d) = E(w) + h·∇E·d + O(h²). If the gradient is right, what remains after the linear
//! term,
//!
//! ```text
//! remainder(h) = | E(w + h·d) − E(w) − h·∇E·d |,
//! ```
//!
//! falls to a quarter each time h is halved: order 2. If the gradient is wrong, a linear part is left and the remainder
//! falls only to a half: order 1. The order does not depend on any tolerance.

/// The distances walked: 2⁻³, 2⁻⁴ … of a direction of length 1.
const FIRST_HALVING: i32 = 3;
const STEPS: i32 = 14;

/// The most evaluations of E that the test takes.
pub(super) const EVALUATIONS: usize = STEPS as usize + 1;

/// The remainders of one direction, and the order at which they fall.
///
/// ```
/// use backprop::gradient_check::{Check, CheckedNetwork, TaylorOutcome};
/// use backprop::{Label, Sample, graph};
///
/// let mut network = graph::Network::new(&[3, 4, 2], 0);
/// let mut checked = CheckedNetwork::new(&mut network, Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.2]));
/// let test = Check::new().run(&mut checked).taylor.unwrap();
/// assert_eq!(test.outcome, TaylorOutcome::SecondOrder);
/// let [(far, more), (near, less)] = [test.remainders[4], test.remainders[5]];
/// assert!(near == far / 2.0 && (more / less - 4.0).abs() < 0.1); // a quarter each time
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TaylorTest {
    /// Each distance h with its remainder, from far to near, as far as they are above the rounding noise.
    pub remainders: Vec<(f64, f64)>,
    /// log₂ of the ratio of the two nearest remainders above the rounding noise; `None` where there are not two.
    pub order: Option<f64>,
    /// The conclusion from the order.
    pub outcome: TaylorOutcome,
}

/// The conclusion from the order of the remainders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum TaylorOutcome {
    /// Order 2 or more (1.8 at least): the gradient is the gradient of this error.
    SecondOrder,
    /// Order 1 (to 0.02), three times in a row: the gradient is not the gradient of this error.
    FirstOrder,
    /// No conclusion: the remainders are rounding noise, E bends, or the order is in between.
    Unclear,
}

/// Measures the remainders along one direction. `slope` is ∇E·d, by the analytic gradient.
pub(super) fn run(slope: f64, noise: f64, evaluate: &mut dyn FnMut(f64) -> f64) -> TaylorTest {
    let start = evaluate(0.0);
    let mut remainders = Vec::new();
    for halving in FIRST_HALVING..FIRST_HALVING + STEPS {
        let distance = 0.5f64.powi(halving);
        let remainder = (evaluate(distance) - start - distance * slope).abs();
        // Below a hundred times the noise, a ratio of two remainders has fewer than two good digits.
        let readable = remainder > 100.0 * noise && remainder.is_finite();
        if readable {
            remainders.push((distance, remainder));
        } else if !remainders.is_empty() {
            break;
        }
    }
    let orders: Vec<f64> = remainders.windows(2).map(|pair| (pair[0].1 / pair[1].1).log2()).collect();
    let last_three = &orders[orders.len().saturating_sub(3)..];
    let outcome = match orders.last() {
        Some(&order) if order >= 1.8 => TaylorOutcome::SecondOrder,
        Some(_) if last_three.len() == 3 && last_three.iter().all(|order| (order - 1.0).abs() < 0.02) => {
            TaylorOutcome::FirstOrder
        }
        _ => TaylorOutcome::Unclear,
    };
    TaylorTest { order: orders.last().copied(), remainders, outcome }
}
