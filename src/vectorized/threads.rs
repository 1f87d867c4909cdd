//! Divides work among threads.
//!
//! The calling thread works too. Only the others have to be woken, which costs some ten microseconds, compared with a
//! few hundred for the work on a mini-batch.

use std::sync::{Arc, Mutex, PoisonError};

use crate::Error;

/// The number of multiplications below which waking another thread costs more than it saves.
const WORTH_A_THREAD: usize = 500_000;

/// The calling thread and those that help it.
#[derive(Debug, Clone)]
pub(super) struct Threads {
    count: usize,
    /// All threads except the calling one.
    helpers: Option<Arc<rayon::ThreadPool>>,
}

impl Threads {
    /// Uses the calling thread alone.
    pub(super) fn one() -> Self {
        Self { count: 1, helpers: None }
    }

    /// Starts this many threads, including the calling one; 0 counts as 1.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) if the operating system does not provide that many.
    pub(super) fn start(count: usize) -> Result<Self, Error> {
        if count <= 1 {
            return Ok(Self::one());
        }
        let helpers = rayon::ThreadPoolBuilder::new().num_threads(count - 1).build().map_err(|error| {
            Error::usage(format!("{count} threads cannot be started ({error})")).remedy("ask for fewer")
        })?;
        Ok(Self { count, helpers: Some(Arc::new(helpers)) })
    }

    /// Does `work` on every panel, on as many threads as the multiplications justify. Neighbouring panels go to the
    /// same thread, so that a core finds the panels of the last call in its cache.
    pub(super) fn share_panels<T: Send>(
        &self,
        multiplications: usize,
        panels: impl ExactSizeIterator<Item = T>,
        work: impl Fn(T) + Sync,
    ) {
        let used = self.worth(multiplications).min(panels.len());
        if used <= 1 {
            return panels.for_each(work);
        }
        let share = panels.len().div_ceil(used);
        let mut panels: Vec<Option<T>> = panels.map(Some).collect();
        let shares = panels.chunks_mut(share);
        self.share_out(used, shares, |panels| panels.iter_mut().filter_map(Option::take).for_each(&work));
    }

    /// Returns the number of threads that this many multiplications justify.
    pub(super) fn worth(&self, multiplications: usize) -> usize {
        (multiplications / WORTH_A_THREAD).clamp(1, self.count)
    }

    /// Does `work` on every piece, on at most `most` threads: each takes the next piece as soon as it is free.
    pub(super) fn share_out<T: Send>(
        &self,
        most: usize,
        pieces: impl ExactSizeIterator<Item = T> + Send,
        work: impl Fn(T) + Sync,
    ) {
        let used = most.min(self.count).min(pieces.len());
        let Some(helpers) = self.helpers.as_ref().filter(|_| used > 1) else {
            return pieces.for_each(work);
        };
        let pieces = Mutex::new(pieces);
        let take = || pieces.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work_off = || {
            while let Some(piece) = take() {
                work(piece);
            }
        };
        helpers.in_place_scope(|scope| {
            for _ in 1..used {
                scope.spawn(|_| work_off());
            }
            work_off();
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_piece_is_worked_on_once_whatever_the_number_of_threads() {
        for threads in [0, 1, 2, 5] {
            let shared = Threads::start(threads).expect("the threads start");
            for (most, count) in [(1, 10), (2, 10), (9, 3), (9, 1), (9, 0)] {
                let mut numbers = vec![0; count];
                shared
                    .share_out(most, numbers.iter_mut().enumerate(), |(place, number)| *number += 1 + place);
                assert_eq!(numbers, (1..=count).collect::<Vec<_>>(), "{threads} threads, {most} at most");
            }
        }
    }

    #[test]
    fn as_many_threads_are_used_as_the_work_is_worth() {
        let threads = Threads::start(3).expect("three can be had");
        assert_eq!(threads.helpers.as_ref().map(|helpers| helpers.current_num_threads()), Some(2));
        let worth = [0, 999_999, 1_000_000, 1_499_999, 1_500_000, usize::MAX].map(|work| threads.worth(work));
        assert_eq!(worth, [1, 1, 2, 2, 3, 3]);
    }

    /// Returns `true` if two pieces are worked on at the same time: each sends the other a message and waits for one.
    fn meet(share: impl FnOnce(&(dyn Fn(usize) + Sync))) -> bool {
        let (channels, met) = ([mpsc::channel(), mpsc::channel()], AtomicUsize::new(0));
        let channels = channels.map(|(sender, receiver)| (sender, Mutex::new(receiver)));
        share(&|piece| {
            channels[1 - piece].0.send(()).expect("the other end is there");
            let word = channels[piece].1.lock().expect("no panic").recv_timeout(Duration::from_mins(1));
            met.fetch_add(usize::from(word.is_ok()), Ordering::Relaxed);
        });
        met.into_inner() == 2
    }

    #[test]
    fn the_other_threads_do_work() {
        let two = Threads::start(2).expect("two can be had");
        assert!(meet(|work| two.share_out(2, 0..2, work)));
        assert!(meet(|work| two.share_panels(2 * WORTH_A_THREAD, 0..2, work)));
    }

    #[test]
    fn a_panic_on_any_thread_comes_back_to_the_one_that_asked() {
        let threads = Threads::start(3).expect("three can be had");
        for bad in 0..20 {
            let attempt = || threads.share_out(3, 0..20, |piece| assert_ne!(piece, bad));
            assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(attempt)).is_err());
        }
        threads.share_out(3, 0..20, |_| ());
    }
}
