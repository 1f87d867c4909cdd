//! The pen: it turns curves into ink on a sheet of fine pixels.
//!
//! A stroke is a chain of short round-ended bars. A pixel is covered as far as it reaches into the nearest bar, which
//! gives soft, *anti-aliased* edges. Pressure on the pen varies, so its radius swells and shrinks slowly along the
//! stroke. Finally the paper's grain leaves the edges a little rough.

use crate::chance::Chance;
use crate::curve::Point;

/// The longer side of the digit's skeleton on the sheet, in pixels: four times that of the final image, to give
/// shrinking something to average.
const SKELETON_SIDE: f64 = 80.0;

/// The standard deviation by which the grain of the paper lightens a pixel.
const GRAIN: f64 = 0.15;

/// A sheet of paper with ink on it.
pub struct Sheet {
    /// Pixels in a row.
    pub width: usize,
    /// Pixels in a column.
    pub height: usize,
    /// The ink in each pixel, row by row, from 0 for none to 1 for black.
    pub ink: Vec<f64>,
}

/// A pen in the hand of one writer.
pub struct Pen {
    /// Half the width of its line, in pixels of the sheet.
    radius: f64,
    /// The largest change of the radius with pressure: 0.2 means by up to a fifth.
    swell: f64,
    /// The rate at which pressure changes, in radians per pixel of the way.
    rate: f64,
    /// The phase of the pressure at the start, in radians.
    phase: f64,
}

impl Pen {
    /// Chooses a pen at random.
    pub fn from_some_drawer(chance: &mut Chance) -> Self {
        Self {
            radius: chance.about_within(6.0, 1.8, 2.8, 12.0),
            swell: chance.between(0.0, 0.3),
            rate: chance.between(0.01, 0.08),
            phase: chance.between(0.0, std::f64::consts::TAU),
        }
    }

    /// Draws the strokes, whatever their size, on a sheet just large enough for them.
    pub fn draw(&self, strokes: &[Vec<Point>], chance: &mut Chance) -> Sheet {
        let strokes = fit_to_sheet(strokes, self.margin());
        let mut sheet = Sheet::around(&strokes, self.margin());
        for stroke in &strokes {
            let mut way = self.phase / self.rate;
            for ends in stroke.windows(2) {
                sheet.draw_bar(ends[0], ends[1], self.radius_after(way));
                way += ends[0].distance(ends[1]);
            }
        }
        sheet.roughen(chance);
        sheet
    }

    /// Returns half the width of the line after the pen has gone `way` pixels.
    fn radius_after(&self, way: f64) -> f64 {
        self.radius * (1.0 + self.swell * libm::sin(self.rate * way))
    }

    /// Returns the white border, in pixels, that the widest line needs around the skeleton.
    fn margin(&self) -> f64 {
        self.radius * (1.0 + self.swell) + 2.0
    }
}

impl Sheet {
    /// Returns a blank sheet that holds all strokes and a `margin` to their right and below.
    fn around(strokes: &[Vec<Point>], margin: f64) -> Self {
        let (mut right, mut bottom) = (0.0_f64, 0.0_f64);
        for point in strokes.iter().flatten() {
            right = right.max(point.x);
            bottom = bottom.max(point.y);
        }
        let width = (right + margin).ceil() as usize;
        let height = (bottom + margin).ceil() as usize;
        Self { width, height, ink: vec![0.0; width * height] }
    }

    /// Inks every pixel within `radius` of the straight line from `start` to `end`.
    fn draw_bar(&mut self, start: Point, end: Point, radius: f64) {
        let reach = radius + 1.0;
        let left = (start.x.min(end.x) - reach).max(0.0) as usize;
        let top = (start.y.min(end.y) - reach).max(0.0) as usize;
        let right = ((start.x.max(end.x) + reach) as usize + 1).min(self.width);
        let bottom = ((start.y.max(end.y) + reach) as usize + 1).min(self.height);
        for row in top..bottom {
            for column in left..right {
                let pixel = Point { x: column as f64 + 0.5, y: row as f64 + 0.5 };
                let gap = distance_to_line(pixel, start, end);
                let covered = (radius - gap + 0.5).clamp(0.0, 1.0);
                let ink = &mut self.ink[row * self.width + column];
                *ink = ink.max(covered);
            }
        }
    }

    /// Lightens each inked pixel by a random amount, as rough paper does.
    fn roughen(&mut self, chance: &mut Chance) {
        for ink in self.ink.iter_mut().filter(|ink| **ink > 0.0) {
            *ink = (*ink - chance.about(0.0, GRAIN).abs()).max(0.0);
        }
    }
}

/// Scales and moves the strokes so that the longer side of all of them together is
/// [`SKELETON_SIDE`] and a `margin` is left above them and to their left.
fn fit_to_sheet(strokes: &[Vec<Point>], margin: f64) -> Vec<Vec<Point>> {
    let (mut left, mut right) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut top, mut bottom) = (f64::INFINITY, f64::NEG_INFINITY);
    for point in strokes.iter().flatten() {
        left = left.min(point.x);
        right = right.max(point.x);
        top = top.min(point.y);
        bottom = bottom.max(point.y);
    }
    let scale = SKELETON_SIDE / (right - left).max(bottom - top);
    let place =
        |point: &Point| Point { x: (point.x - left) * scale + margin, y: (point.y - top) * scale + margin };
    strokes.iter().map(|stroke| stroke.iter().map(place).collect()).collect()
}

/// Returns how far `pixel` is from the nearest point of the straight line from `start` to `end`.
fn distance_to_line(pixel: Point, start: Point, end: Point) -> f64 {
    let (dx, dy) = (end.x - start.x, end.y - start.y);
    let square = dx * dx + dy * dy;
    let along = (pixel.x - start.x) * dx + (pixel.y - start.y) * dy;
    let part = if square > 0.0 { along / square } else { 0.0 };
    pixel.distance(start.towards(end, part.clamp(0.0, 1.0)))
}
