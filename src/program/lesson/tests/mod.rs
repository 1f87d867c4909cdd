//! The claims of each lesson, against derivations, brute force and the figures of Nielsen's book.

use backprop::data_set::{Part, Pixels, digits};
use backprop::gradient_check::Verdict;

mod every;
mod parts;
mod tries;

use clap::{Args, Command};

use super::{
    LESSONS, descent, initialisation, linear_unit, nand, order, perceptron, sigmoid, slowdown, universality,
    vanishing,
};
use perceptron::End;

/// Returns the settings that these flags make.
fn with<S: Args>(flags: &str) -> S {
    let command = S::augment_args(Command::new("lesson"));
    let words = std::iter::once("lesson").chain(flags.split_whitespace());
    S::from_arg_matches(&command.get_matches_from(words)).expect("the flags are right")
}

/// Returns the settings of one of the three things to try, counted from 1 as they are shown.
fn tried<S: Args>(lesson: &str, number: usize) -> S {
    let lesson = LESSONS.iter().find(|entry| entry.name == lesson).expect("there is such a lesson");
    with(lesson.text.tries()[number - 1].flags)
}

fn assert_close(ours: f64, theirs: f64, tolerance: f64, what: &str) {
    assert!((ours - theirs).abs() <= tolerance, "{what}: {ours}, expected {theirs} within {tolerance}");
}

// ---- nand ----

#[test]
fn the_perceptron_with_weights_minus_two_and_bias_three_is_nand() {
    let gates = nand::run(&with(""));
    assert_eq!(gates.truth_table.len(), 4);
    for ([a, b], _, output) in &gates.truth_table {
        assert_eq!(*output, !(*a && *b));
    }
}

#[test]
fn nands_add_bits_and_bytes() {
    let gates = nand::run(&with(""));
    assert_eq!((gates.half_adder.len(), gates.full_adder.len()), (4, 8));
    for row in gates.half_adder.iter().chain(&gates.full_adder) {
        let ones = row.inputs.iter().filter(|&&input| input).count();
        assert_eq!(2 * usize::from(row.carry) + usize::from(row.sum), ones, "{row:?}");
    }
    assert_eq!(gates.sums.0, gates.sums.1);
    assert_eq!(gates.gates, [5, 9, 72]);
    assert_eq!(nand::Circuit::new(gates.gate).add(201, 77), 278);
}

#[test]
fn circuits_of_another_gate_are_found_wrong() {
    let gates = nand::run(&tried("nand", 1));
    assert_eq!(gates.name, "AND");
    assert!(gates.half_adder.iter().any(|row| !row.is_right()));
    assert!(gates.full_adder.iter().any(|row| !row.is_right()));
    assert!(gates.sums.1 < gates.sums.0);
}

#[test]
fn every_gate_has_the_name_of_its_truth_table() {
    let named = |f: fn(bool, bool) -> bool| {
        nand::gate_name([f(false, false), f(false, true), f(true, false), f(true, true)])
    };
    assert_eq!([named(|a, b| a && b), named(|a, b| a || b), named(|a, b| a != b)], ["AND", "OR", "XOR"]);
    assert_eq!(
        [named(|a, b| !(a || b)), named(|a, b| a == b), named(|a, b| !(a && b))],
        ["NOR", "XNOR", "NAND"]
    );
    assert_eq!(
        [named(|a, _| a), named(|_, b| b), named(|a, _| !a), named(|_, b| !b)],
        ["x1", "x2", "not x1", "not x2"]
    );
    assert_eq!([named(|a, b| a && !b), named(|a, b| b && !a)], ["x1 and not x2", "x2 and not x1"]);
    assert_eq!([named(|a, b| a || !b), named(|a, b| b || !a)], ["x1 or not x2", "x2 or not x1"]);
    assert_eq!([named(|_, _| false), named(|_, _| true)], ["never 1", "always 1"]);
}

// ---- perceptron ----

/// Returns `true` if some weights between -3 and 3, tried in steps of one half, get every row right.
fn weights_exist(gate: perceptron::Gate) -> bool {
    let grid = || (-6..=6).map(|half| f64::from(half) / 2.0);
    let rows = perceptron::rows(false);
    let right =
        |weights: [f64; 3]| rows.iter().zip(gate).all(|(x, label)| perceptron::output(&weights, x) == label);
    grid().any(|w1| grid().any(|w2| grid().any(|b| right([w1, w2, b]))))
}

#[test]
fn the_rule_learns_and() {
    let learning = perceptron::run(&with("")).and;
    assert_eq!(learning.end, End::Learnt);
    let weights = &learning.weights[learning.weights.len() - 1];
    for x in perceptron::rows(false) {
        assert_eq!(perceptron::output(weights, &x), x[0] * x[1], "{x:?}");
    }
    assert_eq!(learning.steps.len(), learning.mistakes.iter().sum::<usize>());
}

#[test]
fn the_circle_of_xor_is_a_proof() {
    let learning = perceptron::run(&with("")).xor;
    let End::Circle { since, corrections, sum } = learning.end else { panic!("XOR was learnt") };
    assert_eq!(learning.weights[since], learning.weights[learning.weights.len() - 1]);
    // The sum once more, from the truth table: + for label 1, - for label 0.
    let [n00, n01, n10, n11] = corrections;
    assert_eq!(sum, [n10 - n11, n01 - n11, n01 + n10 - n00 - n11]);
    assert_eq!(sum, [0.0; 3]);
    assert!(n01 + n10 > 0.0, "a label 1 must be among them, or the sum need not be above 0");
    assert!(!weights_exist(perceptron::XOR));
}

#[test]
fn just_the_gates_that_have_weights_are_learnt() {
    let gates = perceptron::run(&with("")).gates;
    assert_eq!(gates.len(), 16);
    for (gate, learnt) in &gates {
        assert_eq!(*learnt, weights_exist(*gate), "{gate:?}");
    }
    assert_eq!(gates.iter().filter(|(_, learnt)| *learnt).count(), 14);
}

// ---- linear-unit ----

#[test]
fn descent_ends_at_the_best_line_and_the_height_is_last() {
    let lesson = linear_unit::run(&with(""));
    // By hand: the sum of (x - 4) y is 600 and of (x - 4)^2 is 60; the mean of y is 543 / 9.
    assert_close(lesson.best.w, 10.0, 1e-12, "slope");
    assert_close(lesson.best.b, 543.0 / 9.0 - 40.0, 1e-12, "height");
    let last = lesson.lines[lesson.lines.len() - 1];
    assert_close(last.w, lesson.best.w, 1e-4, "slope after all steps");
    assert_close(last.b, lesson.best.b, 1e-4, "height after all steps");
    assert!(lesson.costs.windows(2).all(|pair| pair[1] <= pair[0]), "the cost rose");
    let (slope, height) = (lesson.settled(|line| line.w), lesson.settled(|line| line.b));
    assert!(slope < height && slope.is_some(), "{slope:?} {height:?}");
}

#[test]
fn the_linear_unit_s_gradient_matches_finite_differences() {
    let line = linear_unit::Line { w: 3.0, b: -7.0 };
    let h = 1e-4;
    let points = linear_unit::points(&with("--add 9,100"));
    let cost = |w: f64, b: f64| linear_unit::Line { w, b }.cost(&points);
    let for_w = (cost(line.w - h, line.b) - cost(line.w + h, line.b)) / (2.0 * h);
    let for_b = (cost(line.w, line.b - h) - cost(line.w, line.b + h)) / (2.0 * h);
    assert_close(line.gradient(&points).w, for_w, 1e-6 * for_w.abs(), "for w");
    assert_close(line.gradient(&points).b, for_b, 1e-6 * for_b.abs(), "for b");
}

// ---- sigmoid ----

#[test]
fn the_perceptron_flips_once_and_the_sigmoid_slides() {
    let lesson = sigmoid::run(&with(""));
    let steps = || lesson.outputs.windows(2);
    assert_eq!(steps().filter(|pair| pair[0].perceptron != pair[1].perceptron).count(), 1);
    assert_eq!((lesson.outputs[0].perceptron, lesson.outputs[9].perceptron), (0.0, 1.0));
    let most = sigmoid::STEP / 4.0;
    for pair in steps() {
        let change = pair[1].sigmoid - pair[0].sigmoid;
        assert!(change > 0.0 && change <= most, "{change} from {pair:?}");
    }
}

#[test]
fn a_change_ten_times_smaller_is_predicted_a_hundred_times_better() {
    let rows = sigmoid::run(&with("")).predicted;
    let missed = |row: &sigmoid::Predicted| (row.output_change - row.predicted).abs();
    for pair in rows[1..].windows(2) {
        let factor = missed(&pair[0]) / missed(&pair[1]);
        assert!((95.0..105.0).contains(&factor), "{factor} from {pair:?}");
    }
    // The slope at w = 1, where z = -1: s(-1) (1 - s(-1)), from decimal arithmetic.
    assert_close(rows[3].predicted / rows[3].weight_change, 0.19661193324148185, 1e-15, "slope");
}

// ---- descent ----

#[test]
fn each_step_multiplies_each_coordinate_by_one_minus_rate_times_curvature() {
    let lesson = descent::run(&with(""));
    for path in lesson.paths {
        for (count, v) in path.points.iter().enumerate() {
            let axes = v.iter().zip(lesson.settings.curvatures).zip(descent::START);
            for ((coordinate, curvature), start) in axes {
                let expected = start * (1.0 - path.rate * curvature).powi(count as i32);
                assert_close(*coordinate, expected, 1e-9 * expected.abs(), &format!("step {count}"));
            }
        }
    }
}

#[test]
fn too_small_creeps_right_arrives_too_large_climbs() {
    let lesson = descent::run(&with(""));
    let [slow, right, wild] = [&lesson.paths[0], &lesson.paths[1], &lesson.paths[2]].map(|path| {
        assert_eq!(path.heights.len(), descent::STEPS + 1);
        path.heights[descent::STEPS] / path.heights[0]
    });
    assert!(slow > 0.1 && slow < 1.0 && right < 1e-3 && wild > 10.0, "{slow} {right} {wild}");
    assert_eq!(lesson.border, 0.25);
    let across = |rate: f64| {
        descent::roll(&lesson.settings, rate).points[descent::STEPS][1].abs() / descent::START[1].abs()
    };
    assert!(across(0.99 * lesson.border) < 1.0 && across(1.01 * lesson.border) > 1.0);
}

#[test]
fn only_a_small_step_goes_down_as_far_as_predicted() {
    let share = |path: &descent::Path| (path.heights[0] - path.heights[1]) / path.predicted_drop;
    let shares: Vec<f64> = descent::run(&with("")).paths.iter().map(share).collect();
    assert!(shares[0] > 0.95 && shares[0] < 1.0 && shares[1] < 0.5 && shares[2] < 0.5, "{shares:?}");
}

// ---- order ----

#[test]
fn each_forward_sweep_mends_one_layer_and_one_backward_sweep_all() {
    let lesson = order::run(&with(""));
    let layers = lesson.settings.sizes.len() - 1;
    let right = |attempt: &order::Attempt| -> Vec<bool> { attempt.worst.iter().map(|&e| e < 1e-6).collect() };
    let backwards = &lesson.attempts[0];
    assert_eq!((backwards.verdict, backwards.agree), (Verdict::Agree, backwards.checked));
    assert_eq!(backwards.checked, 2 * 3 + 3 + 2 * (3 * 3 + 3) + 3 * 2 + 2);
    for sweeps in 1..=layers {
        let attempt = &lesson.attempts[sweeps];
        let expected: Vec<bool> = (1..=layers).map(|layer| layer + sweeps > layers).collect();
        assert_eq!(right(attempt), expected, "{attempt:?}");
        let verdict = if sweeps == layers { Verdict::Agree } else { Verdict::Disagree };
        assert_eq!(attempt.verdict, verdict);
    }
    let one = &lesson.attempts[layers + 1];
    assert_eq!((right(one), one.verdict), (vec![false, false, false, true], Verdict::Disagree));
}

#[test]
fn the_contributions_to_a_delta_add_up_to_what_nudging_shows() {
    let sharing = order::run(&with("")).sharing;
    assert_eq!(sharing.contributions.len(), 2);
    assert_close(sharing.delta(), sharing.by_differences, 1e-8, "their sum");
    let off = (sharing.delta_of_one() - sharing.by_differences).abs() / sharing.by_differences.abs();
    assert!(off > 0.1, "one alone is too nearly right to show anything: {off}");
}

// ---- slowdown ----

#[test]
fn the_quadratic_neuron_ends_where_the_book_says() {
    let [mild, bad] = slowdown::run(&with("")).quadratic;
    // Chapter 3: from 0.82 to 0.09, and from 0.98 to 0.20, in 300 steps.
    let ends = |run: &slowdown::Run| [run.outputs[0], run.outputs[300]];
    for (ours, book) in ends(&mild).into_iter().chain(ends(&bad)).zip([0.82, 0.09, 0.98, 0.20]) {
        assert_close(ours, book, 0.005, "an output of the book");
    }
}

#[test]
fn whatever_bad_start_is_allowed_is_pulled_less_by_the_one_cost_and_more_by_the_other() {
    for (weight, bias) in [1, 4, 10].into_iter().flat_map(|weight| [1, 3, 10].map(|bias| (weight, bias))) {
        for desired in ["0", "0.001", "0.3", "0.5"] {
            let flags = format!("--weight {weight} --bias {bias} --desired {desired} --steps 6");
            let [quadratic, cross_entropy] = slowdown::run(&with(&flags)).delta_ratios();
            assert!(quadratic > 0.0 && quadratic < 0.99 && cross_entropy > 1.01, "{flags}");
        }
    }
}

#[test]
fn the_slope_slows_the_bad_start_and_the_cross_entropy_takes_it_out() {
    let lesson = slowdown::run(&with(""));
    // The outputs before the first step are s(1.5) and s(4); delta is -a^2 (1 - a), or -a.
    let (mild, bad) = (1.0 / (1.0 + (-1.5f64).exp()), 1.0 / (1.0 + (-4.0f64).exp()));
    let [quadratic, cross_entropy] = lesson.delta_ratios();
    assert_close(quadratic, bad * bad * (1.0 - bad) / (mild * mild * (1.0 - mild)), 1e-12, "quadratic");
    assert_close(cross_entropy, bad / mild, 1e-12, "cross-entropy");
    assert!(quadratic < 0.2 && cross_entropy > 1.0);
    assert_close(
        lesson.cross_entropy[0].outputs[1],
        lesson.quadratic[0].outputs[1],
        1e-14,
        "the mild start's first step",
    );
    let first_drop = |run: &slowdown::Run| run.costs[0] - run.costs[1];
    assert!(first_drop(&lesson.quadratic[1]) < first_drop(&lesson.quadratic[0]));
    assert!(first_drop(&lesson.cross_entropy[1]) > first_drop(&lesson.cross_entropy[0]));
    let half_way = |run: &slowdown::Run| lesson.half_way(run).expect("within the steps taken");
    assert!(half_way(&lesson.quadratic[1]) > 2 * half_way(&lesson.cross_entropy[1]));
}

// ---- initialisation ----

#[test]
#[ignore = "seconds in a debug build; run in release"]
fn normal_weights_saturate_hidden_neurons_and_learn_less() {
    let lesson = initialisation::run(&with(""));
    let [normal, scaled] = &lesson.starts;
    // A weighted input is a sum of x times N(0, 1) or N(0, 1/784), and a bias from N(0, 1). Few neurons: 30 %.
    let train = digits::load(Part::Train, Pixels::Scaled).expect("embedded").first(40);
    let squares = (0..40).flat_map(|index| train.sample(index)).map(|x| x * x).sum::<f64>() / 40.0;
    let (wide, narrow) = ((squares + 1.0).sqrt(), (squares / 784.0 + 1.0).sqrt());
    assert_close(normal.spread, wide, 0.3 * wide, "spread of normal sums");
    assert_close(scaled.spread, narrow, 0.3 * narrow, "spread of scaled sums");
    assert!(normal.saturated > 0.5 && scaled.saturated < 0.05);
    assert!(scaled.mean_slope > 2.0 * normal.mean_slope && scaled.mean_slope < 0.25);
    for start in [normal, scaled] {
        assert_close(start.histogram.iter().sum(), 1.0, 1e-12, "all answers");
        let outermost = start.histogram[0] + start.histogram[start.histogram.len() - 1];
        assert_close(outermost, start.saturated, 1e-12, "the outermost bars are the saturated ones");
        assert_eq!(start.accuracy.len(), 5 + 1);
    }
    let last = 5;
    assert!(scaled.accuracy[last] > normal.accuracy[last] + 0.05);
    assert!(scaled.train_cost[last - 1] < normal.train_cost[last - 1]);
}

// ---- vanishing ----

#[test]
fn delta_shrinks_by_the_slopes_from_layer_to_layer() {
    let lesson = vanishing::run(&with(""));
    for kind in &lesson.kinds {
        assert_eq!(kind.sizes.len(), 5);
        // With weights of variance 1/n between n and n neurons, W^T keeps the size of what it passes back, on average.
        for layer in 1..5 {
            let factor = kind.sizes[layer - 1] / kind.sizes[layer];
            let slope = kind.slopes[layer - 1];
            assert_close(factor, slope, 0.3 * slope, &format!("{} layer {layer}", kind.activation));
        }
    }
    let [sigmoid, tanh, relu] = [0, 1, 2].map(|kind| lesson.kinds[kind].lost().unwrap());
    // At best, each of the four layers on the way divides it by 4.
    assert!(sigmoid > 200.0 && tanh < 20.0 && relu < 20.0, "{sigmoid} {tanh} {relu}");
    assert!(lesson.kinds[0].slopes.iter().all(|&slope| slope <= 0.25));
}

// ---- universality ----

#[test]
fn twice_the_towers_halve_the_error() {
    let lesson = universality::run(&with(""));
    let drawings = &lesson.drawings;
    for pair in drawings[2..].windows(2) {
        let factor = pair[0].mean_error / pair[1].mean_error;
        assert!((1.8..2.3).contains(&factor), "{factor} from {} to {}", pair[0].towers, pair[1].towers);
    }
    // Within a tower of width h the curve is nearly a line, off by |f'| t at distance t < h/2 from the middle: on
    // average by |f'| h/4. Steps are not sharp, which helps: a slope of s/h takes |f'| h (ln 2)/s away at each edge.
    let curve = lesson.settings.curve;
    let slopes = (0..10_000).map(|place| f64::from(place) / 10_000.0);
    let steps = slopes.map(|x| (curve.at(x + 1e-4) - curve.at(x)).abs() / 1e-4);
    let mean_slope = steps.sum::<f64>() / 10_000.0;
    let last = &drawings[drawings.len() - 1];
    let smooth = 2.0 * std::f64::consts::LN_2 / lesson.settings.steepness;
    let expected = mean_slope * (0.25 - smooth) / last.towers as f64;
    assert_close(last.mean_error, expected, 0.02 * expected, "the error of the finest drawing");
    assert_eq!(last.parameters, 2 * last.towers * 3 + 1);
}

#[test]
fn towers_next_to_each_other_leave_no_gap() {
    let level = |_: f64| 0.5;
    let drawn = universality::draw(&mut universality::build(level, 7, 40.0));
    for (x, y) in drawn {
        assert_close(y, 0.5, 1e-12, &format!("at {x}"));
    }
}
