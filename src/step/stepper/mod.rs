//! A walk along the sequence of steps, forwards and backwards, across samples and epochs.

mod editing;

use std::collections::VecDeque;

use super::edits::Edits;
use super::sequence::{Moment, Sequence};
use super::{Action, Before, Given, Numbering, Order, Phase, Reading, Step, Target};
use crate::graph::Network;
use crate::{Label, MiniBatchStep, MiniBatches, Sample};

/// The number of steps that are remembered, 16 bytes each, unless [`Stepper::with_memory`] says otherwise.
///
/// It is still possible to go back further: the walk then starts over and returns to the place.
const STEPS_REMEMBERED: usize = 1 << 22;

/// A network in training, one step at a time. It never ends: after the last sample comes the next epoch.
///
/// As an iterator, it takes the next step and describes it; [`Stepper::back`] takes steps back, and [`Stepper::goto`]
/// walks either way. The numbers are those of
/// [`train_one_sample`](Network::train_one_sample), to the bit, and in mini-batches those of
/// [`train_mini_batch`](Network::train_mini_batch).
///
/// ```
/// use backprop::{graph::Network, step::Stepper};
/// use backprop::{Engine, Label, Sample};
///
/// let network = Network::new(&[3, 4, 2], 0);
/// let (label, sample) = (Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.0]));
/// let mut trained = network.clone();
/// trained.train_one_sample(label, sample, 0.3);
///
/// let mut stepper = Stepper::new(network, &[label], &[sample], 0.3);
/// let steps = stepper.order().len(); // of one sample
/// for step in stepper.by_ref().take(steps) {
///     println!("{step}");
/// }
/// assert_eq!(stepper.network().parameters(), trained.parameters());
/// while stepper.back() {}
/// assert_eq!(stepper.network().output(), [0.0, 0.0]); // as if nothing had happened
/// ```
#[derive(Debug, Clone)]
pub struct Stepper {
    network: Network,
    /// The network as it was before the first step.
    start: Network,
    labels: Vec<Vec<f64>>,
    samples: Vec<Vec<f64>>,
    rate: f64,
    mini_batches: MiniBatches,
    sequence: Sequence,
    numbering: Numbering,
    position: usize,
    /// The values that the last steps overwrote, the newest last.
    overwritten: VecDeque<Before>,
    memory: usize,
    /// The cost of each sample so far whose outputs are known.
    costs: Vec<f64>,
    edits: Edits,
    current: Current,
}

/// The data of the next step.
#[derive(Debug, Clone)]
struct Current {
    /// The sample, edits included.
    sample: Vec<f64>,
    /// Its label, edits included.
    label: Vec<f64>,
    /// The factors of dropout for each hidden layer; empty without dropout.
    kept: Vec<Vec<f64>>,
    /// The change that its mini-batch makes to the weights.
    step: MiniBatchStep,
}

impl Stepper {
    /// Creates a stepper before its first step. It keeps copies of the samples, and goes through them in this order in
    /// every epoch.
    ///
    /// `rate` is the learning rate η.
    ///
    /// # Panics
    /// If there is no sample, the numbers of labels and samples differ, or one is not as long as its layer.
    #[track_caller]
    pub fn new(network: Network, labels: &[Label<'_>], samples: &[Sample<'_>], rate: f64) -> Self {
        assert!(!samples.is_empty(), "there must be a sample to step through");
        assert_eq!(labels.len(), samples.len(), "each sample needs one label");
        let (inputs, outputs) = (network.architecture.input_size(), network.architecture.output_size());
        assert!(samples.iter().all(|s| s.0.len() == inputs), "a sample must be as long as the input layer");
        assert!(labels.iter().all(|l| l.0.len() == outputs), "a label must be as long as the output layer");
        let step = MiniBatchStep::plain(rate);
        Self {
            sequence: Sequence::new(&network, samples.len(), &MiniBatches::default()),
            numbering: Numbering::new(&network),
            start: network.clone(),
            network,
            labels: labels.iter().map(|label| label.0.to_vec()).collect(),
            samples: samples.iter().map(|sample| sample.0.to_vec()).collect(),
            rate,
            mini_batches: MiniBatches::default(),
            position: 0,
            overwritten: VecDeque::new(),
            memory: STEPS_REMEMBERED,
            costs: Vec::new(),
            edits: Edits::default(),
            current: Current {
                sample: samples[0].0.to_vec(),
                label: labels[0].0.to_vec(),
                kept: Vec::new(),
                step,
            },
        }
    }

    /// Takes the same samples in mini-batches, with L2 regularisation and dropout, from the start. If none of these is
    /// asked for, steps remain those of bp.py.
    ///
    /// ```
    /// use backprop::graph::Network;
    /// use backprop::step::{Phase, Stepper};
    /// use backprop::{Engine, Label, MiniBatches, Sample};
    ///
    /// let network = Network::new(&[2, 3, 1], 0);
    /// let (labels, samples) = ([Label(&[0.9]), Label(&[0.1])], [Sample(&[1.0, 0.0]), Sample(&[0.0, 1.0])]);
    /// let mini_batches = MiniBatches { size: 2, l2: 0.1, dropout: 0.5, seed: 1 };
    /// let mut trained = network.clone();
    /// trained.train_mini_batch(&labels, &samples, &mini_batches.step(0.3, 2, 0));
    ///
    /// let mut stepper = Stepper::new(network, &labels, &samples, 0.3).in_mini_batches(mini_batches);
    /// stepper.goto(stepper.order().len()); // both samples, then the weights
    /// assert_eq!(stepper.network().parameters(), trained.parameters());
    /// assert_eq!(stepper.latest().unwrap().phase, Phase::UpdateByMean);
    /// ```
    ///
    /// # Panics
    /// If the size is 0, or the probability of dropout is 1 or more.
    #[must_use]
    #[track_caller]
    pub fn in_mini_batches(mut self, mini_batches: MiniBatches) -> Self {
        assert!(mini_batches.size > 0, "a mini-batch needs at least one sample");
        let size = mini_batches.size.min(self.samples.len());
        let mini_batches = MiniBatches { size, ..mini_batches };
        self.sequence = Sequence::new(&self.start, self.samples.len(), &mini_batches);
        self.mini_batches = mini_batches;
        self.reset();
        self
    }

    /// Remembers this many steps (at least one) instead of four million.
    #[must_use]
    pub fn with_memory(mut self, steps: usize) -> Self {
        self.memory = steps.max(1);
        self
    }

    /// Returns the network as it is after the steps so far.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Returns the order of the current training step: the steps of a sample, or of a mini-batch.
    pub fn order(&self) -> &Order {
        self.moment(self.position).order
    }

    /// Returns the numbering of its neurons.
    pub fn numbering(&self) -> &Numbering {
        &self.numbering
    }

    /// Returns the learning rate of the current training step, edits included.
    pub fn rate(&self) -> f64 {
        self.current.step.rate
    }

    /// Returns how samples are taken together; plain if steps are those of bp.py.
    pub fn mini_batches(&self) -> &MiniBatches {
        &self.mini_batches
    }

    /// Returns the number of steps done so far.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Returns the place of the step at a position.
    pub fn moment(&self, position: usize) -> Moment<'_> {
        self.sequence.moment(position)
    }

    /// Returns the number of steps in an epoch.
    pub fn epoch_len(&self) -> usize {
        self.sequence.epoch_len()
    }

    /// Returns the number of training steps in an epoch.
    pub fn training_steps_in_epoch(&self) -> usize {
        self.sequence.training_steps_in_epoch()
    }

    /// Returns the number of steps done of the current training step, which is the next one's place in
    /// [`Stepper::order`].
    pub fn position_in_training_step(&self) -> usize {
        self.moment(self.position).step
    }

    /// Returns the number of training steps done so far, which is the place of the current one.
    pub fn training_step(&self) -> usize {
        self.moment(self.position).training_step
    }

    /// Returns the number of epochs done so far.
    pub fn epoch(&self) -> usize {
        self.moment(self.position).epoch
    }

    /// Returns the place of the current sample in the list of samples.
    pub fn sample_index(&self) -> usize {
        self.moment(self.position).sample
    }

    /// Returns the number of samples.
    pub fn sample_count(&self) -> usize {
        self.samples.len()
    }

    /// Returns the current sample, n_in numbers, edits included.
    pub fn sample(&self) -> &[f64] {
        &self.current.sample
    }

    /// Returns the label of the current sample, n_out numbers, edits included.
    pub fn label(&self) -> &[f64] {
        &self.current.label
    }

    /// Returns label and sample of the step at a position, edits included.
    pub fn label_and_sample(&self, position: usize) -> (Vec<f64>, Vec<f64>) {
        let Moment { training_step, sample, .. } = self.moment(position);
        self.edited(sample, training_step)
    }

    /// Returns label and sample, edits included, for every sample of the current training step.
    pub fn mini_batch(&self) -> Vec<(Vec<f64>, Vec<f64>)> {
        let Moment { training_step, mini_batch, order, .. } = self.moment(self.position);
        let first = mini_batch * self.mini_batches.size;
        let samples = first..first + order.samples();
        samples.map(|index| self.edited(index, training_step)).collect()
    }

    /// Returns how the current training step changes the weights; in steps of bp.py only the rate counts.
    pub fn mini_batch_step(&self) -> &MiniBatchStep {
        &self.current.step
    }

    /// Returns the phase of the next step.
    pub fn phase(&self) -> Phase {
        self.upcoming().phase()
    }

    /// Returns the action of the next step.
    pub fn upcoming(&self) -> Action {
        let moment = self.moment(self.position);
        moment.order.action(moment.step)
    }

    /// Returns the cost of each sample before its training step changed a weight, in order, as far as outputs have been
    /// computed.
    pub fn costs(&self) -> &[f64] {
        &self.costs
    }

    /// Returns the last step that was done, or `None` at the start.
    pub fn latest(&self) -> Option<Step> {
        let position = self.position.checked_sub(1)?;
        let before = *self.overwritten.back()?;
        let Moment { training_step, step, epoch, mini_batch, sample, order, .. } = self.moment(position);
        let action = order.action(step);
        let target = match (action.connection(), action.node()) {
            (Some(id), _) => Target::Connection(self.numbering.wire(&self.network, id)),
            (None, Some(id)) => Target::Node(self.numbering.place(&self.network, id)),
            (None, None) => unreachable!("every action changes a node or a connection"),
        };
        let (label, numbers) = self.edited(sample, training_step);
        let batch_step = self.batch_step(position);
        let place = order.segment(step).sample;
        // A reading takes the probability of dropout from here, and its factors from the nodes.
        let given = Given {
            sample: &numbers,
            label: &label,
            place,
            samples: order.samples(),
            step: &batch_step,
            kept: &[],
        };
        let reading = Reading::of(action, &self.network, &given, before, &self.numbering);
        // If the step ended its training step, edits of the next one are in effect already.
        let replaced = action.connection().and_then(|id| self.edits.replaced(self.training_step(), id));
        let replaced = replaced.filter(|_| self.position_in_training_step() == 0);
        Some(Step {
            position,
            epoch,
            mini_batch: (!self.mini_batches.are_plain()).then_some(mini_batch),
            sample,
            phase: action.phase(),
            action,
            target,
            reading,
            before: before.value,
            after: replaced.unwrap_or_else(|| action.value(&self.network)),
        })
    }

    /// Takes the last step back, bit for bit. Returns `false` at the start.
    ///
    /// If the step is no longer remembered ([`Stepper::with_memory`]), the walk starts over and returns to this place,
    /// which takes as long as those steps took.
    pub fn back(&mut self) -> bool {
        let Some(before) = self.position.checked_sub(1) else { return false };
        self.goto(before);
        true
    }

    /// Walks forwards or backwards, one step at a time, until this many steps are done.
    ///
    /// ```
    /// use backprop::{graph::Network, step::{Phase, Stepper}};
    /// use backprop::{Label, Sample};
    ///
    /// let network = Network::new(&[2, 1], 0);
    /// let mut stepper = Stepper::new(network, &[Label(&[0.9])], &[Sample(&[1.0, 0.5])], 0.3);
    /// stepper.goto(3);
    /// assert_eq!(stepper.phase(), Phase::OutputDelta); // is next
    /// stepper.goto(1000);
    /// assert_eq!((stepper.epoch(), stepper.position_in_training_step()), (100, 0)); // ten steps per sample
    /// ```
    pub fn goto(&mut self, position: usize) {
        // The last step stays in memory for `latest`.
        let needed = self.position.saturating_sub(position) + usize::from(position > 0);
        if position < self.position && self.overwritten.len() < needed {
            self.start_over();
        }
        while self.position > position {
            self.back_one();
        }
        while self.position < position {
            self.advance_one();
        }
    }

    /// Goes to the start, with the same initial weights, and forgets all edits.
    pub fn reset(&mut self) {
        self.edits.0.clear();
        self.start_over();
    }

    fn start_over(&mut self) {
        self.network.clone_from(&self.start);
        self.position = 0;
        self.overwritten.clear();
        self.costs.clear();
        self.edits.forget_replaced();
        self.begin_training_step();
    }

    /// Takes the next step.
    fn advance_one(&mut self) {
        let Moment { start, step, sample, order, .. } = self.moment(self.position);
        let (place, samples) = (order.segment(step).sample, order.samples());
        let (action, end) = (order.action(step), start + order.len());
        let Current { sample: numbers, label, kept, step: batch_step } = &self.current;
        let given = Given { sample: numbers, label, place, samples, step: batch_step, kept };
        let before = action.perform(&mut self.network, &given);
        if self.overwritten.len() == self.memory {
            self.overwritten.pop_front();
        }
        self.overwritten.push_back(before);
        self.position += 1;
        if self.position == end {
            self.network.drop_out(None, 0);
            self.begin_training_step();
        } else if self.sample_index() != sample {
            self.load_sample();
        } else if action.phase() == Phase::Output && self.phase() == Phase::OutputDelta {
            let cost = self.network.architecture.cost.value(&self.network.output(), &self.current.label);
            self.costs.push(cost);
        }
    }

    /// Takes the last step back, if it is remembered.
    fn back_one(&mut self) {
        let Some(before) = self.overwritten.pop_back() else { return };
        let sample_before = self.sample_index();
        let ends_training_step = self.position_in_training_step() == 0;
        if ends_training_step {
            self.lift_edits();
        }
        self.position -= 1;
        let Moment { step, sample, order, .. } = self.moment(self.position);
        let (action, place) = (order.action(step), order.segment(step).sample);
        // Deltas follow, so outputs are never the last steps.
        let is_last_output =
            action.phase() == Phase::Output && order.action(step + 1).phase() == Phase::OutputDelta;
        if ends_training_step || sample != sample_before {
            self.load_sample();
        }
        if ends_training_step {
            self.network.drop_out(self.current.step.dropout.as_ref(), place);
        }
        action.undo(&mut self.network, before);
        if is_last_output {
            self.costs.pop();
        }
    }

    /// Loads the sample and the edited weights, at the start of a training step.
    fn begin_training_step(&mut self) {
        self.load_sample();
        self.place_edits();
    }

    /// Loads the sample of the next step.
    fn load_sample(&mut self) {
        let Moment { training_step, step, sample: index, order, .. } = self.moment(self.position);
        let place = order.segment(step).sample;
        (self.current.label, self.current.sample) = self.edited(index, training_step);
        self.current.step = self.batch_step(self.position);
        if let Some(dropout) = &self.current.step.dropout {
            let hidden = &self.network.layers[1..self.network.layers.len() - 1];
            let kept = hidden.iter().enumerate().map(|(i, l)| dropout.kept(i, place, l.neurons().len()));
            self.current.kept = kept.collect();
        }
    }

    /// Returns how the training step of the step at a position changes the weights.
    fn batch_step(&self, position: usize) -> MiniBatchStep {
        let Moment { training_step, epoch, mini_batch, .. } = self.moment(position);
        let samples_before = epoch * self.samples.len() + mini_batch * self.mini_batches.size;
        let rate = self.edits.rate(training_step).unwrap_or(self.rate);
        self.mini_batches.step(rate, self.samples.len(), samples_before)
    }
}

/// Takes the next step and describes it. Never ends.
impl Iterator for Stepper {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        self.advance_one();
        self.latest()
    }
}
