//! The things to try and the claims of their answers, lesson by lesson.

use backprop::WeightInit;
use backprop::gradient_check::Verdict;

use super::super::{
    LESSONS, descent, initialisation, linear_unit, nand, order, perceptron, sigmoid, slowdown, universality,
    vanishing, xor,
};
use super::{assert_close, tried, with};
use descent::Outcome;
use perceptron::End;

#[test]
fn nand_ten_times_the_weights_are_the_same_gate() {
    let (nand, tenfold) = (nand::run(&with("")), nand::run(&tried("nand", 2)));
    assert_eq!((tenfold.name, tenfold.gate.outputs()), ("NAND", nand.gate.outputs()));
    assert_eq!(nand::run(&tried("nand", 3)).name, "OR");
    assert_eq!(nand::run(&with("--weights -2,-2 --bias 3")), nand);
}

#[test]
fn perceptron_and_is_learnt_from_anywhere_and_not_with_the_same_weights() {
    let end = |settings: &perceptron::Settings| {
        let learning = perceptron::learn(perceptron::AND, settings);
        assert_eq!(learning.end, End::Learnt, "{settings:?}");
        learning.weights[learning.weights.len() - 1].clone()
    };
    assert_ne!(end(&with("")), end(&tried("perceptron", 1)));
    for start in ["9,9,9", "-9,-9,-9", "9,-9,0", "0,0,-9", "-7,3,8"] {
        end(&with(&format!("--start {start}")));
        let xor = perceptron::learn(perceptron::XOR, &with(&format!("--start {start}")));
        let End::Circle { sum, .. } = xor.end else { panic!("XOR was learnt from {start}") };
        assert_eq!(sum, [0.0; 3]);
    }
}

#[test]
fn perceptron_in_another_order_the_circle_still_adds_up_to_nothing() {
    let (first, other) = (perceptron::run(&with("")).xor, perceptron::run(&tried("perceptron", 2)).xor);
    assert_ne!(first.weights, other.weights);
    let End::Circle { sum, .. } = other.end else { panic!("XOR was learnt") };
    assert_eq!(sum, [0.0; 3]);
}

#[test]
fn perceptron_with_a_third_input_all_sixteen_gates_are_learnt() {
    let perceptrons = perceptron::run(&tried("perceptron", 3));
    assert_eq!(perceptrons.xor.end, End::Learnt);
    assert!(perceptrons.gates.iter().all(|(_, learnt)| *learnt));
    // The answer's own weights, x1 + x2 - 2*x3.
    let rows = perceptron::rows(true);
    assert_eq!(
        [0, 1, 2, 3].map(|row| perceptron::output(&[1.0, 1.0, -2.0, 0.0], &rows[row])),
        perceptron::XOR
    );
}

#[test]
fn linear_unit_the_border_of_the_rate_lies_between_08_and_09() {
    let (calm, wild) = (linear_unit::run(&with("--rate 0.08")), linear_unit::run(&tried("linear-unit", 1)));
    // Mean of x^2 204/9, mean of x 4: the larger root of m^2 - (204/9 + 1) m + (204/9 - 16) = 0.
    let (sum, product): (f64, f64) = (204.0 / 9.0 + 1.0, 204.0 / 9.0 - 16.0);
    assert_close(calm.border, 2.0 / (sum / 2.0 + (sum * sum / 4.0 - product).sqrt()), 1e-12, "the border");
    assert_close(calm.border, 0.0855, 5e-5, "the border the answer names");
    assert!(calm.settled(|line| line.b).is_some());
    assert!(wild.costs.windows(2).all(|pair| pair[1] > pair[0]), "the cost falls");
}

#[test]
fn linear_unit_from_the_middle_b_loses_five_per_cent_of_the_rest_a_step() {
    let lesson = linear_unit::run(&tried("linear-unit", 2));
    let rest = |step: usize| lesson.best.b - lesson.lines[step].b;
    assert_close(rest(10), rest(0) * 0.95f64.powi(10), 1e-9, "what is left");
    let settled = |lesson: &linear_unit::LinearUnit| lesson.settled(|line| line.b).expect("it settles");
    assert!(3 * settled(&lesson) < settled(&linear_unit::run(&with(""))));
}

#[test]
fn linear_unit_water_that_boils_makes_the_line_flatter() {
    // The sum of (x - 4.5) y is 778.5 and of (x - 4.5)^2 is 82.5.
    let best = linear_unit::run(&tried("linear-unit", 3)).best;
    assert_close(best.w, 778.5 / 82.5, 1e-12, "slope");
    assert_close(best.w, 9.44, 0.005, "the slope the answer names");
}

#[test]
fn sigmoid_a_bias_moves_the_curve_and_a_large_input_makes_it_steep() {
    let (first, moved) = (sigmoid::run(&with("")), sigmoid::run(&tried("sigmoid", 1)));
    for (a, b) in first.outputs.iter().zip(&moved.outputs) {
        assert_close(a.weight + 6.0, b.weight, 1e-12, "weight");
        assert_close(a.sigmoid, b.sigmoid, 1e-12, "output");
    }
    let steep = sigmoid::run(&tried("sigmoid", 2));
    // From z = -1/2 to 1/2: 2 s(1/2) - 1 = tanh(1/4).
    assert_close(steep.largest_change(|row| row.sigmoid), 0.25f64.tanh(), 1e-12, "the largest change");
    assert!(steep.outputs[0].sigmoid < 0.02 && steep.outputs[9].sigmoid > 0.98);
}

#[test]
fn sigmoid_a_saturated_neuron_hardly_moves() {
    let lesson = sigmoid::run(&tried("sigmoid", 3));
    assert!(lesson.predicted.iter().all(|row| row.output_change.abs() < 2e-8 && row.predicted.abs() < 2e-8));
    assert_close(lesson.settings.neuron(20.0), 0.99999998, 5e-9, "the output the answer names");
}

#[test]
fn descent_at_the_border_the_ball_leaps_to_and_fro_at_the_same_height() {
    let lesson = descent::run(&tried("descent", 1));
    assert_eq!(lesson.outcome(&lesson.paths[0]), Outcome::Swings);
    for (step, v) in lesson.paths[0].points.iter().enumerate() {
        assert_close(v[1], if step % 2 == 0 { 1.2 } else { -1.2 }, 1e-12, "v2");
    }
}

#[test]
fn descent_a_narrow_valley_allows_a_tenth_and_a_round_one_takes_one_step() {
    let narrow = descent::run(&tried("descent", 2));
    let outcomes = narrow.paths.iter().map(|path| narrow.outcome(path)).collect::<Vec<_>>();
    assert_eq!(narrow.border, 0.025);
    assert_eq!(outcomes, [Outcome::Creeps, Outcome::Creeps, Outcome::Climbs]);
    let round = descent::run(&tried("descent", 3));
    assert_eq!(round.paths[0].points[1], [0.0, 0.0]);
    assert_eq!(round.outcome(&round.paths[0]), Outcome::Arrives);
    assert_eq!(descent::run(&with("--rate 0.25")).paths.len(), 1);
}

#[test]
#[ignore = "seconds in a debug build; run in release"]
fn xor_a_hundred_starts_and_those_that_get_stuck() {
    let lesson = xor::run(&with(""));
    assert!(lesson.shown.learnt());
    let stuck = lesson.stuck();
    assert_eq!(stuck.len(), 26, "what the answers name");
    let mut sizes = [0; 5];
    for run in &stuck {
        let rows = run.merged();
        sizes[rows.len()] += 1;
        // The rows that have become one get one answer: about the mean of their targets.
        let mean = rows.iter().map(|row| xor::LABELS[*row][0]).sum::<f64>() / rows.len() as f64;
        for row in &rows {
            assert_close(run.end()[*row], mean, 0.1, &format!("seed {}", run.seed));
        }
        assert!(run.slope(&rows) < 0.1, "seed {}: saturated", run.seed);
        // Nothing moves any more: over the last fifth of the epochs the cost stays where it is.
        let (earlier, last) = (run.costs[run.costs.len() * 4 / 5].1, run.costs[run.costs.len() - 1].1);
        assert_close(earlier, last, 0.1 * last, &format!("seed {}", run.seed));
    }
    assert_eq!((sizes[2], sizes[3]), (23, 3));
    // Among those that learn, no two rows with different labels become one.
    assert!(lesson.runs.iter().filter(|run| run.learnt()).all(|run| run.merged().is_empty()));
}

#[test]
#[ignore = "seconds in a debug build; run in release"]
fn xor_more_neurons_help_and_more_epochs_do_not() {
    let stuck = |settings: &xor::Settings| xor::run(settings).stuck().len();
    assert_eq!(stuck(&tried("xor", 1)), 4);
    assert_eq!(stuck(&with("--sizes 2,4,1 --runs 40")), 0);
    assert_eq!(stuck(&with("--epochs 300")), 51);
    let (first, longer) = (xor::run(&with("--runs 40")), xor::run(&with("--runs 40 --epochs 4000")));
    let seeds = |lesson: &xor::Xor| lesson.stuck().iter().map(|run| run.seed).collect::<Vec<_>>();
    assert_eq!(seeds(&first), seeds(&longer));
}

#[test]
#[ignore = "seconds in a debug build; run in release"]
fn xor_from_small_weights_both_neurons_learn_the_same() {
    let lesson = xor::run(&tried("xor", 3));
    assert_eq!(lesson.stuck().len(), 51);
    let alike = lesson.stuck().iter().filter(|run| run.merged().len() == 3).count();
    assert!(alike > 45, "{alike}");
}

/// Returns, for each layer, true if the gradients of the weights into it are right, in one row of the table.
fn right(attempt: &order::Attempt) -> Vec<bool> {
    attempt.worst.iter().map(|worst| *worst < 1e-6).collect()
}

#[test]
fn order_a_layer_more_takes_a_sweep_more() {
    let lesson = order::run(&tried("order", 1));
    assert_eq!(lesson.attempts[4].verdict, Verdict::Disagree);
    assert_eq!(
        (lesson.attempts[5].way.as_str(), lesson.attempts[5].verdict),
        ("forwards 5 times", Verdict::Agree)
    );
}

#[test]
fn order_listening_is_right_where_a_node_feeds_no_more_than_it_listens_to() {
    let last = |lesson: &order::Order| right(&lesson.attempts[lesson.attempts.len() - 1]);
    assert_eq!(last(&order::run(&tried("order", 2))), [false, false, true, true]);
    assert_eq!(last(&order::run(&tried("order", 3))), [false, false, true, true]);
    assert_eq!(last(&order::run(&with("--listen-to 3"))), [true; 4]);
    let entry = LESSONS.iter().find(|entry| entry.name == "order").expect("a lesson");
    for (flags, is_fault) in [
        ("", true),
        ("--sizes 1,1,1", false),
        ("--sizes 2,1,1", false),
        ("--sizes 2,2,1", false),
        ("--sizes 2,1,2", true),
    ] {
        let told = entry.result(&order::run(&with(flags))).replace('\n', " ");
        assert_eq!(told.contains("is the fault of the last line"), is_fault, "{flags}: {told}");
        assert_eq!(told.contains("is right as well"), !is_fault, "{flags}: {told}");
    }
}

#[test]
fn slowdown_a_worse_start_waits_e_to_the_z_steps() {
    let lesson = slowdown::run(&tried("slowdown", 1));
    let steps = lesson.half_way(&lesson.quadratic[1]).expect("within the steps taken");
    assert_eq!(steps, 10_028);
    // z falls by 2 rate a^2 (1 - a) per step, about 0.3 e^-z: e^z falls by 0.3, from e^8.
    assert_close(steps as f64, 8.0f64.exp() / 0.3, 0.02 * steps as f64, "steps");
    assert_eq!(lesson.half_way(&lesson.cross_entropy[1]), Some(201));
}

#[test]
fn slowdown_ten_times_the_rate_is_ten_times_as_fast_for_both_starts() {
    let (first, fast) = (slowdown::run(&with("")), slowdown::run(&tried("slowdown", 2)));
    let half_way =
        |lesson: &slowdown::Slowdown| [0, 1].map(|start| lesson.half_way(&lesson.quadratic[start]));
    assert_eq!((half_way(&first), half_way(&fast)), ([Some(36), Some(232)], [Some(4), Some(25)]));
}

#[test]
fn slowdown_asked_for_a_half_the_quadratic_cost_is_still_the_slow_one() {
    let lesson = slowdown::run(&with("--desired 0.5 --steps 500"));
    assert_eq!(lesson.half_way(&lesson.quadratic[1]), Some(441));
    assert_eq!(lesson.half_way(&lesson.cross_entropy[1]), Some(164));
}

#[test]
#[ignore = "fifty epochs take half a minute in a debug build"]
fn initialisation_the_normal_start_does_not_catch_up() {
    let lesson = initialisation::run(&tried("initialisation", 1));
    let [normal, scaled] = &lesson.starts;
    assert!(normal.accuracy.iter().zip(&scaled.accuracy).skip(1).all(|(normal, scaled)| normal < scaled));
}

#[test]
#[ignore = "seconds in a debug build; run in release"]
fn initialisation_small_looks_like_scaled_and_raw_pixels_saturate_both() {
    let lesson = initialisation::run(&tried("initialisation", 2));
    assert_eq!(lesson.starts.each_ref().map(|start| start.init), [WeightInit::Small, WeightInit::Scaled]);
    assert!(lesson.starts.iter().all(|start| start.saturated < 0.05));
    // Standard deviations of a uniform number within 0.1, and of a normal one with variance 1/784.
    assert_close(0.1 / 3.0f64.sqrt(), 0.058, 5e-4, "the spread the answer names");
    assert_close(1.0 / 784.0f64.sqrt(), 0.036, 5e-4, "the spread the answer names");
    let raw = initialisation::run(&tried("initialisation", 3));
    assert!(raw.starts.iter().all(|start| start.saturated > 0.9));
    assert!(raw.starts[1].accuracy.iter().all(|accuracy| *accuracy < 0.15));
}

#[test]
#[ignore = "a second in a debug build; run in release"]
fn vanishing_ten_layers_lose_a_million_and_the_root_of_two_keeps_relu() {
    let deep = vanishing::run(&tried("vanishing", 1));
    assert!((0.5e6..2e6).contains(&deep.kinds[0].lost().unwrap()), "{}", deep.kinds[0].lost().unwrap());
    assert_close(vanishing::run(&with("")).kinds[0].lost().unwrap(), 532.0, 0.5, "what the answer names");
    let he = vanishing::run(&tried("vanishing", 3));
    // 2 for the weights, 1/2 for the slopes.
    assert_close(he.kinds[2].factor().unwrap(), 1.0, 0.05, "ReLU's factor a layer");
}

#[test]
fn vanishing_large_weights_make_relu_explode() {
    let lesson = vanishing::run(&tried("vanishing", 2));
    let [sigmoid, tanh, relu] = [0, 1, 2].map(|kind| lesson.kinds[kind].lost().unwrap());
    assert!(sigmoid > 1.0 && tanh < 1.0, "{sigmoid} {tanh}");
    assert_close(1.0 / relu, 142.0, 0.5, "what the answer names");
}

#[test]
fn universality_a_jump_keeps_its_largest_error() {
    let lesson = universality::run(&tried("universality", 1));
    assert!(lesson.drawings.iter().all(|drawing| (0.4..=0.5001).contains(&drawing.largest_error)));
    let (first, last) = (&lesson.drawings[0], &lesson.drawings[lesson.drawings.len() - 1]);
    assert!(last.mean_error < 0.1 * first.mean_error);
    let tent = universality::run(&with("--curve tent"));
    assert!(tent.drawings.windows(2).all(|pair| pair[1].largest_error < 0.6 * pair[0].largest_error));
}

#[test]
fn universality_more_hills_are_better_except_at_the_ends() {
    let (steps, hills) = (universality::run(&with("")), universality::run(&tried("universality", 2)));
    let error = |lesson: &universality::Universality, place: usize| lesson.drawings[place].mean_error;
    assert!(error(&hills, 0) > error(&steps, 0) && error(&hills, 5) < error(&steps, 5));
    let last = &hills.drawings[5];
    let missed = |&&(x, y): &&(f64, f64)| (y - hills.settings.curve.at(x)).abs() > 0.02;
    assert!(last.points.iter().filter(missed).all(|(x, _)| *x < 0.02 || *x > 0.98));
    assert!(last.largest_error > 0.05);
}

#[test]
fn universality_an_error_of_a_thousandth_takes_about_430_towers() {
    let lesson = universality::run(&with("--towers 420,440"));
    assert!(lesson.drawings[0].mean_error > 1e-3 && lesson.drawings[1].mean_error < 1e-3);
    assert_eq!(universality::run(&with("--towers 430,431")).drawings[0].parameters, 2581);
}
