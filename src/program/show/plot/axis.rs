//! An axis: its label, its scale, its range and where its ticks are.

use crate::cli::output::thousands;

/// One axis of a chart.
#[derive(Debug, Clone, PartialEq, Default)]
#[must_use]
pub struct Axis {
    /// The quantity measured along it, with its unit.
    pub label: String,
    /// `true` if equal steps along it multiply (1, 10, 100) instead of adding (1, 2, 3).
    pub is_logarithmic: bool,
    /// Its first and last value; `None` to show all points.
    pub range: Option<(f64, f64)>,
    /// Values and texts of its ticks; `None` for ticks at round numbers.
    pub ticks: Option<Vec<(f64, String)>>,
}

/// An axis ready to be drawn, in *steps*: values on a linear scale, powers of ten on a logarithmic one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    pub(super) first: f64,
    pub(super) last: f64,
    /// Steps with their texts.
    pub(super) ticks: Vec<(f64, String)>,
    /// Steps with a faint line and no text.
    pub(super) faint: Vec<f64>,
}

impl Axis {
    /// Makes a linear axis that shows all points.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// Makes the axis logarithmic.
    pub fn log(mut self) -> Self {
        self.is_logarithmic = true;
        self
    }

    /// Sets the first and the last value.
    pub fn range(mut self, first: f64, last: f64) -> Self {
        self.range = Some((first, last));
        self
    }

    /// Sets the ticks, in place of those at round numbers.
    pub fn ticks(mut self, ticks: impl IntoIterator<Item = (f64, String)>) -> Self {
        self.ticks = Some(ticks.into_iter().collect());
        self
    }

    /// Makes the ticks 1, 2, 3 and so on.
    pub fn counting_to(self, last: usize) -> Self {
        self.range(0.8, last as f64 + 0.2).ticks((1..=last).map(|tick| (tick as f64, tick.to_string())))
    }

    /// Returns the step of a value; not finite if the axis has no place for it.
    pub(super) fn step(&self, value: f64) -> f64 {
        if self.is_logarithmic { libm::log10(value) } else { value }
    }

    /// Chooses range and ticks for these values.
    pub(super) fn layout(&self, values: impl Iterator<Item = f64>) -> Layout {
        let (first, last) = match self.range {
            Some((first, last)) => (self.step(first), self.step(last)),
            None => extent(values.map(|value| self.step(value))),
        };
        let mut layout = if self.is_logarithmic {
            // A little room, so that the outermost points do not lie on the frame.
            let room = if self.range.is_none() { 0.04 * (last - first) } else { 0.0 };
            logarithmic(first - room, last + room)
        } else {
            linear(first, last, self.range.is_none())
        };
        if let Some(ticks) = &self.ticks {
            layout.ticks = ticks.iter().map(|(value, text)| (self.step(*value), text.clone())).collect();
            layout.faint.clear();
        }
        layout
    }
}

/// Returns the smallest and the largest finite number: a little apart if they are equal, 0 and 1 without any.
fn extent(steps: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = steps.filter(|step| step.is_finite());
    let (low, high) =
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), step| (low.min(step), high.max(step)));
    if low > high {
        (0.0, 1.0)
    } else if low == high {
        let around = if low == 0.0 { 1.0 } else { 0.1 * low.abs() };
        (low - around, high + around)
    } else {
        (low, high)
    }
}

/// Chooses four to eight ticks at multiples of 1, 2 or 5. With `stretch` the range ends at ticks.
fn linear(first: f64, last: f64, stretch: bool) -> Layout {
    let rough = (last - first) / 5.0;
    let decade = libm::pow(10.0, libm::floor(libm::log10(rough)));
    let step = match rough / decade {
        r if r < 1.5 => decade,
        r if r < 3.5 => 2.0 * decade,
        r if r < 7.5 => 5.0 * decade,
        _ => 10.0 * decade,
    };
    let slack = 1e-9;
    let (lowest, highest) = if stretch {
        ((first / step + slack).floor(), (last / step - slack).ceil())
    } else {
        ((first / step - slack).ceil(), (last / step + slack).floor())
    };
    let decimals = (-libm::floor(libm::log10(step) + slack)).max(0.0) as usize;
    let ticks = (lowest as i64..=highest as i64).map(|multiple| {
        let value = multiple as f64 * step;
        (value, number(value, decimals))
    });
    let (first, last) = if stretch { (lowest * step, highest * step) } else { (first, last) };
    Layout { first, last, ticks: ticks.collect(), faint: Vec::new() }
}

/// Chooses a tick at each power of ten, or at 1, 2 and 5 if there would be fewer than three.
fn logarithmic(first: f64, last: f64) -> Layout {
    let decades = (first - 1e-9).ceil() as i32..=(last + 1e-9).floor() as i32;
    let few = decades.clone().count() < 3;
    // On a long axis, every second or third power.
    let every = 1 + (last - first) as i32 / 9;
    let (mut ticks, mut faint) = (Vec::new(), Vec::new());
    for power in decades.start() - 1..=*decades.end() {
        for digit in 1..=9 {
            let step = f64::from(power) + libm::log10(f64::from(digit));
            if step < first - 1e-9 || step > last + 1e-9 {
                continue;
            }
            let labelled = if few { matches!(digit, 1 | 2 | 5) } else { digit == 1 && power % every == 0 };
            if labelled {
                ticks.push((step, power_text(digit, power)));
            } else if every == 1 {
                faint.push(step);
            }
        }
    }
    Layout { first, last, ticks, faint }
}

/// Returns digit·10^power as people write it: `0.002`, `50`, `10,000`, `2e-7`.
fn power_text(digit: i32, power: i32) -> String {
    match power {
        -4..=-1 => number(f64::from(digit) * libm::pow(10.0, f64::from(power)), -power as usize),
        0..=6 => number(f64::from(digit) * libm::pow(10.0, f64::from(power)), 0),
        _ => format!("{digit}e{power}"),
    }
}

/// Returns a number with this many decimals, and commas between its thousands.
fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = if text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.') { "0" } else { &text };
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = text.find('.').map_or((text, ""), |dot| text.split_at(dot));
    let grouped = whole.parse().map_or_else(|_| whole.to_owned(), thousands);
    format!("{sign}{grouped}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(layout: &Layout) -> Vec<&str> {
        layout.ticks.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn linear_ticks_are_round_numbers_around_the_data() {
        let layout = Axis::new("").layout([0.03, 0.97].into_iter());
        assert_eq!(texts(&layout), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!((layout.first, layout.last), (0.0, 1.0));
        let layout = Axis::new("").layout([-30.0, 12_000.0].into_iter());
        assert_eq!(texts(&layout), ["-2,000", "0", "2,000", "4,000", "6,000", "8,000", "10,000", "12,000"]);
    }

    #[test]
    fn a_given_range_is_kept() {
        let layout = Axis::new("").range(0.5, 9.5).layout([100.0].into_iter());
        assert_eq!((layout.first, layout.last), (0.5, 9.5));
        assert_eq!(texts(&layout), ["2", "4", "6", "8"]);
    }

    #[test]
    fn logarithmic_ticks_are_powers_of_ten_or_one_two_five() {
        let layout = Axis::new("").log().layout([0.001, 1000.0, -5.0].into_iter());
        assert_eq!(texts(&layout), ["0.001", "0.01", "0.1", "1", "10", "100", "1,000"]);
        let layout = Axis::new("").log().layout([5.0, 80.0].into_iter());
        assert_eq!(texts(&layout), ["5", "10", "20", "50"]);
        let layout = Axis::new("").log().layout([1e-20, 1.0].into_iter());
        assert!(texts(&layout).len() < 10 && texts(&layout).contains(&"1e-18"), "{layout:?}");
    }
}
