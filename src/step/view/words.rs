//! What a step is called.

use crate::step::{Phase, Segment};

/// Returns a heading for the steps of one phase on a layer: `Deltas of layer 2, the output layer`.
pub fn heading(segment: &Segment) -> String {
    let Segment { layer, phase, .. } = *segment;
    let layers = || format!("from layer {layer} to layer {}", layer + 1);
    match phase {
        Phase::SetInput => "The inputs".to_owned(),
        Phase::DropOut => format!("What dropout keeps of layer {layer}"),
        Phase::Output => format!("Outputs of layer {layer}"),
        Phase::OutputDelta => format!("Deltas of layer {layer}, the output layer"),
        Phase::HiddenDelta if layer == 0 => {
            "Deltas of layer 0 (computed as in bp.py; no weight needs them)".to_owned()
        }
        Phase::HiddenDelta => format!("Deltas of layer {layer}"),
        Phase::UpdateWeight => format!("New weights {}", layers()),
        Phase::AddGradient => format!("Gradients {}, added up", layers()),
        Phase::UpdateByMean => {
            format!("New weights {}, by the mean of {} gradients", layers(), segment.sample + 1)
        }
    }
}
