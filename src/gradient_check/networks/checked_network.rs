//! A network together with its samples, which make its error a function of the parameters alone, and so checkable.

use std::fmt::Debug;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::{Downstream, Example, Forward, Task};
use crate::gradient_check::faults::BackwardPass;
use crate::gradient_check::{Checkable, Details, ParameterId, Precision};
use crate::{Cost, Engine, Label, Parameters, Sample};

/// An engine whose backward pass the check can reach.
///
/// Engines differ in how a parameter is accessed, in its name for a reader, and in where the training code leaves the
/// gradient. Ids come from [`ParameterId::in_network`] of the engine's architecture; a method may panic on any other.
pub trait CheckedEngine: Engine + Debug {
    /// The engine's name at the head of a report.
    fn engine_name(&self) -> &'static str;

    /// Returns the same network in f64 if this one computes in f32. The error is then that of the reference: in f32
    /// it has seven digits, and a difference of two is left with three or four.
    fn reference(&self) -> Option<Box<dyn CheckedEngine>> {
        None
    }

    /// Returns the weight or bias with this id.
    fn parameter_at(&self, id: ParameterId) -> f64;

    /// Changes the weight or bias with this id.
    fn set_parameter_at(&mut self, id: ParameterId, value: f64);

    /// Returns the parameter's name for a reader of this engine.
    fn parameter_name(&self, id: ParameterId) -> String {
        id.to_string()
    }

    /// Returns −∂E/∂w of every parameter from the code that trains. The parameters are left as they were.
    fn task_gradient(&mut self, task: &Task) -> Parameters;
}

/// A network and the task it is checked on.
///
/// ```
/// use backprop::gradient_check::{Check, CheckedNetwork, Verdict};
/// use backprop::graph::Network;
/// use backprop::{Label, Sample};
///
/// let mut network = Network::new(&[3, 4, 2], 0);
/// let mut checked = CheckedNetwork::new(&mut network, Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.2]));
/// let report = Check::new().run(&mut checked);
/// assert_eq!(report.verdict, Verdict::Agree, "{report}");
/// assert_eq!(report.agree, 26); // 4 x 3 + 4 and 2 x 4 + 2
/// ```
#[derive(Debug)]
pub struct CheckedNetwork<'a, N> {
    network: &'a mut N,
    /// The network that the error is measured on, if it is another one. Its parameters may have been moved by less than f32
    /// can represent.
    reference: Option<Box<dyn CheckedEngine>>,
    task: Task,
    /// A backward pass to be checked in place of the network's own, with its title.
    planted: Option<(&'a BackwardPass<'a>, String)>,
}

impl<'a, N: CheckedEngine> CheckedNetwork<'a, N> {
    /// Creates a checkable model from a network and one sample.
    ///
    /// # Panics
    /// If the label or the sample is not as long as its layer, n_out and n_in numbers.
    #[track_caller]
    pub fn new(network: &'a mut N, label: Label<'_>, sample: Sample<'_>) -> Self {
        Self::on_task(network, Task::new(vec![Example::new(label, sample)]))
    }

    /// Creates a checkable model from a network and a task: several samples, a mini-batch, L2 regularisation or
    /// dropout.
    ///
    /// ```
    /// use backprop::gradient_check::{Check, Example, CheckedNetwork, Task};
    /// use backprop::{Architecture, Dropout, Label, Sample, WeightInit, vectorized};
    ///
    /// let architecture = Architecture::new(&[3, 6, 2]);
    /// let start = WeightInit::Scaled.draw(&architecture, 0);
    /// let mut network = vectorized::Network::from_parameters(&architecture, &start);
    /// let first = Example::new(Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.2]));
    /// let second = Example::new(Label(&[0.1, 0.9]), Sample(&[0.3, -1.0, 0.6]));
    /// let dropout = Some(Dropout { probability: 0.5, seed: 7 });
    /// let task = Task { l2: 0.1, dropout, ..Task::new(vec![first, second]) };
    /// assert!(Check::new().run(&mut CheckedNetwork::on_task(&mut network, task)).passed());
    /// ```
    ///
    /// # Panics
    /// If a label or a sample is not as long as its layer, or there are no samples.
    #[track_caller]
    pub fn on_task(network: &'a mut N, task: Task) -> Self {
        let (inputs, outputs) = (network.architecture().input_size(), network.architecture().output_size());
        assert!(!task.examples.is_empty(), "a check needs at least one sample");
        for example in &task.examples {
            assert_eq!(example.sample.len(), inputs, "the sample must be as long as the input layer");
            assert_eq!(example.label.len(), outputs, "the label must be as long as the output layer");
        }
        Self { reference: network.reference(), network, task, planted: None }
    }

    /// Checks this backward pass instead of the network's own. `title` names it at the head of the report.
    #[must_use]
    pub fn with_backward_pass(self, pass: &'a BackwardPass<'a>, title: &str) -> Self {
        Self { planted: Some((pass, title.to_owned())), ..self }
    }

    /// Returns the network.
    pub fn network(&self) -> &N {
        self.network
    }

    /// Returns the samples it is checked on.
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// Returns the parameters as they are set, not rounded to f32.
    fn parameters(&self) -> Parameters {
        self.reference.as_ref().map_or_else(|| self.network.parameters(), |double| double.parameters())
    }

    /// Returns how far rounding of the outputs a may move E. In the quadratic cost an error of ε·a in a is one of
    /// ε·a·(a − t). In the cross-entropy an error of ε is one of ε/a in ln a, and of ε/(1 − a) in ln(1 − a). Where a is
    /// 1 to the last bit, no difference of E would show that. Near 1 the
    /// exponential and the addition of a sigmoid both round, and a measurement may fall short of a bound by a factor
    /// of 4: hence 8ε there. In the log-likelihood the relative error of a counts: 8ε for exponential, sum and quotient,
    /// ε times the exponential's argument, which is at most −ln a, and the smallest number where a is almost or exactly 0.
    fn least_noise(&self) -> f64 {
        let architecture = self.network.architecture();
        let part =
            |label: f64, output: f64| if label == 0.0 { 0.0 } else { label.abs() * (f64::EPSILON / output) };
        let noise = |label: f64, output: f64| match architecture.cost {
            Cost::Quadratic => f64::EPSILON * (output * (output - label)).abs(),
            Cost::CrossEntropy => part(label, output) + 8.0 * part(1.0 - label, 1.0 - output),
            Cost::LogLikelihood if label == 0.0 => 0.0,
            Cost::LogLikelihood => label * (f64::EPSILON * (8.0 - libm::log(output)) + 5e-324 / output),
        };
        let passes = self.task.forward_passes(architecture, &self.parameters());
        let outputs = passes.iter().flat_map(Forward::output).copied();
        let labels = self.task.examples.iter().flat_map(|example| &example.label);
        outputs.zip(labels).map(|(a, y)| noise(*y, a)).sum::<f64>() / passes.len() as f64
    }

    /// Returns one line for the head of the report.
    fn description(&self) -> String {
        let architecture = self.network.architecture();
        let mut names: Vec<&str> =
            architecture.activations.iter().map(|activation| activation.name()).collect();
        names.dedup();
        let examples = self.task.examples.len();
        let title = self.planted.as_ref().map(|(_, title)| format!("{title} on ")).unwrap_or_default();
        let l2 = Some(self.task.l2).filter(|&l2| l2 != 0.0);
        let l2 = l2.map(|l2| format!(", L2 with lambda/n = {l2}")).unwrap_or_default();
        let dropout = self.task.dropout.as_ref().map(|dropout| dropout.probability);
        let dropout = dropout.map(|p| format!(", dropout {p} with a fixed mask")).unwrap_or_default();
        format!(
            "{title}{}, sizes {}, {}, {} cost, {examples} sample{}{l2}{dropout}",
            self.network.engine_name(),
            architecture.sizes_text(),
            names.join(" then "),
            architecture.cost,
            if examples == 1 { "" } else { "s (mean)" },
        )
    }
}

impl<N: CheckedEngine> Checkable for CheckedNetwork<'_, N> {
    fn parameter_count(&self) -> usize {
        self.network.architecture().parameter_count().unwrap_or_default()
    }

    fn parameter(&self, index: usize) -> f64 {
        let id = self.parameter_id(index);
        self.reference
            .as_ref()
            .map_or_else(|| self.network.parameter_at(id), |double| double.parameter_at(id))
    }

    fn set_parameter(&mut self, index: usize, value: f64) {
        let id = self.parameter_id(index);
        self.network.set_parameter_at(id, value);
        if let Some(double) = &mut self.reference {
            double.set_parameter_at(id, value);
        }
    }

    fn error(&mut self) -> f64 {
        match &mut self.reference {
            Some(double) => self.task.error(double.as_mut()),
            None => self.task.error(self.network),
        }
    }

    fn gradient(&mut self) -> Vec<f64> {
        let gradient = match self.planted {
            Some((pass, _)) => pass.gradient(self.network.architecture(), &self.parameters(), &self.task),
            None => self.network.task_gradient(&self.task),
        };
        numbers_of(&gradient)
    }

    fn parameter_id(&self, index: usize) -> ParameterId {
        ParameterId::in_network(self.network.architecture(), index)
    }

    fn name(&self, index: usize) -> String {
        self.network.parameter_name(self.parameter_id(index))
    }

    fn details(&mut self) -> Details {
        let source = if self.planted.is_some() { "the faulty backward pass" } else { "the training code" };
        Details {
            description: self.description(),
            gradient_source: source.to_owned(),
            samples: self.task.examples.len(),
            least_noise: self.least_noise(),
            precision: if self.reference.is_some() { Precision::F32 } else { Precision::F64 },
            reference: self.reference.is_some(),
            ..Details::default()
        }
    }

    /// Moves the labels by ε of the outputs, at random. The output deltas depend on the difference of both, so this moves
    /// them as rounding of the outputs does: softmax outputs near 1 leave few digits of it.
    fn gradient_rounding(&mut self) -> Vec<f64> {
        let gradient = self.gradient();
        let passes = self.task.forward_passes(self.network.architecture(), &self.parameters());
        let task = self.task.clone();
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let mut rounding = vec![0.0_f64; gradient.len()];
        for _ in 0..3 {
            self.task.clone_from(&task);
            for (example, pass) in self.task.examples.iter_mut().zip(&passes) {
                for (label, output) in example.label.iter_mut().zip(pass.output()) {
                    let moved = Precision::F32.epsilon() * output;
                    *label += if rng.random() { moved } else { -moved };
                }
            }
            let moved =
                self.gradient().into_iter().zip(&gradient).map(|(moved, entry)| (moved - entry).abs());
            rounding.iter_mut().zip(moved).for_each(|(rounding, moved)| *rounding = rounding.max(moved));
        }
        self.task = task;
        rounding
    }

    fn incremental(&mut self) -> Option<Downstream> {
        Some(Downstream::new(self.network.architecture(), &self.parameters(), &self.task))
    }
}

/// Lists the numbers. It has no type parameters, so it is compiled, and optimised, here.
fn numbers_of(parameters: &Parameters) -> Vec<f64> {
    parameters.iter().collect()
}
