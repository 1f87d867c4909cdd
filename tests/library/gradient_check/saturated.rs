//! Networks in f32 whose outputs are near 0, 1 or −1, where their slopes have few digits.

use backprop::gradient_check::{
    Check, Checkable, CheckedNetwork, Details, Downstream, Example, ParameterId, Report, Task, Verdict,
};
use backprop::{
    Activation, Architecture, Cost, Engine as _, Label, Parameters, Sample, WeightInit, vectorized,
};
use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

/// A model whose gradient is multiplied by a factor in some places.
struct Multiplied<'m> {
    model: &'m mut dyn Checkable,
    places: Vec<usize>,
    factor: f64,
}

impl Checkable for Multiplied<'_> {
    fn parameter_count(&self) -> usize {
        self.model.parameter_count()
    }
    fn parameter(&self, index: usize) -> f64 {
        self.model.parameter(index)
    }
    fn set_parameter(&mut self, index: usize, value: f64) {
        self.model.set_parameter(index, value);
    }
    fn error(&mut self) -> f64 {
        self.model.error()
    }
    fn gradient(&mut self) -> Vec<f64> {
        let mut gradient = self.model.gradient();
        self.places.iter().for_each(|&index| gradient[index] *= self.factor);
        gradient
    }
    fn parameter_id(&self, index: usize) -> ParameterId {
        self.model.parameter_id(index)
    }
    fn name(&self, index: usize) -> String {
        self.model.name(index)
    }
    fn details(&mut self) -> Details {
        self.model.details()
    }
    fn gradient_rounding(&mut self) -> Vec<f64> {
        self.model.gradient_rounding()
    }
    fn incremental(&mut self) -> Option<Downstream> {
        self.model.incremental()
    }
}

/// The wrong gradients: none, a whole layer, or the largest weight of it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Wrong {
    Nothing,
    Layer,
    Largest,
}

/// Checks a random network. Returns `None` if the layer that would be wrong has a gradient of 0.
fn check(seed: u64, hidden: Activation, wrong: Wrong, factor: f64) -> Option<Report> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let inputs = *[3, 30, 100, 200].choose(&mut rng).expect("not empty");
    let sizes = [inputs, rng.random_range(2..9), rng.random_range(2..9), rng.random_range(2..5)];
    let (last, cost) = *[
        (Activation::Sigmoid, Cost::Quadratic),
        (Activation::Sigmoid, Cost::CrossEntropy),
        (Activation::Softmax, Cost::LogLikelihood),
    ]
    .choose(&mut rng)
    .expect("not empty");
    let architecture = Architecture::new(&sizes).with_activations(&[hidden, hidden, last]).with_cost(cost);
    let mut network = vectorized::Network::<f32>::zeros(&architecture).expect("a small network");
    let mut start = WeightInit::Normal.draw(&architecture, seed);
    // As training does, this drives sigmoids and tanhs to the ends of their ranges.
    let scale = rng.random_range(0.5..2.0);
    start.iter_mut().for_each(|number| *number *= scale);
    network.set_parameters(&start);
    let sample: Vec<f64> = (0..inputs).map(|_| rng.random_range(-1.0..1.0)).collect();
    let mut label = vec![0.0; sizes[3]];
    label[0] = 1.0;
    let task = Task::new(vec![Example::new(Label(&label), Sample(&sample))]);
    let mut model = CheckedNetwork::on_task(&mut network, task);
    let gradient = model.gradient();
    let layer = 1 + rng.random_range(0..3);
    let in_layer = |&index: &usize| matches!(model.parameter_id(index), ParameterId::Weight { layer: of, .. } if of == layer);
    let mut places: Vec<usize> = (0..gradient.len()).filter(in_layer).collect();
    places.sort_by(|&one, &other| gradient[other].abs().total_cmp(&gradient[one].abs()));
    if gradient[places[0]] == 0.0 {
        return None; // a multiple of it is not wrong
    }
    places.truncate(match wrong {
        Wrong::Nothing => 0,
        Wrong::Largest => 1,
        Wrong::Layer => places.len(),
    });
    Some(Check::new().run(&mut Multiplied { model: &mut model, places, factor }))
}

/// Checks right gradients and wrong ones. Returns how many of the right ones are accused.
fn check_all(networks: u64, hidden: Activation) -> usize {
    let mut accused = 0;
    for seed in 0..networks {
        let right = check(seed, hidden, Wrong::Nothing, 1.0);
        accused += usize::from(right.is_some_and(|report| report.verdict == Verdict::Disagree));
        for (wrong, factor) in [(Wrong::Layer, 1.03), (Wrong::Largest, 1.1), (Wrong::Largest, -1.0)] {
            if let Some(report) = check(seed, hidden, wrong, factor) {
                assert!(!report.passed(), "{seed}, {hidden:?}, {wrong:?} by {factor}\n{report}");
            }
        }
    }
    accused
}

#[test]
fn f32_networks_are_judged_though_their_slopes_are_rounded() {
    for hidden in [Activation::Sigmoid, Activation::Tanh] {
        assert_eq!(check_all(1, hidden), 0, "{hidden:?}");
    }
}

#[test]
#[ignore = "minutes in a debug build; run in release"]
fn hundreds_of_saturated_f32_networks_are_judged() {
    for (hidden, most) in [(Activation::Sigmoid, 5), (Activation::Tanh, 10), (Activation::Relu, 5)] {
        let accused = check_all(300, hidden);
        println!("{hidden:?}: {accused} of 300 right gradients accused");
        assert!(accused <= most, "{hidden:?}: {accused} of 300");
    }
}

#[test]
fn what_a_certain_softmax_leaves_of_the_hidden_gradients_is_left_open() {
    let architecture = Architecture::new(&[1, 1, 2])
        .with_activations(&[Activation::Relu, Activation::Softmax])
        .with_cost(Cost::LogLikelihood);
    let mut parameters = Parameters::zeros(&architecture);
    parameters.iter_mut().zip([1.0, 0.0, 8.0, -9.0, 0.0, 0.0]).for_each(|(number, value)| *number = value);
    // The outputs are 1/(1 + e⁻¹⁷), which is 1 in f32, and e⁻¹⁷: one of two output deltas of the same size becomes 0.
    for (label, factor, verdict) in [
        ([1.0, 0.0], 1.0, Verdict::Inconclusive),
        ([0.0, 1.0], 1.0, Verdict::Agree),
        ([0.0, 1.0], 1.001, Verdict::Disagree),
    ] {
        let mut network = vectorized::Network::<f32>::zeros(&architecture).expect("a small network");
        network.set_parameters(&parameters);
        let task = Task::new(vec![Example::new(Label(&label), Sample(&[1.0]))]);
        let mut model = CheckedNetwork::on_task(&mut network, task);
        let report = Check::new().run(&mut Multiplied { model: &mut model, places: vec![0], factor });
        assert_eq!(report.verdict, verdict, "{report}");
    }
}
