//! Why neurons are not perceptrons: a small change of a weight should change the output only a little.
//!
//! You will see the weight of one neuron turned up in equal steps. As a perceptron its output stays, stays, and flips;
//! as a sigmoid neuron it moves a little each time, by about as much as its slope predicts. Learning relies on that.

use super::prelude::*;

/// The neuron.
#[derive(Debug, Clone, PartialEq, Serialize, Args)]
pub struct Settings {
    /// The neuron's input x, from 0.1 to 10 or from -10 to -0.1
    #[arg(long, value_name = "X", default_value = "1", value_parser = input, allow_hyphen_values = true)]
    pub input: f64,

    /// Its bias b
    #[arg(long, value_name = "B", default_value = "-2", value_parser = number, allow_hyphen_values = true)]
    pub bias: f64,

    /// The weight from which changes are predicted
    #[arg(long, value_name = "W", default_value = "1", value_parser = number, allow_hyphen_values = true)]
    pub weight: f64,
}

fn input(text: &str) -> Result<f64, String> {
    let input = between(-10.0, 10.0)(text)?;
    let problem = || format!("with an input of {text} the weight would have next to no effect");
    if input.abs() < 0.1 { Err(problem()) } else { Ok(input) }
}

/// The amount by which the weight is turned up each time.
pub const STEP: f64 = 0.1;

impl Settings {
    /// Returns the perceptron's output: 1 if w·x + b > 0, else 0.
    pub fn perceptron(&self, weight: f64) -> f64 {
        if weight * self.input + self.bias > 0.0 { 1.0 } else { 0.0 }
    }

    /// Returns the sigmoid neuron's output: σ(w·x + b).
    pub fn neuron(&self, weight: f64) -> f64 {
        Activation::Sigmoid.value(weight * self.input + self.bias)
    }

    /// Returns the weight where w·x + b = 0.
    fn border(&self) -> f64 {
        -self.bias / self.input
    }
}

/// Both outputs for one weight.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outputs {
    /// The weight.
    pub weight: f64,
    /// The perceptron's output.
    pub perceptron: f64,
    /// The sigmoid neuron's output.
    pub sigmoid: f64,
}

/// A change of the weight, the change of the output it makes, and what the slope predicted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Predicted {
    /// Δw.
    pub weight_change: f64,
    /// The output after minus the output before.
    pub output_change: f64,
    /// ∂a/∂w·Δw = a(1 − a)·x·Δw.
    pub predicted: f64,
}

/// The result of the experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SmallChanges {
    /// The neuron.
    pub settings: Settings,
    /// The outputs as the weight is turned up.
    pub outputs: Vec<Outputs>,
    /// Ever smaller changes from one weight.
    pub predicted: Vec<Predicted>,
}

/// Turns the weight up, then makes ever smaller changes.
pub fn run(settings: &Settings) -> SmallChanges {
    // The ten steps are centred on the border of the perceptron.
    let weights = (0..10).map(|count| settings.border() + STEP * (f64::from(count) - 4.5));
    let outputs = |weight| Outputs {
        weight,
        perceptron: settings.perceptron(weight),
        sigmoid: settings.neuron(weight),
    };
    SmallChanges {
        settings: settings.clone(),
        outputs: weights.map(outputs).collect(),
        predicted: predict(settings),
    }
}

/// Compares changes of the output with what the slope predicts: for changes of the weight of 1, 0.1, 0.01 and 0.001.
pub fn predict(settings: &Settings) -> Vec<Predicted> {
    let before = settings.neuron(settings.weight);
    let slope = Activation::Sigmoid.derivative_from_output(before) * settings.input;
    let compare = |weight_change| Predicted {
        weight_change,
        output_change: settings.neuron(settings.weight + weight_change) - before,
        predicted: slope * weight_change,
    };
    [1.0, 0.1, 0.01, 0.001].map(compare).to_vec()
}

impl SmallChanges {
    /// Returns the largest change of an output from one weight to the next.
    pub fn largest_change(&self, output: impl Fn(&Outputs) -> f64) -> f64 {
        let changes = self.outputs.windows(2).map(|pair| (output(&pair[1]) - output(&pair[0])).abs());
        changes.fold(0.0, f64::max)
    }
}

impl Lesson for SmallChanges {
    fn right(&self) -> usize {
        if self.largest_change(|row| row.sigmoid) < 0.5 { 1 } else { 2 }
    }

    fn facts(&self) -> Value {
        let perceptron = self.largest_change(|row| row.perceptron);
        let sigmoid = self.largest_change(|row| row.sigmoid);
        context! { step => STEP, largest_change => context! { perceptron, sigmoid } }
    }

    fn figure(&self) -> Figure {
        let Settings { input, bias, .. } = self.settings;
        let weights = || (0..=400).map(|count| self.settings.border() - 5.0 + 0.025 * f64::from(count));
        let sharper =
            |factor: f64| weights().map(move |w| (w, Activation::Sigmoid.value(factor * (w * input + bias))));
        let perceptron = weights().map(|w| (w, self.settings.perceptron(w)));
        let curves = Plot::new("Output against weight", Axis::new("weight"), Axis::new("output"))
            .draw("perceptron", Mark::Line, Colour::Vermilion, perceptron)
            .draw("sigmoid of 4z", Mark::Thin, Colour::Sky, sharper(4.0))
            .draw("sigmoid of z", Mark::Line, Colour::Blue, sharper(1.0));
        let rows = || self.predicted.iter();
        let change = rows().map(|row| (row.weight_change, row.output_change));
        let difference = rows().map(|row| (row.weight_change, (row.output_change - row.predicted).abs()));
        let (x, y) = (Axis::new("change of the weight").log(), Axis::new("change of the output").log());
        let exact = Plot::new("How well the slope predicts it", x, y)
            .draw("the change", Mark::LineAndDots, Colour::Blue, change)
            .draw("what the slope missed of it", Mark::LineAndDots, Colour::Green, difference);
        Figure::new("A small change of a weight", [curves, exact])
    }
}
