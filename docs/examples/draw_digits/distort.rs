//! The hand of one writer: it slants, stretches, wobbles and cuts corners.
//!
//! A [`Hand`] is chosen once for an image. It moves a skeleton's knots a little, each on its own (no hand is steady);
//! draws the smooth curve through them; rounds the corners off, as a hurried hand does; and bends the paper under the
//! whole digit: a smooth *elastic distortion* made of a few long waves, then stretching, slanting and turning.

use crate::chance::Chance;
use crate::curve::{self, Point};
use crate::skeletons::{Knot, Style};

/// The number of waves in the elastic distortion.
const WAVES: usize = 4;

/// The habits of one writer while writing one digit.
pub struct Hand {
    /// The standard deviation of each knot's place, in heights of the digit.
    unsteadiness: f64,
    /// The number of times the curve is smoothed: 0 for a careful hand.
    hurry: u32,
    /// The waves by which the paper is bent.
    waves: [Wave; WAVES],
    /// The factor by which the digit is wider than its skeleton.
    stretch: f64,
    /// The distance that the top leans to the right, in heights.
    slant: f64,
    /// The angle by which the digit is turned, in radians, clockwise.
    turn: f64,
}

impl Hand {
    /// Chooses a writer at random.
    pub fn of_some_writer(chance: &mut Chance) -> Self {
        Self {
            unsteadiness: chance.between(0.01, 0.05),
            hurry: chance.below(25),
            waves: std::array::from_fn(|_| Wave::of_some_writer(chance)),
            stretch: libm::exp(chance.about_within(0.0, 0.22, -0.6, 0.5)),
            slant: chance.about_within(0.15, 0.22, -0.4, 0.8),
            turn: chance.about_within(0.0, 0.10, -0.3, 0.3),
        }
    }

    /// Writes a digit in the given style: one fine polyline for each stroke, in heights.
    pub fn write(&self, style: &Style, chance: &mut Chance) -> Vec<Vec<Point>> {
        let mut strokes = Vec::with_capacity(style.strokes.len());
        for knots in style.strokes {
            let shaken: Vec<Knot> = knots.iter().map(|&knot| self.shake(knot, chance)).collect();
            let mut polyline = curve::through(&shaken);
            for _ in 0..self.hurry {
                cut_corners(&mut polyline);
            }
            for point in &mut polyline {
                *point = self.bend(*point);
            }
            strokes.push(polyline);
        }
        strokes
    }

    /// Misses a knot by a little.
    fn shake(&self, knot: Knot, chance: &mut Chance) -> Knot {
        let at = Point {
            x: chance.about(knot.at.x, self.unsteadiness),
            y: chance.about(knot.at.y, self.unsteadiness),
        };
        Knot { at, ..knot }
    }

    /// Returns where a point of the paper ends up: first waves, then stretch, slant and turn.
    fn bend(&self, point: Point) -> Point {
        let (mut x, mut y) = (point.x, point.y);
        for wave in &self.waves {
            let swing = wave.swing(point);
            x += wave.push_x * swing;
            y += wave.push_y * swing;
        }
        x = x * self.stretch - y * self.slant;
        let (sin, cos) = (libm::sin(self.turn), libm::cos(self.turn));
        Point { x: x * cos - y * sin, y: x * sin + y * cos }
    }
}

/// One wave of the elastic distortion: it pushes points to and fro across the paper.
struct Wave {
    /// The rate at which the wave's phase changes to the right, in radians per height.
    rate_x: f64,
    /// The rate at which the wave's phase changes downwards, in radians per height.
    rate_y: f64,
    /// The phase at the origin, in radians.
    phase: f64,
    /// The distance that a crest pushes to the right, in heights.
    push_x: f64,
    /// The distance that a crest pushes downwards, in heights.
    push_y: f64,
}

impl Wave {
    fn of_some_writer(chance: &mut Chance) -> Self {
        Self {
            rate_x: chance.between(-7.0, 7.0),
            rate_y: chance.between(-7.0, 7.0),
            phase: chance.between(0.0, std::f64::consts::TAU),
            push_x: chance.about(0.0, 0.025),
            push_y: chance.about(0.0, 0.025),
        }
    }

    /// Returns the height of the wave at `point`, from -1 in a trough to 1 on a crest.
    fn swing(&self, point: Point) -> f64 {
        libm::sin(self.rate_x * point.x + self.rate_y * point.y + self.phase)
    }
}

/// Moves every point but the ends halfway to the middle of its two neighbours.
fn cut_corners(polyline: &mut [Point]) {
    let Some(&first) = polyline.first() else {
        return;
    };
    let mut before = first;
    for i in 1..polyline.len().saturating_sub(1) {
        let here = polyline[i];
        let middle = before.towards(polyline[i + 1], 0.5);
        polyline[i] = here.towards(middle, 0.5);
        before = here;
    }
}
