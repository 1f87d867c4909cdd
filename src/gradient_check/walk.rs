//! The walk of a check over a model: every parameter by two evaluations, and closely where those do not suffice.

use std::collections::BTreeMap;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
#[cfg(feature = "vectorized")]
use rayon::prelude::*;

use super::coordinate::{Coordinate, Evaluate};
use super::settings::{Precision, StepSize};
use super::taylor::{self, TaylorOutcome, TaylorTest};
use super::{Checkable, Entry, Group, Incremental, ParameterId, Probe, Report, Verdict, noise};

/// What a check has settled before it starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub precision: Precision,
    pub step: StepSize,
    pub tolerance: f64,
    pub incrementally: bool,
}

/// A model under the check, with what was read from it before anything moved.
pub(super) struct Walk<'m> {
    model: &'m mut dyn Checkable,
    rules: Rules,
    parameters: Vec<f64>,
    gradient: Vec<f64>,
    error: f64,
    error_noise: f64,
    /// The typical size of the parameters of each group: the root of their mean square.
    scales: BTreeMap<Group, f64>,
    /// How far rounding moves the gradient; measured when first asked for.
    gradient_noise: Option<Vec<f64>>,
    pattern: Vec<bool>,
    repeatable: bool,
    /// The smallest change of E that any probe has met, infinite before there is one: where E moves in jumps, a jump.
    smallest_change: f64,
    evaluations: usize,
}

impl<'m> Walk<'m> {
    #[track_caller]
    pub fn start(model: &'m mut dyn Checkable, rules: Rules) -> Self {
        let parameters: Vec<f64> = (0..model.parameter_count()).map(|index| model.parameter(index)).collect();
        let gradient = model.gradient();
        assert_eq!(gradient.len(), parameters.len(), "one gradient for each parameter");
        assert_unchanged(model, &parameters, "computing the gradient");
        let error = model.error();
        let repeatable = error.to_bits() == model.error().to_bits() || error.is_nan();
        let pattern = model.activation_pattern();
        let mut evaluations = 2;
        let error_noise = model.error_noise().unwrap_or_else(|| {
            evaluations += noise::EVALUATIONS;
            noise::of_error(model, &parameters, rules.precision)
        });
        Self {
            model,
            rules,
            parameters,
            gradient,
            error,
            error_noise,
            scales: BTreeMap::new(),
            gradient_noise: None,
            pattern,
            repeatable,
            smallest_change: f64::INFINITY,
            evaluations,
        }
    }

    pub fn model(&self) -> &dyn Checkable {
        self.model
    }

    /// The report on these entries.
    #[track_caller]
    pub fn finish(mut self, entries: Vec<Entry>, taylor: Option<TaylorTest>) -> Report {
        assert_unchanged(self.model, &self.parameters, "the check");
        self.evaluations += entries.iter().map(|entry| entry.evaluations).sum::<usize>();
        let mut report = Report::new(self.model, entries, self.rules.tolerance, self.error);
        report.complete(taylor, self.repeatable, self.evaluations, self.rules.precision);
        report
    }

    /// Compares single parameters, by their numbers.
    #[track_caller]
    pub fn parameters(&mut self, selected: &[usize]) -> Vec<Entry> {
        let incremental = if self.rules.incrementally { self.model.incremental() } else { None };
        let Some(incremental) = incremental else { return self.parameters_whole(selected) };
        // Asked once: it takes a pass through the whole network, and there may be 238,510 parameters.
        let (error_noise, unchanged_error) = (incremental.noise(), incremental.unchanged_error());
        assert_same_error(unchanged_error, self.error, self.error_noise);
        let coordinate =
            |walk: &Self, index| Coordinate { error_noise, unchanged_error, ..walk.coordinate(index) };
        let coordinates: Vec<Coordinate> = selected.iter().map(|&index| coordinate(self, index)).collect();
        let step = self.rules.step;
        let mut entries = in_parallel(&coordinates, incremental.as_ref(), |coordinate, evaluate| {
            coordinate.compare(step.at(coordinate.parameter), evaluate)
        });
        let open: Vec<usize> = open(&entries);
        if !open.is_empty() {
            self.prepare_closer_look();
            let coordinates: Vec<Coordinate> =
                open.iter().map(|&place| coordinate(self, entries[place].index)).collect();
            let closer = in_parallel(&coordinates, incremental.as_ref(), |coordinate, evaluate| {
                coordinate.look_closely(evaluate)
            });
            open.into_iter().zip(closer).for_each(|(place, entry)| entries[place] = entry);
        }
        entries
    }

    #[track_caller]
    fn parameters_whole(&mut self, selected: &[usize]) -> Vec<Entry> {
        let step = self.rules.step;
        let mut entries: Vec<Entry> = selected
            .iter()
            .map(|&index| {
                self.evaluate_parameter(index, |coordinate, evaluate| {
                    coordinate.compare(step.at(coordinate.parameter), evaluate)
                })
            })
            .collect();
        let open = open(&entries);
        if !open.is_empty() {
            self.prepare_closer_look();
        }
        for place in open {
            let closer = |coordinate: &Coordinate, evaluate: &mut Evaluate| coordinate.look_closely(evaluate);
            entries[place] = self.evaluate_parameter(entries[place].index, closer);
        }
        entries
    }

    /// One parameter by the model's own forward pass.
    #[track_caller]
    fn evaluate_parameter(
        &mut self,
        index: usize,
        compare: impl Fn(&Coordinate, &mut Evaluate) -> Entry,
    ) -> Entry {
        let coordinate = self.coordinate(index);
        let entry = compare(&coordinate, &mut |value| {
            self.model.set_parameter(index, value);
            (self.model.parameter(index), self.probe())
        });
        self.model.set_parameter(index, coordinate.parameter);
        let restored = self.model.parameter(index).to_bits() == coordinate.parameter.to_bits();
        assert!(restored, "{} was not restored bit for bit", self.model.name(index));
        entry
    }

    fn coordinate(&self, index: usize) -> Coordinate {
        Coordinate {
            index,
            id: self.model.parameter_id(index),
            parameter: self.parameters[index],
            scale: self.scales.get(&self.model.parameter_id(index).group()).copied().unwrap_or(0.0),
            analytic: self.gradient[index],
            error_noise: self.error_noise,
            gradient_noise: self.gradient_noise(index),
            unchanged_error: self.error,
            smallest_change: if self.smallest_change.is_finite() { self.smallest_change } else { 0.0 },
            sign: self.model.sign(),
            precision: self.rules.precision,
            tolerance: self.rules.tolerance,
        }
    }

    fn gradient_noise(&self, index: usize) -> f64 {
        let measured = self.gradient_noise.as_ref().map_or(0.0, |noise| noise[index]);
        measured.max(self.model.gradient_noise(index))
    }

    /// Measures what a closer look needs.
    fn prepare_closer_look(&mut self) {
        if self.gradient_noise.is_none() {
            let mut sums: BTreeMap<Group, (f64, f64)> = BTreeMap::new();
            for (index, parameter) in self.parameters.iter().enumerate() {
                let (squares, count) = sums.entry(self.model.parameter_id(index).group()).or_default();
                *squares += parameter * parameter;
                *count += 1.0;
            }
            let scale = |(group, (squares, count)): (Group, (f64, f64))| (group, (squares / count).sqrt());
            self.scales = sums.into_iter().map(scale).collect();
            let (parameters, gradient) = (&self.parameters, &self.gradient);
            let noise = noise::of_gradient(self.model, parameters, gradient, self.rules.precision);
            self.gradient_noise = Some(noise);
            // What a model keeps from its last forward pass is again that of the parameters as they were.
            self.model.error();
        }
    }

    /// The error by the model's own forward pass, and whether a ReLU is on another side than before.
    fn probe(&mut self) -> Probe {
        let error = self.model.error();
        let change = (error - self.error).abs();
        if change > 0.0 {
            self.smallest_change = self.smallest_change.min(change);
        }
        Probe { error, switched: self.model.activation_pattern() != self.pattern }
    }

    /// Moves all parameters of a group at once, each by +h or −h: the slope is then Σ ±gradient.
    pub fn directions(&mut self, count: usize, seed: u64) -> Vec<Entry> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut entries = Vec::new();
        for (group, members) in groups(self.model) {
            for number in 0..count {
                let direction: Vec<(usize, f64)> =
                    members.iter().map(|&index| (index, if rng.random() { 1.0 } else { -1.0 })).collect();
                let id = ParameterId::Direction { group, number };
                entries.push(self.direction(id, entries.len(), &direction));
            }
        }
        entries
    }

    /// The slope along one direction: each of these parameters moves by so much of the distance.
    fn direction(&mut self, id: ParameterId, index: usize, direction: &[(usize, f64)]) -> Entry {
        let step = self.rules.step.at(0.0);
        let first = self.evaluate_direction(id, index, direction, |coordinate, evaluate| {
            coordinate.compare(step, evaluate)
        });
        if first.verdict == Verdict::Agree {
            return first;
        }
        self.prepare_closer_look();
        self.evaluate_direction(id, index, direction, |coordinate, evaluate| {
            coordinate.look_closely(evaluate)
        })
    }

    fn evaluate_direction(
        &mut self,
        id: ParameterId,
        index: usize,
        direction: &[(usize, f64)],
        compare: impl Fn(&Coordinate, &mut Evaluate) -> Entry,
    ) -> Entry {
        let mut analytic = 0.0;
        let mut gradient_noise = 0.0;
        for &(index, part) in direction {
            analytic += part * self.gradient[index];
            let rounding = self.rules.precision.epsilon() * self.gradient[index].abs();
            gradient_noise += part.abs() * (self.gradient_noise(index) + rounding);
        }
        let coordinate = Coordinate {
            index,
            id,
            parameter: 0.0,
            scale: 0.0,
            analytic,
            error_noise: self.error_noise,
            gradient_noise,
            unchanged_error: self.error,
            smallest_change: if self.smallest_change.is_finite() { self.smallest_change } else { 0.0 },
            sign: self.model.sign(),
            precision: self.rules.precision,
            tolerance: self.rules.tolerance,
        };
        let entry = compare(&coordinate, &mut |distance| (distance, self.probe_at(direction, distance)));
        for &(index, _) in direction {
            self.model.set_parameter(index, self.parameters[index]);
        }
        entry
    }

    fn probe_at(&mut self, direction: &[(usize, f64)], distance: f64) -> Probe {
        for &(index, part) in direction {
            self.model.set_parameter(index, self.parameters[index] + distance * part);
        }
        self.probe()
    }

    pub fn taylor_test(&mut self, seed: u64) -> TaylorTest {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        // A direction of length 1, whatever the number of parameters.
        let length = (self.parameters.len() as f64).sqrt();
        let direction: Vec<(usize, f64)> = (0..self.parameters.len())
            .map(|index| (index, if rng.random() { 1.0 / length } else { -1.0 / length }))
            .collect();
        let slope: f64 = direction.iter().map(|&(index, part)| part * self.gradient[index]).sum();
        let (slope, noise) = (self.model.sign().factor() * slope, self.error_noise);
        let mut test = taylor::run(slope, noise, &mut |distance| self.probe_at(&direction, distance));
        self.evaluations += taylor::EVALUATIONS;
        if test.outcome == TaylorOutcome::FirstOrder {
            // A bend near by, or a slope that holds over a tiny distance only, looks the same from afar.
            let id = ParameterId::Direction { group: Group::All, number: 0 };
            let closer = self.direction(id, 0, &direction);
            self.evaluations += closer.evaluations;
            if closer.verdict != Verdict::Disagree {
                test.outcome = TaylorOutcome::Unclear;
            }
        }
        for &(index, _) in &direction {
            self.model.set_parameter(index, self.parameters[index]);
        }
        test
    }
}

/// Each entry depends on its own parameter alone, so threads can share them out and change nothing.
fn in_parallel(
    coordinates: &[Coordinate],
    incremental: &dyn Incremental,
    compare: impl Fn(&Coordinate, &mut Evaluate) -> Entry + Sync,
) -> Vec<Entry> {
    let one = |coordinate: &Coordinate| {
        compare(coordinate, &mut |value| (value, incremental.evaluate(coordinate.index, value)))
    };
    #[cfg(feature = "vectorized")]
    let coordinates = coordinates.par_iter();
    #[cfg(not(feature = "vectorized"))]
    let coordinates = coordinates.iter();
    coordinates.map(one).collect()
}

/// The places of the entries that two evaluations have not settled.
fn open(entries: &[Entry]) -> Vec<usize> {
    let open = entries.iter().enumerate().filter(|(_, entry)| entry.verdict != Verdict::Agree);
    open.map(|(place, _)| place).collect()
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

#[track_caller]
fn assert_unchanged(model: &dyn Checkable, parameters: &[f64], what: &str) {
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
