//! Why neurons are not perceptrons: a small change of a weight should change the output only a little.
//!
//! You will see the weight of one neuron turned up in equal steps. As a perceptron its output stays, stays, and flips;
//! as a sigmoid neuron it moves a little each time, by about as much as its slope predicts. That is what learning
//! goes by.

use super::prelude::*;

/// The neuron.
#[derive(Debug, Clone, PartialEq, Serialize, Args)]
pub struct Settings {
    /// The neuron's input x, not 0
    #[arg(long, value_name = "X", default_value = "1", value_parser = input, allow_hyphen_values = true)]
    pub input: f64,

    /// Its bias b
    #[arg(long, value_name = "B", default_value = "-2", value_parser = number, allow_hyphen_values = true)]
    pub bias: f64,

    /// The weight from which changes are predicted
    #[arg(long, value_name = "W", default_value = "1", value_parser = number, allow_hyphen_values = true)]
    pub weight: f64,
}

/// Three things to try.
pub const TRIES: [Try; 3] = [
    Try {
        flags: "--bias -8",
        question: "Another bias. Where does the perceptron flip now? Does the sigmoid slide any less?",
        answer: "It flips where w*x + b = 0, at a weight of 8. The sigmoid goes through the very same outputs as \
                 before, only there: the bias shifts the curve and does not bend it.",
    },
    Try {
        flags: "--input 10",
        question: "An input ten times as large. Is a small change of the weight still small?",
        answer: "No. Each step of the weight now moves z by 1, and the output by up to 0.24; from one end of the \
                 table to the other it goes nearly from 0 to 1. How small a step must be depends on the inputs. That \
                 is one reason why pixels are divided by 255.",
    },
    Try {
        flags: "--weight 20",
        question: "A weight of 20 to start from. Why is nothing left to predict?",
        answer: "z is 18 there, the output 0.99999998, and the slope a(1 - a) next to nothing: the neuron is saturated. \
                 Every change is predicted, as no change. A neuron that answers wrongly from there hardly learns (the \
                 lesson slowdown).",
    },
];

fn input(text: &str) -> Result<f64, String> {
    let input = number(text)?;
    if input == 0.0 {
        Err("with an input of 0 the weight would have no effect".to_owned())
    } else {
        Ok(input)
    }
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
    fn set_up(&self) -> String {
        let Settings { input, bias, .. } = self.settings;
        paragraph!(
            "One neuron with input {input} and bias {bias}. Its weight is turned up by {STEP} at a time. A perceptron \
             says 1 if the weighted input z = w*x + b is above 0, else 0. A sigmoid neuron says 1 / (1 + e^-z), which \
             is near 0 or 1 far from z = 0 and slides between them."
        )
    }

    fn question(&self) -> Question {
        let (first, last) = (self.outputs[0].weight, self.outputs[self.outputs.len() - 1].weight);
        let text =
            format!("The weight goes from {first:.2} to {last:.2} in nine steps. How do the outputs follow?");
        let choices = [
            "both a little at each step",
            "the perceptron's in one jump, the sigmoid's a little at each step",
            "both in one jump",
        ];
        Question::new(text, &choices, if self.largest_change(|row| row.sigmoid) < 0.5 { 1 } else { 2 })
    }

    fn text(&self) -> String {
        let outputs = self.outputs.iter().map(|row| {
            vec![format!("{:.2}", row.weight), row.perceptron.to_string(), format!("{:.4}", row.sigmoid)]
        });
        let predicted = self.predicted.iter().map(|row| {
            vec![
                row.weight_change.to_string(),
                format!("{:.9}", row.output_change),
                format!("{:.9}", row.predicted),
                format!("{:.1e}", row.output_change - row.predicted),
            ]
        });
        let missed = |row: usize| (self.predicted[row].output_change - self.predicted[row].predicted).abs();
        told(&[
            table(["weight", "perceptron", "sigmoid"], outputs),
            paragraph!(
                "The perceptron's output changes by {:.0} in one step and not at all in the others. Nothing before \
                 showed that it was near, so there is no telling which way to turn a weight. The sigmoid's output \
                 never changes by more than {:.4} (its slope is at most 1/4, so at most {:.4} for a step of {STEP}), \
                 and it always moves the same way.",
                self.largest_change(|row| row.perceptron),
                self.largest_change(|row| row.sigmoid),
                STEP * self.settings.input.abs() / 4.0,
            ),
            paragraph!(
                "Better: the slope a(1 - a)*x predicts the change. Starting from a weight of {}:",
                self.settings.weight
            ),
            table(["change of weight", "change of output", "predicted", "difference"], predicted),
            if self.predicted[2].output_change.abs() < 1e-9 {
                paragraph!(
                    "The neuron is so sure of itself that its output hardly moves at all: it is saturated."
                )
            } else {
                paragraph!(
                    "A change ten times smaller is predicted {:.0} times more exactly. So for small steps one can \
                     calculate with slopes alone. All of backpropagation rests on that.",
                    missed(2) / missed(3)
                )
            },
        ])
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
