//! A network together with its samples: what makes its error a function of the parameters, and so checkable.

use super::forward::Summation;
use super::{Downstream, Example, Layout, Task};
use crate::gradient_check::{Checkable, Details, Incremental, ParameterId};
use crate::{Activation, Engine, Label, Parameters, Sample};

/// An engine whose backward pass the check can reach.
///
/// The differences between engines: how one parameter is reached, what a reader calls it, and where the gradient of
/// the training code is found. Ids come from [`Layout::id`] of the engine's architecture; a method may panic
/// on any other.
pub trait CheckedEngine: Engine {
    /// The engine's name at the head of a report.
    fn engine_name(&self) -> &'static str;

    /// The weight or bias with this id.
    fn parameter_at(&self, id: ParameterId) -> f64;

    /// Changes the weight or bias with this id.
    fn set_parameter_at(&mut self, id: ParameterId, value: f64);

    /// The parameter's name for a reader of this engine.
    fn parameter_name(&self, id: ParameterId) -> String;

    /// The error of the task with the present parameters, by the engine's own forward pass.
    fn task_error(&mut self, task: &Task) -> f64;

    /// −∂E/∂w of every parameter from the code that trains. The parameters are afterwards as they were.
    fn task_gradient(&mut self, task: &Task) -> Parameters;

    /// How far rounding may have moved a gradient that was read from a step, for a parameter of this size.
    fn reading_noise(&self, parameter: f64, task: &Task) -> f64;
}

/// A network and what it is checked on.
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
    task: Task,
    layout: Layout,
}

impl<'a, N: CheckedEngine> CheckedNetwork<'a, N> {
    /// A network on one sample.
    ///
    /// # Panics
    /// If the label or the sample is not as long as its layer, n_out and n_in numbers.
    #[track_caller]
    pub fn new(network: &'a mut N, label: Label<'_>, sample: Sample<'_>) -> Self {
        Self::on_task(network, Task::new(vec![Example::new(label, sample)]))
    }

    /// A network on several samples, a mini-batch, L2 regularisation or dropout.
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
        let architecture = network.architecture();
        assert!(!task.examples.is_empty(), "a check needs at least one sample");
        for example in &task.examples {
            assert_eq!(
                example.sample.len(),
                architecture.input_size(),
                "a sample as long as the input layer"
            );
            assert_eq!(
                example.label.len(),
                architecture.output_size(),
                "a label as long as the output layer"
            );
        }
        let layout = Layout::new(architecture);
        Self { network, task, layout }
    }

    /// The network.
    pub fn network(&self) -> &N {
        self.network
    }

    /// The samples it is checked on.
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// How far rounding may put E from the true value.
    fn error_noise(&mut self, parameters: &Parameters) -> f64 {
        let architecture = self.network.architecture();
        let mut sum = 0.0;
        let passes = self.task.forward_passes(architecture, parameters);
        for (pass, example) in passes.iter().zip(&self.task.examples) {
            sum += pass.error_noise(architecture, parameters, &example.label, Summation::Whole);
        }
        let count = self.task.examples.len() as f64;
        let penalty = self.task.weight_penalty(parameters);
        // Each squared weight is rounded, and so is each partial sum of the penalty.
        let penalty_noise = f64::EPSILON * (self.layout.count() as f64).sqrt() * penalty;
        let error = self.network.task_error(&self.task);
        sum / count + penalty_noise + f64::EPSILON * count * error.abs()
    }

    /// One line for the head of the report.
    fn description(&self) -> String {
        let architecture = self.network.architecture();
        let mut names: Vec<&str> =
            architecture.activations.iter().map(|activation| activation.name()).collect();
        names.dedup();
        let mut text = format!(
            "{}, sizes {}, {}, {} cost, {} sample{}",
            self.network.engine_name(),
            architecture.sizes_text(),
            names.join(" then "),
            architecture.cost,
            self.task.examples.len(),
            if self.task.examples.len() == 1 { "" } else { "s (mean)" },
        );
        if self.task.l2 != 0.0 {
            text = format!("{text}, L2 with lambda/n = {}", self.task.l2);
        }
        if let Some(dropout) = &self.task.dropout {
            text = format!("{text}, dropout {} with a fixed mask", dropout.probability);
        }
        text
    }
}

impl<N: CheckedEngine> Checkable for CheckedNetwork<'_, N> {
    fn parameter_count(&self) -> usize {
        self.layout.count()
    }

    fn parameter(&self, index: usize) -> f64 {
        self.network.parameter_at(self.layout.id(index))
    }

    fn set_parameter(&mut self, index: usize, value: f64) {
        self.network.set_parameter_at(self.layout.id(index), value);
    }

    fn error(&mut self) -> f64 {
        self.network.task_error(&self.task)
    }

    fn gradient(&mut self) -> Vec<f64> {
        self.network.task_gradient(&self.task).iter().collect()
    }

    fn parameter_id(&self, index: usize) -> ParameterId {
        self.layout.id(index)
    }

    fn name(&self, index: usize) -> String {
        self.network.parameter_name(self.layout.id(index))
    }

    fn details(&mut self) -> Details {
        let parameters = self.network.parameters();
        let reading_noise = |parameter: f64| self.network.reading_noise(parameter, &self.task);
        Details {
            description: self.description(),
            samples: self.task.examples.len(),
            gradient_noise: parameters.iter().map(reading_noise).collect(),
            error_noise: Some(self.error_noise(&parameters)),
            ..Details::default()
        }
    }

    fn activation_pattern(&mut self) -> Vec<bool> {
        let architecture = self.network.architecture();
        if !architecture.activations.contains(&Activation::Relu) {
            return Vec::new();
        }
        let parameters = self.network.parameters();
        let mut pattern = Vec::new();
        for pass in self.task.forward_passes(architecture, &parameters) {
            for (outputs, activation) in pass.outputs[1..].iter().zip(&architecture.activations) {
                if *activation == Activation::Relu {
                    // A neuron that dropout silences counts as switched off, whatever its ReLU does.
                    pattern.extend(outputs.iter().map(|&output| output > 0.0));
                }
            }
        }
        pattern
    }

    fn incremental(&mut self) -> Option<Box<dyn Incremental>> {
        let downstream = Downstream::new(self.network.architecture(), &self.network.parameters(), &self.task);
        Some(Box::new(downstream))
    }
}
