//! Small experiments, one per file, to be read from top to bottom and then played with.
//!
//! In reading order: [`nand`], [`perceptron`], [`linear_unit`], [`sigmoid`], [`descent`] lead up to backpropagation;
//! [`xor`] is the first task that needs it, [`order`] is about how it works; [`slowdown`], [`initialisation`],
//! [`vanishing`] show how it goes wrong and [`universality`] what it is good for. Each file opens with what you will
//! see; `Settings` are what you may change, each a flag of the program; a function `run` does the experiment. The code that
//! draws the result ([`Lesson`]) comes last. What a lesson says, and three things to try, are in the Markdown file of
//! the same name ([`text`]). Every number of a result is computed when the lesson runs.
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
#[cfg(test)]
mod tests;
pub mod text;
pub mod universality;
pub mod vanishing;
pub mod xor;

use clap::{ArgMatches, Args as _, Command, FromArgMatches as _};
use minijinja::context;
use minijinja::value::{Serde, Value};
use serde::Serialize;

use self::text::Text;
use crate::show::plot::Figure;

/// The result of an experiment, ready to be printed and drawn.
pub trait Lesson: Numbers {
    /// Returns the index of the right answer to the lesson's question.
    fn right(&self) -> usize;

    /// Returns what the text says besides the numbers of the result.
    fn facts(&self) -> Value;

    /// Draws the lesson.
    fn figure(&self) -> Figure;
}

/// The numbers of a result.
pub trait Numbers {
    /// Returns the numbers behind text and picture: the fields of the result as JSON.
    fn numbers(&self) -> serde_json::Value;

    /// Returns the same for the text.
    fn values(&self) -> Value;
}

impl<T: Serialize> Numbers for T {
    fn numbers(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("a lesson's result is numbers, texts and lists of them")
    }

    fn values(&self) -> Value {
        Value::from(Serde(self))
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
    /// Its text.
    pub text: Text,
    /// Adds its settings to a command.
    pub settings: fn(Command) -> Command,
    /// Runs the experiment with the settings that such a command parsed.
    pub run: fn(&ArgMatches) -> Result<Box<dyn Lesson>, clap::Error>,
}

impl Entry {
    /// Describes the experiment and its settings.
    pub fn set_up(&self, lesson: &dyn Lesson) -> String {
        text::laid_out(&self.fill("Set-up", lesson))
    }

    /// Asks the reader before the result is shown.
    pub fn question(&self, lesson: &dyn Lesson) -> Question {
        let filled = self.fill("Question", lesson);
        let (text, choices) = filled.trim().split_once("\n\n").unwrap_or_default();
        let choices = choices.lines().filter_map(|line| line.strip_prefix("- "));
        Question {
            text: text.to_owned(),
            choices: choices.map(str::to_owned).collect(),
            right: lesson.right(),
        }
    }

    /// Reports the result and its meaning.
    pub fn result(&self, lesson: &dyn Lesson) -> String {
        text::laid_out(&self.fill("Result", lesson))
    }

    fn fill(&self, section: &str, lesson: &dyn Lesson) -> String {
        let numbers = context! { ..lesson.facts(), ..lesson.values() };
        self.text.fill(section, &numbers).expect("the text asks for what the lesson has")
    }
}

macro_rules! entry {
    ($module:ident, $name:literal, $summary:literal) => {
        Entry {
            name: $name,
            summary: $summary,
            path: concat!("src/program/lesson/", stringify!($module), ".rs"),
            source: include_str!(concat!(stringify!($module), ".rs")),
            text: Text(include_str!(concat!(stringify!($module), ".md"))),
            settings: $module::Settings::augment_args,
            run: |flags| Ok(Box::new($module::run(&$module::Settings::from_arg_matches(flags)?))),
        }
    };
}

/// Every lesson, in reading order.
pub const LESSONS: [Entry; 11] = [
    entry!(nand, "nand", "a perceptron can be a gate, and gates can add numbers"),
    entry!(perceptron, "perceptron", "a perceptron learns AND, and why it cannot learn XOR"),
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
