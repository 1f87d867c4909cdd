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

/// Three things to try.
pub const TRIES: [Try; 3] = [
    Try {
        flags: "--rate 0.09",
        question: "A rate a little larger (0.08 first, then 0.09). What happens?",
        answer: "At 0.08 the line still swings into place. At 0.09 every step overshoots and lands higher: the border \
                 is at 0.0855, 2 divided by the steepest curvature of the cost. The lesson descent is about that.",
    },
    Try {
        flags: "--from-middle",
        question: "The minutes counted from the middle. Why does b get there so much sooner?",
        answer: "Counted from 0, turning the line also lifts its middle, so a step of w spoils b and a step of b \
                 spoils w, back and forth. Counted from the middle, the two no longer meddle with each other: b \
                 goes straight to the mean temperature, 5 % of the rest with each step. That is why inputs are \
                 standardized before training.",
    },
    Try {
        flags: "--add 9,100",
        question: "One more point: after 9 minutes the water is at 100 °C and does not get any hotter. What does that \
                   do to the line?",
        answer: "It gets flatter, 9.44 degrees a minute instead of 10, and fits all the other points worse: a line \
                 cannot bend. A curve that levels off takes an activation function.",
    },
];

/// A kettle: minutes on the stove, and the water's temperature in °C.
pub const POINTS: [(f64, f64); 9] = [
    (0.0, 21.0),
    (1.0, 29.0),
    (2.0, 41.0),
    (3.0, 49.0),
    (4.0, 62.0),
    (5.0, 70.0),
    (6.0, 80.0),
    (7.0, 92.0),
    (8.0, 99.0),
];

/// Steps taken.
pub const STEPS: usize = 1000;

/// Returns the points a line is fitted to.
pub fn points(settings: &Settings) -> Vec<(f64, f64)> {
    let more = settings.add.map(|[x, y]| (x, y));
    let middle = if settings.from_middle { 4.0 } else { 0.0 };
    POINTS.into_iter().chain(more).map(|(x, y)| (x - middle, y)).collect()
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

    /// Says how w and b ended.
    fn ending(&self) -> String {
        match (self.settled(|line| line.w), self.settled(|line| line.b)) {
            _ if self.settings.rate >= self.border => paragraph!(
                "The cost grows: each step overshoots and lands higher. It does so from a rate of {:.4} on, 2 divided by \
                 the steepest curvature of the cost (the lesson descent).",
                self.border
            ),
            (Some(w), Some(b)) if self.settings.from_middle => paragraph!(
                "w stays within 1 % of it from step {w} on, b from step {b}: counted from the middle, turning the line \
                 no longer lifts it, and each of the two goes its own way."
            ),
            (Some(w), Some(b)) => paragraph!(
                "w stays within 1 % of it from step {w} on, b only from step {b}: turning the line changes the errors \
                 of late minutes a lot, so that slope is steep; lifting it changes all of them a little. One rate has \
                 to do for both."
            ),
            (w, b) => {
                let when = |step: Option<usize>| {
                    step.map_or_else(|| "not yet".to_owned(), |step| format!("from step {step} on"))
                };
                paragraph!("Within 1 % of it: w {}, b {}. This rate needs more patience.", when(w), when(b))
            }
        }
    }
}

impl Lesson for LinearUnit {
    fn set_up(&self) -> String {
        paragraph!(
            "A kettle's temperature was read {} times, a minute apart. A neuron with one input x and no activation \
             function, output = w*x + b, should give the temperature after x minutes{}. The cost is half the mean of \
             the squared errors. Each step moves w and b against its slope, at the rate {}. Both begin at 0.",
            self.points.len(),
            if self.settings.from_middle { ", counted from the middle" } else { "" },
            self.settings.rate,
        )
    }

    fn question(&self) -> Question {
        let right = match (self.settled(|line| line.w), self.settled(|line| line.b)) {
            (Some(w), b) if b.is_none_or(|b| w < b) => 0,
            (_, Some(_)) => 1,
            _ => 2,
        };
        let choices = ["the slope w", "the height b", "neither of them, ever"];
        Question::new("Which of the two will be right first, to within 1 %?", &choices, right)
    }

    fn text(&self) -> String {
        let shown = [0, 1, 2, 3, 10, 30, 100, 300, STEPS].into_iter().filter(|step| *step < self.lines.len());
        let rows = shown.map(|step| {
            let Line { w, b } = self.lines[step];
            vec![step.to_string(), cell(w, 4), cell(b, 4), cell(self.costs[step], 4)]
        });
        let Line { w, b } = self.best;
        told(&[
            table(["step", "w", "b", "cost"], rows),
            paragraph!("The best line there is, by the least-squares formula: w = {w:.4}, b = {b:.4}."),
            self.ending(),
            paragraph!(
                "A formula for the answer exists here because output and weights are in proportion. With a curved \
                 activation function there is none, and going downhill step by step is what is left."
            ),
        ])
    }

    fn figure(&self) -> Figure {
        let (x, y) = (Axis::new("minutes"), Axis::new("temperature, °C").range(0.0, 110.0));
        let mut lines = Plot::new("The line after some steps", x, y);
        let ends = [0, self.points.len() - 1].map(|place| self.points[place].0);
        for step in [1, 3, 30, STEPS].into_iter().filter(|step| *step < self.lines.len()) {
            let name = if step == 1 { "1 step".to_owned() } else { format!("{step} steps") };
            lines = lines.with(Series::line(name, ends.map(|x| (x, self.lines[step].output(x)))));
        }
        lines = lines.draw("measured", Mark::Dots, Colour::Black, self.points.clone());
        let costs = (0..).map(f64::from).zip(self.costs.clone()).skip(1);
        let floor = [1.0, STEPS as f64].map(|step| (step, self.best.cost(&self.points)));
        let cost = Plot::new("The cost", Axis::new("step").log(), Axis::new("cost").log())
            .draw("the best line's", Mark::Dashed, Colour::Grey, floor)
            .with(Series::line("after each step", costs));
        Figure::new("Gradient descent fits a line", [lines, cost])
    }
}
