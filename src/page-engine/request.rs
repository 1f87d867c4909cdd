//! The requests of the page.

use backprop::step::view::{Unit, typed};
use serde::Deserialize;

use crate::race::Run;
use crate::situation::Situation;

/// One request: `{"do": "goto", "position": 12}`.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Request {
    /// Begins with a network and its samples, before the first step or where the situation says.
    Start(Box<Situation>),
    /// The same, with the situation as JSON text, because JavaScript's numbers would change a large seed.
    Begin {
        situation: String,
    },
    /// Begins with the situation in the fragment of an address.
    Restore {
        fragment: String,
    },
    /// Returns the fragment of an address that leads back here.
    Address {},
    /// Starts over with one setting changed, as typed or chosen.
    Set {
        key: String,
        value: String,
    },
    /// Starts from the model in a file.
    Open {
        file: String,
        text: String,
    },
    /// Takes one step forward, or as many as are needed to pass inputs that are 0.
    Next {
        #[serde(default)]
        past_zeros: bool,
    },
    /// Takes one step back, or as many as are needed to pass inputs that are 0.
    Back {
        #[serde(default)]
        past_zeros: bool,
    },
    Goto {
        position: u64,
    },
    /// Goes to the first step of the next unit, or of the one before.
    Unit {
        unit: UnitName,
        direction: i32,
    },
    /// Returns the present moment again.
    Look {},
    /// Sets a number by its name, to `value` plus `by`.
    Edit {
        name: String,
        value: Typed,
        #[serde(default)]
        by: f64,
        /// `true` if this continues the last edit, as dragging does.
        #[serde(default)]
        replace: bool,
    },
    Undo {},
    /// Begins again with the same initial weights, without edits and training.
    Reset {},
    /// Explains a number in the words of the step that computed it.
    Tell {
        name: String,
    },
    /// Checks the gradient of one weight.
    CheckOne {
        name: String,
    },
    /// Returns the costs so far.
    Curve {},
    Check {
        #[serde(default)]
        fault: Option<String>,
        /// True to plant the fault in the page's own network.
        #[serde(default)]
        mine: bool,
    },
    Faults {},
    /// Checks the mystery of `backprop check --mystery SEED`.
    Mystery {
        seed: String,
    },
    /// Judges an answer to it.
    Solve {
        seed: String,
        name: String,
        #[serde(default)]
        line: Option<u8>,
    },
    /// Asks for the next step's value, or judges a guess.
    Guess {
        #[serde(default)]
        value: Option<String>,
    },
    /// Races the engines on a network of these sizes.
    Compare {
        sizes: Vec<usize>,
    },
    /// Returns smaller networks of the same shape, down to a few connections.
    Family {
        sizes: String,
    },
    /// Says what several races show, the last of them above all.
    Explain {
        runs: Vec<Run>,
        /// `true` if the browser has an instruction that the fused matrices need.
        fused: bool,
    },
    /// Passes in the embedded digits, each file as stored in data/, in base64.
    Digits(crate::digits::Files),
    /// Trains at full speed, from the present weights.
    Train {
        samples: usize,
        #[serde(default)]
        engine: crate::training::Kind,
    },
    /// Returns the present network as a model file.
    Model {},
    Regions {
        columns: usize,
        rows: usize,
    },
    Points {},
    AddPoint {
        x: f64,
        y: f64,
        class: usize,
    },
    /// Takes a drawing of a digit, converted as MNIST's are, and returns it.
    Draw {
        columns: usize,
        rows: usize,
        pixels: Vec<u8>,
    },
    /// Returns what the network reads in the drawing.
    Read {},
    /// Steps through the drawing.
    TakeDrawing {
        label: usize,
    },
    /// Returns what is shown of a large network while it trains.
    Watch {},
    /// Returns the weights of every neuron of the first hidden layer as an image.
    Images {},
    /// Returns the present sample as an image.
    SampleImage {},
}

/// A number as a script gives it, or as text that a person typed.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Typed {
    Number(f64),
    Text(String),
}

impl Typed {
    pub fn number(&self) -> Result<f64, String> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Text(text) => typed::number(text),
        }
    }
}

/// A unit of steps.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnitName {
    Node,
    Layer,
    Phase,
    Sample,
}

impl From<UnitName> for Unit {
    fn from(name: UnitName) -> Self {
        match name {
            UnitName::Node => Self::Node,
            UnitName::Layer => Self::Layer,
            UnitName::Phase => Self::Phase,
            UnitName::Sample => Self::Sample,
        }
    }
}
