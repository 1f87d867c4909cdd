//! The walk of a check over a model: every parameter at a few steps, and closely where those do not suffice.

use std::collections::BTreeMap;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
#[cfg(feature = "vectorized")]
use rayon::prelude::*;

use super::coordinate::{Basis, Coordinate, Evaluate};
use super::noise::Noise;
use super::settings::StepSize;
use super::taylor::{self, TaylorOutcome, TaylorTest};
use super::tuning::TUNING;
use super::{Checkable, Details, Entry, Group, Incremental, ParameterId, Precision, Probe, Verdict, noise};

/// How many lines are prepared before threads share them out.
const LINES_AT_A_TIME: usize = 16_384;

/// The settings of a check, resolved before it starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// The precision that E is computed in.
    pub precision: Precision,
    pub step: StepSize,
    pub tolerance: f64,
    pub incrementally: bool,
}

/// A model under the check, with what was read from it before anything moved.
pub(super) struct Walk<'m> {
    model: &'m mut dyn Checkable,
    rules: Rules,
    pub details: Details,
    parameters: &'m [f64],
    gradient: Vec<f64>,
    basis: Basis,
    incremental: Option<Box<dyn Incremental>>,
    /// The typical size of the parameters of each group: the root of their mean square.
    scales: BTreeMap<Group, f64>,
    /// How far rounding moves the gradient; measured when first asked for.
    gradient_noise: Option<Vec<f64>>,
    pattern: Vec<bool>,
    /// True if E, and the gradient, evaluated twice at the same place, were the same.
    pub repeatable: [bool; 2],
    pub evaluations: usize,
}

/// A line to move along: one parameter, or many at once.
#[derive(Debug, Clone)]
pub(super) struct Line {
    id: ParameterId,
    /// The number of the parameter, or of the direction.
    index: usize,
    /// The parameters of a direction, each with its part of the distance; empty for a single parameter.
    members: Vec<(usize, f64)>,
}

impl<'m> Walk<'m> {
    #[track_caller]
    pub fn start(
        model: &'m mut dyn Checkable,
        parameters: &'m [f64],
        details: Details,
        rules: Rules,
    ) -> Self {
        let gradient = model.gradient();
        assert_eq!(gradient.len(), parameters.len(), "one gradient for each parameter");
        assert_unchanged(model, parameters, "computing the gradient");
        let error = model.error();
        let difference = (error - model.error()).abs();
        let pattern = model.activation_pattern();
        let scales = scales(model, parameters);
        let effect = |index: usize| {
            let slope = gradient[index].abs();
            let size = scales.get(&model.parameter_id(index).group()).copied().unwrap_or(0.0);
            let effects = [slope * parameters[index].abs(), slope * if size > 0.0 { size } else { 1.0 }];
            effects.map(|effect| if effect.is_finite() { effect } else { 0.0 })
        };
        let (mut squares, mut largest_effect) = (0.0, 0.0);
        for [own, typical] in (0..parameters.len()).map(effect) {
            squares += own * own;
            largest_effect = f64::max(largest_effect, typical);
        }
        // Rounding errors are independent, so their squares add up.
        let terms = error.abs() + squares.sqrt().min(f64::MAX);
        let epsilon = rules.precision.epsilon();
        let noise = Noise::new(error, terms, epsilon);
        let random = (TUNING.repeatable * epsilon).max(epsilon.sqrt()) * terms;
        let repeatable = difference <= random || !error.is_finite();
        let (noise, evaluations) = match details.error_noise {
            _ if !error.is_finite() => (noise, 0),
            Some(known) => (noise.known(known), 0),
            None => noise.measured(model, parameters, difference),
        };
        let basis = Basis {
            error,
            noise,
            largest_effect,
            sign: details.sign,
            precision: rules.precision,
            gradient_epsilon: details.precision.epsilon(),
            tolerance: rules.tolerance,
        };
        let incremental = if rules.incrementally { model.incremental() } else { None };
        let mut walk = Self {
            model,
            rules,
            details,
            parameters,
            gradient,
            basis,
            incremental,
            scales,
            gradient_noise: None,
            pattern,
            repeatable: [repeatable, true],
            evaluations: evaluations + 2,
        };
        walk.compare_gradients();
        if let Some(incremental) = &walk.incremental {
            // Asked once: it takes a pass through the whole network, and there may be 238,510 parameters.
            let (noise, unchanged) = (incremental.noise(), incremental.unchanged_error());
            assert_same_error(unchanged, error, walk.basis.noise.bound);
            walk.basis.error = unchanged;
            walk.basis.noise = walk.basis.noise.known(noise);
        }
        walk
    }

    pub fn error(&self) -> f64 {
        self.basis.error
    }

    /// Computes the gradient once more, to see whether it is the same.
    #[track_caller]
    fn compare_gradients(&mut self) {
        let again = self.model.gradient();
        assert_eq!(again.len(), self.parameters.len(), "one gradient for each parameter");
        let mut largest: BTreeMap<Group, f64> = BTreeMap::new();
        for (index, entry) in self.gradient.iter().enumerate() {
            let size = largest.entry(self.model.parameter_id(index).group()).or_default();
            *size = if entry.is_finite() { size.max(entry.abs()) } else { *size };
        }
        let allowed = TUNING.repeatable * self.basis.gradient_epsilon;
        let same = |(index, (one, other)): (usize, (&f64, &f64))| {
            let size = largest[&self.model.parameter_id(index).group()];
            one.to_bits() == other.to_bits()
                || (one - other).abs() <= allowed * size
                || (one.is_nan() && other.is_nan())
        };
        self.repeatable[1] = self.gradient.iter().zip(&again).enumerate().all(same);
    }

    /// The lines along single parameters.
    pub fn parameters(&self, selected: &[usize]) -> Vec<Line> {
        let line = |&index: &usize| Line { id: self.model.parameter_id(index), index, members: Vec::new() };
        selected.iter().map(line).collect()
    }

    /// Random directions: all parameters of a group move at once, each by +h or −h. The slope is then Σ ±gradient.
    pub fn directions(&self, count: usize, seed: u64) -> Vec<Line> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut lines = Vec::new();
        for (group, members) in groups(self.model) {
            for number in 0..count {
                let mut part = || if rng.random() { 1.0 } else { -1.0 };
                let members = members.iter().map(|&index| (index, part())).collect();
                lines.push(Line {
                    id: ParameterId::Direction { group, number },
                    index: lines.len(),
                    members,
                });
            }
        }
        lines
    }

    /// Compares the slope along each line, closely where the first look does not settle it.
    #[track_caller]
    pub fn judge(&mut self, lines: &[Line]) -> Vec<Entry> {
        let mut entries = self.look(lines, Coordinate::compare);
        let open = entries.iter().enumerate().filter(|(_, entry)| entry.verdict != Verdict::Agree);
        let open: Vec<usize> = open.map(|(place, _)| place).collect();
        if !open.is_empty() {
            self.prepare_closer_look();
            let again: Vec<Line> = open.iter().map(|&place| lines[place].clone()).collect();
            let closer = self.look(&again, Coordinate::look_closely);
            open.into_iter().zip(closer).for_each(|(place, entry)| entries[place] = entry);
        }
        self.evaluations += entries.iter().map(|entry| entry.evaluations).sum::<usize>();
        entries
    }

    #[track_caller]
    fn look(&mut self, lines: &[Line], ask: fn(&Coordinate, &mut Evaluate) -> Entry) -> Vec<Entry> {
        let single = lines.iter().all(|line| line.members.is_empty());
        if let Some(incremental) = self.incremental.as_deref().filter(|_| single) {
            // Few at a time: 238,510 of them would take 60 megabytes.
            let some = |lines: &[Line]| {
                let coordinates: Vec<Coordinate> = lines.iter().map(|line| self.coordinate(line)).collect();
                in_parallel(&coordinates, incremental, ask)
            };
            return lines.chunks(LINES_AT_A_TIME).flat_map(some).collect();
        }
        let one = |line: &Line| {
            let coordinate = self.coordinate(line);
            let entry = ask(&coordinate, &mut |distance| self.probe(line, distance));
            self.restore(line);
            entry
        };
        lines.iter().map(one).collect()
    }

    fn coordinate(&self, line: &Line) -> Coordinate {
        let mut coordinate = Coordinate {
            basis: self.basis,
            index: line.index,
            id: line.id,
            parameter: 0.0,
            scale: 0.0,
            analytic: 0.0,
            gradient_noise: 0.0,
            step: self.rules.step.at(0.0),
        };
        if line.members.is_empty() {
            coordinate.parameter = self.parameters[line.index];
            coordinate.scale = self.scales.get(&line.id.group()).copied().unwrap_or(0.0);
            coordinate.analytic = self.gradient[line.index];
            coordinate.gradient_noise = self.gradient_noise(line.index);
            coordinate.step = self.rules.step.at(coordinate.parameter);
        }
        for &(index, part) in &line.members {
            coordinate.analytic += part * self.gradient[index];
            let rounding = self.basis.gradient_epsilon * self.gradient[index].abs();
            coordinate.gradient_noise += part.abs() * (self.gradient_noise(index) + rounding);
        }
        coordinate
    }

    fn gradient_noise(&self, index: usize) -> f64 {
        let measured = self.gradient_noise.as_ref().map_or(0.0, |noise| noise[index]);
        measured.max(self.details.gradient_noise.get(index).copied().unwrap_or(0.0))
    }

    /// Measures what a closer look needs.
    fn prepare_closer_look(&mut self) {
        if self.gradient_noise.is_none() {
            let noise =
                noise::of_gradient(self.model, self.parameters, &self.gradient, self.basis.gradient_epsilon);
            self.gradient_noise = Some(noise);
            // What a model keeps from its last forward pass is again that of the parameters as they were.
            self.model.error();
        }
    }

    /// E at a distance along a line, by the model's own forward pass, and the distance that the parameter really moved.
    fn probe(&mut self, line: &Line, distance: f64) -> (f64, Probe) {
        let mut moved = distance;
        for &(index, part) in &line.members {
            self.model.set_parameter(index, self.parameters[index] + distance * part);
        }
        if line.members.is_empty() {
            let before = self.parameters[line.index];
            self.model.set_parameter(line.index, before + distance);
            moved = self.model.parameter(line.index) - before;
        }
        let error = self.model.error();
        let change = (error - self.basis.error).abs();
        let smallest = &mut self.basis.noise.smallest_change;
        if change > 0.0 && (*smallest == 0.0 || change < *smallest) {
            *smallest = change;
        }
        (moved, Probe { error, switched: self.model.activation_pattern() != self.pattern })
    }

    #[track_caller]
    fn restore(&mut self, line: &Line) {
        for &(index, _) in &line.members {
            self.model.set_parameter(index, self.parameters[index]);
        }
        if line.members.is_empty() {
            let before = self.parameters[line.index];
            self.model.set_parameter(line.index, before);
            let restored = self.model.parameter(line.index).to_bits() == before.to_bits();
            assert!(restored, "{} was not restored bit for bit", self.model.name(line.index));
        }
    }

    pub fn taylor_test(&mut self, seed: u64) -> TaylorTest {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        // A direction of length 1, whatever the number of parameters.
        let length = (self.parameters.len() as f64).sqrt();
        let mut part = || if rng.random() { 1.0 / length } else { -1.0 / length };
        let members: Vec<(usize, f64)> = (0..self.parameters.len()).map(|index| (index, part())).collect();
        let slope: f64 = members.iter().map(|&(index, part)| part * self.gradient[index]).sum();
        let (slope, noise) = (self.basis.sign.factor() * slope, self.basis.noise.bound);
        let line = Line { id: ParameterId::Direction { group: Group::All, number: 0 }, index: 0, members };
        let mut test = taylor::run(slope, noise, &mut |distance| self.probe(&line, distance).1);
        self.evaluations += taylor::EVALUATIONS;
        self.restore(&line);
        // A bend near by, or a slope that holds over a tiny distance only, looks the same from afar.
        if test.outcome == TaylorOutcome::FirstOrder && self.judge(&[line])[0].verdict != Verdict::Disagree {
            test.outcome = TaylorOutcome::Unclear;
        }
        test
    }
}

/// Each entry depends on its own parameter alone, so threads can share them out and change nothing.
fn in_parallel(
    coordinates: &[Coordinate],
    incremental: &dyn Incremental,
    ask: fn(&Coordinate, &mut Evaluate) -> Entry,
) -> Vec<Entry> {
    let one = |coordinate: &Coordinate| {
        ask(coordinate, &mut |distance| {
            let value = coordinate.parameter + distance;
            (value - coordinate.parameter, incremental.evaluate(coordinate.index, value))
        })
    };
    #[cfg(feature = "vectorized")]
    let coordinates = coordinates.par_iter();
    #[cfg(not(feature = "vectorized"))]
    let coordinates = coordinates.iter();
    coordinates.map(one).collect()
}

/// The groups in the order of their first parameters, each with the numbers of its parameters.
pub(super) fn groups(model: &dyn Checkable) -> Vec<(Group, Vec<usize>)> {
    let mut groups: Vec<(Group, Vec<usize>)> = Vec::new();
    for index in 0..model.parameter_count() {
        let group = model.parameter_id(index).group();
        match groups.iter_mut().rev().find(|(known, _)| *known == group) {
            Some((_, members)) => members.push(index),
            None => groups.push((group, vec![index])),
        }
    }
    groups
}

/// The root of the mean square of each group's parameters, as far as they are finite; 0 where it is too large for a number.
fn scales(model: &dyn Checkable, parameters: &[f64]) -> BTreeMap<Group, f64> {
    let mut sums: BTreeMap<Group, (f64, f64)> = BTreeMap::new();
    for (index, parameter) in parameters.iter().enumerate().filter(|(_, parameter)| parameter.is_finite()) {
        let (squares, count) = sums.entry(model.parameter_id(index).group()).or_default();
        *squares += parameter * parameter;
        *count += 1.0;
    }
    let scale = |(group, (squares, count)): (Group, (f64, f64))| {
        let scale = (squares / count).sqrt();
        (group, if scale.is_finite() { scale } else { 0.0 })
    };
    sums.into_iter().map(scale).collect()
}

#[track_caller]
pub(super) fn assert_unchanged(model: &dyn Checkable, parameters: &[f64], what: &str) {
    for (index, before) in parameters.iter().enumerate() {
        let same = model.parameter(index).to_bits() == before.to_bits();
        assert!(same, "{what} changed {} from {before} to {}", model.name(index), model.parameter(index));
    }
}

/// The incremental evaluation is a second opinion on the model, so it must be about the same model.
#[track_caller]
fn assert_same_error(incremental: f64, error: f64, noise: f64) {
    // Written so that a NaN passes: the comparison of every parameter will report it.
    let differs = (incremental - error).abs() > 2.0 * noise;
    assert!(!differs, "the incremental evaluation gives E = {incremental:e}, the model itself {error:e}");
}
