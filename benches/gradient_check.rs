//! Measures the check of one parameter of an MNIST network: by whole forward passes, and by recomputing only what lies
//! downstream.
//!
//! 784-300-10 has 238,510 parameters, and each takes two evaluations of the error. Both ways must give the same
//! differences before anything is timed.

use std::hint::black_box;

use backprop::gradient_check::faults::draw_examples;
use backprop::gradient_check::{Check, Checkable, CheckedNetwork, Recompute, Selection, Task};
use backprop::{Architecture, WeightInit, graph, vectorized};
use criterion::{Criterion, criterion_group, criterion_main};

/// Returns the difference of the error on both sides of one parameter, by the network's own forward pass.
fn whole(checked: &mut dyn Checkable, index: usize, step: f64) -> f64 {
    let before = checked.parameter(index);
    checked.set_parameter(index, before + step);
    let plus = checked.error();
    checked.set_parameter(index, before - step);
    let minus = checked.error();
    checked.set_parameter(index, before);
    minus - plus
}

fn one_parameter(criterion: &mut Criterion) {
    let architecture = Architecture::new(&[784, 300, 10]);
    let parameters = WeightInit::Scaled.draw(&architecture, 0);
    let task = Task::new(draw_examples(&architecture, 1, 0));
    let mut objects = graph::Network::from_parameters(&architecture, &parameters);
    let mut matrices = vectorized::Network::from_parameters(&architecture, &parameters);
    let mut objects = CheckedNetwork::on_task(&mut objects, task.clone());
    let mut matrices = CheckedNetwork::on_task(&mut matrices, task);
    let incremental = matrices.incremental().expect("a network has one");
    let (index, step) = (100_000, 1e-3);
    let before = matrices.parameter(index);
    let downstream =
        || incremental.evaluate(index, before - step) - incremental.evaluate(index, before + step);
    for checked in [&mut objects as &mut dyn Checkable, &mut matrices] {
        let difference = (whole(checked, index, step) - downstream()).abs();
        assert!(difference <= 1e-13, "the contenders disagree by {difference:e}");
    }
    let mut group = criterion.benchmark_group("check one parameter of 784-300-10");
    group.bench_function("incremental", |bencher| bencher.iter(|| black_box(downstream())));
    group.bench_function("whole, vectorized", |bencher| {
        bencher.iter(|| black_box(whole(&mut matrices, index, step)));
    });
    group.bench_function("whole, object graph", |bencher| {
        bencher.iter(|| black_box(whole(&mut objects, index, step)));
    });
    group.finish();
}

fn every_parameter(criterion: &mut Criterion) {
    let architecture = Architecture::new(&[784, 300, 10]);
    let parameters = WeightInit::Scaled.draw(&architecture, 0);
    let task = Task::new(draw_examples(&architecture, 1, 0));
    let mut network = vectorized::Network::from_parameters(&architecture, &parameters);
    let check = Check::new().selection(Selection::Every).evaluation(Recompute::Incremental);
    let mut group = criterion.benchmark_group("check every parameter of 784-300-10");
    group.sample_size(10);
    group.bench_function("incremental", |bencher| {
        bencher.iter(|| {
            let report = check.run(&mut CheckedNetwork::on_task(&mut network, task.clone()));
            assert!(report.passed(), "{report}");
        });
    });
    group.finish();
}

criterion_group!(benches, one_parameter, every_parameter);
criterion_main!(benches);
