//! The training loop: mini-batches, epochs, evaluations. Ports `SGD` of network.py and `train_and_evaluate` of
//! mnist.py.
//!
//! A [`Trainer`] can stop after any step and continue from its [`TrainingState`], and the weights come out the same.

use std::cell::OnceCell;
use std::iter::once;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::order::sample_order;
use super::schedule::Schedule;
use super::{Evaluation, Options, evaluate};
use crate::data_set::{DataSet, Targets};
use crate::{Cost, Engine, Error, ErrorKind, Parameters, SparseSamples, Trained, clock, counted};

/// The number of single-sample steps between two checks of the clock and the keyboard.
const STEPS_AT_ONCE: usize = 100;

/// The number of samples between two checks of all weights. A sigmoid hides an infinite weight from the cost, and a
/// check after each step would take as long as the step.
const SAMPLES_BETWEEN_LOOKS: usize = 1000;

/// Training has diverged once the mean cost is this many times that of outputs that are all 0.
const SURELY_TOO_HIGH: f64 = 1e4;

/// Inputs and weights beyond this are too large for a network, which is made for numbers near 1.
const LARGE: f64 = 1000.0;

/// Trains one network on one training set.
///
/// A run that is interrupted and resumed gives the same weights as one that is not:
///
/// ```
/// use std::ops::ControlFlow::{Break, Continue};
/// use backprop::data_set::bits;
/// use backprop::training::{Options, Trainer};
/// use backprop::{Engine, vectorized::Network};
///
/// let data = bits::load();
/// let options = Options { epochs: Some(1), ..Options::default() };
/// let (mut whole, mut in_two) = (Network::new(&[8, 3, 8], 0), Network::new(&[8, 3, 8], 0));
/// let mut trainer = Trainer::new(options.clone(), &data, None, &data)?;
/// trainer.run_epoch(&mut whole, &mut |_| Continue(()))?;
///
/// let mut trainer = Trainer::new(options.clone(), &data, None, &data)?;
/// assert!(trainer.run_epoch(&mut in_two, &mut |_| Break(()))?.is_none()); // after some samples
/// let state = trainer.state().clone();
/// let mut another = Trainer::new(options, &data, None, &data)?.resume(state);
/// let report = another.run_epoch(&mut in_two, &mut |_| Continue(()))?.unwrap();
/// assert_eq!((report.epoch, report.samples), (1, 256));
/// assert_eq!(in_two.parameters(), whole.parameters());
/// # Ok::<(), backprop::Error>(())
/// ```
#[derive(Debug)]
pub struct Trainer<'a> {
    options: Options,
    train: &'a DataSet,
    validation: Option<&'a DataSet>,
    test: &'a DataSet,
    /// The training samples without their zeros, if the first mini-batch found that worth it.
    sparse: OnceCell<Option<SparseSamples>>,
    state: TrainingState,
}

/// The state of training. Together with the weights and the options, this is all that is needed to continue.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TrainingState {
    /// Epochs finished.
    pub epochs_done: usize,
    /// Samples of the current epoch already trained on.
    pub samples_done: usize,
    /// The sum of their costs.
    cost_sum: f64,
    /// The seconds spent on them.
    seconds: f64,
    /// The current rate and the best evaluation.
    pub schedule: Schedule,
    /// The weights of the best evaluation, if they are to be kept.
    pub best_parameters: Option<Parameters>,
    /// One report for each epoch finished.
    pub history: Vec<EpochReport>,
    /// The reason training ended, once it has.
    pub stopped: Option<String>,
    /// The schedule and the best weights before an evaluation that was made only because the run was to end there. A
    /// longer run would not have made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) before_end: Option<(Schedule, Option<Parameters>)>,
}

impl TrainingState {
    /// Creates the state before the first step.
    pub fn new(options: &Options) -> Self {
        Self { schedule: Schedule::new(options.rate), ..Self::default() }
    }

    /// Checks that a run on this number of samples can be at this point.
    ///
    /// # Errors
    /// The contradiction found.
    pub(super) fn check(&self, samples: usize) -> Result<(), Error> {
        if self.samples_done >= samples.max(1) {
            return Err(Error::contents(format!("it is at sample {} of {samples}", self.samples_done)));
        }
        if self.history.len() != self.epochs_done {
            return Err(Error::contents(format!(
                "it has {} of {}",
                counted(self.history.len(), "report"),
                counted(self.epochs_done, "epoch")
            )));
        }
        let mut schedules = once(&self.schedule).chain(self.before_end.iter().map(|(schedule, _)| schedule));
        let fits = schedules.all(|schedule| schedule.fits(self.epochs_done));
        if !(self.cost_sum.is_finite() && self.seconds.is_finite() && fits) {
            return Err(Error::contents("its rate, cost or best epoch is impossible"));
        }
        Ok(())
    }

    /// Forgets an evaluation that was made only because the run was to end there, if it now has this many epochs.
    fn forget_end(&mut self, epochs: Option<usize>) {
        if epochs != Some(self.epochs_done)
            && let (Some(before), Some(report)) = (self.before_end.take(), self.history.last_mut())
        {
            (self.schedule, self.best_parameters) = before;
            self.stopped = None;
            *report =
                EpochReport { test: None, validation: None, train: None, is_best: false, ..report.clone() };
        }
    }
}

/// The result of one epoch.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EpochReport {
    /// The epoch, from 1.
    pub epoch: usize,
    /// The mean of the costs during the epoch, which takes no extra pass.
    pub train_cost: f64,
    /// The rate of its steps.
    pub rate: f64,
    /// Seconds spent on training alone.
    pub seconds: f64,
    /// The number of training samples.
    pub samples: usize,
    /// The evaluation of the test set, if this epoch was evaluated.
    pub test: Option<Evaluation>,
    /// The evaluation of the held-out samples, if there are any and this epoch was evaluated.
    pub validation: Option<Evaluation>,
    /// The evaluation of the training set, if asked for.
    pub train: Option<Evaluation>,
    /// `true` if it was the best evaluation so far and, unless its network is kept for that, better than giving the same
    /// answer to every sample.
    pub is_best: bool,
}

impl EpochReport {
    /// Returns the number of training samples per second.
    pub fn samples_per_second(&self) -> f64 {
        self.samples as f64 / self.seconds.max(f64::MIN_POSITIVE)
    }
}

/// The progress of the current epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The epoch, from 1.
    pub epoch: usize,
    /// Samples trained on.
    pub done: usize,
    /// Samples in the epoch.
    pub total: usize,
}

impl<'a> Trainer<'a> {
    /// Prepares training from the start. The stopping rules use `validation`, or `test` if nothing is held out.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`]: options that make no sense ([`Options::check`]), no samples to train or test on, or a λ that
    /// flips the sign of weights (1 − ηλ/n below 0).
    pub fn new(
        options: Options,
        train: &'a DataSet,
        validation: Option<&'a DataSet>,
        test: &'a DataSet,
    ) -> Result<Self, Error> {
        options.check()?;
        if train.is_empty() || test.is_empty() {
            return Err(Error::usage("no samples are left to train on, or to test on")
                .remedy("check the limits and the held-out samples"));
        }
        options.check_decay(train.len())?;
        let state = TrainingState::new(&options);
        let validation = validation.filter(|held_out| !held_out.is_empty());
        Ok(Self { options, train, validation, test, sparse: OnceCell::new(), state })
    }

    /// Continues from an earlier state. The engine must have the weights that belong to it, and options and samples
    /// must be those that the run began with, but for the number of epochs. (A [`Checkpoint`](super::Checkpoint) keeps
    /// all of these together.)
    #[must_use]
    pub fn resume(mut self, state: TrainingState) -> Self {
        self.state = state;
        self.state.forget_end(self.options.epochs);
        self
    }

    /// Returns how far training has come.
    pub fn state(&self) -> &TrainingState {
        &self.state
    }

    /// Returns the options of this training.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Returns the number of samples in an epoch.
    pub fn samples(&self) -> usize {
        self.train.len()
    }

    /// Returns `true` if nothing is left to do: a stopping rule ended training, or all epochs are done.
    pub fn is_finished(&self) -> bool {
        self.state.stopped.is_some()
            || self.options.epochs.is_some_and(|epochs| self.state.epochs_done >= epochs)
    }

    /// Evaluates the network before its first step. Returns the report of an epoch 0 without samples, whose cost is
    /// the mean over the training set. It does not become part of the history.
    ///
    /// # Panics
    /// If the samples do not fit the engine ([`DataSet::check_fits`]).
    pub fn evaluate_start(&self, engine: &mut dyn Engine) -> EpochReport {
        let evaluate_on = |engine: &mut dyn Engine, data| evaluate(engine, data, self.options.targets);
        let train = evaluate_on(engine, self.train);
        EpochReport {
            train_cost: train.mean_cost,
            rate: self.state.schedule.rate,
            test: Some(evaluate_on(engine, self.test)),
            validation: self.validation.map(|data| evaluate_on(engine, data)),
            train: self.options.monitor_training.then_some(train),
            ..EpochReport::default()
        }
    }

    /// Trains to the end of the current epoch and evaluates.
    ///
    /// `DIFFERENCE:` the originals rely on numpy, which warns of an overflow and continues; this stops at the sample.
    ///
    /// `watch` is called between two steps, every few milliseconds to seconds. If it breaks, the method returns
    /// `None`, and a later call continues from there. (At the end of the epoch it is too late to break.)
    ///
    /// Training does not end by itself: every call trains another epoch, so ask [`Trainer::is_finished`] first.
    ///
    /// # Errors
    /// [`ErrorKind::Diverged`] as soon as a cost or a weight is no longer finite. The message names epoch, sample and
    /// layer, and what to try. Weights and state are then as the step at fault left them. [`ErrorKind::Usage`] for soft
    /// targets with the log-likelihood.
    ///
    /// # Panics
    /// If the samples do not fit the engine ([`DataSet::check_fits`]).
    pub fn run_epoch(
        &mut self,
        engine: &mut dyn Engine,
        watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Option<EpochReport>, Error> {
        Targets::for_cost(Some(self.options.targets), engine.architecture().cost)?;
        let epoch = self.state.epochs_done;
        let order = sample_order(self.train.len(), self.options.shuffle, self.options.seed, epoch);
        let at_once =
            if self.options.mini_batches().are_plain() { STEPS_AT_ONCE } else { self.options.batch };
        let mut rows = Rows::default();
        let mut last_good =
            LastGood { parameters: engine.parameters(), samples_done: self.state.samples_done };
        while self.state.samples_done < order.len() {
            let done = self.state.samples_done;
            let chosen = &order[done..order.len().min(done + at_once)];
            let start = clock::seconds();
            let trained = self.train_on(engine, chosen, &mut rows);
            self.state.seconds += clock::seconds() - start;
            self.state.cost_sum += trained.cost;
            self.state.samples_done += trained.samples;
            let progress = Progress { epoch: epoch + 1, done: self.state.samples_done, total: order.len() };
            let breaks = watch(progress).is_break() && progress.done < progress.total;
            let diverged = !self.state.cost_sum.is_finite();
            let looks = breaks
                || progress.done == progress.total
                || progress.done - last_good.samples_done >= SAMPLES_BETWEEN_LOOKS;
            if diverged || (looks && !last_good.advance(engine, progress.done)) {
                return Err(self.divergence(engine, &order, &last_good));
            }
            if breaks {
                return Ok(None);
            }
        }
        self.check_cost(engine)?;
        Ok(Some(self.finish_epoch(engine)))
    }

    /// Returns an error if the epoch's mean cost is far beyond that of outputs that are all 0, and has not come down
    /// since. (Large inputs or starting weights cause a high cost at first, which steps of any size may bring down.)
    fn check_cost(&self, engine: &mut dyn Engine) -> Result<(), Error> {
        let mean = self.state.cost_sum / self.train.len() as f64;
        if mean < SURELY_TOO_HIGH
            || mean < SURELY_TOO_HIGH * self.cost_of_zeros()
            || evaluate(engine, self.train, self.options.targets).mean_cost < mean
        {
            return Ok(());
        }
        let epoch = self.state.epochs_done + 1;
        let found = format!("training diverged: the mean cost of epoch {epoch} is {mean:.2e}, and growing");
        Err(Error::new(ErrorKind::Diverged, found).remedy(self.smaller_steps(0.0)))
    }

    /// Returns the quadratic cost of outputs that are all 0, over the training samples.
    fn cost_of_zeros(&self) -> f64 {
        let zeros = vec![0.0; self.train.output_size().max(self.train.class_count())];
        let label = |index| self.train.label(index, self.options.targets, zeros.len());
        let costs = (0..self.train.len()).map(|index| Cost::Quadratic.value(&zeros, &label(index)));
        costs.sum::<f64>() / self.train.len() as f64
    }

    /// Names what makes numbers too large: the starting weights (`by_weights` is their largest, if there has been no
    /// step); dropout, which multiplies outputs by 1 / (1 − p); the inputs; or the rate.
    fn smaller_steps(&self, by_weights: f64) -> String {
        let (rate, dropout) = (self.state.schedule.rate, self.options.dropout);
        let (by_rate, by_dropout) = (rate / Options::default().rate, (1.0 - dropout).recip());
        let by_inputs = (0..self.train.len()).fold(0.0_f64, |largest, index| {
            self.train.sample(index).iter().fold(largest, |largest, input| largest.max(input.abs()))
        });
        if by_weights > by_rate.max(by_inputs).max(by_dropout).max(LARGE) {
            format!("begin with smaller weights (the largest is {by_weights:.1e})")
        } else if by_dropout > by_rate.max(by_inputs) {
            format!("try less dropout than {dropout:?}, such as 0.5")
        } else if by_inputs > by_rate.max(LARGE) {
            format!("standardize the inputs, which reach {by_inputs:.1e}")
        } else {
            let steady = Some(steady_rate(self.train)).filter(|&steady| steady > 0.0);
            let smaller = steady.map_or(rate / 10.0, |steady| steady.min(rate / 10.0));
            // Two digits, as one would type it.
            let smaller: f64 = format!("{smaller:.1e}").parse().unwrap_or(smaller);
            format!("try a smaller rate than {rate:?}, such as {smaller:?}")
        }
    }

    /// Trains on one mini-batch, or takes a series of plain steps.
    fn train_on(&self, engine: &mut dyn Engine, chosen: &[usize], rows: &mut Rows) -> Trained {
        let rate = self.state.schedule.rate;
        rows.fill_labels(self.train, chosen, engine.architecture().output_size(), self.options.targets);
        if self.options.mini_batches().are_plain() {
            rows.fill_samples(self.train, chosen);
            return engine.train_each(&rows.labels, &rows.samples, rate);
        }
        let samples_before = self.state.epochs_done * self.train.len() + self.state.samples_done;
        let step = self.options.mini_batches().step(rate, self.train.len(), samples_before);
        let cost = if let Some(sparse) = self.sparse.get_or_init(|| self.train.without_zeros()) {
            engine.train_sparse(&rows.labels, sparse, chosen, &step)
        } else {
            rows.fill_samples(self.train, chosen);
            engine.train_mini_batch(&rows.labels, &rows.samples, &step)
        };
        Trained { samples: chosen.len(), cost }
    }

    fn finish_epoch(&mut self, engine: &mut dyn Engine) -> EpochReport {
        let epoch = self.state.epochs_done + 1;
        let samples = self.train.len();
        let mut report = EpochReport {
            epoch,
            train_cost: self.state.cost_sum / samples as f64,
            rate: self.state.schedule.rate,
            seconds: self.state.seconds,
            samples,
            ..EpochReport::default()
        };
        let is_due = epoch.is_multiple_of(self.options.evaluate_every);
        if is_due || self.options.epochs == Some(epoch) {
            self.state.before_end =
                (!is_due).then(|| (self.state.schedule.clone(), self.state.best_parameters.clone()));
            self.evaluate_into(&mut report, engine);
        }
        self.state.epochs_done = epoch;
        self.state.samples_done = 0;
        self.state.cost_sum = 0.0;
        self.state.seconds = 0.0;
        self.state.history.push(report.clone());
        report
    }

    fn evaluate_into(&mut self, report: &mut EpochReport, engine: &mut dyn Engine) {
        let targets = self.options.targets;
        let test = evaluate(engine, self.test, targets);
        let validation = self.validation.map(|data| evaluate(engine, data, targets));
        let decisive = validation.as_ref().unwrap_or(&test);
        let decisive_data = self.validation.unwrap_or(self.test);
        let decision = self.state.schedule.decide(&self.options, report.epoch, decisive);
        if decision.is_best && self.options.keep_best {
            self.state.best_parameters = Some(engine.parameters());
        }
        self.state.stopped = decision.stop;
        report.is_best =
            decision.is_best && (self.options.keep_best || is_above_chance(decisive, decisive_data));
        report.train = self.options.monitor_training.then(|| evaluate(engine, self.train, targets));
        report.validation = validation;
        report.test = Some(test);
    }

    /// Repeats the steps since the last good weights one by one to find the step at fault, and suggests a rate.
    fn divergence(&mut self, engine: &mut dyn Engine, order: &[usize], last_good: &LastGood) -> Error {
        let found_by = self.state.samples_done;
        let at_once = self.options.batch;
        let mut rows = Rows::default();
        engine.set_parameters(&last_good.parameters);
        self.state.samples_done = last_good.samples_done;
        while self.state.samples_done < found_by {
            let first = self.state.samples_done;
            let chosen = &order[first..order.len().min(first + at_once)];
            let trained = self.train_on(engine, chosen, &mut rows);
            self.state.samples_done += chosen.len();
            if !trained.cost.is_finite() {
                let layer = last_good.parameters.layers.len();
                let what = format!("the cost of the output, layer {layer},");
                return self.diverged(&what, chosen.len(), last_good);
            }
            if let Some(before) = engine.parameters().first_not_finite() {
                let what = format!("a weight into layer {}", before + 1);
                return self.diverged(&what, chosen.len(), last_good);
            }
        }
        // Every cost was a number, but their sum is not.
        let layer = last_good.parameters.layers.len();
        self.diverged(&format!("the sum of the costs of the output, layer {layer},"), 1, last_good)
    }

    /// Returns the error after a step of this many samples.
    fn diverged(&self, what: &str, step_samples: usize, last_good: &LastGood) -> Error {
        let is_start = self.state.epochs_done == 0 && last_good.samples_done == 0;
        let starting_weights = last_good.parameters.iter().filter(|_| is_start);
        let by_weights = starting_weights.fold(0.0_f64, |largest, weight| largest.max(weight.abs()));
        let last = self.state.samples_done;
        let place = if step_samples == 1 {
            format!("sample {last}")
        } else {
            format!("samples {} to {last}", last + 1 - step_samples)
        };
        Error::new(
            ErrorKind::Diverged,
            format!(
                "training diverged: {what} is infinite or not a number, in epoch {} at {place} of {}",
                self.state.epochs_done + 1,
                self.train.len()
            ),
        )
        .remedy(self.smaller_steps(by_weights))
    }
}

/// Returns a rate at which unbounded outputs, such as those of the identity, do not overshoot: 0.1 / (|x|² + 2), with
/// the mean of the inputs' squares summed over a sample. A step moves such an output by the rate times |x|² + 1, in
/// parts of its error.
pub fn steady_rate(data: &DataSet) -> f64 {
    let squares = (0..data.len()).map(|index| data.sample(index).iter().map(|x| x * x).sum::<f64>());
    0.1 / (squares.sum::<f64>() / data.len() as f64 + 2.0)
}

/// Returns `true` if a network does better than one that gives the same answer to every sample. For classes, it must be
/// better by more than the standard deviation of guessing, √(n p (1 − p)).
fn is_above_chance(evaluation: &Evaluation, data: &DataSet) -> bool {
    let Some(correct) = evaluation.correct else {
        return evaluation.numbers.and_then(|numbers| numbers.r2).is_none_or(|share| share > 0.0);
    };
    let (chance, total) = (data.chance() as f64, data.len() as f64);
    correct as f64 > chance + (chance * (1.0 - chance / total)).sqrt()
}

/// The weights at the last check that found them all finite.
struct LastGood {
    parameters: Parameters,
    samples_done: usize,
}

impl LastGood {
    /// Checks the weights again. Returns `false`, and keeps the earlier ones, if they are no longer finite.
    fn advance(&mut self, engine: &dyn Engine, samples_done: usize) -> bool {
        let parameters = engine.parameters();
        let good = parameters.first_not_finite().is_none();
        if good {
            *self = Self { parameters, samples_done };
        }
        good
    }
}

/// The samples and labels of one call to the engine, in memory that the next call uses again.
#[derive(Default)]
struct Rows {
    samples: Vec<f64>,
    labels: Vec<f64>,
}

impl Rows {
    fn fill_labels(&mut self, data: &DataSet, chosen: &[usize], size: usize, targets: Targets) {
        fill(&mut self.labels, size, chosen, |index, label| data.write_label(index, targets, label));
    }

    fn fill_samples(&mut self, data: &DataSet, chosen: &[usize]) {
        fill(&mut self.samples, data.input_size(), chosen, |index, sample| data.write_sample(index, sample));
    }
}

/// Makes `rows` hold a row of this size for each chosen sample.
fn fill(rows: &mut Vec<f64>, size: usize, chosen: &[usize], write: impl Fn(usize, &mut [f64])) {
    rows.resize(chosen.len() * size, 0.0);
    for (&index, row) in chosen.iter().zip(rows.chunks_exact_mut(size)) {
        write(index, row);
    }
}
