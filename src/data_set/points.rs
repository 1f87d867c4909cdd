//! Small tasks to learn from: XOR, three clouds of points in the plane, and Fisher's irises.
//!
//! The clouds are made from a fixed seed, so they are the same in every run. Their points alternate between the two
//! classes; the first 200 are for training, the other 100 for testing.

use std::f64::consts::{PI, TAU};
use std::path::Path;

use libm::{cos, sin};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

use super::samples::{Inputs, Labels, Samples};
use super::{Answers, Columns, DataSet, Meaning, Pixels, Split, table};
use crate::Error;

const TRAINING_POINTS: usize = 200;
const TEST_POINTS: usize = 100;

/// Returns the four rows of XOR: 0 0, 0 1, 1 0, 1 1. They are used for both training and testing.
pub fn xor() -> Split {
    let inputs = vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
    Split::of_training_samples(points(["0", "1"], inputs, vec![0, 1, 1, 0]))
}

/// Returns points on a ring of radius ½ inside one of radius 1.
pub fn circles() -> Split {
    cloud(["inner", "outer"], 0.1, |class, part| {
        let (radius, angle) = (if class == 0 { 0.5 } else { 1.0 }, TAU * part);
        [radius * cos(angle), radius * sin(angle)]
    })
}

/// Returns points on two interlocking half circles.
pub fn moons() -> Split {
    cloud(["upper", "lower"], 0.1, |class, part| {
        let (x, y) = (cos(PI * part), sin(PI * part));
        if class == 0 { [x - 0.5, y - 0.25] } else { [0.5 - x, 0.25 - y] }
    })
}

/// Returns points on two arms of a spiral, one and a quarter turns long.
pub fn spiral() -> Split {
    cloud(["first", "second"], 0.03, |class, part| {
        let radius = 0.1 + 0.9 * part;
        let angle = 1.25 * TAU * part + PI * f64::from(class);
        [radius * cos(angle), radius * sin(angle)]
    })
}

/// Returns Fisher's 150 irises; data/README.md gives their source and order. The last 50 are for testing.
pub(super) fn iris() -> Result<Split, Error> {
    let text = include_bytes!("../../data/iris.csv");
    let mut train = table::parse(Path::new("iris"), text.as_slice(), &Columns::default(), Pixels::Scaled)?;
    let test = train.split_off_last(50);
    Ok(Split { train, test, test_is_train: false })
}

/// Returns points `place(class, part)`, with part from 0 to 1, plus normal noise of this standard deviation.
fn cloud(names: [&str; 2], noise: f64, place: impl Fn(u32, f64) -> [f64; 2]) -> Split {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let classes: Vec<u32> = (0..2).cycle().take(TRAINING_POINTS + TEST_POINTS).collect();
    let mut inputs = Vec::with_capacity(2 * classes.len());
    for &class in &classes {
        let place = place(class, rng.random());
        inputs.extend(place.map(|centre| {
            let shift: f64 = StandardNormal.sample(&mut rng);
            centre + noise * shift
        }));
    }
    let mut train = points(names, inputs, classes);
    let test = train.split_off_last(TEST_POINTS);
    Split { train, test, test_is_train: false }
}

fn points(names: [&str; 2], inputs: Vec<f64>, classes: Vec<u32>) -> DataSet {
    DataSet::new(
        Meaning { answers: Answers::Classes(names.map(str::to_owned).to_vec()), ..Meaning::default() },
        Samples { input_size: 2, inputs: Inputs::Numbers(inputs), labels: Labels::Classes(classes) },
    )
}
