//! A linear unit: one neuron whose output is its weighted input, w·x + b, fitted to points by gradient descent.
//!
//! You will see a straight line swing into place: the slope w within a few steps, the height b after hundreds. In the
//! end they are what a formula for the best line says, a formula that only a linear unit has.

use super::prelude::*;

/// The points and how a line is fitted to them.
#[derive(Debug, Clone, PartialEq, Serialize, Args)]
pub struct Settings {
    /// The learning rate
    #[arg(long, value_name = "R", default_value = "0.05", value_parser = rate)]
    pub rate: f64,

    /// Count the minutes from the middle: from -4 to 4 instead of 0 to 8
    #[arg(long)]
    pub from_middle: bool,

    /// One more point: minutes and degrees
    #[arg(long, value_name = "X,Y", value_parser = pair, allow_hyphen_values = true)]
    pub add: Option<[f64; 2]>,
}

/// A kettle: the water's temperature in °C after 0, 1, 2 and more minutes on the stove.
pub const TEMPERATURES: [f64; 9] = [21.0, 29.0, 41.0, 49.0, 62.0, 70.0, 80.0, 92.0, 99.0];

/// Steps taken.
pub const STEPS: usize = 1000;

/// Returns the points a line is fitted to.
pub fn points(settings: &Settings) -> Vec<(f64, f64)> {
    let more = settings.add.map(|[x, y]| (x, y));
    let middle = if settings.from_middle { 4.0 } else { 0.0 };
    let measured = (0..).map(f64::from).zip(TEMPERATURES);
    measured.chain(more).map(|(x, y)| (x - middle, y)).collect()
}

/// A line: slope w and height b at x = 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Line {
    /// The rise of the output for each step of x.
    pub w: f64,
    /// The output at x = 0.
    pub b: f64,
}

impl Line {
    /// Returns the neuron's output. The activation is the identity: there is nothing more to do.
    pub fn output(self, x: f64) -> f64 {
        self.w * x + self.b
    }

    /// Returns E = 1/(2n)·Σ (y − output)².
    pub fn cost(self, points: &[(f64, f64)]) -> f64 {
        let squares: f64 = points.iter().map(|&(x, y)| (y - self.output(x)) * (y - self.output(x))).sum();
        squares / (2.0 * points.len() as f64)
    }

    /// Returns −∂E/∂w = 1/n·Σ (y − output)·x and −∂E/∂b = 1/n·Σ (y − output): the direction to move in.
    pub fn gradient(self, points: &[(f64, f64)]) -> Line {
        let (mut for_w, mut for_b) = (0.0, 0.0);
        for &(x, y) in points {
            let error = y - self.output(x);
            for_w += error * x;
            for_b += error;
        }
        Line { w: for_w / points.len() as f64, b: for_b / points.len() as f64 }
    }

    /// Takes one step of gradient descent.
    pub fn step(self, points: &[(f64, f64)], rate: f64) -> Line {
        let gradient = self.gradient(points);
        Line { w: self.w + rate * gradient.w, b: self.b + rate * gradient.b }
    }
}

/// Returns the best line of all: both derivatives are set to 0 and solved for w and b (least squares).
pub fn best_line(points: &[(f64, f64)]) -> Line {
    let n = points.len() as f64;
    let mean_x = points.iter().map(|point| point.0).sum::<f64>() / n;
    let mean_y = points.iter().map(|point| point.1).sum::<f64>() / n;
    let together: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let spread: f64 = points.iter().map(|(x, _)| (x - mean_x) * (x - mean_x)).sum();
    let w = together / spread;
    Line { w, b: mean_y - w * mean_x }
}

/// Returns the rate above which steps land higher and higher: 2 divided by the steepest curvature of the cost, the larger
/// eigenvalue of its second derivatives, the matrix with the rows (mean of x², mean of x) and (mean of x, 1).
pub fn border(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let mean = points.iter().map(|(x, _)| x).sum::<f64>() / n;
    let mean_square = points.iter().map(|(x, _)| x * x).sum::<f64>() / n;
    let root = ((mean_square - 1.0) * (mean_square - 1.0) + 4.0 * mean * mean).sqrt();
    2.0 / ((mean_square + 1.0 + root) / 2.0)
}

/// The result of the experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LinearUnit {
    /// The settings.
    pub settings: Settings,
    /// The points the line was fitted to.
    pub points: Vec<(f64, f64)>,
    /// The line before the first step and after each. The list ends early if a far too large rate makes its cost infinite.
    pub lines: Vec<Line>,
    /// The cost of each line.
    pub costs: Vec<f64>,
    /// The line it should end at.
    pub best: Line,
    /// The rate above which the cost grows.
    pub border: f64,
}

/// Takes a thousand steps from w = 0, b = 0.
pub fn run(settings: &Settings) -> LinearUnit {
    let points = points(settings);
    let start = Line { w: 0.0, b: 0.0 };
    let steps = std::iter::successors(Some(start), |line| Some(line.step(&points, settings.rate)));
    let lines: Vec<Line> = steps.take(STEPS + 1).take_while(|line| line.cost(&points).is_finite()).collect();
    let costs = lines.iter().map(|line| line.cost(&points)).collect();
    let (best, border) = (best_line(&points), border(&points));
    LinearUnit { settings: settings.clone(), points, lines, costs, best, border }
}

impl LinearUnit {
    /// Returns the first step from which on this number of the line stays within 1 % of the best line's.
    pub fn settled(&self, number: impl Fn(Line) -> f64) -> Option<usize> {
        let goal = number(self.best);
        let last_away = self.lines.iter().rposition(|&line| (number(line) - goal).abs() > 0.01 * goal.abs());
        let first = last_away.map_or(0, |step| step + 1);
        (first < self.lines.len()).then_some(first)
    }
}

impl Lesson for LinearUnit {
    fn right(&self) -> usize {
        match (self.settled(|line| line.w), self.settled(|line| line.b)) {
            (Some(w), b) if b.is_none_or(|b| w < b) => 0,
            (_, Some(_)) => 1,
            _ => 2,
        }
    }

    fn facts(&self) -> Value {
        let (w, b) = (self.settled(|line| line.w), self.settled(|line| line.b));
        context! { settled => context! { w, b } }
    }

    fn figure(&self) -> Figure {
        let (x, y) = (Axis::new("minutes"), Axis::new("temperature, °C").range(0.0, 110.0));
        let mut lines = Plot::new("The line after some steps", x, y);
        let ends = [0, self.points.len() - 1].map(|place| self.points[place].0);
        for step in [1, 3, 30, STEPS].into_iter().filter(|step| *step < self.lines.len()) {
            let name = backprop::counted(step, "step");
            lines = lines.add(name, Mark::Line, ends.map(|x| (x, self.lines[step].output(x))));
        }
        lines = lines.draw("measured", Mark::Dots, Colour::Black, self.points.clone());
        let costs = (0..).map(f64::from).zip(self.costs.clone()).skip(1);
        let floor = [1.0, STEPS as f64].map(|step| (step, self.best.cost(&self.points)));
        let cost = Plot::new("The cost", Axis::new("step").log(), Axis::new("cost").log())
            .draw("the best line's", Mark::Dashed, Colour::Grey, floor)
            .add("after each step", Mark::Line, costs);
        Figure::new("Gradient descent fits a line", [lines, cost])
    }
}
