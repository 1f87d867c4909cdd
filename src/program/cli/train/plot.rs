//! `--plot`: draws the run so far as two charts, of the cost and of the right answers.

use backprop::data_set::Answers;
use backprop::training::{Checkpoint, EpochReport, Evaluation};

use crate::show::plot::{Axis, Colour, Figure, Mark, Plot};

/// Draws every epoch of the run, including those before it was resumed.
pub(super) fn svg(run: &Checkpoint, history: &[EpochReport]) -> String {
    let mut costs = Plot::new("What it costs", Axis::new("epoch"), Axis::new("mean cost of a sample"));
    let met = history.iter().map(|report| (report.epoch as f64, report.train_cost));
    costs = costs.draw("met in training", Mark::LineAndDots, Colour::Blue, met);
    let are_numbers = run.config.data.meaning.answers == Answers::Numbers;
    let axis = if are_numbers { "R², 1 at best" } else { "right answers, %" };
    let mut answers = Plot::new("What it gets right", Axis::new("epoch"), Axis::new(axis));
    for (name, colour, of) in KINDS {
        let evaluated =
            || history.iter().filter_map(|report| of(report).map(|found| (report.epoch as f64, found)));
        if evaluated().next().is_some() {
            let cost = evaluated().map(|(epoch, found)| (epoch, found.mean_cost));
            costs = costs.draw(name, Mark::LineAndDots, colour, cost);
            let share = evaluated().filter_map(|(epoch, found)| match found.numbers {
                Some(numbers) => Some((epoch, numbers.r2?)),
                None => Some((epoch, 100.0 * found.accuracy())),
            });
            answers = answers.draw(name, Mark::LineAndDots, colour, share);
        }
    }
    let title =
        format!("{} on {}", run.config.architecture.sizes_text().replace(',', "-"), run.config.data.source);
    Figure::new(title, [costs, answers]).to_svg()
}

type Kind = (&'static str, Colour, fn(&EpochReport) -> Option<&Evaluation>);

/// The sets of samples that an epoch may have been evaluated on, in the same colours in both charts.
const KINDS: [Kind; 3] = [
    ("test", Colour::Vermilion, |report| report.test.as_ref()),
    ("held out", Colour::Green, |report| report.validation.as_ref()),
    ("training set", Colour::Purple, |report| report.train.as_ref()),
];
