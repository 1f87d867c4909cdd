//! Fixtures for the unit tests of several files.

use super::coordinate::{Basis, Coordinate};
use super::extrapolation::Estimate;
use super::ladder::{Ladder, Point};
use super::noise::Noise;
use super::{ParameterId, Precision, Sign, tuning};

pub fn assert_estimate(estimate: Option<Estimate>, slope: f64, uncertainty: f64, step: f64) {
    let estimate = estimate.expect("there is one");
    let close = |left: f64, right: f64| (left - right).abs() < 1e-12;
    assert!(close(estimate.slope, slope) && close(estimate.uncertainty, uncertainty), "{estimate:?}");
    assert_eq!(estimate.step, step);
}

pub fn noise(bound: f64, swallowed: f64) -> Noise {
    let noise = Noise { swallowed, largest_swallowed: f64::INFINITY, ..Noise::new(1.0, 0.0, 1.0, 0.0) };
    Noise { bound, credible: bound, epsilon: swallowed / tuning::SWALLOWED, ..noise }
}

/// Returns a ladder of E(w + d) at the steps 4, 1 and ¼.
pub fn ladder(error: impl Fn(f64) -> f64, bound: f64, swallowed: f64) -> Ladder {
    let mut ladder = Ladder::new(error(0.0), noise(bound, swallowed));
    for step in [4.0, 1.0, 0.25] {
        ladder.push(step, [-step, step].map(|distance| Point { distance, error: error(distance) }));
    }
    ladder
}

pub fn staircase(d: f64) -> f64 {
    if d > 2.0 {
        3.0
    } else if d > 0.5 {
        1.5
    } else {
        1.0
    }
}

/// Returns a parameter at 0 with the sign +∂E/∂w, and no noise, where E is 1.
pub fn coordinate(analytic: f64) -> Coordinate {
    let noise = Noise { bound: 0.0, credible: 0.0, ..Noise::new(1.0, 1.0, f64::EPSILON, 0.0) };
    let basis = Basis {
        error: 1.0,
        noise,
        largest_effect: 0.0,
        sign: Sign::Ascent,
        precision: Precision::F64,
        gradient_epsilon: f64::EPSILON,
        tolerance: 1e-6,
        step: Some(0.5),
    };
    let id = ParameterId::Numbered { index: 0 };
    Coordinate { basis, index: 0, id, parameter: 0.0, scale: 0.0, analytic, gradient_noise: 0.0 }
}

pub fn with(basis: impl Fn(&mut Basis), mut coordinate: Coordinate) -> Coordinate {
    basis(&mut coordinate.basis);
    coordinate
}

pub fn noisy(bound: f64, coordinate: Coordinate) -> Coordinate {
    with(|basis| (basis.noise.bound, basis.noise.credible) = (bound, bound), coordinate)
}
