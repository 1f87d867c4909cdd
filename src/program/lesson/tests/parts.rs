//! Small claims about the parts that lessons are made of.

use backprop::{Activation, Cost, Sample};

use super::super::{
    Numbers as _, descent, linear_unit, nand, perceptron, sigmoid, slowdown, text, universality, vanishing,
};
use super::with;
use perceptron::End;

#[test]
fn a_table_is_flush_right_and_as_wide_as_its_widest_cell() {
    let laid_out =
        text::laid_out("\n\n| step | cost |\n| 0 | 1.50 |\n| 10 | 0.02 |\n\n\nThe\nend.\n\n  as it is\n");
    assert_eq!(laid_out, "  step  cost\n     0  1.50\n    10  0.02\n\nThe end.\n\n  as it is\n");
}

#[test]
fn a_gap_is_filled_with_a_number_that_is_there_and_with_no_other() {
    let text = text::Text(
        "{% set half = 0.5 %}\n# Set-up\n{{ half }} of {{ count }} is {{ (half * count)|fixed(2) }}.\n",
    );
    let filled = |count| text.fill("Set-up", &minijinja::context! { count => count });
    assert_eq!(filled(Some(1.0)).expect("there is a count"), "0.5 of 1 is 0.50.\n");
    assert!(filled(None).is_err() && text.fill("Set-up", &minijinja::context! {}).is_err());
}

#[test]
fn a_byte_adder_takes_eight_full_ones() {
    let numbers = nand::run(&with("")).numbers();
    let gates = &numbers["gates"]; // of a half adder, a full adder, a byte adder
    assert_eq!(gates[2].as_u64(), gates[1].as_u64().map(|full| 8 * full));
}

#[test]
fn a_circuit_adds() {
    let nand = nand::Perceptron { weights: [-2.0, -2.0], bias: 3.0 };
    let mut circuit = nand::Circuit::new(nand);
    assert_eq!(circuit.half_adder(true, true), (false, true)); // 1 + 1 = binary 10
    assert_eq!(circuit.add(200, 100), 300);
}

#[test]
fn what_is_learnt_of_and_is_and_and_xor_ends_in_a_circle() {
    let learnt = perceptron::learn(perceptron::AND, &with(""));
    let weights = learnt.weights.last().expect("it learnt");
    assert_eq!(perceptron::rows(false).map(|x| perceptron::output(weights, &x)), perceptron::AND);
    assert!(matches!(perceptron::learn(perceptron::XOR, &with("")).end, End::Circle { .. }));
}

#[test]
fn from_the_best_line_there_is_nowhere_to_go() {
    let points = linear_unit::points(&with(""));
    let slopes = linear_unit::best_line(&points).gradient(&points);
    assert!(slopes.w.abs() < 1e-12 && slopes.b.abs() < 1e-12);
}

#[test]
fn a_rate_of_one_over_the_curvature_reaches_the_bottom_at_once() {
    let valley: descent::Settings = with("--curvatures 1,8");
    assert_eq!(valley.step([-4.0, 1.2], 0.125), [-3.5, 0.0]);
}

#[test]
fn from_a_rate_of_two_over_the_curvature_on_the_ball_climbs() {
    let found = descent::run(&with(""));
    assert_eq!(found.border, 2.0 / 8.0);
    for path in &found.paths {
        let climbs = path.heights[30] > path.heights[0];
        assert_eq!(climbs, path.rate > found.border, "rate {}", path.rate);
    }
}

#[test]
fn a_change_ten_times_smaller_is_predicted_ten_times_as_exactly() {
    let rows = sigmoid::predict(&with("--weight 1"));
    let miss = |row: usize| (rows[row].output_change / rows[row].predicted - 1.0).abs();
    assert!((miss(2) / miss(3) - 10.0).abs() < 0.1);
}

#[test]
fn only_the_quadratic_costs_first_delta_has_the_slope_in_it() {
    // From weight 2 and bias 2 the output is a = σ(4), and should be 0: δ = −a(1 − a)·a, or −a.
    let a = backprop::sigmoid(4.0);
    let quadratic = slowdown::train((2.0, 2.0), Cost::Quadratic, 0.15, &with("")).first_delta;
    assert!((quadratic + a * (1.0 - a) * a).abs() < 1e-15);
    assert_eq!(slowdown::train((2.0, 2.0), Cost::CrossEntropy, 0.15, &with("")).first_delta, -a);
}

#[test]
fn deltas_shrink_by_the_factor_of_each_layer_between() {
    let sizes = vec![0.001, 0.01, 0.1]; // the first layer's, the second's, the third's
    let deltas = vanishing::Deltas { activation: Activation::Sigmoid, sizes, slopes: vec![] };
    assert!((deltas.lost().unwrap() - 100.0).abs() < 1e-9 && (deltas.factor().unwrap() - 0.1).abs() < 1e-12);
}

#[test]
fn a_tower_is_as_high_as_the_curve_in_its_middle() {
    let mut network = universality::build(|x| x * x, 10, 40.0);
    let middle = 0.35; // of the fourth tower
    assert!((network.predict(Sample(&[middle]))[0] - middle * middle).abs() < 1e-6);
}
