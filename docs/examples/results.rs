//! Does it learn what they learned? Trains the networks of the seed documents on real MNIST, three seeds each, and prints
//! the tables of docs/results.md.
//!
//! ```text
//! data/get-mnist.sh data/mnist
//! cargo run --release --example results -- data/mnist
//! ```
//!
//! Each run is single-threaded; different runs go side by side on as many threads as there are cores. A run is a
//! function of its seed, so the table comes out the same on every machine.

use std::error::Error;
use std::ops::ControlFlow;

use backprop::data_set::{DataSet, Pixels, Source, Targets};
use backprop::training::{EpochReport, Options, Preset, Trainer};
use backprop::{Architecture, Cost, Engine, WeightInit, vectorized};
use rayon::prelude::*;

const SEEDS: [u64; 3] = [1, 2, 3];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args()
        .nth(1)
        .ok_or("name the folder with MNIST's four files; data/get-mnist.sh gets them")?;
    let data = Source::Folder(folder.into()).load(Pixels::Scaled)?;
    let mut train = data.train;
    let held_out = train.clone().split_off_last(10_000);
    let whole = train.clone();
    train = train.first(50_000);
    let sets = Sets { whole, train, held_out, test: data.test };

    for table in [published(), initialisation(), overfitting(), bp()] {
        table.print(&sets)?;
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

/// A table of docs/results.md: its heading, its columns, and what stands in a row.
struct Table {
    heading: &'static str,
    columns: &'static [&'static str],
    cells: fn(&[Vec<EpochReport>]) -> Vec<String>,
    experiments: Vec<Experiment>,
}

impl Table {
    fn print(&self, sets: &Sets) -> Result<(), Box<dyn Error>> {
        println!("\n## {}\n", self.heading);
        println!("| network | published | {} |", self.columns.join(" | "));
        println!("|---|---{}|", "|---".repeat(self.columns.len()));
        let jobs: Vec<(&Experiment, u64)> =
            self.experiments.iter().flat_map(|experiment| SEEDS.map(|seed| (experiment, seed))).collect();
        let runs: Vec<Vec<EpochReport>> = jobs
            .par_iter()
            .map(|(experiment, seed)| experiment.run(sets, *seed))
            .collect::<Result<_, _>>()?;
        for (experiment, runs) in self.experiments.iter().zip(runs.chunks(SEEDS.len())) {
            let cells = (self.cells)(runs).join(" | ");
            println!("| {} | {} | {cells} |", experiment.name, experiment.published);
        }
        Ok(())
    }
}

impl Experiment {
    fn run(&self, sets: &Sets, seed: u64) -> Result<Vec<EpochReport>, backprop::Error> {
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
        Ok(trainer.state().history.clone())
    }
}

/// The figures of the seed documents and of the book they are notes on.
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
    Table {
        heading: "The published networks",
        columns: &["best epoch, each seed", "mean", "last epoch, mean"],
        cells: |runs| {
            let best: Vec<f64> = runs.iter().map(|run| best_accuracy(run)).collect();
            let last: Vec<f64> = runs.iter().map(|run| last_accuracy(run)).collect();
            vec![each(&best), percent(mean(&best)), percent(mean(&last))]
        },
        experiments: vec![
            row("network.py 784-30-10, η 3.0, 30 epochs", "95.42 %", Preset::Network, 30, 3.0, 30),
            row("network.py 784-100-10, η 3.0, 30 epochs", "about 96.6 %", Preset::Network, 100, 3.0, 30),
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

/// Large starting weights saturate hidden neurons; scaled ones do not.
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
        columns: &["after epoch 1", "after epoch 5", "after epoch 30"],
        cells: |runs| [1, 5, 30].map(|epoch| percent(mean_at(runs, epoch))).to_vec(),
        experiments: vec![
            row("Normal: N(0, 1)", "about 87 % after epoch 1", WeightInit::Normal),
            row("Scaled: N(0, 1/n_in)", "about 93 % after epoch 1", WeightInit::Scaled),
        ],
    }
}

/// A thousand images are few enough to learn by heart.
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
        columns: &["training set, last", "test set, last", "test set, best", "test cost: lowest, last"],
        cells: |runs| {
            let costs = |run: &Vec<EpochReport>| {
                let costs: Vec<f64> = run.iter().filter_map(|r| Some(r.test.as_ref()?.mean_cost)).collect();
                (costs.iter().copied().fold(f64::INFINITY, f64::min), costs[costs.len() - 1])
            };
            let train: Vec<f64> =
                runs.iter().filter_map(|run| Some(run.last()?.train.as_ref()?.accuracy())).collect();
            let lowest: Vec<f64> = runs.iter().map(|run| costs(run).0).collect();
            let last: Vec<f64> = runs.iter().map(|run| costs(run).1).collect();
            vec![
                percent(mean(&train)),
                percent(mean(&runs.iter().map(|run| last_accuracy(run)).collect::<Vec<_>>())),
                percent(mean(&runs.iter().map(|run| best_accuracy(run)).collect::<Vec<_>>())),
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

/// The article's own run: its strategy, its network, its rate.
fn bp() -> Table {
    let choices = Preset::Bp.choices();
    Table {
        heading: "bp.py's 784-300-10, rate 0.3, evaluated every 10 epochs until the error rises",
        columns: &["epochs run, each seed", "best, each seed", "mean of the best"],
        cells: |runs| {
            let epochs: Vec<String> = runs.iter().map(|run| run.len().to_string()).collect();
            let best: Vec<f64> = runs.iter().map(|run| best_accuracy(run)).collect();
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

fn accuracies(run: &[EpochReport]) -> impl Iterator<Item = f64> + '_ {
    run.iter().filter_map(|report| Some(report.test.as_ref()?.accuracy()))
}

fn best_accuracy(run: &[EpochReport]) -> f64 {
    accuracies(run).fold(0.0, f64::max)
}

fn last_accuracy(run: &[EpochReport]) -> f64 {
    accuracies(run).last().unwrap_or(0.0)
}

fn mean_at(runs: &[Vec<EpochReport>], epoch: usize) -> f64 {
    let at: Vec<f64> = runs.iter().filter_map(|run| accuracies(&run[..epoch]).last()).collect();
    mean(&at)
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
