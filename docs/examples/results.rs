//! Does it learn what they learned? Trains the networks of the originals on real MNIST, three seeds each, prints the
//! tables of docs/results.md and draws its curves.
//!
//! ```text
//! cargo run --release -- get-mnist data/mnist
//! cargo run --release --example results -- data/mnist docs/images
//! ```
//!
//! Each run is single-threaded; different runs go side by side on as many threads as there are cores. A run is a
//! function of its seed, so the table comes out the same on every machine.

use std::error::Error;
use std::ops::ControlFlow;
use std::path::PathBuf;

use backprop::data_set::{DataSet, Pixels, Source, Targets};
use backprop::training::for_each_output;
use backprop::training::{EpochReport, Options, Preset, Trainer};
use backprop::{Architecture, Cost, Engine, WeightInit, vectorized};
use rayon::prelude::*;

use backprop_cli::show::plot::{Axis, Figure, Mark, Plot};

const SEEDS: [u64; 3] = [1, 2, 3];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder =
        arguments.next().ok_or("name the folder with MNIST's four files; `backprop get-mnist` gets them")?;
    let pictures = arguments.next().ok_or("name a folder for the curves, such as docs/images")?;
    let data = Source::Path(folder).load(Pixels::Scaled)?;
    let mut train = data.train;
    let held_out = train.clone().split_off_last(10_000);
    let whole = train.clone();
    train = train.first(50_000);
    let sets = Sets { whole, train, held_out, test: data.test };

    for table in [published(), initialisation(), overfitting(), bp()] {
        table.run(&sets, &pictures)?;
    }
    Ok(())
}

/// MNIST as network.py's loader divides it.
struct Sets {
    /// All 60,000 training images.
    whole: DataSet,
    /// The first 50,000.
    train: DataSet,
    /// The last 10,000.
    held_out: DataSet,
    /// The 10,000 test images.
    test: DataSet,
}

/// One network and how it is trained.
struct Experiment {
    name: &'static str,
    published: &'static str,
    hidden: usize,
    cost: Cost,
    init: WeightInit,
    options: Options,
    data: Data,
}

#[derive(Clone, Copy)]
enum Data {
    Whole,
    FiftyThousand,
    First(usize),
}

/// A table of docs/results.md: its heading, its columns, the cells of a row, and its picture.
struct Table {
    heading: &'static str,
    picture: &'static str,
    /// The lowest and the highest accuracy in the picture, in per cent; points outside are cut off.
    shown: (f64, f64),
    columns: &'static [&'static str],
    cells: fn(&[Run]) -> Vec<String>,
    experiments: Vec<Experiment>,
}

/// One training, evaluated.
struct Run {
    reports: Vec<EpochReport>,
    /// Digits recognised less than one time in twenty, because their output neuron is stuck near 0.
    stuck: Vec<usize>,
}

impl Table {
    fn run(&self, sets: &Sets, pictures: &std::path::Path) -> Result<(), Box<dyn Error>> {
        println!("\n## {}\n", self.heading);
        println!("| network | published | {} |", self.columns.join(" | "));
        println!("|---|---{}|", "|---".repeat(self.columns.len()));
        let jobs: Vec<(&Experiment, u64)> =
            self.experiments.iter().flat_map(|experiment| SEEDS.map(|seed| (experiment, seed))).collect();
        let runs: Vec<Run> = jobs
            .par_iter()
            .map(|(experiment, seed)| experiment.run(sets, *seed))
            .collect::<Result<_, _>>()?;
        let accuracy = Axis::new("accuracy on the test images, %").range(self.shown.0, self.shown.1);
        let mut curves = Plot::new("", Axis::new("epoch"), accuracy);
        for (experiment, runs) in self.experiments.iter().zip(runs.chunks(SEEDS.len())) {
            let cells = (self.cells)(runs).join(" | ");
            println!("| {} | {} | {cells} |", experiment.name, experiment.published);
            // The seed in the middle, by its best epoch.
            let mut by_best: Vec<&Run> = runs.iter().collect();
            by_best.sort_by(|one, other| best_accuracy(one).total_cmp(&best_accuracy(other)));
            let points = by_best[SEEDS.len() / 2].accuracies().map(|(epoch, a)| (epoch as f64, 100.0 * a));
            curves = curves.add(experiment.name, Mark::Line, points.collect::<Vec<_>>());
        }
        println!("\n![the seed in the middle, epoch by epoch](images/{})", self.picture);
        // The details in brackets do not fit above a picture.
        let title =
            self.heading.split(" (").next().and_then(|title| title.split(", ").next()).unwrap_or_default();
        std::fs::write(pictures.join(self.picture), Figure::new(title, [curves]).to_svg())?;
        Ok(())
    }
}

impl Run {
    /// Epochs and their accuracies on the test images, where they were evaluated.
    fn accuracies(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.reports.iter().filter_map(|report| Some((report.epoch, report.test.as_ref()?.accuracy())))
    }
}

impl Experiment {
    fn run(&self, sets: &Sets, seed: u64) -> Result<Run, backprop::Error> {
        let limited;
        let (train, validation) = match self.data {
            Data::Whole => (&sets.whole, None),
            Data::FiftyThousand => (&sets.train, Some(&sets.held_out)),
            Data::First(count) => {
                limited = sets.train.clone().first(count);
                (&limited, None)
            }
        };
        let architecture = Architecture::new(&[784, self.hidden, 10]).with_cost(self.cost);
        let mut network = vectorized::Network::try_new(&architecture)?;
        network.set_parameters(&self.init.draw(&architecture, seed));
        let options = Options { seed, ..self.options.clone() };
        let mut trainer = Trainer::new(options, train, validation, &sets.test)?;
        while !trainer.is_finished() {
            trainer.run_epoch(&mut network, &mut |_| ControlFlow::Continue(()))?;
        }
        Ok(Run { reports: trainer.state().history.clone(), stuck: stuck_outputs(&mut network, &sets.test) })
    }
}

/// Returns the digits recognised less than one time in twenty.
fn stuck_outputs(network: &mut dyn Engine, test: &DataSet) -> Vec<usize> {
    let (mut right, mut all) = ([0; 10], [0; 10]);
    for_each_output(network, test, |index, output| {
        let digit = test.class(index);
        all[digit] += 1;
        right[digit] += usize::from(test.is_right(index, output));
    });
    (0..10).filter(|&digit| 20 * right[digit] < all[digit]).collect()
}

/// Returns the experiments with the figures published for the originals.
fn published() -> Table {
    let row = |name, published, preset: Preset, hidden, rate, epochs| {
        let choices = preset.choices();
        Experiment {
            name,
            published,
            hidden,
            cost: choices.cost,
            init: choices.init,
            options: Options { rate, epochs: Some(epochs), ..choices.options },
            data: Data::FiftyThousand,
        }
    };
    let scaled = |experiment| Experiment { init: WeightInit::Scaled, ..experiment };
    Table {
        heading: "The published networks",
        picture: "results-published.svg",
        shown: (84.0, 99.0),
        columns: &["best epoch, each seed", "mean", "last epoch, mean", "digits stuck, each seed"],
        cells: |runs| {
            let best: Vec<f64> = runs.iter().map(best_accuracy).collect();
            let last: Vec<f64> = runs.iter().map(last_accuracy).collect();
            vec![each(&best), percent(mean(&best)), percent(mean(&last)), stuck(runs)]
        },
        experiments: vec![
            row("network.py 784-30-10, η 3.0, 30 epochs", "95.42 %", Preset::Network, 30, 3.0, 30),
            row("network.py 784-100-10, η 3.0, 30 epochs", "about 96.6 %", Preset::Network, 100, 3.0, 30),
            scaled(row("network.py 784-100-10, but scaled weights", "", Preset::Network, 100, 3.0, 30)),
            row("network2 784-30-10, η 0.5, λ 5.0, 30 epochs", "about 96.5 %", Preset::Network2, 30, 0.5, 30),
            row(
                "network2 784-100-10, η 0.5, λ 5.0, 30 epochs",
                "about 97.9 %",
                Preset::Network2,
                100,
                0.5,
                30,
            ),
            row(
                "network2 784-100-10, η 0.1, λ 5.0, 60 epochs",
                "about 98.0 %",
                Preset::Network2,
                100,
                0.1,
                60,
            ),
        ],
    }
}

/// Compares starting weights: large ones saturate hidden neurons; scaled ones do not.
fn initialisation() -> Table {
    let row = |name, published, init| Experiment {
        name,
        published,
        hidden: 30,
        cost: Cost::CrossEntropy,
        init,
        options: Options { rate: 0.1, ..Preset::Network2.choices().options },
        data: Data::FiftyThousand,
    };
    Table {
        heading: "Normal against scaled starting weights (network2 784-30-10, η 0.1, λ 5.0)",
        picture: "results-initialisation.svg",
        shown: (84.0, 97.0),
        columns: &["after epoch 1", "after epoch 5", "after epoch 30"],
        cells: |runs| [1, 5, 30].map(|epoch| percent(mean_at(runs, epoch))).to_vec(),
        experiments: vec![
            row("Normal: N(0, 1)", "about 87 % after epoch 1", WeightInit::Normal),
            row("Scaled: N(0, 1/n_in)", "about 93 % after epoch 1", WeightInit::Scaled),
        ],
    }
}

/// Trains on a thousand images, few enough to learn by heart.
fn overfitting() -> Table {
    let row = |name, published, l2, dropout, hidden| Experiment {
        name,
        published,
        hidden,
        cost: Cost::CrossEntropy,
        init: WeightInit::Normal,
        options: Options {
            epochs: Some(400),
            rate: 0.5,
            batch: 10,
            l2,
            dropout,
            targets: Targets::OneHot,
            evaluate_every: 20,
            monitor_training: true,
            ..Options::default()
        },
        data: Data::First(1000),
    };
    Table {
        heading: "Overfitting on 1,000 images (cross-entropy, η 0.5, 400 epochs)",
        picture: "results-overfitting.svg",
        shown: (70.0, 92.0),
        columns: &["training set, last", "test set, last", "test set, best", "test cost: lowest, last"],
        cells: |runs| {
            let costs = |run: &Run| -> Vec<f64> {
                run.reports.iter().filter_map(|report| Some(report.test.as_ref()?.mean_cost)).collect()
            };
            let lowest: Vec<f64> =
                runs.iter().map(|run| costs(run).into_iter().fold(f64::INFINITY, f64::min)).collect();
            let last: Vec<f64> = runs.iter().filter_map(|run| costs(run).pop()).collect();
            let train: Vec<f64> =
                runs.iter().filter_map(|run| Some(run.reports.last()?.train.as_ref()?.accuracy())).collect();
            vec![
                percent(mean(&train)),
                percent(mean(&runs.iter().map(last_accuracy).collect::<Vec<_>>())),
                percent(mean(&runs.iter().map(best_accuracy).collect::<Vec<_>>())),
                format!("{:.2}, {:.2}", mean(&lowest), mean(&last)),
            ]
        },
        experiments: vec![
            row("784-30-10, no regularisation", "82.27 %", 0.0, 0.0, 30),
            row("784-30-10, L2 with λ 0.1", "87.1 %", 0.1, 0.0, 30),
            row("784-100-10, no regularisation", "", 0.0, 0.0, 100),
            row("784-100-10, dropout 0.5", "", 0.0, 0.5, 100),
        ],
    }
}

/// Repeats the article's own run: its strategy, its network, its rate.
fn bp() -> Table {
    let choices = Preset::Bp.choices();
    Table {
        heading: "bp.py's 784-300-10, rate 0.3, evaluated every 10 epochs until the error rises",
        picture: "results-bp.svg",
        shown: (97.0, 98.5),
        columns: &["epochs run, each seed", "best, each seed", "mean of the best"],
        cells: |runs| {
            let epochs: Vec<String> = runs.iter().map(|run| run.reports.len().to_string()).collect();
            let best: Vec<f64> = runs.iter().map(best_accuracy).collect();
            vec![epochs.join(", "), each(&best), percent(mean(&best))]
        },
        experiments: vec![Experiment {
            name: "all 60,000 images, in the order of the file",
            published: "no figure given",
            hidden: choices.hidden,
            cost: choices.cost,
            init: choices.init,
            options: choices.options,
            data: Data::Whole,
        }],
    }
}

fn best_accuracy(run: &Run) -> f64 {
    run.accuracies().map(|(_, accuracy)| accuracy).fold(0.0, f64::max)
}

fn last_accuracy(run: &Run) -> f64 {
    run.accuracies().last().map_or(0.0, |(_, accuracy)| accuracy)
}

fn mean_at(runs: &[Run], epoch: usize) -> f64 {
    let at = |run: &Run| run.accuracies().find(|(e, _)| *e == epoch).map(|(_, accuracy)| accuracy);
    mean(&runs.iter().filter_map(at).collect::<Vec<_>>())
}

fn stuck(runs: &[Run]) -> String {
    let digits = |run: &Run| {
        let digits: Vec<String> = run.stuck.iter().map(usize::to_string).collect();
        if digits.is_empty() { "none".to_owned() } else { digits.join(" and ") }
    };
    runs.iter().map(digits).collect::<Vec<_>>().join(", ")
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

fn each(shares: &[f64]) -> String {
    let texts: Vec<String> = shares.iter().map(|share| format!("{:.2}", 100.0 * share)).collect();
    texts.join(", ")
}
