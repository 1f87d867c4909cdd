//! The requests of the page.

use serde::Deserialize;

use crate::situation::Situation;

/// One request: `{"do": "goto", "position": 12}`.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Request {
    /// A network and its samples, before the first step or where the situation says.
    Start(Box<Situation>),
    /// The situation of a fragment of an address.
    Restore {
        fragment: String,
    },
    /// Network, seed, edits and position, as an object and as the fragment of an address.
    Situation {},
    /// One step on, or as many as it takes past inputs that are 0.
    Next {
        #[serde(default)]
        past_zeros: bool,
    },
    /// One step back, or as many.
    Back {
        #[serde(default)]
        past_zeros: bool,
    },
    Goto {
        position: usize,
    },
    /// To the first step of the next phase, or of the one before.
    Phase {
        direction: i32,
    },
    /// To the first step of the next sample, or of the one before.
    Sample {
        direction: i32,
    },
    /// The present moment again.
    Look {},
    Edit {
        name: String,
        value: f64,
        /// True if it continues the last edit, as dragging does.
        #[serde(default)]
        replace: bool,
    },
    Undo {},
    /// The same initial weights; edits are forgotten.
    Reset {},
    /// Where a number comes from, in the words of the step that computed it.
    Tell {
        name: String,
    },
    /// The costs met, from this one on.
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
    /// The fault that `backprop check --mystery SEED` plants.
    Mystery {
        seed: String,
    },
    /// The next step's value, asked for or given.
    Guess {
        #[serde(default)]
        value: Option<String>,
    },
    Compare {
        #[serde(default)]
        sizes: Option<Vec<usize>>,
    },
    /// The embedded digits, each file as it lies in data/, in base64.
    Digits(crate::digits::Files),
    Train {
        samples: usize,
        #[serde(default)]
        engine: crate::training::Kind,
    },
    TrainReset {},
    /// The stepper starts from the trained weights.
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
    /// Grey levels as a drawn digit has them, made as MNIST's are.
    Normalize {
        columns: usize,
        rows: usize,
        pixels: Vec<u8>,
    },
    /// The weights of a hidden neuron as an image.
    Image {
        node: usize,
        #[serde(default)]
        from: Whose,
    },
    /// The sample in hand as an image.
    SampleImage {},
}

/// Whose weights are meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// The stepper's, as they are at this step.
    #[default]
    Step,
    /// Those of the training next to it.
    Train,
}
