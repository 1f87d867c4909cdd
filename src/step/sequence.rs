//! The place of a step in the whole sequence: its epoch, training step and sample.

use super::Order;
use crate::MiniBatches;
use crate::graph::Network;

/// The training steps of all epochs, one after the other, without end.
#[derive(Debug, Clone)]
pub(super) struct Sequence {
    /// The number of samples.
    samples: usize,
    /// The number of samples in a training step.
    size: usize,
    /// The order of a whole mini-batch, or of one sample.
    order: Order,
    /// The order of an epoch's last mini-batch, if that is smaller.
    last_order: Option<Order>,
}

/// The place of a step in the sequence.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'o> {
    /// Its training step, from 0, counted through all epochs.
    pub training_step: usize,
    /// The order of that training step's steps.
    pub order: &'o Order,
    /// The position where that training step begins.
    pub start: usize,
    /// Its place in the order.
    pub step: usize,
    /// Its epoch, from 0.
    pub epoch: usize,
    /// Its mini-batch's place in the epoch, from 0.
    pub mini_batch: usize,
    /// Its sample's place in the list, from 0.
    pub sample: usize,
}

impl Sequence {
    /// Creates the sequence for this many samples. A mini-batch's size is at most their number.
    pub(super) fn new(network: &Network, samples: usize, mini_batches: &MiniBatches) -> Self {
        let size = mini_batches.size;
        let of = |samples| Order::of_mini_batch(network, samples, mini_batches.dropout > 0.0);
        let (order, last_order) = if mini_batches.are_plain() {
            (Order::new(network), None)
        } else {
            let rest = samples % size;
            (of(size), (rest > 0).then(|| of(rest)))
        };
        Self { samples, size, order, last_order }
    }

    /// Returns the place of the step at a position.
    pub(super) fn moment(&self, position: usize) -> Moment<'_> {
        let (epoch, in_epoch) = (position / self.epoch_len(), position % self.epoch_len());
        let mini_batch = in_epoch / self.order.len();
        let step = in_epoch - mini_batch * self.order.len();
        let whole_ones = self.samples / self.size;
        let order = self.last_order.as_ref().filter(|_| mini_batch == whole_ones).unwrap_or(&self.order);
        Moment {
            training_step: epoch * self.training_steps_in_epoch() + mini_batch,
            order,
            start: position - step,
            step,
            epoch,
            mini_batch,
            sample: mini_batch * self.size + order.segment(step).sample,
        }
    }

    /// Returns the number of steps in an epoch.
    pub(super) fn epoch_len(&self) -> usize {
        self.samples / self.size * self.order.len() + self.last_order.as_ref().map_or(0, Order::len)
    }

    /// Returns the number of training steps in an epoch.
    pub(super) fn training_steps_in_epoch(&self) -> usize {
        self.samples.div_ceil(self.size)
    }

    /// Returns the position where a training step begins.
    pub(super) fn start_of(&self, training_step: usize) -> usize {
        let in_epoch = self.training_steps_in_epoch();
        training_step / in_epoch * self.epoch_len() + training_step % in_epoch * self.order.len()
    }
}
