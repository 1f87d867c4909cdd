//! The order in which an epoch visits the samples.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

/// Returns the order of the samples in one epoch. It depends only on seed and epoch, so a resumed run need not store
/// it.
///
/// `epoch` counts from 0. Without shuffling, it is the order of the data set.
///
/// ```
/// use backprop::training::sample_order;
///
/// let mut order = sample_order(100, true, 0, 3);
/// assert_eq!(order, sample_order(100, true, 0, 3));
/// assert_ne!(order, sample_order(100, true, 0, 4));
/// order.sort_unstable();
/// assert_eq!(order, sample_order(100, false, 0, 3)); // each sample once
/// ```
pub fn sample_order(count: usize, shuffled: bool, seed: u64, epoch: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    if shuffled {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        // Stream 0 draws starting weights.
        rng.set_stream(1 + epoch as u64);
        order.shuffle(&mut rng);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_visits_every_sample_once_and_epochs_differ() {
        let first = sample_order(1000, true, 5, 0);
        let mut sorted = first.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..1000).collect::<Vec<_>>());
        assert_eq!(first, sample_order(1000, true, 5, 0));
        assert_ne!(first, sample_order(1000, true, 5, 1));
        assert_ne!(first, sample_order(1000, true, 6, 0));
        assert_eq!(sample_order(3, false, 5, 0), [0, 1, 2]);
    }
    #[test]
    fn orders_are_not_drawn_from_what_draws_the_starting_weights() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut order: Vec<usize> = (0..1000).collect();
        order.shuffle(&mut rng);
        assert!((0..3).all(|epoch| sample_order(1000, true, 5, epoch) != order));
    }
}
