//! The smooth curve that a pen draws through the knots of a skeleton.
//!
//! Between one corner and the next, the pen follows a *centripetal Catmull-Rom spline*: a curve
//! that passes through every knot, bends gently in between and never loops where knots crowd
//! together. At a corner it stops and sets off in a new direction.

use crate::skeletons::Knot;

/// The number of straight pieces that approximate the curve from one knot to the next.
const PIECES_PER_SPAN: u32 = 10;

/// A place on the paper: `x` to the right and `y` down.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

impl Point {
    /// Returns the point a fraction `part` of the way from here to `to`, or beyond either end if `part` is not between
    /// 0 and 1.
    pub fn towards(self, to: Self, part: f64) -> Self {
        Self { x: self.x + (to.x - self.x) * part, y: self.y + (to.y - self.y) * part }
    }

    /// Returns the length of the straight line from here to `to`.
    pub fn distance(self, to: Self) -> f64 {
        let (dx, dy) = (to.x - self.x, to.y - self.y);
        (dx * dx + dy * dy).sqrt()
    }
}

/// Returns the points of a fine polyline that runs smoothly through `knots`, from the first to the last.
pub fn through(knots: &[Knot]) -> Vec<Point> {
    let mut polyline = Vec::new();
    let mut run: Vec<Point> = Vec::new();
    for knot in knots {
        run.push(knot.at);
        if knot.corner {
            append_spline(&run, &mut polyline);
            run = vec![knot.at];
        }
    }
    append_spline(&run, &mut polyline);
    polyline.extend(run.last());
    polyline
}

/// Appends the smooth curve through `run` to `polyline`, all but its very last point.
fn append_spline(run: &[Point], polyline: &mut Vec<Point>) {
    for (span, ends) in run.windows(2).enumerate() {
        let (start, end) = (ends[0], ends[1]);
        // Where the run begins or ends, pretend that it goes straight on.
        let before = match span.checked_sub(1) {
            Some(previous) => run[previous],
            None => end.towards(start, 2.0),
        };
        let after = match run.get(span + 2) {
            Some(&next) => next,
            None => start.towards(end, 2.0),
        };
        for piece in 0..PIECES_PER_SPAN {
            let part = f64::from(piece) / f64::from(PIECES_PER_SPAN);
            polyline.push(catmull_rom([before, start, end, after], part));
        }
    }
}

/// Returns the point a fraction `part` of the way from `points[1]` to `points[2]` on the spline through all four, by
/// Barry and Goldman's pyramid of straight-line blends.
fn catmull_rom(points: [Point; 4], part: f64) -> Point {
    // The time at which the pen passes each point: centripetal means that a span takes the square
    // root of its length. The least time keeps coinciding points from dividing zero by zero.
    let mut time = [0.0; 4];
    for i in 1..4 {
        let length = points[i - 1].distance(points[i]);
        time[i] = time[i - 1] + length.sqrt().max(0.01);
    }
    let now = time[1] + (time[2] - time[1]) * part;

    let mut blend = points;
    for level in 1..4 {
        // On the third level the pen is between times 1 and 2 only, not 0 and 3.
        let reach = if level == 3 { 1 } else { level };
        for i in 0..4 - level {
            let from = if level == 3 { 1 } else { i };
            let share = (now - time[from]) / (time[from + reach] - time[from]);
            blend[i] = blend[i].towards(blend[i + 1], share);
        }
    }
    blend[0]
}
