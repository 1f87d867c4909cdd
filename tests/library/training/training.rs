//! The training loop by itself, on a network whose answers are fixed beforehand: when it evaluates, which evaluation
//! decides, what it keeps and reports, and when it stops.

use std::cell::Cell;
use std::collections::VecDeque;
use std::ops::ControlFlow;

use backprop::data_set::{DataSet, Pixels, Targets};
use backprop::training::{EpochReport, Evaluation, Options, Preset, Progress, Schedule, Trainer};
use backprop::training::{TrainingState, evaluate, for_each_output};
use backprop::{Architecture, Cost, Engine, Label, MiniBatchStep, Parameters, Sample, WeightInit};

/// An engine that answers as many samples of a set correctly as the next number of its script says. Its one weight counts
/// the samples it was trained on.
struct Scripted {
    architecture: Architecture,
    parameters: Parameters,
    script: VecDeque<usize>,
    /// The first sample at which its weight is infinite, which its cost and answers do not show.
    infinite_from: f64,
    /// The cost of every sample.
    cost: f64,
    /// The steps of all mini-batches.
    steps: Vec<MiniBatchStep>,
}

impl Scripted {
    fn new(script: &[usize]) -> Self {
        let architecture = Architecture::new(&[1, 2]);
        let parameters = Parameters::zeros(&architecture);
        let script = script.iter().copied().collect();
        Self { architecture, parameters, script, infinite_from: f64::INFINITY, cost: 0.25, steps: Vec::new() }
    }

    fn trained_on(&self) -> f64 {
        self.parameters.layers[0].weights[0][0]
    }
}

impl Engine for Scripted {
    fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    fn parameters(&self) -> Parameters {
        self.parameters.clone()
    }

    fn set_parameters(&mut self, parameters: &Parameters) {
        self.parameters = parameters.clone();
    }

    fn predict(&mut self, sample: Sample<'_>) -> Vec<f64> {
        vec![1.0 - sample.0[0], sample.0[0]]
    }

    fn predict_rows(&mut self, samples: &[f64]) -> Vec<f64> {
        let right = self.script.pop_front().expect("the script says how each evaluation ends");
        let answer = |(index, &class): (usize, &f64)| if index < right { class } else { 1.0 - class };
        samples.iter().enumerate().map(answer).flat_map(|class| [1.0 - class, class]).collect()
    }

    fn train_one_sample(&mut self, _: Label<'_>, _: Sample<'_>, _: f64) -> f64 {
        let weight = &mut self.parameters.layers[0].weights[0][0];
        *weight += if *weight + 1.0 < self.infinite_from { 1.0 } else { f64::INFINITY };
        self.cost
    }

    fn train_mini_batch(&mut self, _: &[f64], samples: &[f64], step: &MiniBatchStep) -> f64 {
        self.steps.push(step.clone());
        self.parameters.layers[0].weights[0][0] += samples.len() as f64;
        self.cost * samples.len() as f64
    }
}

/// Returns this many samples of each class: the one input is 0 for the first and 1 for the second.
fn classes(first: usize, second: usize) -> DataSet {
    let class: Vec<u8> = (0..first + second).map(|index| u8::from(index >= first)).collect();
    let bytes = class.iter().map(|class| class * 255).collect();
    DataSet::images(1, 1, bytes, class, Pixels::Scaled)
}

/// Returns the reports of all epochs, until training is finished.
fn run(trainer: &mut Trainer<'_>, engine: &mut Scripted) -> Vec<EpochReport> {
    let mut reports = Vec::new();
    while !trainer.is_finished() {
        let report = trainer.run_epoch(engine, &mut |_| ControlFlow::Continue(())).expect("finite");
        reports.push(report.expect("the loop is never left early"));
    }
    reports
}

#[test]
fn it_evaluates_every_few_epochs_and_after_the_last() {
    let data = classes(10, 10);
    let options =
        Options { epochs: Some(5), evaluate_every: 2, monitor_training: true, ..Options::default() };
    let mut trainer = Trainer::new(options, &data, None, &data).expect("options");
    let mut engine = Scripted::new(&[12, 1, 14, 2, 16, 3]);
    let reports = run(&mut trainer, &mut engine);
    let correct = |evaluation: &Option<Evaluation>| evaluation.as_ref().and_then(|found| found.correct);
    let test: Vec<_> = reports.iter().map(|report| correct(&report.test)).collect();
    assert_eq!(test, [None, Some(12), None, Some(14), Some(16)]);
    let train: Vec<_> = reports.iter().map(|report| correct(&report.train)).collect();
    assert_eq!(train, [None, Some(1), None, Some(2), Some(3)]);
    assert_eq!(reports.iter().map(|report| report.epoch).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert!(reports.iter().all(|report| (report.samples, report.train_cost, report.rate) == (20, 0.25, 0.3)));
    assert_eq!(trainer.state().history, reports);
    assert_eq!((trainer.state().epochs_done, trainer.state().samples_done), (5, 0));
    assert_eq!((engine.trained_on(), trainer.samples()), (100.0, 20));
}

#[test]
fn held_out_samples_decide_if_there_are_any() {
    let (train, test, held_out, none) = (classes(3, 3), classes(10, 10), classes(20, 20), classes(0, 0));
    let options = Options { epochs: None, early_stop: Some(1), ..Options::default() };
    // Test, then held out: the first of them gets better when the second does not.
    let mut trainer = Trainer::new(options.clone(), &train, Some(&held_out), &test).expect("options");
    let reports = run(&mut trainer, &mut Scripted::new(&[11, 30, 12, 30]));
    assert_eq!(reports.len(), 2);
    let totals = reports[1].validation.as_ref().map(|found| (found.correct, found.total));
    assert_eq!(totals, Some((Some(30), 40)));
    assert_eq!(reports.iter().map(|report| report.is_best).collect::<Vec<_>>(), [true, false]);
    assert_eq!(trainer.state().stopped.as_deref(), Some("accuracy has not improved since epoch 1"));

    let mut trainer = Trainer::new(options, &train, Some(&none), &test).expect("options");
    let reports = run(&mut trainer, &mut Scripted::new(&[11, 12, 12]));
    assert_eq!((reports.len(), &reports[2].validation), (3, &None));
}

#[test]
fn the_weights_of_the_best_evaluation_are_kept_on_request() {
    let data = classes(10, 10);
    for keep_best in [true, false] {
        let options = Options { epochs: Some(4), keep_best, ..Options::default() };
        let mut trainer = Trainer::new(options, &data, None, &data).expect("options");
        run(&mut trainer, &mut Scripted::new(&[12, 18, 18, 15]));
        let kept = trainer.state().best_parameters.as_ref().map(|best| best.layers[0].weights[0][0]);
        assert_eq!(kept, keep_best.then_some(40.0), "after two epochs of 20 samples");
        assert_eq!(trainer.state().schedule.best_epoch, 2);
    }
}

/// Of 100 samples, 50 of each class, one answer given to all is right 50 times, give or take √(100 · ½ · ½) = 5.
#[test]
fn a_network_that_gives_one_answer_to_all_is_never_the_best() {
    let data = classes(50, 50);
    let is_best = |right: usize| {
        let options = Options { epochs: Some(1), ..Options::default() };
        let mut trainer = Trainer::new(options, &data, None, &data).expect("options");
        run(&mut trainer, &mut Scripted::new(&[right]))[0].is_best
    };
    assert_eq!([50, 55, 56, 100].map(is_best), [false, false, true, true]);
    // 80 of one class: √(80 · 0.2) = 4.
    let data = classes(80, 20);
    let is_best = |right: usize| {
        let options = Options { epochs: Some(1), ..Options::default() };
        let mut trainer = Trainer::new(options, &data, None, &data).expect("options");
        run(&mut trainer, &mut Scripted::new(&[right]))[0].is_best
    };
    assert_eq!([80, 84, 85].map(is_best), [false, false, true]);
}

#[test]
fn the_start_is_evaluated_on_every_set_and_is_not_part_of_the_history() {
    let (train, test, held_out) = (classes(3, 3), classes(10, 10), classes(20, 20));
    for monitor_training in [false, true] {
        let options = Options { epochs: Some(0), monitor_training, rate: 0.7, ..Options::default() };
        let trainer = Trainer::new(options, &train, Some(&held_out), &test).expect("options");
        assert!(trainer.is_finished());
        let report = trainer.evaluate_start(&mut Scripted::new(&[4, 11, 33]));
        let found =
            |evaluation: &Option<Evaluation>| evaluation.as_ref().map(|found| (found.correct, found.total));
        assert_eq!(found(&report.test), Some((Some(11), 20)));
        assert_eq!(found(&report.validation), Some((Some(33), 40)));
        assert_eq!(found(&report.train), monitor_training.then_some((Some(4), 6)));
        assert_eq!((report.epoch, report.samples, report.seconds, report.rate), (0, 0, 0.0, 0.7));
        // Soft labels 0.9 and 0.1: ½ · 2 · 0.1² where it is right, ½ · 2 · 0.9² where it is wrong.
        assert!((report.train_cost - (4.0 * 0.01 + 2.0 * 0.81) / 6.0).abs() < 1e-12);
        assert!(!report.is_best && trainer.state().history.is_empty());
    }
}

#[test]
fn a_watcher_is_called_at_each_tick_and_can_break_between_steps() {
    let data = classes(130, 130);
    for (batch, looks) in [(1, vec![100, 200, 260]), (90, vec![90, 180, 260])] {
        let options = Options { epochs: Some(2), batch, ..Options::default() };
        let mut trainer = Trainer::new(options, &data, None, &data).expect("options");
        let mut engine = Scripted::new(&[200, 200]);
        let mut seen = Vec::new();
        for epoch in 1..=2 {
            let mut watch = |progress: Progress| {
                seen.push(progress);
                ControlFlow::Continue(())
            };
            trainer.run_epoch(&mut engine, &mut watch).expect("finite").expect("not broken");
            let expected = looks.iter().map(|&done| Progress { epoch, done, total: 260 });
            assert_eq!(std::mem::take(&mut seen), expected.collect::<Vec<_>>());
        }
        // A break is between two steps; after the last it is too late for one.
        let options = Options { epochs: Some(1), batch, ..Options::default() };
        let mut trainer = Trainer::new(options, &data, None, &data).expect("options");
        let (mut engine, mut breaks) = (Scripted::new(&[200]), 0);
        while trainer.run_epoch(&mut engine, &mut |_| ControlFlow::Break(())).expect("finite").is_none() {
            assert_eq!(engine.trained_on(), trainer.state().samples_done as f64);
            breaks += 1;
        }
        assert_eq!((breaks, engine.trained_on()), (2, 260.0));
        assert_eq!(trainer.state().history[0].train_cost, 0.25);
    }
}

/// Every weight is looked at after a thousand samples, at the end of the epoch, and before anything is saved.
#[test]
fn a_weight_that_is_infinite_in_secret_is_found_in_time() {
    let found = |samples: usize, infinite_from: f64, breaks_at: usize| {
        let data = classes(samples, 0);
        let mut trainer = Trainer::new(Options::default(), &data, None, &data).expect("options");
        let (mut engine, mut seen) = (Scripted { infinite_from, ..Scripted::new(&[0; 9]) }, 0);
        let mut watch = |progress: Progress| {
            seen = progress.done;
            if seen >= breaks_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let sentence = trainer.run_epoch(&mut engine, &mut watch).expect_err("infinite").to_string();
        assert!(sentence.contains("a weight into layer 1 is infinite"), "{sentence}");
        assert!(
            sentence.contains(&format!("in epoch 1 at sample {infinite_from} of {samples}")),
            "{sentence}"
        );
        seen
    };
    let never = usize::MAX;
    assert_eq!(found(3000, 500.0, never), 1000);
    assert_eq!(found(3000, 1500.0, never), 2000);
    assert_eq!(found(3000, 2500.0, never), 3000);
    assert_eq!(found(250, 240.0, never), 250);
    assert_eq!(found(3000, 120.0, 200), 200);
}

/// 10³⁰⁸ fits into an f64, and twice as much does not.
#[test]
fn a_sum_of_costs_that_overflows_is_named_with_its_sample() {
    let data = classes(3, 3);
    let mut trainer = Trainer::new(Options::default(), &data, None, &data).expect("options");
    let mut engine = Scripted { cost: 1e308, ..Scripted::new(&[0]) };
    let error = trainer.run_epoch(&mut engine, &mut |_| ControlFlow::Continue(())).expect_err("infinite");
    let sentence = "the sum of the costs of the output, layer 1, is infinite or not a number, in epoch 1 at sample 2 of 6";
    assert!(error.to_string().contains(sentence), "{error}");
}

#[test]
fn each_mini_batch_has_the_step_of_its_place_in_the_run() {
    let data = classes(5, 5);
    let options = Options { epochs: Some(2), batch: 4, l2: 0.5, dropout: 0.5, seed: 3, ..Options::default() };
    let mut trainer = Trainer::new(options.clone(), &data, None, &data).expect("options");
    let mut engine = Scripted::new(&[9, 9]);
    run(&mut trainer, &mut engine);
    let expected = [0, 4, 8, 10, 14, 18].map(|before| options.mini_batches().step(0.3, 10, before));
    assert_eq!(engine.steps, expected);
}

#[test]
fn options_outside_their_range_are_refused_and_those_at_its_end_are_not() {
    let found = |options: Options| options.check().err().map(|error| error.to_string()).unwrap_or_default();
    let default = Options::default;
    for (options, part) in [
        (Options { rate: 0.0, ..default() }, "the rate must be a finite positive number, not 0.0"),
        (Options { rate: f64::NAN, ..default() }, "the rate must be"),
        (Options { rate: f64::INFINITY, ..default() }, "the rate must be"),
        (Options { batch: 0, ..default() }, "must be at least 1"),
        (Options { evaluate_every: 0, ..default() }, "must be at least 1"),
        (Options { l2: -0.5, ..default() }, "lambda must be a finite number, 0 or more, not -0.5"),
        (Options { l2: f64::NAN, ..default() }, "lambda"),
        (Options { l2: f64::INFINITY, ..default() }, "lambda"),
        (Options { dropout: 1.0, ..default() }, "dropout must be at least 0 and less than 1, not 1.0"),
        (Options { dropout: -0.1, ..default() }, "dropout"),
        (Options { epochs: None, ..default() }, "needs a stopping rule"),
        (Options { early_stop: Some(0), ..default() }, "to wait for an improvement must be at least 1"),
        (Options { halve_rate: Some(0), ..default() }, "to wait for an improvement must be at least 1"),
        (Options { rate: 1e-300, batch: 1, l2: 0.0, dropout: 0.0, evaluate_every: 1, ..default() }, ""),
        (Options { epochs: None, stop_when_error_rises: true, ..default() }, ""),
        (Options { epochs: None, early_stop: Some(1), ..default() }, ""),
        (Options { epochs: None, halve_rate: Some(1), ..default() }, ""),
    ] {
        let sentence = found(options);
        assert!(sentence.contains(part) && sentence.is_empty() == part.is_empty(), "{part}: {sentence}");
    }
    let (none, some) = (classes(0, 0), classes(1, 1));
    for (train, test) in [(&none, &some), (&some, &none)] {
        let error = Trainer::new(default(), train, None, test).expect_err("no samples");
        assert!(error.to_string().contains("no samples are left to train on, or to test on"), "{error}");
    }
}

/// Those of mnist.py (for bp.py and fc.py), network.py and network2.py, as in their own files.
#[test]
fn presets_are_the_choices_of_the_originals() {
    let told = [Preset::Bp, Preset::Fc, Preset::Network, Preset::Network2].map(|preset| {
        let choices = preset.choices();
        let Options {
            epochs, rate, batch, l2, dropout, shuffle, evaluate_every, stop_when_error_rises, ..
        } = choices.options;
        (
            preset.to_string(),
            (choices.hidden, choices.cost, choices.init, choices.save_every, choices.holds_out),
            (epochs, rate, batch, l2, dropout, choices.options.targets),
            (shuffle, evaluate_every, stop_when_error_rises),
        )
    });
    let small = WeightInit::Small;
    let expected = [
        (
            "bp",
            (300, Cost::Quadratic, small, Some(10), false),
            (None, 0.3, 1, 0.0, 0.0, Targets::Soft),
            (false, 10, true),
        ),
        (
            "fc",
            (100, Cost::Quadratic, small, None, false),
            (None, 0.01, 1, 0.0, 0.0, Targets::Soft),
            (false, 2, true),
        ),
        (
            "network",
            (30, Cost::Quadratic, WeightInit::Normal, None, true),
            (Some(30), 3.0, 10, 0.0, 0.0, Targets::OneHot),
            (true, 1, false),
        ),
        (
            "network2",
            (30, Cost::CrossEntropy, WeightInit::Scaled, None, true),
            (Some(30), 0.5, 10, 5.0, 0.0, Targets::OneHot),
            (true, 1, false),
        ),
    ];
    assert_eq!(told, expected.map(|(name, network, steps, rules)| (name.to_owned(), network, steps, rules)));
}

#[test]
fn the_rate_is_halved_from_the_latest_halving_on_and_not_while_it_helps() {
    let options = Options { halve_rate: Some(2), ..Options::default() };
    let mut schedule = Schedule::new(8.0);
    let rates: Vec<f64> = [50, 51, 51, 51, 52, 52, 51, 60]
        .into_iter()
        .zip(1..)
        .map(|(correct, epoch)| {
            let found = Evaluation { correct: Some(correct), total: 100, mean_cost: 0.1, numbers: None };
            assert_eq!(schedule.decide(&options, epoch, &found).stop, None);
            schedule.rate
        })
        .collect();
    assert_eq!(rates, [8.0, 8.0, 8.0, 4.0, 4.0, 4.0, 2.0, 2.0]);
    assert_eq!((schedule.best, schedule.best_epoch), (Some(60.0), 8));
}

#[test]
fn if_answers_are_numbers_the_smaller_cost_is_the_better_evaluation() {
    let numbers = |mean_cost| Evaluation { correct: None, total: 10, mean_cost, numbers: None };
    assert_eq!(numbers(0.25).score(), -0.25);
    assert!(numbers(0.25).accuracy().is_nan());
    let right = Evaluation { correct: Some(3), total: 10, mean_cost: 0.25, numbers: None };
    assert_eq!((right.score(), right.accuracy()), (3.0, 0.3));
    let mut schedule = Schedule::new(0.3);
    let is_best =
        [0.5, 0.25, 0.3].map(|cost| schedule.decide(&Options::default(), 1, &numbers(cost)).is_best);
    assert_eq!(is_best, [true, true, false]);
}

/// Outputs are computed 500 samples at a time.
#[test]
fn every_sample_is_visited_once_and_in_order_however_many_there_are() {
    for count in [1, 499, 500, 501, 1000, 1203] {
        let data = classes(count, 0);
        let mut visited = Vec::new();
        let mut engine = Scripted::new(&[500, 500, 7]);
        for_each_output(&mut engine, &data, |index, output| {
            assert_eq!(output.len(), 2);
            visited.push(index);
        });
        assert_eq!(visited, (0..count).collect::<Vec<_>>());
        let evaluation = evaluate(&mut Scripted::new(&[500, 500, 7]), &data, Targets::OneHot);
        let right = if count == 1203 { 1007 } else { count };
        assert_eq!((evaluation.correct, evaluation.total), (Some(right), count));
        // ½ · (1² + 1²) for each that is wrong.
        assert!((evaluation.mean_cost - (count - right) as f64 / count as f64).abs() < 1e-12);
    }
}

#[test]
fn the_time_that_training_takes_is_that_of_its_steps() {
    thread_local! {
        static SECONDS: Cell<f64> = const { Cell::new(0.0) };
    }
    // A clock that moves on by a second each time it is read; each test has its own thread.
    backprop::set_clock(|| SECONDS.replace(SECONDS.get() + 1.0));
    let data = classes(100, 100);
    let options = Options { epochs: Some(2), ..Options::default() };
    let mut trainer = Trainer::new(options, &data, None, &data).expect("options");
    let reports = run(&mut trainer, &mut Scripted::new(&[9, 9]));
    // A hundred samples between two readings.
    assert_eq!(reports.iter().map(|report| report.seconds).collect::<Vec<_>>(), [2.0, 2.0]);
    assert_eq!(reports[1].samples_per_second(), 100.0);
    let in_no_time = EpochReport { seconds: 0.0, ..reports[1].clone() };
    assert!(in_no_time.samples_per_second() > 1e300);
}

#[test]
fn a_run_that_is_resumed_begins_where_its_state_is() {
    let data = classes(10, 10);
    let options = Options { epochs: Some(3), ..Options::default() };
    let mut first = Trainer::new(options.clone(), &data, None, &data).expect("options");
    let mut engine = Scripted::new(&[12, 13, 14]);
    first.run_epoch(&mut engine, &mut |_| ControlFlow::Continue(())).expect("finite");
    assert_ne!(first.state(), &TrainingState::new(&options));
    let mut second =
        Trainer::new(options, &data, None, &data).expect("options").resume(first.state().clone());
    assert_eq!(second.options().epochs, Some(3));
    assert_eq!((second.state(), second.options()), (first.state(), first.options()));
    assert_eq!(run(&mut second, &mut engine).len(), 2);
    assert_eq!(engine.trained_on(), 60.0);
}
