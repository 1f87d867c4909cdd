//! The gradient check on correct networks, and what it says about models that break its rules.

use backprop::gradient_check::{
    Check, Checkable, EvaluationMode, Example, Problem, Selection, Task, TaylorOutcome, Verdict,
};
use backprop::graph::Network;
use backprop::{Activation, Architecture, Cost, Label, Sample, WeightInit};

const LABEL: Label<'static> = Label(&[0.9, 0.1]);
const SAMPLE: Sample<'static> = Sample(&[0.3, -0.8, 0.5]);

fn network(activation: Activation, cost: Cost) -> Network {
    let architecture = Architecture::new(&[3, 4, 2])
        .with_activations(&[activation, if cost == Cost::CrossEntropy { Activation::Sigmoid } else { activation }])
        .with_cost(cost);
    Network::from_parameters(&architecture, &WeightInit::Scaled.draw(&architecture, 3))
}

#[test]
fn every_activation_and_cost_agrees_on_the_object_graph() {
    for activation in Activation::ALL {
        for cost in Cost::ALL {
            let mut network = network(activation, cost);
            let report = Check::new().run(&mut Problem::new(&mut network, LABEL, SAMPLE));
            println!("{report}");
            assert_eq!(report.verdict, Verdict::Agree, "{report}");
        }
    }
}
