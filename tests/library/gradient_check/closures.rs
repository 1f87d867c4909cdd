//! The check on any model, given by closures: f32, the edges of domains, kinks, groups, many outputs.

use backprop::gradient_check::{
    Check, ClosureModel, Precision, Report, Sign, Sweep, Verdict, check_gradient, check_vjp,
};

/// A network of 5-4-3 tanh neurons in f32 with the quadratic cost. The hidden delta is multiplied by `factor`, which
/// should be 1.
fn tanh_network(factor: f32) -> Report {
    const X: [f32; 5] = [0.9, -0.4, 0.3, 0.7, -0.8];
    const LABEL: [f32; 3] = [0.5, -0.3, 0.1];
    fn forward(p: &[f32]) -> ([f32; 4], [f32; 3]) {
        let hidden = |j: usize| ((0..5).map(|k| p[5 * j + k] * X[k]).sum::<f32>() + p[20 + j]).tanh();
        let h = [0, 1, 2, 3].map(hidden);
        let output = |i: usize| ((0..4).map(|j| p[24 + 4 * i + j] * h[j]).sum::<f32>() + p[36 + i]).tanh();
        (h, [0, 1, 2].map(output))
    }
    let mut parameters: Vec<f32> = (0..39).map(|i| 0.5 * (1.7 * i as f32).sin()).collect();
    let error = |p: &[f32]| {
        let (_, a) = forward(p);
        0.5 * a.iter().zip(LABEL).map(|(a, y)| (y - a) * (y - a)).sum::<f32>()
    };
    let gradient = |p: &[f32]| {
        let (h, a) = forward(p);
        let output_delta = [0, 1, 2].map(|i| (a[i] - LABEL[i]) * (1.0 - a[i] * a[i]));
        let hidden_delta = [0, 1, 2, 3].map(|j| {
            let sum: f32 = (0..3).map(|i| p[24 + 4 * i + j] * output_delta[i]).sum();
            factor * (1.0 - h[j] * h[j]) * sum
        });
        let mut gradient: Vec<f32> = hidden_delta.iter().flat_map(|delta| X.map(|x| delta * x)).collect();
        gradient.extend(hidden_delta);
        gradient.extend(output_delta.iter().flat_map(|delta| h.map(|h| delta * h)));
        gradient.extend(output_delta);
        gradient
    };
    let groups: [(&str, &[usize]); 4] =
        [("0.weight", &[4, 5]), ("0.bias", &[4]), ("1.weight", &[3, 4]), ("1.bias", &[3])];
    Check::new().run(&mut ClosureModel::new(&mut parameters, error, gradient).groups(&groups))
}

/// One parameter, its error and its gradient.
fn one(w: f64, error: impl Fn(f64) -> f64, gradient: impl Fn(f64) -> f64) -> Report {
    check_gradient(&mut [w], |p| error(p[0]), |p| vec![gradient(p[0])])
}

#[test]
fn an_f32_network_agrees_and_one_that_is_three_per_cent_wrong_does_not() {
    let right = tanh_network(1.0);
    assert_eq!((right.verdict, right.precision), (Verdict::Agree, Precision::F32), "{right}");
    assert_eq!(right.disagree, 0, "{right}");
    let wrong = tanh_network(1.03);
    assert_eq!(wrong.verdict, Verdict::Disagree, "{wrong}");
    let disagreements: Vec<(&str, usize)> =
        wrong.groups.iter().map(|group| (group.name.as_str(), group.disagree)).collect();
    assert!(disagreements[0].1 > 15 && disagreements[1].1 == 4, "{wrong}");
    assert_eq!([disagreements[2].1, disagreements[3].1], [0, 0], "{wrong}");
}

#[test]
fn a_root_near_zero_agrees_and_one_with_twice_the_slope_does_not() {
    for w in [1e-6, 1e-9, 1e-12, 4.0] {
        let right = one(w, f64::sqrt, |w| 0.5 / w.sqrt());
        assert_eq!(right.verdict, Verdict::Agree, "{w}: {right}");
        let wrong = one(w, f64::sqrt, |w| 1.0 / w.sqrt());
        assert_eq!(wrong.verdict, Verdict::Disagree, "{w}: {wrong}");
    }
}

#[test]
fn at_the_edge_of_its_domain_and_outside_a_model_is_not_accused() {
    let edge = one(0.0, f64::sqrt, |w| 0.5 / w.sqrt());
    assert_eq!(edge.verdict, Verdict::Domain, "{edge}");
    assert!(!edge.passed());
    assert!(edge.to_string().contains("domain  parameter 0 = 0e0: E is not finite at -"), "{edge}");
    let outside = one(-1.0, f64::sqrt, |w| 0.5 / w.sqrt());
    assert_eq!(outside.verdict, Verdict::Domain, "{outside}");
    assert!(outside.to_string().contains("E is not finite there"), "{outside}");
    // w·√w has a slope at its edge, from one side: 0.
    let smooth = one(0.0, |w| w * w.sqrt() + 2.0 * w, |w| 1.5 * w.sqrt() + 2.0);
    assert_ne!(smooth.verdict, Verdict::Disagree, "{smooth}");
}

#[test]
fn where_e_has_no_finite_slope_the_verdict_is_domain() {
    let cube_root = |w: f64| 1.0 / (3.0 * w.cbrt().powi(2));
    let root: fn(f64) -> f64 = |w| w.abs().sqrt();
    let models = [
        (f64::cbrt as fn(f64) -> f64, f64::INFINITY),
        (f64::cbrt, f64::NAN),
        (f64::cbrt, 0.0),
        (root, f64::INFINITY),
    ];
    for (error, slope) in models {
        let report = one(0.0, error, |_| slope);
        assert_eq!(report.verdict, Verdict::Domain, "{report}");
        assert!(
            report.to_string().contains("parameter 0 = 0e0: E is steeper at every smaller step"),
            "{report}"
        );
        let single = check_gradient(&mut [0_f32], |p| error(p[0].into()) as f32, |_| vec![slope as f32]);
        assert_eq!(single.verdict, Verdict::Domain, "{single}");
    }
    // Near that point E has a slope, and a wrong one is found.
    for w in [1e-9, -1e-3, 0.5] {
        assert_eq!(one(w, f64::cbrt, cube_root).verdict, Verdict::Agree);
        assert_eq!(one(w, f64::cbrt, |w| 1.03 * cube_root(w)).verdict, Verdict::Disagree);
        assert_eq!(one(w, f64::cbrt, |_| f64::NAN).verdict, Verdict::Disagree);
    }
    // What is smooth has no excuse for an infinite gradient, however steep it is.
    for steep in [|w: f64| 1e9 * w, |w: f64| (1e4 * w).tanh(), |w: f64| w * w] {
        assert_eq!(one(0.0, steep, |_| f64::INFINITY).verdict, Verdict::Disagree);
    }
}

#[test]
fn an_e_that_oscillates_within_the_larger_steps_is_not_accused() {
    for frequency in [1e2_f32, 1e3, 1e4, 1e5] {
        for w in [0.3_f32, -0.71, 0.05, 1.9] {
            let right = check_gradient(
                &mut [w],
                |p| (frequency * p[0]).sin(),
                |p| vec![frequency * (frequency * p[0]).cos()],
            );
            assert_ne!(right.verdict, Verdict::Disagree, "sin({frequency} * {w}): {right}");
            let opposite = check_gradient(
                &mut [w],
                |p| (frequency * p[0]).sin(),
                |p| vec![-frequency * (frequency * p[0]).cos()],
            );
            assert!(!opposite.passed(), "sin({frequency} * {w}): {opposite}");
        }
    }
}

#[test]
fn a_large_step_that_makes_up_for_a_fault_certifies_nothing() {
    // p·ln p at 0.0051 in f32: over ±1/256 the chord is 2.3 % flatter than the tangent.
    let slope = |p: f32, factor: f32| factor * (p.ln() + 1.0);
    let check = |factor| {
        check_gradient(&mut [0.005_113_7], |p: &[f32]| p[0] * p[0].ln(), |p| vec![slope(p[0], factor)])
    };
    assert_eq!(check(1.0).verdict, Verdict::Agree);
    for factor in [1.022, 1.024, 1.026, 1.03, 0.97] {
        assert!(!check(factor).passed(), "{factor}: {}", check(factor));
    }
}

#[test]
fn a_bend_near_by_is_no_excuse_for_a_wrong_slope() {
    for w in [1e-7, -1e-7, 1e-3] {
        let right = one(w, f64::abs, f64::signum);
        assert!(matches!(right.verdict, Verdict::Agree | Verdict::Kink), "{w}: {right}");
    }
    let wrong = one(-1e-7, f64::abs, |_| 1.0);
    assert_eq!(wrong.verdict, Verdict::Disagree, "{wrong}");
    // On the bend every slope from −1 to 1 will do, and 1.03 will not.
    for slope in [-1.0, 0.5, 1.0] {
        let right = one(0.0, f64::abs, |_| slope);
        assert!(matches!(right.verdict, Verdict::Agree | Verdict::Kink), "{slope}: {right}");
    }
    let wrong = one(0.0, f64::abs, |_| 1.03);
    assert_eq!(wrong.verdict, Verdict::Disagree, "{wrong}");
}

#[test]
fn a_change_that_rounding_swallows_is_left_open() {
    // ln(1 + e⁻⁴⁰) is 0 in f64; its slope is not.
    let right = one(40.0, |w| (1.0 + (-w).exp()).ln(), |w| -1.0 / (1.0 + w.exp()));
    assert_eq!(right.verdict, Verdict::Inconclusive, "{right}");
}

#[test]
fn either_sign_is_taken_if_it_is_named() {
    let error = |p: &[f64]| 0.5 * p[0] * p[0];
    let mut parameters = [0.7];
    let mut descent = ClosureModel::new(&mut parameters, error, |p| vec![-p[0]]).sign(Sign::Descent);
    let report = Check::new().run(&mut descent);
    assert!(report.passed() && report.to_string().contains("-dE/dw"), "{report}");
    let report =
        check_gradient(&mut [0.7, -0.3], |p| 0.5 * (p[0] * p[0] + p[1] * p[1]), |p| vec![-p[0], -p[1]]);
    assert_eq!(report.verdict, Verdict::Disagree);
    assert!(report.to_string().contains("sign"), "{report}");
}

#[test]
fn a_wrong_vector_jacobian_product_is_seen() {
    let function = |x: &[f64]| vec![x[0] * x[1], x[0].sin(), x[1] * x[1]];
    let right = |x: &[f64], v: &[f64]| vec![v[0] * x[1] + v[1] * x[0].cos(), v[0] * x[0] + 2.0 * v[2] * x[1]];
    let sweep = check_vjp(&mut [0.8, -0.3], function, right, 3, 0);
    assert!(sweep.passed() && sweep.reports().count() == 3, "{sweep}");
    let forgotten = |x: &[f64], v: &[f64]| vec![v[0] * x[1] + v[1] * x[0].cos(), v[0] * x[0]];
    let sweep = check_vjp(&mut [0.8, -0.3], function, forgotten, 3, 0);
    assert_eq!(sweep.verdict(), Some(Verdict::Disagree), "{sweep}");
    assert!(sweep.to_string().contains("projection 0"), "{sweep}");
}

#[test]
fn a_sweep_finds_the_shape_in_which_a_bug_shows() {
    // E = ½ Σ (Wx)², with x = 1, 2, …; the gradient forgets that W may not be square.
    let check = |shape: &[usize; 2], seed: u64| {
        let [rows, columns] = *shape;
        let mut w: Vec<f64> = (0..rows * columns).map(|i| ((i as u64 + seed) as f64).sin()).collect();
        let product = move |w: &[f64], row: usize| -> f64 {
            (0..columns).map(|k| w[row * columns + k] * (k as f64 + 1.0)).sum()
        };
        check_gradient(
            &mut w,
            |w| (0..rows).map(|row| 0.5 * product(w, row).powi(2)).sum(),
            |w| {
                let size = rows.max(columns);
                let entry = |i: usize| product(w, (i / size).min(rows - 1)) * ((i % size) as f64 + 1.0);
                (0..w.len()).map(entry).collect()
            },
        )
    };
    let square = Sweep::over(&[[2, 2], [3, 3]], 0..3, check);
    assert!(square.passed(), "{square}");
    let all = Sweep::over(&[[2, 2], [3, 2], [2, 3]], 0..3, check);
    assert_eq!(all.verdict(), Some(Verdict::Disagree));
    let failed = all.reports().filter(|report| !report.passed()).count();
    assert_eq!(failed, 3, "{all}");
    assert!(!Sweep::new("nothing").passed());
}

#[test]
fn the_parameters_are_afterwards_as_they_were() {
    let before = [0.1f32, -0.0, 1e-30, 3e7];
    let mut parameters = before;
    let _ = check_gradient(
        &mut parameters,
        |p| p.iter().map(|w| w * w).sum(),
        |p| p.iter().map(|w| 2.0 * w).collect(),
    );
    assert_eq!(before.map(f32::to_bits), parameters.map(f32::to_bits));
}

#[test]
fn the_extra_care_is_taken_only_where_it_is_needed_and_counted() {
    let mut w: Vec<f64> = (1..=10).map(f64::from).collect();
    let plain =
        check_gradient(&mut w, |p| p.iter().map(|w| w * w).sum(), |p| p.iter().map(|w| 2.0 * w).collect());
    assert_eq!(
        (plain.careful, plain.entries.iter().all(|entry| entry.evaluations == 4)),
        (0, true),
        "{plain}"
    );
    let edge = one(1e-6, f64::sqrt, |w| 0.5 / w.sqrt());
    assert_eq!(edge.careful, 1);
    assert!(edge.to_string().contains("evaluations of E: 4 per parameter"), "{edge}");
}

#[test]
fn a_right_gradient_is_not_accused_where_e_is_a_few_rounding_errors_in_any_unit() {
    for number in (0..600).step_by(7) {
        // ln(1 + e⁻ᶻ) is a multiple of ε from z = −ln(16ε) on.
        let z = -(16.0 * f64::EPSILON).ln() + 0.01 * f64::from(number % 250);
        let single = -(16.0 * f32::EPSILON).ln() + 0.01 * (number % 250) as f32;
        let unit = 10f64.powi(number % 8);
        let report = check_gradient(
            &mut [z],
            |p: &[f64]| unit * (1.0 + (-p[0]).exp()).ln(),
            |p| vec![-unit / (1.0 + p[0].exp())],
        );
        assert!(report.verdict != Verdict::Disagree, "{z} {unit}: {report}");
        let unit = unit as f32;
        let report = check_gradient(
            &mut [single],
            |p: &[f32]| unit * (1.0 + (-p[0]).exp()).ln(),
            |p| vec![-unit / (1.0 + p[0].exp())],
        );
        assert!(report.verdict != Verdict::Disagree, "{single} {unit}: {report}");
    }
}

#[test]
fn an_error_of_any_unit_is_checked_up_to_the_largest_numbers() {
    for exponent in [-300, -200, -100, 0, 100, 150, 160, 200, 250, 300] {
        let unit = 10f64.powi(exponent);
        let verdict = |factor: f64| {
            let error = |p: &[f64]| unit * p.iter().map(|p| p.sin()).sum::<f64>();
            let gradient = |p: &[f64]| p.iter().map(|p| factor * unit * p.cos()).collect();
            check_gradient(&mut [0.3, -0.8, 1.7], error, gradient).verdict
        };
        assert_eq!(
            [1.0, 1.01, -1.0].map(verdict),
            [Verdict::Agree, Verdict::Disagree, Verdict::Disagree],
            "{unit:e}"
        );
    }
}
