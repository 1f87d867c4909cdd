//! Dropout.

use super::*;

fn dropped(a: f64, kept: bool, p: f64) -> f64 {
    if kept { a / (1.0 - p) } else { 0.0 }
}

fn dropped_delta(a: f64, kept: bool, p: f64, sum: f64) -> f64 {
    dropped(a * (1.0 - a) * sum, kept, p)
}

pub(crate) fn dropouts() -> Vec<Wrong> {
    use Formula::{Dropout, DropoutDelta};
    vec![
        Wrong("dropout: no factor", Dropout, || {
            grade::dropout(|a, kept, _| if kept { a } else { 0.0 }, dropped_delta)
        }),
        Wrong("dropout: times 1 - p", Dropout, || {
            grade::dropout(|a, kept, p| if kept { a * (1.0 - p) } else { 0.0 }, dropped_delta)
        }),
        Wrong("dropout: divided by p", Dropout, || {
            grade::dropout(|a, kept, p| if kept { a / p } else { 0.0 }, dropped_delta)
        }),
        Wrong("dropout: twice, whatever p is", Dropout, || {
            grade::dropout(|a, kept, _| if kept { 2.0 * a } else { 0.0 }, dropped_delta)
        }),
        Wrong("dropout: the kept are silenced", Dropout, || {
            grade::dropout(|a, kept, p| dropped(a, !kept, p), dropped_delta)
        }),
        Wrong("dropout: no node is silenced", Dropout, || {
            grade::dropout(|a, _, p| a / (1.0 - p), dropped_delta)
        }),
        Wrong("dropout: the silenced say what a sigmoid says of 0", Dropout, || {
            grade::dropout(|a, kept, p| if kept { a / (1.0 - p) } else { 0.5 }, dropped_delta)
        }),
        Wrong("dropout: 1 + p", Dropout, || {
            grade::dropout(|a, kept, p| if kept { a * (1.0 + p) } else { 0.0 }, dropped_delta)
        }),
        Wrong("dropout delta: no factor", DropoutDelta, || {
            grade::dropout(dropped, |a, kept, _, sum| if kept { a * (1.0 - a) * sum } else { 0.0 })
        }),
        Wrong("dropout delta: the slope of what is sent", DropoutDelta, || {
            grade::dropout(dropped, |a, kept, p, sum| {
                let sent = dropped(a, kept, p);
                sent * (1.0 - sent) * sum
            })
        }),
        Wrong("dropout delta: the slope of what is sent, and the factor", DropoutDelta, || {
            grade::dropout(dropped, |a, kept, p, sum| {
                let sent = dropped(a, kept, p);
                sent * (1.0 - sent) * sum / (1.0 - p)
            })
        }),
        Wrong("dropout delta: the silenced learn as well", DropoutDelta, || {
            grade::dropout(dropped, |a, _, p, sum| a * (1.0 - a) * sum / (1.0 - p))
        }),
        Wrong("dropout delta: the silenced learn, without a factor", DropoutDelta, || {
            grade::dropout(dropped, |a, kept, p, sum| {
                let factor = if kept { 1.0 / (1.0 - p) } else { 1.0 };
                factor * a * (1.0 - a) * sum
            })
        }),
        Wrong("dropout delta: the factor twice", DropoutDelta, || {
            grade::dropout(dropped, |a, kept, p, sum| dropped_delta(a, kept, p, sum) / (1.0 - p))
        }),
        Wrong("dropout delta: the factor undone", DropoutDelta, || {
            grade::dropout(
                dropped,
                |a, kept, p, sum| if kept { (1.0 - p) * a * (1.0 - a) * sum } else { 0.0 },
            )
        }),
        Wrong("dropout delta: divided by p", DropoutDelta, || {
            grade::dropout(dropped, |a, kept, p, sum| if kept { a * (1.0 - a) * sum / p } else { 0.0 })
        }),
        Wrong("dropout delta: no slope", DropoutDelta, || {
            grade::dropout(dropped, |_, kept, p, sum| dropped(sum, kept, p))
        }),
        Wrong("dropout delta: the sign", DropoutDelta, || {
            grade::dropout(dropped, |a, kept, p, sum| -dropped_delta(a, kept, p, sum))
        }),
    ]
}
