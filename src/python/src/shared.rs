//! A network that several Python threads use, one of which may be training it.

use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};
use pyo3::prelude::*;
use pyo3::sync::MutexExt as _;

/// The time that training runs before it checks for Ctrl-C and reports its progress.
const SLICE: Duration = Duration::from_millis(50);

/// The value, locked for one thread at a time.
pub struct Shared<T>(Mutex<T>);

impl<T: Send> Shared<T> {
    pub fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    /// Waits for the value without blocking other Python threads.
    pub fn lock(&self, py: Python<'_>) -> MutexGuard<'_, T> {
        self.0.lock_py_attached(py)
    }

    /// Calls `work` on the value while other Python threads run.
    pub fn detached<R: Send>(&self, py: Python<'_>, work: impl FnOnce(&mut T) -> R + Send) -> R {
        py.detach(|| work(&mut self.0.lock()))
    }

    /// Calls `step`, which trains on some samples and returns the number done so far, until `total` are done. A
    /// thread that waits for the value gets its turn after each step. After each slice of time it calls `report` with
    /// the samples done so far, and ends if that or Ctrl-C raises an exception.
    pub fn train(
        &self,
        py: Python<'_>,
        total: usize,
        report: &Bound<'_, PyAny>,
        mut step: impl FnMut(&mut T, usize) -> usize + Send,
    ) -> PyResult<()> {
        let mut done = 0;
        while done < total {
            py.detach(|| {
                let mut value = self.0.lock();
                let begin = Instant::now();
                while done < total && begin.elapsed() < SLICE {
                    done = step(&mut value, done);
                    // Hands the lock over: a waiting thread would hardly ever take it in time.
                    MutexGuard::bump(&mut value);
                }
                MutexGuard::unlock_fair(value);
            });
            report.call1((done,))?;
            py.check_signals()?;
        }
        Ok(())
    }
}
