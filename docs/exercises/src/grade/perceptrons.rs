//! Perceptrons: their rule, and XOR by hand.

use crate::lesson::run;
use crate::trial::{Trial, as_long_as, numbers};
use crate::{Formula, Grade, Lesson};

/// A perceptron with two inputs: it says 1 if w₁x₁ + w₂x₂ + b is above 0, and 0 if not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Perceptron {
    /// w₁ and w₂.
    pub weights: [f64; 2],
    /// b.
    pub bias: f64,
}

impl Perceptron {
    /// Whether it says 1.
    #[must_use]
    pub fn says(&self, inputs: [bool; 2]) -> bool {
        self.sum(inputs) > 0.0
    }

    /// Its weighted input.
    fn sum(&self, inputs: [bool; 2]) -> f64 {
        let [x1, x2] = inputs.map(f64::from);
        self.weights[0] * x1 + self.weights[1] * x2 + self.bias
    }
}

/// `learn(weights, bias, inputs, label, rate)`: one application of the perceptron's rule.
pub fn perceptron_rule(learn: fn(&mut [f64], &mut f64, &[f64], f64, f64)) -> Grade {
    let cases: [(&[f64], f64, &[f64], f64, f64); 7] = [
        (&[0.5, -0.25], -1.0, &[1.0, 2.0], 1.0, 0.1),
        (&[0.5, 0.25], 0.5, &[3.0, 1.0], 0.0, 0.2),
        (&[1.0, 1.0], -0.5, &[1.0, 0.0], 1.0, 0.3),
        (&[-1.0, 1.0], -0.25, &[2.0, 0.5], 0.0, 0.5),
        (&[0.25, -0.75, 0.5], 0.125, &[-1.0, 1.0, 4.0], 0.0, 0.25),
        // Only the bias makes the answer 0 here; and here the weighted input is 0, which is not above 0.
        (&[1.0, 1.0], -3.0, &[1.0, 1.0], 1.0, 0.5),
        (&[0.5, -0.5], 0.0, &[1.0, 1.0], 1.0, 0.1),
    ];
    let mut trial = Trial::new(
        Formula::PerceptronRule,
        [
            "where the weights move the wrong way",
            "where the bias never moves",
            "where each weight moves alike, whatever its input",
            "where the rate is left out",
            "where the weighted input is compared with the label, not the 0 or 1 that the perceptron says",
            "where the label itself is taken for the error",
            "where the bias is left out of the answer",
            "where a weighted input of 0 is taken for a 1",
            "where the weights never move",
            "where nothing moves",
        ],
    );
    for (weights, bias, inputs, label, rate) in cases {
        let what = format!(
            "weights {}, bias {bias}, inputs {}, right answer {label}, rate {rate}",
            numbers(weights),
            numbers(inputs)
        );
        let (mut moved, mut moved_bias) = (weights.to_vec(), bias);
        run(Formula::PerceptronRule, &what, || learn(&mut moved, &mut moved_bias, inputs, label, rate))?;
        as_long_as(Formula::PerceptronRule, &what, weights.len(), moved.len())?;
        let without_bias: f64 = weights.iter().zip(inputs).map(|(weight, input)| weight * input).sum();
        let z = without_bias + bias;
        let error = label - f64::from(z > 0.0);
        let at_zero = label - f64::from(z >= 0.0);
        let careless = label - f64::from(without_bias > 0.0);
        for (i, (&weight, &input)) in weights.iter().zip(inputs).enumerate() {
            let slips = [
                weight - rate * error * input,
                weight + rate * error * input,
                weight + rate * error,
                weight + error * input,
                weight + rate * (label - z) * input,
                weight + rate * label * input,
                weight + rate * careless * input,
                weight + rate * at_zero * input,
                weight,
                weight,
            ];
            trial.case(
                format!("{what}: weight {i} afterwards"),
                weight + rate * error * input,
                moved[i],
                slips,
            );
        }
        let slips = [
            bias - rate * error,
            bias,
            bias + rate * error,
            bias + error,
            bias + rate * (label - z),
            bias + rate * label,
            bias + rate * careless,
            bias + rate * at_zero,
            bias + rate * error,
            bias,
        ];
        trial.case(format!("{what}: the bias afterwards"), bias + rate * error, moved_bias, slips);
    }
    trial.grade()
}

/// The four rows of a truth table.
const ROWS: [[bool; 2]; 4] = [[false, false], [false, true], [true, false], [true, true]];

/// Two hidden perceptrons and one that sees their answers, to say 1 if just one of the inputs is 1.
pub fn xor_by_hand(network: fn() -> ([Perceptron; 2], Perceptron)) -> Grade {
    let ([first, second], output) = run(Formula::Xor, "the network", network)?;
    let hidden = ROWS.map(|row| [first.says(row), second.says(row)]);
    let answers = hidden.map(|row| output.says(row));
    if answers == ROWS.map(|[x1, x2]| x1 != x2) {
        return Ok(());
    }
    let mut found = String::from("x1 x2   hidden   output   should be");
    for (place, [x1, x2]) in ROWS.into_iter().enumerate() {
        let [h1, h2] = hidden[place].map(u8::from);
        let (answer, wanted) = (u8::from(answers[place]), u8::from(x1 != x2));
        let mark = if answer == wanted { "" } else { "   <- wrong" };
        found += &format!(
            "\n {}  {}    {h1}  {h2}       {answer}          {wanted}{mark}",
            u8::from(x1),
            u8::from(x2)
        );
    }
    let at_the_edge = ROWS.iter().any(|&row| first.sum(row) == 0.0 || second.sum(row) == 0.0)
        || hidden.iter().any(|&row| output.sum(row) == 0.0);
    let edge =
        if at_the_edge { "\nSomewhere the weighted input is exactly 0, which is not above 0." } else { "" };
    Err(Lesson::new(Formula::Xor, found, xor_diagnosis(hidden) + edge))
}

/// Whether any output perceptron could do it with these hidden ones, and if not, why not.
fn xor_diagnosis(hidden: [[bool; 2]; 4]) -> String {
    let column = |neuron: usize| hidden.map(|row| row[neuron]);
    let names = [gate(column(0)), gate(column(1))];
    let told = format!("The hidden perceptrons compute {} and {}.", names[0], names[1]);
    // Rows in which the output must differ, although it sees the same.
    let clash =
        [(0, 1), (0, 2), (3, 1), (3, 2)].into_iter().find(|&(one, other)| hidden[one] == hidden[other]);
    if let Some((one, other)) = clash {
        let row = |place: usize| ROWS[place].map(|x| u8::from(x).to_string()).join(" ");
        return format!(
            "{told}\nFor the inputs {} and {} both say the same, and the output cannot tell them apart.",
            row(one),
            row(other)
        );
    }
    // With every row told apart as it must be, at most one line has to be drawn between what the output sees.
    let ones: Vec<[bool; 2]> = vec![hidden[1], hidden[2]];
    if ones[0] != ones[1] && ones.iter().all(|one| !one[0] || !one[1]) && hidden[0] != hidden[3] {
        return format!("{told}\nThe output would have to compute XOR of these two: the same task again.");
    }
    format!(
        "{told}\nThat is enough to go on: the output perceptron can get XOR from these two, and does not yet."
    )
}

/// The name of a function of two inputs, by its four answers in the order of the truth table.
fn gate(answers: [bool; 4]) -> &'static str {
    match answers.map(u8::from) {
        [0, 0, 0, 0] => "always 0",
        [0, 0, 0, 1] => "AND",
        [0, 0, 1, 0] => "x1 AND NOT x2",
        [0, 0, 1, 1] => "x1",
        [0, 1, 0, 0] => "x2 AND NOT x1",
        [0, 1, 0, 1] => "x2",
        [0, 1, 1, 1] => "OR",
        [1, 0, 0, 0] => "NOR",
        [1, 0, 1, 0] => "NOT x2",
        [1, 0, 1, 1] => "x1 OR NOT x2",
        [1, 1, 0, 0] => "NOT x1",
        [1, 1, 0, 1] => "x2 OR NOT x1",
        [1, 1, 1, 0] => "NAND",
        [1, 1, 1, 1] => "always 1",
        _ => "XOR or its opposite, which no perceptron can",
    }
}
