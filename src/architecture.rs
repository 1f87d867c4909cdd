//! The architecture of a network, before it has any weights: its layer sizes, activation functions and cost.

use crate::{Activation, Cost, Error, ErrorKind};

/// Layer sizes, one activation for each layer after the input, and the cost.
///
/// ```
/// use backprop::{Activation, Architecture, Cost};
///
/// let architecture = Architecture::new(&[784, 30, 10])
///     .with_activation(Activation::Sigmoid)
///     .with_cost(Cost::CrossEntropy);
/// assert!(architecture.check().is_ok());
/// assert_eq!(architecture.parameter_count(), Some(784 * 30 + 30 + 30 * 10 + 10));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Architecture {
    /// Neurons in each layer, input first, biases not counted: `[784, 30, 10]`.
    pub sizes: Vec<usize>,
    /// The activation of each layer after the input layer: one fewer than `sizes`.
    pub activations: Vec<Activation>,
    /// The cost of the output layer.
    pub cost: Cost,
}

impl Architecture {
    /// The most weights and biases that [`Architecture::check_size`] allows, 2^28. A training run holds several
    /// copies of them, of 2 GiB each; a typing error in the sizes then gives an error message instead of using up the
    /// machine's memory.
    pub const MOST_PARAMETERS: usize = 1 << 28;

    /// Creates an architecture of sigmoid neurons with the quadratic cost, as in bp.py, fc.py and network.py.
    ///
    /// `sizes` are the numbers of neurons in each layer, input first. They are not checked here;
    /// [`Architecture::check`] does that, and every network calls it.
    pub fn new(sizes: &[usize]) -> Self {
        Self {
            sizes: sizes.to_vec(),
            activations: vec![Activation::default(); sizes.len().saturating_sub(1)],
            cost: Cost::default(),
        }
    }

    /// Uses the same activation in every layer after the input.
    #[must_use]
    pub fn with_activation(self, activation: Activation) -> Self {
        self.with_activations(&[activation])
    }

    /// Uses one activation for each layer after the input, in order, or one for all of them. [`Architecture::check`]
    /// refuses any other number. Softmax brings its cost, the log-likelihood.
    ///
    /// ```
    /// use backprop::{Activation, Architecture};
    ///
    /// let regression = Architecture::new(&[1, 20, 1])
    ///     .with_activations(&[Activation::Tanh, Activation::Identity]);
    /// assert_eq!(regression.output_activation(), Activation::Identity);
    /// ```
    #[must_use]
    pub fn with_activations(mut self, activations: &[Activation]) -> Self {
        match activations {
            [one] => self.activations.fill(*one),
            several => self.activations = several.to_vec(),
        }
        if activations.last() == Some(&Activation::Softmax) {
            self.cost = Cost::LogLikelihood;
        }
        self
    }

    /// Uses another cost.
    #[must_use]
    pub fn with_cost(mut self, cost: Cost) -> Self {
        self.cost = cost;
        self
    }

    /// Returns the number of neurons in the input layer.
    ///
    /// # Panics
    /// If there are no layers; [`Architecture::check`] refuses that.
    pub fn input_size(&self) -> usize {
        self.sizes[0]
    }

    /// Returns the number of neurons in the output layer.
    ///
    /// # Panics
    /// If there are no layers; [`Architecture::check`] refuses that.
    pub fn output_size(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }

    /// Returns the activation of the output layer.
    ///
    /// # Panics
    /// If there is no layer after the input; [`Architecture::check`] refuses that.
    pub fn output_activation(&self) -> Activation {
        self.activations[self.activations.len() - 1]
    }

    /// Returns the number of weights and biases, or `None` if it overflows a `usize`.
    pub fn parameter_count(&self) -> Option<usize> {
        self.sizes.windows(2).try_fold(0usize, |sum, pair| {
            let with_bias = pair[0].checked_add(1)?;
            sum.checked_add(with_bias.checked_mul(pair[1])?)
        })
    }

    /// Checks that a network can be built from this.
    ///
    /// ```
    /// use backprop::{Activation, Architecture, Cost};
    ///
    /// assert!(Architecture::new(&[784]).check().is_err()); // an input and nothing after it
    /// let relu = Architecture::new(&[2, 1]).with_activation(Activation::Relu);
    /// let mismatch = relu.with_cost(Cost::CrossEntropy);
    /// assert!(mismatch.check().unwrap_err().to_string().contains("needs a sigmoid output layer"));
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Architecture`]: fewer than two layers, a layer of size zero, a number of activations other than
    /// one per layer after the input, a softmax in a hidden layer or over one output, or a cost that cannot follow the
    /// output layer's activation ([`Cost::accepts`]).
    pub fn check(&self) -> Result<(), Error> {
        let (layers, activations, sizes) = (self.sizes.len(), self.activations.len(), self.sizes_text());
        let (found, remedy) = if layers < 2 {
            let found = "a network needs at least two layers, an input and an output, such as 784,10";
            (format!("{found}; {layers} given"), "")
        } else if self.sizes.contains(&0) {
            (format!("sizes {sizes} contain a zero"), "give every layer at least one neuron")
        } else if activations != layers - 1 {
            let needed = format!("{} activations, one for each layer after the input", layers - 1);
            (format!("sizes {sizes} need {needed}; {activations} given"), "")
        } else if self.activations[..activations - 1].contains(&Activation::Softmax) {
            (
                "softmax makes probabilities of outputs, and cannot be in a hidden layer".to_owned(),
                "say sigmoid,softmax: softmax last, another activation before it",
            )
        } else {
            let (activation, cost) = (self.output_activation(), self.cost);
            match (activation, cost) {
                (Activation::Softmax, Cost::LogLikelihood) if self.output_size() == 1 => (
                    format!("sizes {sizes} have one output, and softmax over one is always 1"),
                    "give each class an output",
                ),
                _ if cost.accepts(activation) => return Ok(()),
                (Activation::Softmax, _) => (
                    format!("a softmax output layer needs the log-likelihood cost, not {cost}"),
                    "use the log-likelihood, or another activation last",
                ),
                (_, Cost::LogLikelihood) => (
                    format!("the {cost} cost needs a softmax output layer, not {activation}"),
                    "say sigmoid,softmax, or use the cross-entropy with a sigmoid last",
                ),
                _ => (
                    format!("the {cost} cost needs a sigmoid output layer, not {activation}"),
                    "use the quadratic cost, or a sigmoid last",
                ),
            }
        };
        Err(Error::new(ErrorKind::Architecture, found).remedy(remedy))
    }

    /// Checks that the network is small enough to draw starting weights for. The program calls this for sizes that a
    /// user typed; a network's constructors do not, and refuse only what memory cannot hold.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`]: more weights and biases than [`Architecture::MOST_PARAMETERS`].
    pub fn check_size(&self) -> Result<(), Error> {
        if self.parameter_count().is_none_or(|count| count > Self::MOST_PARAMETERS) {
            let (sizes, most) = (self.sizes_text(), Self::MOST_PARAMETERS);
            let found = format!("sizes {sizes} need more than {most} weights and biases, which is the limit");
            return Err(Error::new(ErrorKind::TooLarge, found).remedy("make a layer smaller"));
        }
        Ok(())
    }

    /// Returns the sizes as they are written on the command line, `784,30,10`, but of many layers only the first few and
    /// the last: `3,3,3,3,…,2 (30000 layers)`.
    pub fn sizes_text(&self) -> String {
        let text = |sizes: &[usize]| sizes.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
        match self.sizes.last() {
            Some(last) if self.sizes.len() > 12 => {
                format!("{},…,{last} ({} layers)", text(&self.sizes[..4]), self.sizes.len())
            }
            _ => text(&self.sizes),
        }
    }
}
