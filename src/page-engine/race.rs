//! Races objects against matrices on the reader's own machine, and says what the times show.

use backprop::Architecture;
use backprop::comparison::{Rows, compare as race};
use backprop::gradient_check::Precision;
use backprop::step::text::short;
use backprop::step::view::typed;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::session::text;

/// The number of samples that the two are compared on.
const SAMPLES: usize = 20;

/// The most parameters; more would take too long.
const MOST_PARAMETERS: usize = 1_000_000;

/// A network with fewer connections than this is not halved.
const FEWEST: usize = 60;

/// The times of one race, in microseconds per sample.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    pub sizes: Vec<usize>,
    pub connections: f64,
    pub object_us: f64,
    pub textbook_us: f64,
    pub vectorized_us: f64,
}

/// Checks that a race takes no longer than a few seconds.
fn checked(sizes: &[usize]) -> Result<Architecture, String> {
    let architecture = Architecture::new(sizes);
    architecture.check().map_err(|error| error.to_string())?;
    if architecture.parameter_count().is_none_or(|parameters| parameters > MOST_PARAMETERS) {
        return Err(format!(
            "more than {MOST_PARAMETERS} weights and biases take too long here; make a layer smaller"
        ));
    }
    Ok(architecture)
}

/// Measures how long a sample takes on either engine, if they agree.
pub fn compare(sizes: &[usize]) -> Result<String, String> {
    let architecture = checked(sizes)?;
    let (labels, samples) = backprop::made_up(&architecture, SAMPLES, 0);
    let (labels, samples) = (labels.concat(), samples.concat());
    let rows = Rows { labels: &labels, samples: &samples };
    let run = || race(Precision::F64, &architecture, rows, 0.3, 0);
    // A browser recompiles frequently run code into faster code, so the engines are timed only after a first run.
    run();
    let found = run();
    text(&json!({
        "sizes": found.sizes,
        "connections": found.connections,
        "agrees": found.agrees(),
        "object_us": found.object_us,
        "textbook_us": found.textbook_us,
        "vectorized_us": found.vectorized_us,
        "ratio": found.ratio,
        "max_difference": found.max_difference,
        "bytes_per_connection": found.bytes_per_connection,
        "texts": {
            "object_us": short(found.object_us),
            "textbook_us": short(found.textbook_us),
            "vectorized_us": short(found.vectorized_us),
            "max_difference": format!("{:.1e}", found.max_difference),
            "bytes_per_connection": format!("{:.0}", found.bytes_per_connection),
        },
    }))
}

/// Returns these sizes as typed, and networks of the same shape with every layer half as large, and half again.
pub fn family(sizes: &str) -> Result<String, String> {
    let mut sizes = typed::sizes(sizes)?;
    let mut family = Vec::new();
    loop {
        let architecture = checked(&sizes)?;
        let smaller: Vec<usize> = sizes.iter().map(|size| size.div_ceil(2)).collect();
        let is_small = architecture.parameter_count().is_none_or(|count| count < FEWEST);
        family.push(std::mem::replace(&mut sizes, smaller));
        if is_small || family.last() == Some(&sizes) {
            return text(&json!({ "family": family }));
        }
    }
}

/// Returns the numbers of connections at which two lines of times cross, on logarithmic scales.
fn crossings(runs: &[Run], one: fn(&Run) -> f64, other: fn(&Run) -> f64) -> Vec<f64> {
    let mut runs: Vec<&Run> = runs.iter().collect();
    runs.sort_by(|a, b| a.connections.total_cmp(&b.connections));
    let lead = |run: &Run| (one(run) / other(run)).ln();
    let crossing = |pair: &[&Run]| {
        let (from, to) = (lead(pair[0]), lead(pair[1]));
        let share = from / (from - to);
        let [low, high] = [pair[0].connections.ln(), pair[1].connections.ln()];
        (from * to < 0.0).then(|| (low + share * (high - low)).exp())
    };
    runs.windows(2).filter_map(crossing).collect()
}

/// Says what the races show, the last one above all, and where the lines cross.
pub fn explain(runs: &[Run], fused: bool) -> Result<String, String> {
    let chosen = runs.last().ok_or("nothing has been measured yet")?;
    let object = |run: &Run| run.object_us;
    let vectorized = |run: &Run| run.vectorized_us;
    let crossings = crossings(runs, object, vectorized);
    let ratio = chosen.object_us / chosen.vectorized_us;
    let (winner, loser, times) = if ratio >= 1.0 {
        ("fused matrices", "objects", short(ratio))
    } else {
        ("objects", "fused matrices", short(1.0 / ratio))
    };
    let mut sentences = vec![format!(
        "At {} connections the {winner} are {times} times as fast as the {loser}.",
        chosen.connections
    )];
    match crossings[..] {
        [crossing] => sentences.push(format!("The lines cross near {crossing:.0} connections.")),
        [] if runs.len() > 1 => {
            sentences.push(format!("The {winner} are faster at every size measured here."));
        }
        [] => {}
        [..] => {
            sentences.push("The lines cross more than once: the machine was busy. Race again.".to_owned());
        }
    }
    let smallest = runs.iter().min_by(|a, b| a.connections.total_cmp(&b.connections));
    if let Some(small) = smallest.filter(|small| small.connections < chosen.connections) {
        let growth = |time: fn(&Run) -> f64| time(chosen) / time(small);
        // The sentence is only true of times that grow like this.
        let is_shown = 1.0 < growth(vectorized) && growth(vectorized) < growth(object);
        sentences.extend(is_shown.then(|| format!(
            "From {} to {} connections, {} times as many, the objects' time grows {} times and that of the matrices {} \
             times: the fixed cost of a matrix is shared by more connections.",
            small.connections,
            chosen.connections,
            short(chosen.connections / small.connections),
            short(growth(object)),
            short(growth(vectorized)),
        )));
    }
    if chosen.vectorized_us > chosen.textbook_us {
        let times = short(chosen.vectorized_us / chosen.textbook_us);
        sentences.push(if fused {
            format!("The textbook's matrices are {times} times as fast as the fused ones at this size.")
        } else {
            format!(
                "The textbook's matrices are {times} times as fast as the fused ones: this browser has no instruction \
                 that adds a product with one rounding, and the fused ones put it together from thirty others."
            )
        });
    }
    let crossing =
        Some(&crossings[..]).filter(|crossings| crossings.len() == 1).map(|crossings| crossings[0]);
    text(&json!({ "words": sentences.join(" "), "crossing": crossing }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_cross_where_both_take_as_long() {
        // c/10 against 1 + c/100: equal at 100/9.
        let run = |connections: f64| Run {
            sizes: vec![],
            connections,
            object_us: connections / 10.0,
            textbook_us: 1.0,
            vectorized_us: 1.0 + connections / 100.0,
        };
        let runs: Vec<Run> = (1..200).rev().map(|c| run(f64::from(c))).collect();
        let found = crossings(&runs, |run| run.object_us, |run| run.vectorized_us);
        assert!(found.len() == 1 && (found[0] - 100.0 / 9.0).abs() < 0.05, "{found:?}");
        assert!(crossings(&runs[..100], |run| run.object_us, |run| run.vectorized_us).is_empty());
        assert!(explain(&runs[..100], true).unwrap().contains("faster at every size"));
        // A machine that was busy at the smaller size shows no growth.
        let mut two = [run(10.0), run(400.0)];
        assert!(explain(&two, true).unwrap().contains("the objects' time grows 40 times"));
        two[0].object_us = 80.0;
        assert!(!explain(&two, true).unwrap().contains("grows"));
    }

    #[test]
    fn a_family_ends_with_a_handful_of_connections() {
        let family: serde_json::Value = serde_json::from_str(&family("784-30-10").unwrap()).unwrap();
        let family = family["family"].as_array().unwrap();
        assert_eq!((&family[0], &family[1]), (&json!([784, 30, 10]), &json!([392, 15, 5])));
        assert!(family.len() > 4 && family.len() < 9, "{family:?}");
        assert!(super::family("1").is_err() && super::family("9999 9999").is_err());
    }
}
