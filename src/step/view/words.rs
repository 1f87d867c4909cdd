//! A step in words: its heading in a list of steps, and an explanation for a newcomer.

use crate::step::{Phase, Reading, Segment, Step, Target};
use crate::{Activation, Cost};

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

/// Returns a title for the step done last, or for the moment before the first one, and what happens in it.
pub fn explanation(step: Option<&Step>) -> (&'static str, String) {
    let Some(step) = step else {
        let words = "The network has its starting weights, and nothing has been computed. Step forward to show it the first \
                     sample.";
        return ("Before the first step", words.to_owned());
    };
    let is_bias = matches!(step.target, Target::Connection(wire) if wire.upstream.number.is_none());
    let (title, words) = match (&step.reading, step.target) {
        (Reading::SetInput {}, _) => (
            "Set the inputs",
            "A number of the sample becomes the output of an input node. Nothing is computed yet.",
        ),
        (Reading::DropOut { .. }, _) => (
            "Dropout: a hidden node is silenced, or kept",
            "For this sample some hidden nodes, drawn at random, are silent: others read 0 from them. From those that are kept \
             they read 1/(1 - p) times the output, so that what arrives stays as large on average.",
        ),
        (Reading::Output { activation, .. }, _) => {
            let does = match activation {
                Activation::Sigmoid => "squeezes the sum between 0 and 1 (the sigmoid)",
                Activation::Tanh => "squeezes the sum between -1 and 1 (the hyperbolic tangent)",
                Activation::Relu => "keeps the sum if it is positive, else answers 0 (the rectifier)",
                Activation::Identity => "answers with the sum as it is",
                Activation::Softmax => "answers with its share of the layer's exponentials (softmax)",
            };
            let words = format!(
                "Each number that arrives is multiplied by the weight of its connection. The node adds them up, the bias \
                 too, and {does}."
            );
            return ("Forward: a node adds up what it reads", words);
        }
        (Reading::OutputDelta { cost, .. }, _) => (
            "How wrong is this output?",
            match cost {
                Cost::Quadratic => {
                    "The output is compared with the label t. What is missing, times how steeply this node answers, is \
                     its delta: which way, and how strongly, its sum should move."
                }
                Cost::CrossEntropy | Cost::LogLikelihood => {
                    "The output is compared with the label t. With this cost, delta is simply how much is \
                     missing: which way, and how far, the node's sum should move."
                }
            },
        ),
        (Reading::HiddenDelta { .. }, Target::Node(place)) if place.number.is_none() => (
            "Backward: the constant node",
            "Its output is always 1, so it has nothing to learn: its slope is 0, and so is its delta. It is computed \
             anyway, as in the original program.",
        ),
        (Reading::HiddenDelta { .. }, target) => {
            let words = "Each node it feeds hands its delta back through the weight of the connection. The sum, times how \
                         steeply this node answers, is its own delta.";
            let is_input = matches!(target, Target::Node(place) if place.layer == 0);
            let input = if is_input {
                " No weight leads into an input node, so this one is not needed; the original computes it too."
            } else {
                ""
            };
            return ("Backward: a node collects its share of the error", words.to_owned() + input);
        }
        (Reading::AddGradient { .. }, _) => (
            "Add up: this sample's gradient",
            "The delta of the node it leads to, times the output of the node it comes from. The weight waits: the \
             gradients of the mini-batch's samples are added up first.",
        ),
        (Reading::UpdateByMean { weight_decay, .. }, _) => (
            if is_bias { "Learn: a bias moves by the mean" } else { "Learn: a weight moves by the mean" },
            if *weight_decay == 1.0 {
                "By the rate η, times the sum of the gradients divided by the number of samples."
            } else {
                "By the rate η, times the sum of the gradients divided by the number of samples. Before that it shrinks \
                 a little: L2 regularisation."
            },
        ),
        (Reading::UpdateWeight { .. }, _) => {
            let always = if is_bias { " (always 1 for a bias)" } else { "" };
            let words = format!(
                "By the rate η, times the delta of the node it leads to, times the output of the node it comes \
                 from{always}. Delta times output says which way the error falls, and how steeply."
            );
            return (if is_bias { "Learn: a bias moves" } else { "Learn: a weight moves" }, words);
        }
    };
    (title, words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Network;
    use crate::step::Stepper;
    use crate::{Label, MiniBatches, Sample};

    #[test]
    fn every_kind_of_step_is_explained_in_sentences_of_its_own() {
        let plain = || {
            let network = Network::new(&[2, 2, 1], 0);
            Stepper::new(network, &[Label(&[0.9])], &[Sample(&[1.0, 0.5])], 0.3)
        };
        let batches = MiniBatches { dropout: 0.5, l2: 0.1, ..MiniBatches::default() };
        let mut titles = vec![explanation(None).0];
        for mut stepper in [plain(), plain().in_mini_batches(batches)] {
            let steps = stepper.epoch_len();
            for step in stepper.by_ref().take(steps) {
                let (title, words) = explanation(Some(&step));
                assert!(words.ends_with('.') && words.len() > 60, "{step}: {words}");
                titles.push(title);
            }
        }
        titles.sort_unstable();
        titles.dedup();
        // A bias has a title of its own, and so has the constant node.
        assert_eq!(titles.len(), 1 + 8 + 3, "{titles:#?}");
    }
}
