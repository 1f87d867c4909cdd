//! `backprop plot runs`: draws the learning curves of several runs over each other.

use backprop::training::{Checkpoint, EpochReport};

use super::regions::name;
use super::{Out, Picture};
use crate::cli::prelude::*;
use crate::show::plot::{Axis, Figure, Mark, Plot};
use backprop::file;

const MAKE_ONE: &str = "`backprop train --checkpoint FILE` makes such a file";

/// Draw several runs over each other: the cost of each epoch, and the share of right answers after it
///
/// A run is a checkpoint (`backprop train --checkpoint FILE`), or a file with what `train --json` printed.
#[derive(Debug, Args)]
pub(super) struct Runs {
    /// The runs
    #[arg(value_name = "RUN", required = true)]
    runs: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) out: Out,
}

/// The curves of a run: points of epoch and value.
struct Run {
    name: String,
    cost: Vec<(f64, f64)>,
    percent: Vec<(f64, f64)>,
}

impl Picture for Runs {
    fn inputs(&self, places: Destinations) -> Result<Destinations, Error> {
        Ok(self.runs.iter().fold(places, |places, path| places.input("RUN", Some(path))))
    }

    fn figure(&self) -> Result<(Figure, String), Error> {
        let runs = self.runs.iter().map(|path| read(path)).collect::<Result<Vec<Run>, Error>>()?;
        let mut costs =
            Plot::new("What it costs", Axis::new("epoch"), Axis::new("mean cost in training").log());
        let mut answers = Plot::new("What it gets right", Axis::new("epoch"), Axis::new("right answers, %"));
        // Dots show the epochs if there are few; with many they would merge into a thick line.
        let few = runs.iter().all(|run| run.cost.len() <= 40);
        let mark = if few { Mark::LineAndDots } else { Mark::Line };
        for run in &runs {
            costs = costs.add(&run.name, mark, run.cost.iter().copied());
            answers = answers.add(&run.name, mark, run.percent.iter().copied());
        }
        // Epoch 0 is the network before training.
        let epochs = runs.iter().map(|run| run.cost.iter().filter(|(epoch, _)| *epoch > 0.0).count());
        let epochs = epochs.max().unwrap_or(0);
        let told = format!("{} of up to {}", counted(runs.len(), "run"), counted(epochs, "epoch"));
        let has_answers = runs.iter().any(|run| !run.percent.is_empty());
        let panels = if has_answers { vec![costs, answers] } else { vec![costs] };
        Ok((Figure::new("", panels), told))
    }
}

/// Reads a checkpoint or the output of `train --json`: one object per epoch.
fn read(path: &Path) -> Result<Run, Error> {
    let file = path.display();
    let mut run = Run { name: name(path), cost: Vec::new(), percent: Vec::new() };
    if Checkpoint::is_at(path) {
        for EpochReport { epoch, train_cost, test, .. } in io::read_checkpoint(path)?.state.history {
            run.cost.push((epoch as f64, train_cost));
            let test = test.filter(|test| test.correct.is_some());
            run.percent.extend(test.map(|test| (epoch as f64, 100.0 * test.accuracy())));
        }
        if run.cost.is_empty() {
            let found = format!("{file}: the run has not finished an epoch yet");
            return Err(refuse(found, "continue it: backprop train --resume FILE"));
        }
        return Ok(run);
    }
    let is_text = |bytes| String::from_utf8(bytes).map_err(|_| std::io::Error::other("it is not text"));
    let text =
        file::read(path).and_then(is_text).map_err(|error| refuse(format!("{file}: {error}"), MAKE_ONE))?;
    for (line, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let object: Value = serde_json::from_str(text).unwrap_or_default();
        let number = |field: &str| object[field].as_f64();
        let (Some(epoch), Some(cost)) = (number("epoch"), number("train_cost")) else {
            let found = format!("{file}, line {}: this is not an epoch of a run", line + 1);
            let remedy =
                "each line is an object with `epoch` and `train_cost`, as `backprop train --json` prints it";
            return Err(refuse(found, remedy));
        };
        run.cost.push((epoch, cost));
        if let (Some(correct), Some(total)) = (number("test_correct"), number("test_total")) {
            run.percent.push((epoch, 100.0 * correct / total));
        }
    }
    if run.cost.is_empty() {
        return Err(refuse(format!("{file}: it has no epochs"), MAKE_ONE));
    }
    Ok(run)
}
