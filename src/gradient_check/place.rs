//! Where a parameter stands, and what it is called.

use std::fmt;

use serde::Serialize;

use crate::Architecture;

/// Where one parameter stands. Layers are counted as in the graph: 0 is the input, `W[1]` leads from it to layer 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Place {
    /// The weight from neuron `column` of the layer before to neuron `row` of this layer.
    Weight {
        /// The layer it leads into.
        layer: usize,
        /// The neuron it leads to.
        row: usize,
        /// The neuron it comes from.
        column: usize,
    },
    /// The bias of neuron `row` of this layer.
    Bias {
        /// The layer of its neuron.
        layer: usize,
        /// Its neuron.
        row: usize,
    },
    /// A parameter of a model that does not say where its parameters stand.
    Numbered {
        /// Its number.
        index: usize,
    },
    /// Not one parameter: a random direction in which all parameters of a group were moved together.
    Direction {
        /// The parameters that were moved.
        group: Group,
        /// Counts the directions of the group.
        number: usize,
    },
}

/// Parameters that are counted together: one layer's weights, or its biases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Group {
    /// The weights into a layer.
    Weights {
        /// The layer they lead into.
        layer: usize,
    },
    /// The biases of a layer.
    Biases {
        /// The layer of their neurons.
        layer: usize,
    },
    /// All parameters of a model that does not say where they stand.
    All,
}

impl Place {
    /// The group it is counted in.
    #[must_use]
    pub fn group(self) -> Group {
        match self {
            Self::Weight { layer, .. } => Group::Weights { layer },
            Self::Bias { layer, .. } => Group::Biases { layer },
            Self::Numbered { .. } => Group::All,
            Self::Direction { group, .. } => group,
        }
    }

    /// The name as a connection of the object graph: `(0-3) -> (1-2)`. A bias comes from the constant node, the last
    /// of its layer. `sizes` are neurons in each layer, input first.
    ///
    /// # Panics
    /// If the place is in layer 0, or in one that the sizes do not have.
    #[must_use]
    pub fn connection_name(self, sizes: &[usize]) -> String {
        match self {
            Self::Weight { layer, row, column } => format!("({}-{column}) -> ({layer}-{row})", layer - 1),
            Self::Bias { layer, row } => {
                format!("({}-{}) -> ({layer}-{row})", layer - 1, sizes[layer - 1])
            }
            Self::Numbered { .. } | Self::Direction { .. } => self.to_string(),
        }
    }
}

/// `W[1] row 2, column 0`, `b[1] row 2`, `parameter 5`, `direction 3 in W[1]`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weight { layer, row, column } => write!(f, "W[{layer}] row {row}, column {column}"),
            Self::Bias { layer, row } => write!(f, "b[{layer}] row {row}"),
            Self::Numbered { index } => write!(f, "parameter {index}"),
            Self::Direction { group, number } => write!(f, "direction {number} in {group}"),
        }
    }
}

impl Group {
    /// The layer, if it is known.
    #[must_use]
    pub fn layer(self) -> Option<usize> {
        match self {
            Self::Weights { layer } | Self::Biases { layer } => Some(layer),
            Self::All => None,
        }
    }

    /// Whether these are biases.
    #[must_use]
    pub fn is_biases(self) -> bool {
        matches!(self, Self::Biases { .. })
    }
}

/// `W[1]`, `b[1]`, `all parameters`.
impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weights { layer } => f.pad(&format!("W[{layer}]")),
            Self::Biases { layer } => f.pad(&format!("b[{layer}]")),
            Self::All => f.pad("all parameters"),
        }
    }
}

/// The numbering of a network's parameters, in the order of [`Parameters::iter`](crate::Parameters::iter): layer by
/// layer, the rows of W one after the other, then b.
///
/// ```
/// use backprop::Architecture;
/// use backprop::gradient_check::{Numbering, Place};
///
/// let numbering = Numbering::new(&Architecture::new(&[3, 4, 2]));
/// assert_eq!(numbering.count(), 26);
/// assert_eq!(numbering.place(5), Place::Weight { layer: 1, row: 1, column: 2 }); // 3 + 2
/// assert_eq!(numbering.place(12), Place::Bias { layer: 1, row: 0 }); // 4 x 3 weights before it
/// assert_eq!(numbering.place(12).connection_name(&[3, 4, 2]), "(0-3) -> (1-0)");
/// ```
#[derive(Debug, Clone)]
pub struct Numbering {
    sizes: Vec<usize>,
    /// The number of the first parameter of each layer after the input, and the count of all.
    starts: Vec<usize>,
}

impl Numbering {
    /// The numbering for these layers.
    #[must_use]
    pub fn new(architecture: &Architecture) -> Self {
        let mut starts = vec![0];
        for pair in architecture.sizes.windows(2) {
            starts.push(starts[starts.len() - 1] + (pair[0] + 1) * pair[1]);
        }
        Self { sizes: architecture.sizes.clone(), starts }
    }

    /// How many parameters there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts[self.starts.len() - 1]
    }

    /// Where the parameter of this number stands.
    ///
    /// # Panics
    /// If there is no such parameter.
    #[must_use]
    #[track_caller]
    pub fn place(&self, index: usize) -> Place {
        assert!(index < self.count(), "there are {} parameters, no number {index}", self.count());
        let mut layer = 1;
        while self.starts[layer] <= index {
            layer += 1;
        }
        let within = index - self.starts[layer - 1];
        let (inputs, outputs) = (self.sizes[layer - 1], self.sizes[layer]);
        if within < inputs * outputs {
            Place::Weight { layer, row: within / inputs, column: within % inputs }
        } else {
            Place::Bias { layer, row: within - inputs * outputs }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Parameters;

    #[test]
    fn numbering_is_the_order_of_parameters_iter() {
        let architecture = Architecture::new(&[3, 4, 2, 1]);
        let numbering = Numbering::new(&architecture);
        let mut parameters = Parameters::zeros(&architecture);
        for (index, value) in parameters.iter_mut().enumerate() {
            *value = index as f64;
        }
        assert_eq!(numbering.count(), parameters.iter().count());
        for index in 0..numbering.count() {
            let value = match numbering.place(index) {
                Place::Weight { layer, row, column } => parameters.layers[layer - 1].weights[row][column],
                Place::Bias { layer, row } => parameters.layers[layer - 1].biases[row],
                other => panic!("{other}"),
            };
            assert_eq!(value, index as f64);
        }
    }

    #[test]
    fn places_are_named_as_the_two_engines_name_them() {
        let weight = Place::Weight { layer: 1, row: 2, column: 0 };
        let bias = Place::Bias { layer: 1, row: 2 };
        assert_eq!(weight.to_string(), "W[1] row 2, column 0");
        assert_eq!(weight.connection_name(&[3, 4, 2]), "(0-0) -> (1-2)");
        assert_eq!(bias.to_string(), "b[1] row 2");
        assert_eq!(bias.connection_name(&[3, 4, 2]), "(0-3) -> (1-2)");
    }
}
