//! The gradient check: is the gradient that training uses the gradient of the error?
//!
//! Ports `gradient_check` of bp.py, which prints two columns, and turns it into a test.
//!
//! ```
//! use backprop::gradient_check::{Check, CheckedNetwork, Verdict};
//! use backprop::{Label, Sample, graph};
//!
//! let mut network = graph::Network::new(&[3, 4, 2], 0);
//! let (label, sample) = (Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.2]));
//! let report = Check::new().run(&mut CheckedNetwork::new(&mut network, label, sample));
//! println!("{report}"); // a table, the worst parameter, a diagnosis where something is wrong
//! assert_eq!(report.verdict, Verdict::Agree);
//! assert_eq!(report.agree, 26); // every weight and every bias
//! ```
//!
//! To check a model of your own, call [`check_gradient`] with two closures, or implement [`Checkable`]: five methods.
//!
//! # How does it work?
//!
//! For each parameter w, move it a little up and a little down, evaluate the error E both times, and compare:
//!
//! ```text
//!   numerical = (E(w − h) − E(w + h)) / 2h      needs only the forward pass
//!   analytic  = the gradient of the code that trains (backpropagation)
//! ```
//!
//! Both are −∂E/∂w, the sign of this crate's gradients. If they are equal for every parameter, then backpropagation is
//! right, whatever it looks like inside. Read the files in this order:
//!
//! 1. `checkable`: what the check asks of a model, with a small model as an example;
//! 2. `coordinate`, `verdict`: one parameter: the numerical value, and agree / kink / inconclusive / disagree;
//!    `closer_look`, `ladder`, `extrapolation`, `doubts`, `noise`: what is done where four evaluations do not settle it;
//! 3. `settings`, `check`: [`Check`]: which parameters, which step, and the walk over them;
//! 4. `report/`: what was found, as a table and in the article's two columns; `diagnosis/`: what is probably wrong;
//! 5. `networks/`: how this crate's networks are checked, and every weight of an MNIST network in seconds;
//! 6. `taylor`: a second kind of evidence;
//! 7. [`faults`]: a gallery of classic bugs, each caught and named by the check.
//!
//! `DIFFERENCE:` bp.py's check hands (sample, label) to a method declared (label, sample), and leaves every weight ε
//! lower than it found it. Here the types prevent the first and an assertion the second.

mod check;
mod checkable;
mod closer_look;
mod closures;
mod coordinate;
mod diagnosis;
mod doubts;
mod extrapolation;
pub mod faults;
mod ladder;
mod networks;
mod noise;
mod parameter_id;
mod report;
mod settings;
mod sweep;
mod taylor;
#[cfg(test)]
mod tests;
mod tuning;
mod verdict;
mod walk;

pub use self::{
    check::Check,
    checkable::{Checkable, Details, NamedGroup},
    closures::{ClosureModel, Real, check_gradient, check_vjp, try_check_gradient},
    diagnosis::{Diagnosis, Pattern},
    networks::{CheckedEngine, CheckedNetwork, Downstream, Example, Forward, Task},
    parameter_id::{Group, ParameterId},
    report::{GroupCounts, Named, Report},
    settings::{EVERY_PARAMETER_UP_TO, Precision, Recompute, SAMPLE_PER_GROUP, Selection, Sign},
    sweep::Sweep,
    taylor::{TaylorOutcome, TaylorTest},
    verdict::{Entry, Verdict, relative_error},
};
