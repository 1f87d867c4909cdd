//! Gradient descent: a ball in a valley, with a learning rate that is too small, right, and too large.
//!
//! You will see the height C after each step for three rates. The first creeps, the second arrives, the third leaps
//! across the valley and lands higher each time. The valley's steepest curvature says beforehand where that begins.

use super::prelude::*;

/// The valley, and how the ball goes down.
#[derive(Debug, Clone, PartialEq, Serialize, Args)]
pub struct Settings {
    /// The learning rate; or up to three, to compare them
    #[arg(long, value_name = "R[,R,R]", default_value = "0.01,0.2,0.26", value_parser = rates)]
    pub rate: Rates,

    /// The curvatures of the valley along v1 and along v2
    #[arg(long, value_name = "C,C", default_value = "1,8", value_parser = curvatures)]
    pub curvatures: [f64; 2],
}

/// Learning rates.
pub type Rates = Vec<f64>;

fn rates(text: &str) -> Result<Rates, String> {
    let rates: Rates = text.split(',').map(rate).collect::<Result<_, _>>()?;
    if rates.len() <= 3 { Ok(rates) } else { Err(format!("'{text}' is more than three rates")) }
}

fn curvatures(text: &str) -> Result<[f64; 2], String> {
    list(text, "two numbers from 0.001 to 1000", |part| between(1e-3, 1e3)(part).ok())
}

/// The start of the ball.
pub const START: [f64; 2] = [-4.0, 1.2];

/// Steps taken with each rate.
pub const STEPS: usize = 30;

impl Settings {
    /// Returns the height of the valley: C = ½·(c1·v1² + c2·v2²).
    pub fn height(&self, v: [f64; 2]) -> f64 {
        let [c1, c2] = self.curvatures;
        0.5 * (c1 * v[0] * v[0] + c2 * v[1] * v[1])
    }

    /// Returns its slopes ∂C/∂v1 and ∂C/∂v2: the way up.
    pub fn slopes(&self, v: [f64; 2]) -> [f64; 2] {
        let [c1, c2] = self.curvatures;
        [c1 * v[0], c2 * v[1]]
    }

    /// Takes one step down: v ← v − η·∇C.
    pub fn step(&self, v: [f64; 2], rate: f64) -> [f64; 2] {
        let [up1, up2] = self.slopes(v);
        [v[0] - rate * up1, v[1] - rate * up2]
    }

    fn steepest(&self) -> f64 {
        f64::max(self.curvatures[0], self.curvatures[1])
    }
}

/// The path of the ball with one rate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Path {
    /// η.
    pub rate: f64,
    /// Its places before the first step and after each.
    pub points: Vec<[f64; 2]>,
    /// The height there.
    pub heights: Vec<f64>,
    /// The drop of the first step if the slope stayed the same: η·|∇C|².
    pub predicted_drop: f64,
}

/// The end of a ball's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Outcome {
    /// Less than a thousandth of the height is left.
    Arrives,
    /// It goes down but has not arrived.
    Creeps,
    /// It leaps back and forth at the same height.
    Swings,
    /// Each leap lands higher.
    Climbs,
}

/// The result of the experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Descent {
    /// The valley.
    pub settings: Settings,
    /// One path for each rate.
    pub paths: Vec<Path>,
    /// From this rate on the ball climbs: 2 / (steepest curvature).
    pub border: f64,
}

/// Rolls the ball with each rate.
pub fn run(settings: &Settings) -> Descent {
    Descent {
        settings: settings.clone(),
        paths: settings.rate.iter().map(|rate| roll(settings, *rate)).collect(),
        border: 2.0 / settings.steepest(),
    }
}

/// Rolls the ball with one rate.
pub fn roll(settings: &Settings, rate: f64) -> Path {
    let steps = std::iter::successors(Some(START), |v| Some(settings.step(*v, rate)));
    let points: Vec<[f64; 2]> = steps.take(STEPS + 1).collect();
    let [up1, up2] = settings.slopes(START);
    let heights = points.iter().map(|&v| settings.height(v)).collect();
    Path { rate, points, heights, predicted_drop: rate * (up1 * up1 + up2 * up2) }
}

impl Descent {
    /// Returns what becomes of the ball on this path.
    pub fn outcome(&self, path: &Path) -> Outcome {
        if path.rate > self.border {
            Outcome::Climbs
        } else if path.rate == self.border {
            Outcome::Swings
        } else if path.heights[STEPS] < 1e-3 * path.heights[0] {
            Outcome::Arrives
        } else {
            Outcome::Creeps
        }
    }
}

impl Lesson for Descent {
    fn right(&self) -> usize {
        self.outcome(&self.paths[self.paths.len() - 1]) as usize
    }

    fn facts(&self) -> Value {
        let outcomes: Vec<Outcome> = self.paths.iter().map(|path| self.outcome(path)).collect();
        context! { start => START, steps => STEPS, outcomes => Serde(outcomes) }
    }

    fn figure(&self) -> Figure {
        let panels = self.paths.iter().map(|path| {
            let verdict = ["right", "too small", "the border", "too large"][self.outcome(path) as usize];
            let (x, y) = (Axis::new("v1").range(-5.0, 5.0), Axis::new("v2").range(-3.0, 3.0));
            let mut plot = Plot::new(format!("rate {}: {verdict}", path.rate), x, y);
            for distance in [0.13, 0.27, 0.43, 0.6, 0.8, 1.0, 1.2, 1.4] {
                let line = self.contour(path.heights[0] * distance * distance);
                plot = plot.draw("", Mark::Thin, Colour::Grey, line);
            }
            // If the ball leaves the picture, only its way out is drawn.
            let is_inside = |v: &&[f64; 2]| v[0].abs() <= 5.0 && v[1].abs() <= 3.0;
            let inside = path.points.iter().take_while(is_inside).count();
            let points = path.points.iter().take(inside + 1).map(|v| (v[0], v[1]));
            let plot = plot.draw("", Mark::LineAndDots, Colour::Blue, points);
            plot.draw("", Mark::Dots, Colour::Vermilion, [(START[0], START[1])])
        });
        Figure::new("A ball goes down a valley (grey: lines of equal height; the red dot: the start)", panels)
    }
}

impl Descent {
    /// Returns the ellipse on which the valley has this height.
    fn contour(&self, level: f64) -> impl Iterator<Item = (f64, f64)> + use<> {
        let [half_length, half_width] =
            self.settings.curvatures.map(|curvature| (2.0 * level / curvature).sqrt());
        (0..=90).map(move |count| {
            let angle = std::f64::consts::TAU * f64::from(count) / 90.0;
            (half_length * libm::cos(angle), half_width * libm::sin(angle))
        })
    }
}
