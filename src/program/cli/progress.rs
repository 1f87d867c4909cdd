//! Shows the progress of long work: a line on stderr, if that is a terminal and the work takes more than a moment.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::output::thousands;

/// Work that takes less than this shows nothing.
const A_MOMENT: Duration = Duration::from_millis(500);

/// A line that is removed when this is dropped.
pub(super) struct Working {
    bar: ProgressBar,
    began: Instant,
}

impl Working {
    /// Shows work on this many samples as a bar, moved by [`Working::at`].
    pub(super) fn through(what: impl Into<String>, samples: usize) -> Self {
        let template = "{msg} {wide_bar} {human_pos}/{human_len}  {speed} samples/s  {eta} left";
        Self::shown_as(template, Some(samples as u64), what.into())
    }

    /// Shows work of unknown length: its name, and the time since it began.
    pub(super) fn on(what: impl Into<String>) -> Self {
        let working = Self::shown_as("{spinner} {msg}  {elapsed}; Ctrl-C ends it", None, what.into());
        working.bar.enable_steady_tick(A_MOMENT);
        working
    }

    fn shown_as(template: &str, length: Option<u64>, what: String) -> Self {
        // Twice a second, and only in a terminal.
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr_with_hz(2));
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.with_key("speed", |state: &ProgressState, text: &mut dyn std::fmt::Write| {
            // Writing to the bar's own line cannot fail.
            let _ = text.write_str(&thousands(state.per_sec().round() as usize));
        }));
        bar.set_message(what);
        Self { bar, began: Instant::now() }
    }

    /// Moves the bar to the amount done.
    pub(super) fn at(&self, done: usize) {
        if self.began.elapsed() > A_MOMENT {
            self.bar.set_position(done as u64);
        }
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
