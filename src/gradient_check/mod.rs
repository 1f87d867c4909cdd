//! The gradient check: is the gradient that training uses the gradient of the error?
//!
//! Ports `gradient_check` of bp.py, which prints two columns, and makes a test of it.
//!
//! ```
//! use backprop::gradient_check::{Check, Problem, Verdict};
//! use backprop::{Label, Sample, graph};
//!
//! let mut network = graph::Network::new(&[3, 4, 2], 0);
//! let (label, sample) = (Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.2]));
//! let report = Check::new().run(&mut Problem::new(&mut network, label, sample));
//! println!("{report}"); // a table, the worst parameter, a diagnosis where something is wrong
//! assert_eq!(report.verdict, Verdict::Agree);
//! assert_eq!(report.agree, 26); // every weight and every bias
//! ```
//!
//! To check a model of your own, implement [`Checkable`]: five methods.
//!
//! # How does it work?
//!
//! For each parameter w, move it a little up and a little down, evaluate the error E both times, and compare:
//!
//! ```text
//!   numerical = (E(w − h) − E(w + h)) / 2h      needs nothing but the forward pass
//!   analytic  = the gradient of the code that trains (backpropagation)
//! ```
//!
//! Both are −∂E/∂w, the sign of this crate's gradients. If they are equal for every parameter, then backpropagation is
//! right, whatever it looks like inside. Read the files in this order:
//!
//! 1. [`checkable`]: what the check asks of a model, with a model of one's own as an example;
//! 2. [`verdict`]: one parameter: the numerical value, and agree / kink / inconclusive / disagree;
//! 3. [`settings`], [`checker`]: [`Check`]: which parameters, which step, and the walk over them;
//! 4. [`report`], [`table`], [`diagnosis`]: what was found, and what is probably wrong;
//! 5. [`task`], [`problem`], [`object_graph`], [`vectorized_network`]: how this crate's networks are checked;
//! 6. [`forward`], [`incremental`]: the second opinion, and how every weight of an MNIST network is checked in seconds;
//! 7. [`taylor`]: a second kind of evidence;
//! 8. [`article`]: the two columns of the original;
//! 9. [`faults`]: a gallery of classic bugs, each caught and named by the check.
//!
//! `DIFFERENCE:` bp.py's check hands (sample, label) to a method declared (label, sample), and leaves every weight ε
//! lower than it found it. Here the types forbid the one and an assertion the other.

pub mod article;
pub mod checkable;
pub mod checker;
pub mod diagnosis;
mod evidence;
pub mod faults;
pub mod forward;
pub mod incremental;
pub mod object_graph;
pub mod place;
pub mod problem;
pub mod report;
pub mod settings;
pub mod table;
pub mod task;
pub mod taylor;
pub mod vectorized_network;
pub mod verdict;

#[doc(inline)]
pub use self::{
    checkable::{Checkable, Evaluation, Incremental},
    checker::Check,
    diagnosis::{Diagnosis, Pattern},
    incremental::Downstream,
    place::{Group, Numbering, Place},
    problem::{CheckedEngine, Problem},
    report::{GroupCounts, Named, Report},
    settings::{EvaluationMode, STEP, Selection, Step, TOLERANCE},
    task::{Example, Task},
    taylor::{TaylorOutcome, TaylorTest},
    verdict::{Comparison, Verdict},
};
