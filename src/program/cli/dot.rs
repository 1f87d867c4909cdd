//! `backprop dot`: the network as a graph for Graphviz.

use backprop::{Label, Sample};

use super::predict::Which;
use super::prelude::*;
use super::sequence::SequenceArgs;
use crate::show::dot;

const EXAMPLES: &str = "Examples:
  backprop dot | dot -Tsvg -o network.svg
  backprop dot --sizes 2,2,1 --seed 3";

/// Print a network as a Graphviz graph
///
/// Every node with its output and delta, every connection with its weight and, below it, its gradient, as one training
/// sample makes them; no weight is changed. Without options: the article's network of nine nodes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Dot {
    #[command(flatten)]
    sequence: SequenceArgs,

    /// The training sample to show, counted from 0
    #[arg(long, value_name = "I", default_value_t = 0)]
    index: usize,
}

impl Dot {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        let mut sequence = self.sequence.prepare(None, self.index.saturating_add(1))?;
        dot::check(&sequence.network)?;
        Which::check(self.index, sequence.rows.samples.len())?;
        let (label, sample) = (&sequence.rows.labels[self.index], &sequence.rows.samples[self.index]);
        sequence.network.get_gradient(Label(label), Sample(sample));
        output.write_all(dot::text(&sequence.network).as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}
