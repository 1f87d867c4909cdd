//! Counts the verdicts on a hundred layers, right ones and ones with a fault of 3 %.

use backprop::gradient_check::{Report, Verdict};

/// One check: which layer and numbers, if the loss is squared, if E is computed in double, and which group has a fault.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    pub layer: usize,
    pub seed: usize,
    pub squared: bool,
    pub reference: bool,
    pub fault: Option<usize>,
}

/// The number of right layers that are accused and left open, and of faults that are found and certified.
#[derive(Debug, Default)]
pub struct Count {
    pub accused: usize,
    pub open: usize,
    pub found: usize,
    pub certified: usize,
}

impl Count {
    /// Checks each layer with two losses and two seeds.
    pub fn of(layers: usize, reference: bool, check: impl Fn(Case) -> Report) -> Self {
        let mut count = Self::default();
        for layer in 0..layers {
            for (seed, squared) in [(0, false), (0, true), (1, false), (1, true)] {
                let case = Case { layer, seed, squared, reference, fault: None };
                let right = check(case);
                match right.verdict {
                    Verdict::Agree => {}
                    Verdict::Disagree => count.accused += 1,
                    _ => count.open += 1,
                }
                if !right.passed() {
                    println!("{case:?}:\n{right}");
                }
                let precise = check(Case { reference: true, ..case });
                let fault = Some(faulty_group(&precise, seed + usize::from(squared)));
                let wrong = check(Case { fault, ..case });
                match wrong.verdict {
                    Verdict::Agree => count.certified += 1,
                    Verdict::Disagree => count.found += 1,
                    _ => {}
                }
                if wrong.verdict != Verdict::Disagree {
                    println!("{case:?}, wrong in {fault:?}:\n{wrong}");
                }
            }
        }
        println!("a reference in double: {reference}; of {} each: {count:?}", 4 * layers);
        count
    }
}

/// The group that gets the fault: another one for each seed, but one with a slope.
fn faulty_group(report: &Report, seed: usize) -> usize {
    let size = |number: usize| {
        let (from, to) = report.groups[..=number].iter().fold((0, 0), |(_, to), g| (to, to + g.checked));
        report.entries[from..to].iter().map(|entry| entry.numerical.abs()).fold(0.0, f64::max)
    };
    let groups = report.groups.len();
    let largest = (0..groups).map(size).fold(0.0, f64::max);
    (0..groups).map(|k| (k + seed) % groups).find(|&group| size(group) >= 1e-3 * largest).unwrap()
}

/// Numbers from −1 to 1 that repeat nothing.
pub fn numbers(count: usize, seed: usize) -> Vec<f64> {
    (0..count).map(|i| (1.3 * i as f64 + 0.1 + 2.17 * seed as f64).sin()).collect()
}
