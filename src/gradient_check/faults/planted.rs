//! A network with a planted fault: its own error, and the gradient of a backward pass with a bug in it.

use super::Fault;
use super::backward_pass::gradient;
use crate::gradient_check::{
    Checkable, CheckedEngine, CheckedNetwork, Details, Incremental, ParameterId, Task,
};

/// A network whose backward pass has been replaced by a faulty one, to see what the check makes of it.
///
/// ```
/// use backprop::gradient_check::faults::{Fault, Planted};
/// use backprop::gradient_check::{Check, Pattern};
/// use backprop::graph::Network;
///
/// let fault = Fault::named("sign-flipped").unwrap();
/// let (architecture, parameters, task) = fault.set_up.draw(&[3, 4, 2], 0);
/// let mut network = Network::from_parameters(&architecture, &parameters);
/// let report = Check::new().run(&mut Planted::new(&mut network, task, fault));
/// assert!(!report.passed());
/// assert_eq!(report.diagnosis.unwrap().pattern, Pattern::SignFlipped);
/// ```
#[derive(Debug)]
pub struct Planted<'a, N> {
    network: CheckedNetwork<'a, N>,
    fault: &'static Fault,
    named: bool,
}

impl<'a, N: CheckedEngine> Planted<'a, N> {
    /// Plants a fault.
    ///
    /// # Panics
    /// If a label or a sample is not as long as its layer, there are no samples, or the fault cannot occur in a network of these
    /// sizes ([`Fault::check`]).
    #[track_caller]
    pub fn new(network: &'a mut N, task: Task, fault: &'static Fault) -> Self {
        if let Err(problem) = fault.check(network.architecture()) {
            panic!("{problem}");
        }
        Self { network: CheckedNetwork::on_task(network, task), fault, named: true }
    }

    /// Plants a fault, and keeps its name out of the report's head, for somebody to find it. Whether it can occur in this
    /// network is the caller's business.
    pub fn unnamed(network: &'a mut N, task: Task, fault: &'static Fault) -> Self {
        Self { network: CheckedNetwork::on_task(network, task), fault, named: false }
    }
}

impl<N: CheckedEngine> Checkable for Planted<'_, N> {
    fn parameter_count(&self) -> usize {
        self.network.parameter_count()
    }

    fn parameter(&self, index: usize) -> f64 {
        self.network.parameter(index)
    }

    fn set_parameter(&mut self, index: usize, value: f64) {
        self.network.set_parameter(index, value);
    }

    fn error(&mut self) -> f64 {
        self.network.error()
    }

    fn gradient(&mut self) -> Vec<f64> {
        let network = self.network.network();
        let (architecture, parameters) = (network.architecture(), network.parameters());
        gradient(self.fault.pass, architecture, &parameters, self.network.task()).iter().collect()
    }

    fn parameter_id(&self, index: usize) -> ParameterId {
        self.network.parameter_id(index)
    }

    fn name(&self, index: usize) -> String {
        self.network.name(index)
    }

    fn details(&mut self) -> Details {
        let details = self.network.details();
        let fault =
            if self.named { format!("the fault {}", self.fault.name) } else { "a mystery fault".to_owned() };
        Details {
            description: format!("{fault} on {}", details.description),
            gradient_source: "the faulty backward pass".to_owned(),
            gradient_noise: Vec::new(),
            ..details
        }
    }

    fn activation_pattern(&mut self) -> Vec<bool> {
        self.network.activation_pattern()
    }

    fn incremental(&mut self) -> Option<Box<dyn Incremental>> {
        self.network.incremental()
    }
}
