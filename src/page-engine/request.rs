//! The requests of the page.

use serde::Deserialize;

use crate::situation::Situation;

/// One request: `{"do": "goto", "position": 12}`.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Request {
    /// Begins with a network and its samples, before the first step or where the situation says.
    Start(Box<Situation>),
    /// Begins with the situation in the fragment of an address.
    Restore {
        fragment: String,
    },
    /// Returns network, seed, edits and position, as an object and as the fragment of an address.
    Situation {},
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
        position: usize,
    },
    /// Goes to the first step of the next phase, or of the one before.
    Phase {
        direction: i32,
    },
    /// Goes to the first step of the next sample, or of the one before.
    Sample {
        direction: i32,
    },
    /// Returns the present moment again.
    Look {},
    Edit {
        name: String,
        value: f64,
        /// True if this continues the last edit, as dragging does.
        #[serde(default)]
        replace: bool,
    },
    Undo {},
    /// Begins again with the same initial weights, without the edits.
    Reset {},
    /// Explains a number in the words of the step that computed it.
    Tell {
        name: String,
    },
    /// Returns the costs so far, starting with this one.
    Curve {
        #[serde(default)]
        from: usize,
    },
    Check {
        #[serde(default)]
        fault: Option<String>,
        /// True to plant the fault in the page's own network.
        #[serde(default)]
        mine: bool,
    },
    Faults {},
    /// Plants the fault of `backprop check --mystery SEED`.
    Mystery {
        seed: String,
    },
    /// Asks for the next step's value, or judges a guess.
    Guess {
        #[serde(default)]
        value: Option<String>,
    },
    Compare {
        #[serde(default)]
        sizes: Option<Vec<usize>>,
    },
    /// Passes in the embedded digits, each file as stored in data/, in base64.
    Digits(crate::digits::Files),
    Train {
        samples: usize,
        #[serde(default)]
        engine: crate::training::Kind,
    },
    TrainReset {},
    /// Makes the stepper start from the trained weights.
    TrainTake {},
    Regions {
        columns: usize,
        rows: usize,
        #[serde(default)]
        from: Whose,
    },
    Points {},
    AddPoint {
        x: f64,
        y: f64,
        class: usize,
    },
    Predict {
        sample: Vec<f64>,
        #[serde(default)]
        from: Whose,
    },
    /// Steps through this one sample.
    TakeSample {
        sample: Vec<f64>,
        label: usize,
    },
    /// Returns the grey levels of a drawn digit, converted as MNIST's are.
    Normalize {
        columns: usize,
        rows: usize,
        pixels: Vec<u8>,
    },
    /// Returns the weights of a hidden neuron as an image.
    Image {
        node: usize,
        #[serde(default)]
        from: Whose,
    },
    /// Returns the present sample as an image.
    SampleImage {},
}

/// The network whose weights are meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// The stepper's, as they are at this step.
    #[default]
    Step,
    /// Those of the training next to it.
    Train,
}
