//! "What comes next?": the reader guesses the next value, and a wrong guess is compared with the classic slips.

use backprop::Cost;
use backprop::step::view::typed;
use backprop::step::{Phase, Reading, Step, Stepper, Target, Term};
use serde::Serialize;
use serde_json::json;

use crate::map::Map;
use crate::play::Play;
use crate::session::text;
use crate::texts::Shown;

/// A classic mistake, and the number it would give here.
#[derive(Debug, Serialize)]
struct Slip {
    name: &'static str,
    text: &'static str,
    #[serde(skip)]
    number: f64,
}

/// Returns a mistake: its name, its words, its number.
fn slip(name: &'static str, text: &'static str, number: f64) -> Slip {
    Slip { name, text, number }
}

/// Returns the question, or the response to a guess. The stepper does not move.
pub fn guess(play: &mut Play, guess: Option<&str>) -> Result<String, String> {
    let Some(step) = play.stepper.next() else { return Err("there is no next step".to_owned()) };
    let after = outputs_of_downstream(&step, &play.stepper, &play.map);
    play.stepper.back();
    let name = step.name();
    // A number of the sample or a random draw cannot be worked out.
    let asks = !matches!(step.phase, Phase::SetInput | Phase::DropOut);
    let question = json!({
        "asks": asks,
        "question": format!("What will {name} be?"),
        "hint": format!("{name} = {}", step.symbols()),
    });
    let Some(guess) = guess else { return text(&question) };
    let number = typed::number(guess)?;
    let decimals = typed_decimals(guess);
    let right = is_meant(number, decimals, step.after);
    let slips = slips(&step, &play.stepper, &play.map, &after);
    let slip = slips.iter().filter(|slip| slip.number != step.after && !right);
    let slip = slip.into_iter().find(|slip| is_meant(number, decimals, slip.number));
    let answer = Shown::new(step.after).text;
    let words = match (right, slip) {
        (true, _) => format!("Right: {name} = {answer}."),
        (false, Some(slip)) => format!("{name} is {answer}. {}", slip.text),
        (false, None) => format!("{name} is {answer}."),
    };
    text(&json!({ "right": right, "words": words, "slip": slip }))
}

/// Returns the number of decimals that a number was typed with, allowing for an exponent and a per cent sign.
fn typed_decimals(typed: &str) -> i32 {
    let plain = typed.trim().trim_end_matches(['%', ' ']);
    let (mantissa, exponent) = plain.split_once(['e', 'E']).unwrap_or((plain, "0"));
    let decimals = mantissa.split_once(['.', ',']).map_or(0, |(_, decimals)| decimals.len());
    let share = if typed.contains('%') { 2 } else { 0 };
    i32::try_from(decimals)
        .unwrap_or(i32::MAX)
        .saturating_add(share)
        .saturating_sub(exponent.parse().unwrap_or(0))
}

/// Returns `true` if a number typed with this many decimals means this value: the value rounded or, if it was typed with
/// fewer than two significant digits, a value within half a per cent.
fn is_meant(number: f64, decimals: i32, value: f64) -> bool {
    let unit = 10f64.powi(decimals.saturating_neg());
    let tolerance = if value.abs() >= 10.0 * unit { 0.5 * unit } else { 0.005 * value.abs() };
    // A little more, because the guess itself has been rounded to binary.
    (number - value).abs() <= tolerance * (1.0 + 1e-9)
}

/// Returns the outputs of the nodes whose deltas a step reads.
fn outputs_of_downstream(step: &Step, stepper: &Stepper, map: &Map) -> Vec<f64> {
    let output = |connection: usize| {
        let id = stepper.network()[map.connections[connection]].downstream();
        stepper.network()[id].sent()
    };
    match step.action.connection() {
        Some(id) => vec![output(id.index())],
        None => step.reading.terms().iter().map(|term| output(term.connection.index())).collect(),
    }
}

const SLOPE: &str = "That is without the slope: how steeply the node answers.";
const SIGN: &str = "The size is right, the sign is not: δ is −∂E/∂z, the direction to move in, and what is missing is t − a.";
const OUTPUT: &str = "That has the output of the node where its δ belongs.";
const TRANSPOSED: &str = "That reads the weights of the transposed matrix: rows where columns belong.";

fn slips(step: &Step, stepper: &Stepper, map: &Map, outputs_after: &[f64]) -> Vec<Slip> {
    let value = step.after;
    match (&step.reading, step.target) {
        (Reading::Output { activation, terms, weighted_input }, _) => {
            let bias = terms.last().map_or(0.0, Term::product);
            let transposed =
                transposed_sum(terms, stepper, map, |place| terms[place].value * terms[place].kept);
            vec![
                slip(
                    "activation-forgotten",
                    "That is the weighted sum; the activation is still to come.",
                    *weighted_input,
                ),
                slip("bias-forgotten", "That is without the bias.", activation.value(weighted_input - bias)),
                slip("transposed-weight", TRANSPOSED, activation.value(transposed)),
            ]
        }
        (&Reading::OutputDelta { cost, output, label, slope, .. }, _) => {
            let mut slips = vec![slip("wrong-sign", SIGN, -value), slip("output-for-delta", OUTPUT, output)];
            slips.push(match cost {
                Cost::Quadratic => slip("slope-forgotten", SLOPE, label - output),
                Cost::CrossEntropy | Cost::LogLikelihood => slip(
                    "slope-too-many",
                    "With the cross-entropy the slope cancels out; your value still contains it.",
                    slope * (label - output),
                ),
            });
            slips
        }
        (Reading::HiddenDelta { terms, downstream_delta, slope, kept, .. }, Target::Node(_)) => {
            let outputs: f64 =
                terms.iter().zip(outputs_after).map(|(term, output)| term.weight * output).sum();
            let transposed = transposed_sum(terms, stepper, map, |place| terms[place].value);
            vec![
                slip("slope-forgotten", SLOPE, kept * downstream_delta),
                slip("wrong-sign", SIGN, -value),
                slip("output-for-delta", OUTPUT, kept * slope * outputs),
                slip("transposed-weight", TRANSPOSED, kept * slope * transposed),
            ]
        }
        (&Reading::UpdateWeight { rate, delta, input, .. }, _) => vec![
            slip(
                "wrong-sign",
                "That moves the weight the other way, up the error.",
                step.before - rate * delta * input,
            ),
            slip("output-for-delta", OUTPUT, step.before + rate * outputs_after[0] * input),
            slip("rate-forgotten", "That is without the rate η.", step.before + delta * input),
            slip("input-forgotten", "That is without the number that came in.", step.before + rate * delta),
        ],
        (&Reading::AddGradient { first, input, kept, gradient, .. }, _) => {
            let sum = if first { 0.0 } else { step.before };
            vec![
                slip("wrong-sign", "That has the wrong sign.", sum - gradient),
                slip("output-for-delta", OUTPUT, sum + outputs_after[0] * kept * input),
                slip("sum-forgotten", "That is this sample's gradient alone.", gradient),
            ]
        }
        (&Reading::UpdateByMean { rate, weight_decay, gradient_sum, gradient, .. }, _) => vec![
            slip(
                "wrong-sign",
                "That moves the weight the other way, up the error.",
                weight_decay * step.before - rate * gradient,
            ),
            slip(
                "mean-forgotten",
                "That moves by the sum of the gradients, not by their mean.",
                weight_decay * step.before + rate * gradient_sum,
            ),
            slip("rate-forgotten", "That is without the rate η.", weight_decay * step.before + gradient),
            slip("decay-forgotten", "That is without the decay.", step.before + rate * gradient),
        ],
        _ => Vec::new(),
    }
}

/// Returns the same sum with the weights read from the matrix with its rows and columns the wrong way round; the bias
/// is unchanged.
fn transposed_sum(terms: &[Term], stepper: &Stepper, map: &Map, factor: impl Fn(usize) -> f64) -> f64 {
    let weight = |term: &Term| {
        let (from, to) = (term.wire.upstream, term.wire.downstream);
        if from.number.is_none() {
            return term.weight;
        }
        let (above, below) = (map.neurons(from.layer as usize), map.neurons(to.layer as usize));
        // The place in a list of n_out rows, read as if it had n_in rows.
        let flat = from.index as usize * below.len() + to.index as usize;
        let id = map.between(above[flat % above.len()], below[flat / above.len()]);
        stepper.network()[map.connections[id]].weight
    };
    terms.iter().enumerate().map(|(place, term)| weight(term) * factor(place)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_counted_as_they_were_typed() {
        for (typed, decimals) in [("0.65", 2), ("0,650", 3), ("3.8e-4", 5), ("65%", 2), ("1e3", -3), ("7", 0)]
        {
            assert_eq!(typed_decimals(typed), decimals, "{typed}");
        }
    }

    #[test]
    fn a_guess_is_right_if_it_is_the_value_rounded() {
        assert!(
            is_meant(0.65, 2, 0.649426) && is_meant(0.649, 3, 0.649426) && is_meant(0.649426, 6, 0.6494264)
        );
        assert!(!is_meant(0.64, 2, 0.649426) && !is_meant(0.650, 3, 0.649426));
        // One digit is too imprecise for a small number, and useless for an even smaller one.
        assert!(!is_meant(0.0, 0, 0.004) && !is_meant(0.1, 1, 0.14) && is_meant(0.005, 3, 0.005));
        assert!(is_meant(0.0, 0, 0.0) && !is_meant(0.01, 2, 0.0));
    }
}
