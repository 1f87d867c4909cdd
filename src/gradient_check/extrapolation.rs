//! The slope of E from the slopes over many steps, with an estimate of its own error.
//!
//! From any run of the steps of a [ladder](super::ladder) Richardson's extrapolation cancels one power of h after the other
//! (Ridders, *Accurate computation of F′(x) and F′(x) F″(x)*, 1982), and each value gets an estimate of its error:
//!
//! * **truncation**: how far it moved from the values it was made of;
//! * **rounding**: the noise of E, divided by the step;
//! * **contradiction**: how far the differences at still smaller steps are from it, beyond their own rounding error. (Where
//!   E is flat far from w, the large steps agree on a slope that is not the one at w.)
//! * **a bend**: the left and the right slope differ by J(h). Where E is smooth, J falls with h, to a quarter from rung to
//!   rung. Where it does not fall, E bends within h, and J/2 is how far the mean of the two slopes may be off.
//!
//! The value with the smallest error is the estimate.

/// The number of times that the extrapolation is repeated.
const LEVELS: usize = 3;

/// The most by which a level is trusted to be better than the one before.
const GAIN: f64 = 4.0;

/// A slope ∂E/∂w and how far it may be off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Estimate {
    pub slope: f64,
    pub uncertainty: f64,
    /// The smallest step used in it.
    pub step: f64,
}

/// One value of the extrapolation, with its three possible errors.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub slope: f64,
    pub truncation: f64,
    pub rounding: f64,
    /// The rounding error from the noise that was known beforehand.
    pub least_rounding: f64,
    pub bend: f64,
    pub step: f64,
}

/// Returns the value with the smallest error among these and all that can be extrapolated from neighbours. The
/// truncation error of the first level falls with h to the power `order`, and each level cancels the next such power.
pub(super) fn best(first_level: &[Option<Cell>], order: i32) -> Option<Estimate> {
    let contradicted = |(cell, finest): (Cell, usize)| {
        let contradiction = contradiction(cell.slope, &first_level[finest..]);
        let estimate = cell.estimate();
        Estimate { uncertainty: estimate.uncertainty + contradiction, ..estimate }
    };
    let estimates = all(first_level, order).into_iter().map(contradicted);
    estimates.reduce(|best, other| if other.uncertainty < best.uncertainty { other } else { best })
}

/// Returns every value of the extrapolation, with the place of the finest rung that it is made of.
pub(super) fn all(first_level: &[Option<Cell>], order: i32) -> Vec<(Cell, usize)> {
    let mut cells = Vec::new();
    let mut level = first_level.to_vec();
    for number in 1..=LEVELS {
        // A value of the n-th level is made of n rungs.
        let finest = |(place, cell): (usize, &Option<Cell>)| Some(((*cell)?, place + number - 1));
        cells.extend(level.iter().enumerate().filter_map(finest));
        let extrapolated =
            |pair: &[Option<Cell>]| Some(extrapolate(pair[0]?, pair[1]?, order * number as i32));
        level = level.windows(2).map(extrapolated).collect();
    }
    cells
}

impl Cell {
    /// Returns the value with its own errors, before smaller steps are consulted.
    pub fn estimate(self) -> Estimate {
        Estimate {
            slope: self.slope,
            uncertainty: self.truncation + self.rounding + self.bend,
            step: self.step,
        }
    }
}

/// Cancels a power of h.
fn extrapolate(coarse: Cell, fine: Cell, order: i32) -> Cell {
    // The term is larger in the coarse value by this factor.
    let power = (coarse.step / fine.step).powi(order);
    let slope = fine.slope + (fine.slope - coarse.slope) / (power - 1.0);
    Cell {
        slope,
        truncation: (slope - fine.slope)
            .abs()
            .max((slope - coarse.slope).abs() / power.sqrt())
            .max(fine.truncation / GAIN),
        rounding: (power * fine.rounding + coarse.rounding) / (power - 1.0),
        least_rounding: fine.least_rounding,
        bend: coarse.bend.max(fine.bend),
        step: fine.step,
    }
}

/// Returns how much farther from a slope finer rungs are than the finest rung that it was made of, beyond what rounding
/// explains.
fn contradiction(slope: f64, finest_and_finer: &[Option<Cell>]) -> f64 {
    let distance = |cell: &Cell| (cell.slope - slope).abs();
    let Some((Some(finest), finer)) = finest_and_finer.split_first() else { return 0.0 };
    let excess = |cell: &Cell| distance(cell) - distance(finest) - 3.0 * cell.least_rounding;
    finer.iter().flatten().map(excess).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::super::tests::assert_estimate;
    use super::*;

    #[test]
    fn extrapolation_cancels_the_leading_term_and_carries_the_errors_along() {
        // Slopes of 1 + 0.08·h² at the steps 2 and ½ (power 16): 1.32 and 1.02.
        let coarse =
            Cell { slope: 1.32, truncation: 9.0, rounding: 0.3, least_rounding: 0.03, bend: 0.5, step: 2.0 };
        let fine =
            Cell { slope: 1.02, truncation: 0.2, rounding: 1.2, least_rounding: 0.12, bend: 0.2, step: 0.5 };
        let cell = extrapolate(coarse, fine, 2);
        let close = |left: f64, right: f64| assert!((left - right).abs() < 1e-12, "{left} {right}");
        close(cell.slope, 1.0);
        close(cell.truncation, 0.32 / 4.0);
        close(cell.rounding, (16.0 * 1.2 + 0.3) / 15.0);
        assert_eq!((cell.least_rounding, cell.bend, cell.step), (0.12, 0.5, 0.5));
        close(extrapolate(coarse, Cell { truncation: 2.0, ..fine }, 2).truncation, 2.0 / 4.0);
        // Two such rungs: the extrapolated value wins, with a quarter of the finer one's truncation error.
        let free = |cell: Cell| Some(Cell { rounding: 0.0, bend: 0.0, truncation: 2.0, ..cell });
        assert_estimate(best(&[free(coarse), free(fine)], 2), 1.0, 0.5, 0.5);
    }

    #[test]
    fn finer_rungs_contradict_a_slope_by_more_than_rounding_explains() {
        let cell = |slope: f64, least_rounding: f64| {
            Some(Cell { slope, truncation: 0.0, rounding: 0.0, least_rounding, bend: 0.0, step: 1.0 })
        };
        // Distances from 1: 0.5 of the finest within, 2 and 5 beyond.
        let rungs = [cell(1.5, 0.0), cell(3.0, 0.1), None, cell(-4.0, 0.2)];
        assert!((contradiction(1.0, &rungs) - (5.0 - 0.5 - 3.0 * 0.2)).abs() < 1e-12);
        assert!((contradiction(1.0, &rungs[..3]) - (2.0 - 0.5 - 3.0 * 0.1)).abs() < 1e-12);
        assert_eq!(contradiction(1.0, &[cell(1.5, 0.0), cell(1.6, 0.1)]), 0.0);
        // So two large steps that agree are not believed where the smallest sees another slope.
        let flat_far_away = [cell(0.0, 0.0), cell(0.0, 0.0), cell(7.0, 0.0)];
        assert_estimate(best(&flat_far_away, 2), 7.0, 0.0, 1.0);
    }
}
