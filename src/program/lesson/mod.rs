//! Small experiments, one a file, to be read from top to bottom and then played with.
//!
//! In reading order: [`nand`], [`perceptron`], [`linear_unit`], [`sigmoid`], [`descent`] lead up to backpropagation;
//! [`xor`] is the first task that needs it, [`order`] is about how it works; [`slowdown`], [`initialisation`],
//! [`vanishing`] show how it goes wrong and [`universality`] what it is good for. Each file opens with what you will
//! see; `Settings` are what you may change, each a flag of the program; `TRIES` are three things to try, with their
//! answers; a function `run` does the experiment. The code that tells and draws the result ([`Lesson`]) comes last. Every
//! number in a text is computed when the lesson runs.
//!
//! `backprop lesson NAME` asks what you expect, then tells; `--plot FILE.svg` draws, `--source` prints the file.

pub mod descent;
pub mod initialisation;
pub mod linear_unit;
pub mod nand;
pub mod order;
pub mod perceptron;
mod prelude;
pub mod settings;
pub mod sigmoid;
pub mod slowdown;
pub mod table;
#[cfg(test)]
mod tests;
pub mod universality;
pub mod vanishing;
pub mod xor;

use clap::{ArgMatches, Args as _, Command, FromArgMatches as _};
use serde::Serialize;

use crate::show::plot::Figure;

/// The result of an experiment, ready to be told and drawn. Texts have at most 90 characters a line.
pub trait Lesson: Numbers {
    /// Tells what is tried, with which settings.
    fn set_up(&self) -> String;

    /// Asks the reader before the result is told.
    fn question(&self) -> Question;

    /// Tells the result and its meaning.
    fn text(&self) -> String;

    /// Draws the lesson.
    fn figure(&self) -> Figure;
}

/// The numbers of a result.
pub trait Numbers {
    /// Returns the numbers behind text and picture: the fields of the result as JSON.
    fn numbers(&self) -> serde_json::Value;
}

impl<T: Serialize> Numbers for T {
    fn numbers(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("a lesson's result is numbers, texts and lists of them")
    }
}

/// A question and the answers to choose from. The experiment finds the right one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The question.
    pub text: String,
    /// The answers: two or more.
    pub choices: Vec<String>,
    /// The index of the right one.
    pub right: usize,
}

impl Question {
    /// Makes a question with these answers.
    pub fn new(text: impl Into<String>, choices: &[&str], right: usize) -> Self {
        let choices = choices.iter().map(ToString::to_string).collect();
        Self { text: text.into(), choices, right }
    }

    /// Returns the letter of a choice: a, b, c.
    pub fn letter(choice: usize) -> char {
        char::from(b'a' + choice as u8)
    }

    /// Returns the choice whose letter was typed, if any.
    pub fn choice(&self, typed: &str) -> Option<usize> {
        let typed = typed.trim().to_lowercase();
        let is_meant = |choice: &usize| typed == Self::letter(*choice).to_string();
        (0..self.choices.len()).find(is_meant)
    }
}

/// Something to try.
#[derive(Debug, Clone, Copy)]
pub struct Try {
    /// The flags to try it with.
    pub flags: &'static str,
    /// The thing to look for.
    pub question: &'static str,
    /// The observation, and its reason.
    pub answer: &'static str,
}

/// A lesson by name.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name on the command line.
    pub name: &'static str,
    /// A summary in one line.
    pub summary: &'static str,
    /// The path of its code.
    pub path: &'static str,
    /// Its code.
    pub source: &'static str,
    /// Three things to try.
    pub tries: &'static [Try; 3],
    /// Adds its settings to a command.
    pub settings: fn(Command) -> Command,
    /// Does the experiment with the settings that such a command parsed.
    pub run: fn(&ArgMatches) -> Result<Box<dyn Lesson>, clap::Error>,
}

macro_rules! entry {
    ($module:ident, $name:literal, $summary:literal) => {
        Entry {
            name: $name,
            summary: $summary,
            path: concat!("src/program/lesson/", stringify!($module), ".rs"),
            source: include_str!(concat!(stringify!($module), ".rs")),
            tries: &$module::TRIES,
            settings: $module::Settings::augment_args,
            run: |flags| Ok(Box::new($module::run(&$module::Settings::from_arg_matches(flags)?))),
        }
    };
}

/// Every lesson, in reading order.
pub const LESSONS: [Entry; 11] = [
    entry!(nand, "nand", "a perceptron can be a gate, and gates can add numbers"),
    entry!(perceptron, "perceptron", "a perceptron learns AND; XOR it cannot learn, and why"),
    entry!(linear_unit, "linear-unit", "gradient descent finds the line through some points"),
    entry!(sigmoid, "sigmoid", "a small change of a weight must change the output only a little"),
    entry!(descent, "descent", "a ball in a valley: a rate too small, right, and too large"),
    entry!(xor, "xor", "a hidden layer learns XOR, from most starts, not from all"),
    entry!(order, "order", "why deltas are computed backwards, and why they add up"),
    entry!(slowdown, "slowdown", "a neuron that is badly wrong learns slowly, and how to cure it"),
    entry!(initialisation, "initialisation", "starting weights that leave neurons room to learn"),
    entry!(vanishing, "vanishing", "in a deep network the first layers hardly learn at all"),
    entry!(universality, "universality", "one hidden layer can draw any curve, as closely as you like"),
];
