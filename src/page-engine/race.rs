//! Races objects against matrices on the reader's own machine.

use backprop::comparison::{Rows, compare as race};
use backprop::{Architecture, WeightInit};
use serde_json::json;

use crate::session::text;

/// The number of samples that the two are compared on.
const SAMPLES: usize = 20;

/// The most parameters; more would take too long.
const MOST_PARAMETERS: usize = 1_000_000;

/// Measures how long a sample takes on either engine, if they agree.
pub fn compare(sizes: Option<&[usize]>) -> Result<String, String> {
    let architecture = Architecture::new(sizes.unwrap_or(&[784, 30, 10]));
    architecture.check().map_err(|error| error.to_string())?;
    if architecture.parameter_count().is_none_or(|parameters| parameters > MOST_PARAMETERS) {
        return Err(format!(
            "more than {MOST_PARAMETERS} weights and biases take too long here; make a layer smaller"
        ));
    }
    let (labels, samples) = backprop::made_up(&architecture, SAMPLES, 0);
    let (labels, samples) = (labels.concat(), samples.concat());
    let run = || race(&architecture, Rows { labels: &labels, samples: &samples }, 0.3, 0);
    // A browser compiles code that runs often a second time, to faster code, so the engines are timed only after a
    // first run.
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
        "init": WeightInit::Small.name(),
        "texts": {
            "object_us": format!("{:.1}", found.object_us),
            "textbook_us": format!("{:.1}", found.textbook_us),
            "vectorized_us": format!("{:.1}", found.vectorized_us),
            "ratio": format!("{:.1}", found.ratio),
            "max_difference": format!("{:.1e}", found.max_difference),
            "bytes_per_connection": format!("{:.0}", found.bytes_per_connection),
        },
    }))
}
