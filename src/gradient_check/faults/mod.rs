//! A gallery of the classic backpropagation bugs, each planted on purpose, to show that the check catches it and what
//! it says.
//!
//! ```
//! use backprop::gradient_check::Check;
//! use backprop::gradient_check::faults::GALLERY;
//! use backprop::graph::Network;
//!
//! for fault in GALLERY {
//!     let (architecture, parameters, task) = fault.set_up.draw(fault.set_up.shapes[0], 0);
//!     let mut network = Network::from_parameters(&architecture, &parameters);
//!     let report = Check::new().run(&mut fault.plant(&mut network, task));
//!     let diagnosis = report.diagnosis.expect("caught");
//!     assert_eq!(diagnosis.pattern.name(), fault.pattern);
//!     println!("{}: {}\n  {diagnosis}", fault.name, fault.description);
//! }
//! ```
//!
//! Every fault is the [`BackwardPass`] [`CORRECT`] with one step replaced, so it goes wrong just as the bug does. No
//! correct gradient is edited afterwards. Neither [`graph`](crate::graph) nor the vectorized network contains any of
//! this.
//!
//! Read `backward_pass`, the correct one; then `gallery`, which changes it.

mod backward_pass;
mod gallery;
mod mystery;
mod set_up;

pub use self::{
    backward_pass::{BackwardPass, CORRECT, Context},
    gallery::GALLERY,
    mystery::{Mystery, Sheet},
    set_up::{SetUp, Shape, draw_examples},
};

use super::{CheckedEngine, CheckedNetwork, Task};
use crate::{Architecture, Error};

/// One bug of the gallery.
#[derive(Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Fault {
    /// Its name on the command line.
    pub name: &'static str,
    /// The bug, in one line.
    pub description: &'static str,
    /// Its symptom in a report.
    pub looks_like: &'static str,
    /// The correct diagnosis: the name of a [`Pattern`](super::Pattern).
    pub pattern: &'static str,
    /// The conditions it needs to occur.
    pub set_up: SetUp,
    /// The backward pass with this bug.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub pass: BackwardPass<'static>,
}

impl Fault {
    /// Replaces the gradient of a network by that of the faulty backward pass, to see what the check makes of it.
    ///
    /// ```
    /// use backprop::gradient_check::faults::Fault;
    /// use backprop::gradient_check::{Check, Pattern};
    /// use backprop::graph::Network;
    ///
    /// let fault = Fault::named("sign-flipped").unwrap();
    /// let (architecture, parameters, task) = fault.set_up.draw(&[3, 4, 2], 0);
    /// let mut network = Network::from_parameters(&architecture, &parameters);
    /// let report = Check::new().run(&mut fault.plant(&mut network, task));
    /// assert!(!report.passed());
    /// assert_eq!(report.diagnosis.unwrap().pattern, Pattern::SignFlipped);
    /// ```
    ///
    /// # Panics
    /// If a label or a sample is not as long as its layer, if there are no samples, or if the fault cannot occur in such a
    /// network ([`Fault::check`]).
    #[track_caller]
    pub fn plant<'n, N: CheckedEngine>(
        &'static self,
        network: &'n mut N,
        task: Task,
    ) -> CheckedNetwork<'n, N> {
        if let Err(problem) = self.check(network.architecture()) {
            panic!("{problem}");
        }
        CheckedNetwork::on_task(network, task)
            .with_backward_pass(&self.pass, &format!("the fault {}", self.name))
    }

    /// Returns the fault of this name, or `None` if the gallery does not have it.
    pub fn named(name: &str) -> Option<&'static Self> {
        GALLERY.iter().find(|fault| fault.name == name)
    }

    /// Returns the fault for this text, which is a number or a student's name, and a seed for the weights to show it
    /// on. The same text always gives the same fault and seed.
    ///
    /// ```
    /// use backprop::gradient_check::faults::Fault;
    ///
    /// let (fault, seed) = Fault::mystery("ada");
    /// assert_eq!((fault.name, seed), (Fault::mystery("ada").0.name, Fault::mystery("ada").1));
    /// assert_ne!(seed, Fault::mystery("grace").1);
    /// ```
    #[must_use]
    pub fn mystery(text: &str) -> (&'static Self, u64) {
        let seed = number_of(text);
        (&GALLERY[(seed % GALLERY.len() as u64) as usize], seed)
    }

    /// Returns `true` if the fault can occur in a network like this.
    ///
    /// ```
    /// use backprop::Architecture;
    /// use backprop::gradient_check::faults::Fault;
    ///
    /// let fault = Fault::named("loop-ends-early").unwrap();
    /// let error = fault.check(&Architecture::new(&[3, 4, 2])).unwrap_err();
    /// assert!(error.to_string().ends_with("take sizes 3,4,3,2, for example"));
    /// ```
    ///
    /// # Errors
    /// Names what it needs: other sizes, another cost or another activation.
    pub fn check(&self, architecture: &Architecture) -> Result<(), Error> {
        let Self { name, set_up, .. } = self;
        if !set_up.shape.allows(&architecture.sizes) {
            let (needs, sizes) = (set_up.shape.text(), architecture.sizes_text());
            let example = Architecture::new(set_up.shapes[0]).sizes_text();
            return Err(Error::usage(format!("the fault {name} needs {needs}; sizes {sizes} do not fit"))
                .remedy(format!("take sizes {example}, for example")));
        }
        if architecture.cost != set_up.cost {
            return Err(Error::usage(format!("the fault {name} occurs with the {} cost only", set_up.cost)));
        }
        let activation = set_up.activation;
        if architecture.activations.iter().any(|&other| other != activation) {
            return Err(Error::usage(format!("the fault {name} is shown in {activation} neurons only")));
        }
        Ok(())
    }
}

/// Returns a number for a text, the same on every machine: FNV-1a, its bits mixed once more.
fn number_of(text: &str) -> u64 {
    let mut number = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text.bytes() {
        number = (number ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    number ^= number >> 32;
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
}
