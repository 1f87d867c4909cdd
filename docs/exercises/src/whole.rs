//! A solution as part of a whole: a network whose gradient your code computes, under the gradient check.

use backprop::gradient_check::faults::{BackwardPass, draw_examples};
use backprop::gradient_check::{
    Check, Checkable, CheckedNetwork, Details, ParameterId, Pattern, Report, Task,
};
use backprop::graph::Network;
use backprop::{Architecture, Engine, Parameters, WeightInit};

use crate::{Formula, Lesson};

/// Sizes whose layers are of different lengths, so that an exchanged row and column show; and three layers of weights.
pub const SHAPES: [&[usize]; 2] = [&[3, 4, 2], &[2, 3, 4, 3]];

/// −∂E/∂w of every parameter, in the order of [`Parameters::iter`].
pub type Gradient<'a> = &'a dyn Fn(&Architecture, &Parameters, &Task) -> Vec<f64>;

/// A network, its task, and somebody's gradient.
struct Whole<'a> {
    network: CheckedNetwork<'a, Network>,
    gradient: Gradient<'a>,
}

impl Checkable for Whole<'_> {
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
        (self.gradient)(&network.architecture, &network.parameters(), self.network.task())
    }

    fn parameter_id(&self, index: usize) -> ParameterId {
        self.network.parameter_id(index)
    }

    fn name(&self, index: usize) -> String {
        self.network.name(index)
    }

    fn details(&mut self) -> Details {
        Details { description: String::new(), ..self.network.details() }
    }
}

/// What the gradient check says of this gradient, on a network of these sizes with one sample.
pub fn check(architecture: &Architecture, seed: u64, gradient: Gradient<'_>) -> Report {
    let parameters = WeightInit::Scaled.draw(architecture, seed);
    let mut network = Network::from_parameters(architecture, &parameters);
    let task = Task::new(draw_examples(architecture, 1, seed));
    let network = CheckedNetwork::on_task(&mut network, task);
    Check::new().run(&mut Whole { network, gradient })
}

/// The same for a backward pass with one formula of the reader's in it.
pub fn check_pass(architecture: &Architecture, pass: &BackwardPass) -> Report {
    check(architecture, 0, &|architecture, parameters, task| {
        pass.gradient(architecture, parameters, task).iter().collect()
    })
}

/// "In a network 3,4,2 the gradient check says: …", if it disagrees.
#[must_use]
pub fn verdict(report: &Report) -> Option<String> {
    let diagnosis = report.diagnosis.as_ref()?;
    Some(format!(
        "In a whole network, the gradient check finds {} of {} gradients wrong:\n{diagnosis}",
        report.disagree, report.checked
    ))
}

/// The same, if it is about this formula.
#[must_use]
pub fn verdict_on(report: &Report, formula: Formula) -> Option<String> {
    let diagnosis = report.diagnosis.as_ref()?;
    if formula_of(&diagnosis.pattern, f64::NAN) == formula { verdict(report) } else { None }
}

/// The worst disagreement and the diagnosis, as a lesson; `None` if the report passes.
#[must_use]
pub fn lesson(report: &Report, formula: Formula) -> Option<Lesson> {
    if report.passed() {
        return None;
    }
    let found = report.worst.as_ref().map_or_else(
        || "No gradient could be compared.".to_owned(),
        |worst| {
            format!(
                "the gradient of {}\n    expected {:+.9}\n    got      {:+.9}",
                worst.name, worst.entry.numerical, worst.entry.analytic
            )
        },
    );
    Some(Lesson::new(formula, found, verdict(report).unwrap_or_default()))
}

/// The formula in which this pattern is probably wrong, in code that trains one sample at rate `rate`.
#[must_use]
pub fn formula_of(pattern: &Pattern, rate: f64) -> Formula {
    match pattern {
        Pattern::OutputDelta { .. } | Pattern::OtherSample | Pattern::SignFlipped => Formula::OutputDelta,
        Pattern::ConstantFactor { factor } => {
            let of_the_rate =
                [1.0 / rate, rate, -1.0 / rate].iter().any(|of| (factor / of - 1.0).abs() < 1e-3);
            if of_the_rate { Formula::Update } else { Formula::OutputDelta }
        }
        Pattern::Recursion { .. } | Pattern::OneLayer { .. } => Formula::HiddenDelta,
        Pattern::BiasGradientMissing | Pattern::BiasPath | Pattern::InputPath | Pattern::WeightPath => {
            Formula::Gradient
        }
        _ => Formula::Update,
    }
}
