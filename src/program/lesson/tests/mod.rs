//! The claims of each lesson, against derivations, brute force and the figures of Nielsen's book.

use backprop::data_set::{Part, Pixels, digits};
use backprop::gradient_check::Verdict;
use backprop::{Activation, Cost, Sample};

mod tries;

use clap::{Args, Command};

use super::{
    LESSONS, Numbers as _, Question, descent, initialisation, linear_unit, nand, order, perceptron, sigmoid,
    slowdown, text, universality, vanishing,
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

// ---- every lesson ----

#[test]
fn every_lesson_is_readable_and_draws_a_picture() {
    // Two lessons do less than by default, as they take seconds in a debug build.
    assert_readable(|entry| match entry.name {
        "initialisation" => vec!["--epochs 1"],
        "xor" => vec!["--runs 10"],
        _ => vec![""],
    });
}

#[test]
#[ignore = "half a minute in a debug build; run in release"]
fn every_lesson_is_readable_whatever_is_tried() {
    assert_readable(|entry| entry.text.tries().iter().map(|one| one.flags).chain([""]).collect());
}

/// Asserts that every lesson can be read and has a picture, with these flags.
fn assert_readable(flags: impl Fn(&super::Entry) -> Vec<&'static str>) {
    for entry in &LESSONS {
        for flags in flags(entry) {
            let place = format!("{} {flags}", entry.name);
            let command = (entry.settings)(Command::new("lesson"));
            let words = std::iter::once("lesson").chain(flags.split_whitespace());
            let matches = command.try_get_matches_from(words).expect("what is to be tried can be");
            let lesson = (entry.run)(&matches).expect("what is to be tried can be");
            let told = [entry.set_up(&*lesson), entry.result(&*lesson)];
            for line in told.iter().flat_map(|text| text.lines()) {
                assert!(line.chars().count() <= 80, "{place}: {line}");
                let words = || line.split(|c: char| !c.is_alphanumeric());
                assert!(!words().any(|word| word == "NaN" || word == "inf"), "{place}: {line}");
            }
            assert!(told[1].lines().count() >= 10, "{place}: {told:?}");
            let question = entry.question(&*lesson);
            assert!(question.text.ends_with('?') && question.right < question.choices.len(), "{place}");
            assert!(question.choices.len() > 1, "{place}: {question:?}");
            let figure = lesson.figure();
            assert!(figure.panels.iter().all(|panel| !panel.series.is_empty()), "{place}");
            let svg = figure.to_svg();
            assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{place}");
            let marks: usize = ["<polyline", "<circle"].map(|mark| svg.matches(mark).count()).iter().sum();
            assert!(marks > figure.panels.len(), "{place}");
            assert!(lesson.numbers().is_object(), "{place}");
        }
        assert_eq!(entry.text.tries().len(), 3, "{}", entry.name);
        for one in entry.text.tries() {
            assert!(
                one.question.contains('?') && one.answer.ends_with(['.', ')']),
                "{}: {one:?}",
                entry.name
            );
        }
    }
}

#[test]
fn a_question_is_answered_by_its_letter() {
    let choices = ["the first", "the second"].map(str::to_owned).to_vec();
    let question = Question { text: "Which?".to_owned(), choices, right: 1 };
    assert_eq!(
        (question.choice("a\n"), question.choice(" B "), question.choice("c")),
        (Some(0), Some(1), None)
    );
    assert_eq!((question.choice(""), question.choice("ab")), (None, None));
    assert_eq!(Question::letter(question.right), 'b');
}

#[test]
fn long_sentences_become_lines_of_at_most_eighty_characters() {
    let text = text::wrapped(&"word ".repeat(40), 3);
    assert!(text.lines().all(|line| line.len() <= 80 && line.starts_with("   word")), "{text}");
    assert_eq!(text.matches("word").count(), 40);
    let formula = text::wrapped(&format!("{} a(1 - a) b", "x".repeat(74)), 0);
    assert_eq!(formula.lines().nth(1), Some("a(1 - a) b"));
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

/// Returns true if some weights between -3 and 3, tried in steps of one half, get every row right.
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
    let layers = lesson.settings.sizes.0.len() - 1;
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
    let [sigmoid, tanh, relu] = [0, 1, 2].map(|kind| lesson.kinds[kind].lost());
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

// ---- small claims of the parts ----

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
    assert!((deltas.lost() - 100.0).abs() < 1e-9 && (deltas.factor() - 0.1).abs() < 1e-12);
}

#[test]
fn a_tower_is_as_high_as_the_curve_in_its_middle() {
    let mut network = universality::build(|x| x * x, 10, 40.0);
    let middle = 0.35; // of the fourth tower
    assert!((network.predict(Sample(&[middle]))[0] - middle * middle).abs() < 1e-6);
}
