//! Small cases from reports about other checks, and the verdict on each.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use backprop::gradient_check::{
    Check, ClosureModel, Report, Selection, Verdict, check_gradient, check_vjp, try_check_gradient,
};

use crate::tape::Number;

type Error = fn(f64) -> f64;

/// The reports on one parameter in f64 and in f32.
fn both(w: f64, error: fn(f64) -> f64, slope: f64) -> [Report; 2] {
    let single = |p: &[f32]| error(p[0].into()) as f32;
    [
        check_gradient(&mut [w], |p: &[f64]| error(p[0]), |_| vec![slope]),
        check_gradient(&mut [w as f32], single, |_| vec![slope as f32]),
    ]
}

#[test]
fn a_forgotten_periodic_term_is_seen_though_all_large_steps_are_whole_periods() {
    let error = |t: f64| 0.1 * t * t + 3.0 * (2.0 * std::f64::consts::PI * t).sin();
    let right = 0.2 * 20.2 + 6.0 * std::f64::consts::PI * (2.0 * std::f64::consts::PI * 20.2).cos();
    for report in both(20.2, error, 0.2 * 20.2) {
        assert_eq!(report.verdict, Verdict::Disagree, "{report}");
    }
    assert!(both(20.2, error, right)[0].passed());
}

#[test]
fn a_slope_that_large_steps_alone_see_is_never_certified() {
    let straight_through = 2.0 * ((16.0 * 0.61_f64).round() / 16.0 - 0.3);
    let cases: [(f64, Error, f64); 4] = [
        (0.61, |w| ((16.0 * w).round() / 16.0 - 0.3).powi(2), straight_through),
        (0.125, |w| w.max(0.0), 0.75),
        (0.125, f64::abs, 0.5),
        (0.1, f64::signum, 2.0),
    ];
    for (w, error, slope) in cases {
        let [double, single] = both(w, error, slope);
        assert_eq!(double.verdict, Verdict::Disagree, "{double}");
        assert!(!single.passed(), "{single}");
    }
    for at in [1.001, 1.01, 1.05, 1.2] {
        let error = |p: &[f64]| 2.0 * p[0].clamp(-1.0, 1.0) + 8.0 * p[1] * p[1];
        let report = check_gradient(&mut [at, 0.5], error, |p| vec![2.0, 16.0 * p[1]]);
        assert_eq!((report.verdict, report.agree), (Verdict::Disagree, 1), "{at}: {report}");
        let single = |p: &[f32]| 2.0 * p[0].clamp(-1.0, 1.0) + 8.0 * p[1] * p[1];
        let report = check_gradient(&mut [at as f32, 0.5], single, |p| vec![2.0, 16.0 * p[1]]);
        assert!(!report.passed(), "{at}: {report}");
    }
}

#[test]
fn exactly_at_a_bend_of_any_size_either_slope_is_right() {
    for size in [0.001, 0.01, 0.1, 0.3, 1.0] {
        for (slope, verdict) in
            [(-1.4, Verdict::Kink), (-1.4 + size, Verdict::Kink), (-1.4 - size, Verdict::Disagree)]
        {
            let error = move |w: f64| (w - 0.7).powi(2) + size * w.max(0.0);
            let report = check_gradient(&mut [0.0], |p: &[f64]| error(p[0]), |_| vec![slope]);
            assert_eq!(report.verdict, verdict, "{size} {slope}: {report}");
            let single =
                check_gradient(&mut [0.0], |p: &[f32]| error(p[0].into()) as f32, |_| vec![slope as f32]);
            assert_eq!(
                single.verdict == Verdict::Disagree,
                verdict == Verdict::Disagree && size > 0.03,
                "{single}"
            );
        }
    }
    for report in both(0.0, |w| (w - 0.7).powi(2) + 0.1 * w.abs(), -1.3) {
        assert_eq!(report.verdict, Verdict::Kink, "{report}");
    }
}

#[test]
fn one_wrong_slope_among_right_ones_in_f32_prevents_certification() {
    let kl = |p: &[f32]| 0.5 * (p[1].exp() + p[0] * p[0] - 1.0 - p[1]) + p[2] * p[3];
    let wrong = |p: &[f32]| vec![p[0], 0.25, p[3], p[2]];
    let report = check_gradient(&mut [0.8, 0.0, 1.2, -0.7], kl, wrong);
    assert_eq!((report.verdict, report.disagree), (Verdict::Disagree, 1), "{report}");
    let sum = |p: &[f32]| p[1] + ((p[0] - p[1]).exp() + 1.0).ln() + p[2] * p[2];
    let report = check_gradient(&mut [-12.0, 50.0, 0.4], sum, |p| vec![0.05, 1.0, 2.0 * p[2]]);
    assert_eq!((report.verdict, report.disagree), (Verdict::Disagree, 1), "{report}");
}

fn every_input_comes_to_an_end<T: Number>() {
    let values = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e30, 1e155, 1e308, 1e-40, 5e-324, 0.0, -0.0];
    for value in values {
        for read in [false, true] {
            for error in [|w: f64| w, |_| f64::INFINITY, |_| 1.0, f64::floor] {
                let mut calls = 0;
                let e = |p: &[T]| {
                    calls += 1;
                    let [first, second] = [p[0].to_f64(), p[1].to_f64()];
                    T::from_f64(if read { error(first) + second * second } else { second * second })
                };
                let before = [value, 0.7].map(T::from_f64);
                let mut parameters = before;
                let slopes = |p: &[T]| vec![T::from_f64(0.0), T::from_f64(2.0 * p[1].to_f64())];
                let report = check_gradient(&mut parameters, e, slopes);
                assert!(calls <= 2 * 100 + 150, "{value}: {calls}");
                assert!(report.entries.iter().all(|entry| entry.evaluations <= 100));
                let bits = |p: [T; 2]| p.map(|p| p.to_f64().to_bits());
                assert_eq!(bits(parameters), bits(before));
                assert!(read || report.passed(), "{value}: {report}");
            }
        }
    }
}

#[test]
fn every_input_comes_to_an_end_within_a_hundred_evaluations_a_parameter() {
    every_input_comes_to_an_end::<f64>();
    every_input_comes_to_an_end::<f32>();
    let single =
        check_gradient(&mut [f32::NEG_INFINITY, 0.7], |p: &[f32]| p[1] * p[1], |p| vec![0.0, 2.0 * p[1]]);
    assert!(single.to_string().contains("AGREE: 1 of 2; 1 has no visible effect on E"), "{single}");
    let huge =
        check_gradient(&mut [1e154, 1e155, 1.0], |p: &[f64]| p[2] * p[2], |p| vec![0.0, 0.0, 2.0 * p[2]]);
    assert!(huge.passed(), "{huge}");
}

#[test]
fn rounding_that_differs_from_call_to_call_is_noise_and_more_is_named() {
    let check = |difference: f64| {
        let mut calls = 0;
        let error = |p: &[f64]| {
            calls += 1;
            p[0].sin() + p[0] + if calls % 3 == 0 { difference } else { 0.0 }
        };
        check_gradient(&mut [0.8], error, |p| vec![p[0].cos() + 1.0])
    };
    assert!(check(4e-16).passed(), "{}", check(4e-16));
    let report = check(1e-3);
    assert!(!report.passed(), "{report}");
    let mut calls = 0;
    let report = check_gradient(
        &mut [0.8],
        |p: &[f64]| {
            calls += 1;
            p[0].sin() * f64::from(calls)
        },
        |p| vec![p[0].cos()],
    );
    assert!(
        report
            .to_string()
            .contains("E, evaluated twice with the same parameters, gave two values: random or accumulated")
    );
}

#[test]
fn a_gradient_that_is_not_reset_is_named() {
    let mut sum = [0.0; 2];
    let report = check_gradient(
        &mut [0.7, -0.3],
        |p: &[f64]| p[0] * p[0] + p[1] * p[1],
        |p| {
            sum.iter_mut().zip(p).for_each(|(sum, p)| *sum += 2.0 * p);
            sum.to_vec()
        },
    );
    assert_eq!((report.verdict, report.gradient_repeatable), (Verdict::Disagree, false), "{report}");
    assert!(
        report.to_string().contains("the gradient, computed twice")
            && report.to_string().contains("not reset")
    );
}

type ErrorFunction = fn(&[f64]) -> f64;

#[test]
fn an_e_without_any_slope_is_said_to_have_none() {
    let softmax = |p: &[f64]| {
        let sum: f64 = p.iter().map(|z| z.exp()).sum();
        p.iter().map(|z| z.exp() / sum).sum::<f64>()
    };
    let batch_norm = |p: &[f64]| {
        let mean = p.iter().sum::<f64>() / 3.0;
        let variance = p.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 3.0;
        p.iter().map(|x| (x - mean) / (variance + 1e-5).sqrt()).sum::<f64>()
    };
    let accuracy = |p: &[f64]| p.iter().filter(|x| **x > 0.0).count() as f64 / 3.0;
    let cases: [(ErrorFunction, f64); 4] =
        [(softmax, 0.0), (softmax, 3e-17), (batch_norm, 3e-17), (accuracy, 0.0)];
    for (error, gradient) in cases {
        let report = check_gradient(&mut [0.3, -0.8, 1.1], error, |p| vec![gradient; p.len()]);
        assert_eq!(report.verdict, Verdict::Inconclusive, "{report}");
        let text = report.to_string();
        assert!(
            text.contains("E does not change with any of the 3 checked") && text.contains("check_vjp"),
            "{text}"
        );
    }
    let none = check_gradient(&mut [], |_: &[f64]| 1.0, |_| Vec::new());
    assert!(none.to_string().contains("the model has no parameters"), "{none}");
}

#[test]
fn what_is_left_open_is_counted_in_the_last_line() {
    // E = 3e5 + …: in f32 the small slopes are lost in its rounding.
    let mut w: Vec<f32> = (0..20).map(|i| if i < 7 { 300.0 } else { 0.001 * i as f32 }).collect();
    let error = |p: &[f32]| 0.5 * p.iter().map(|w| w * w).sum::<f32>();
    let report = check_gradient(&mut w, error, <[f32]>::to_vec);
    assert_eq!((report.agree, report.disagree), (7, 0), "{report}");
    assert!(report.to_string().contains("7 of 20; 13 are left open by rounding"), "{report}");
}

#[test]
fn a_few_zeros_among_right_slopes_are_not_said_to_be_everywhere() {
    let mut w: Vec<f64> = (1..=20).map(f64::from).collect();
    let report = check_gradient(
        &mut w,
        |p| p.iter().map(|w| w.sin()).sum(),
        |p| p.iter().enumerate().map(|(i, w)| if i % 7 == 3 { 0.0 } else { w.cos() }).collect(),
    );
    let text = report.to_string();
    assert!(text.contains("0 where the error changes, in 3 of 20 parameters"), "{text}");
}

#[test]
fn flipped_signs_name_the_other_convention_and_a_nan_is_said_once() {
    let report = check_gradient(&mut [0.7, -0.3], |p: &[f64]| p[0] * p[1], |p| vec![-p[1], -p[0]]);
    assert!(report.to_string().contains("Sign::Descent"), "{report}");
    let report = check_gradient(&mut [0.7, -0.3], |_: &[f64]| f64::NAN, <[f64]>::to_vec);
    assert_eq!(report.verdict, Verdict::Domain);
    assert!(
        report.to_string().contains("DOMAIN: E is NaN with these parameters, before anything is moved"),
        "{report}"
    );
    assert_eq!(report.to_string().matches("NaN with").count(), 1);
}

/// Checks E = ab + sin a in f32 with a reference in f64, and panics at this call of any closure. Returns the number of
/// calls if none is that one.
fn panic_at(fatal: usize, parameters: &mut [f32]) -> std::thread::Result<usize> {
    let calls = Cell::new(0);
    let call = || {
        calls.set(calls.get() + 1);
        assert!(calls.get() != fatal, "the model's own words");
    };
    catch_unwind(AssertUnwindSafe(|| {
        let error = |p: &[f32]| {
            call();
            p[0] * p[1] + p[0].sin()
        };
        let gradient = |p: &[f32]| {
            call();
            vec![p[1] + p[0].cos(), p[0]]
        };
        let reference = |p: &[f64]| {
            call();
            p[0] * p[1] + p[0].sin()
        };
        let report = check_gradient(parameters, error, gradient);
        let precise =
            Check::new().run(&mut ClosureModel::new(parameters, error, gradient).reference(reference));
        assert!(report.verdict != Verdict::Disagree && precise.passed(), "{report}\n{precise}");
        calls.get()
    }))
}

#[test]
fn parameters_are_as_they_were_whichever_call_of_a_closure_panics() {
    let before = [0.7, -0.0];
    let mut parameters = before;
    let calls = panic_at(0, &mut parameters).expect("no call is number 0");
    assert!(calls > 50, "{calls}");
    for fatal in 1..=calls {
        let panic = panic_at(fatal, &mut parameters).expect_err("it panics");
        assert_eq!(panic.downcast_ref::<&str>().copied(), Some("the model's own words"));
        assert_eq!(parameters.map(f32::to_bits), before.map(f32::to_bits), "call {fatal} of {calls}");
    }
}

#[test]
fn an_error_of_a_closure_passes_through_and_ends_the_calls() {
    let mut parameters = [0.7, -0.3];
    let mut calls = 0;
    let error = |p: &[f64]| {
        calls += 1;
        if calls == 20 { Err("out of memory") } else { Ok(p[0] * p[1]) }
    };
    let answer = try_check_gradient(&mut parameters, error, |p| Ok(vec![p[1], p[0]]));
    assert_eq!(answer.err(), Some("out of memory"));
    assert_eq!((parameters, calls), ([0.7, -0.3], 20));
    let answer =
        try_check_gradient(&mut parameters, |p: &[f64]| Ok::<_, ()>(p[0] * p[1]), |p| Ok(vec![p[1], p[0]]));
    assert!(answer.expect("nothing fails").passed());
}

#[test]
fn a_reference_in_double_decides_what_f32_leaves_open() {
    let check = |factor: f32, reference: bool| {
        let mut w: Vec<f32> = (0..20).map(|i| (1.3 * i as f32).sin()).collect();
        let error = |p: &[f32]| 3e5 + p.iter().map(|w| w.sin()).sum::<f32>();
        let gradient = move |p: &[f32]| p.iter().map(|w| factor * w.cos()).collect();
        let mut model = ClosureModel::new(&mut w, error, gradient);
        if reference {
            model = model.reference(|p| 3e5 + p.iter().map(|w| w.sin()).sum::<f64>());
        }
        Check::new().run(&mut model)
    };
    assert_eq!(check(1.0, false).verdict, Verdict::Inconclusive);
    let right = check(1.0, true);
    assert!(right.passed() && right.agree == 20, "{right}");
    assert_eq!(check(1.03, true).disagree, 20);
}

#[test]
fn misuse_is_refused_with_a_sentence() {
    let refused = |run: &mut dyn FnMut()| {
        let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("it is refused");
        panic.downcast_ref::<String>().cloned().unwrap_or_default()
    };
    let product = |p: &[f64]| p[0] * p[1];
    let slopes = |p: &[f64]| vec![p[1], p[0]];
    let one = refused(&mut || {
        let check = Check::new().selection(Selection::One(5));
        let _ = check.run(&mut ClosureModel::new(&mut [0.7, -0.3], product, slopes));
    });
    assert!(one.contains("there are 2 parameters, numbered from 0: no number 5"), "{one}");
    let groups = refused(&mut || {
        let _ = ClosureModel::new(&mut [0.7, -0.3, 1.0, 2.0], product, slopes)
            .groups(&[("a", &[usize::MAX, 2]), ("b", &[4])]);
    });
    assert!(groups.contains("more than 4 parameters at 'a'"), "{groups}");
    let outputs = refused(&mut || {
        let function = |x: &[f64]| if x[0] > 0.7 { vec![x[0], x[1], 0.0] } else { vec![x[0], x[1]] };
        let _ = check_vjp(&mut [0.7, -0.3], function, |_, v| v.to_vec(), 1, 0);
    });
    assert!(outputs.contains("2 outputs here and 3 there"), "{outputs}");
}
