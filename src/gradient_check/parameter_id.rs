//! The place of a parameter in its model, and its name.

use std::fmt;

use crate::Architecture;

/// One parameter of a model. Layers are counted as in the graph: 0 is the input, `W[1]` leads from it to layer 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(tag = "kind", rename_all = "lowercase"))]
pub enum ParameterId {
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
    /// A parameter of a model without layers and groups.
    Numbered {
        /// Its number.
        index: usize,
    },
    /// A parameter of a model that names its groups ([`Details::groups`](super::Details::groups)).
    InGroup {
        /// The number of its group.
        group: usize,
        /// Its number in the group.
        index: usize,
    },
    /// A random direction: all parameters of a group were moved together.
    Direction {
        /// The parameters that were moved.
        group: Group,
        /// The number of the direction in its group.
        number: usize,
    },
}

/// Parameters that are counted together: one layer's weights, or its biases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(tag = "kind", rename_all = "lowercase"))]
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
    /// The parameters of one group of a model that names its groups.
    Named {
        /// The number of the group.
        number: usize,
    },
    /// All parameters of a model without layers and groups.
    All,
}

impl ParameterId {
    /// Returns the parameter of a network with this number, in the order of
    /// [`Parameters::iter`](crate::Parameters::iter): layer by layer, the rows of W one after the other, then b.
    ///
    /// ```
    /// use backprop::Architecture;
    /// use backprop::gradient_check::ParameterId;
    ///
    /// let id = |index| ParameterId::in_network(&Architecture::new(&[3, 4, 2]), index);
    /// assert_eq!(id(5), ParameterId::Weight { layer: 1, row: 1, column: 2 }); // 3 + 2
    /// assert_eq!(id(12), ParameterId::Bias { layer: 1, row: 0 }); // 4 x 3 weights before it
    /// assert_eq!(id(12).connection_name(&[3, 4, 2]), "(0-3) -> (1-0)");
    /// ```
    ///
    /// # Panics
    /// If there is no such parameter.
    #[track_caller]
    pub fn in_network(architecture: &Architecture, index: usize) -> Self {
        let mut rest = index;
        for (layer, pair) in (1..).zip(architecture.sizes.windows(2)) {
            let (inputs, outputs) = (pair[0], pair[1]);
            if rest < inputs * outputs {
                return Self::Weight { layer, row: rest / inputs, column: rest % inputs };
            }
            rest -= inputs * outputs;
            if rest < outputs {
                return Self::Bias { layer, row: rest };
            }
            rest -= outputs;
        }
        panic!("there are {} parameters, no number {index}", index - rest)
    }

    /// Returns the group it is counted in.
    pub fn group(self) -> Group {
        match self {
            Self::Weight { layer, .. } => Group::Weights { layer },
            Self::Bias { layer, .. } => Group::Biases { layer },
            Self::Numbered { .. } => Group::All,
            Self::InGroup { group, .. } => Group::Named { number: group },
            Self::Direction { group, .. } => group,
        }
    }

    /// Returns the name as a connection of the object graph: `(0-3) -> (1-2)`. A bias comes from the constant node, the
    /// last of its layer. `sizes` are the numbers of neurons in each layer, input first.
    ///
    /// # Panics
    /// If it is in layer 0, or in one that the sizes do not have.
    pub fn connection_name(self, sizes: &[usize]) -> String {
        match self {
            Self::Weight { layer, row, column } => format!("({}-{column}) -> ({layer}-{row})", layer - 1),
            Self::Bias { layer, row } => format!("({}-{}) -> ({layer}-{row})", layer - 1, sizes[layer - 1]),
            _ => self.to_string(),
        }
    }
}

/// `W[1] row 2, column 0`, `b[1] row 2`, `parameter 5`, `direction 3 in W[1]`.
impl fmt::Display for ParameterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weight { layer, row, column } => write!(f, "W[{layer}] row {row}, column {column}"),
            Self::Bias { layer, row } => write!(f, "b[{layer}] row {row}"),
            Self::Numbered { index } => write!(f, "parameter {index}"),
            Self::InGroup { group, index } => write!(f, "group {group}, entry {index}"),
            Self::Direction { group, number } => write!(f, "direction {number} in {group}"),
        }
    }
}

impl Group {
    /// Returns the layer, if it is known.
    pub fn layer(self) -> Option<usize> {
        match self {
            Self::Weights { layer } | Self::Biases { layer } => Some(layer),
            Self::Named { .. } | Self::All => None,
        }
    }

    /// Returns `true` if these are biases.
    pub fn is_biases(self) -> bool {
        matches!(self, Self::Biases { .. })
    }
}

/// `W[1]`, `b[1]`, `all parameters`.
impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weights { layer } => write!(f, "W[{layer}]"),
            Self::Biases { layer } => write!(f, "b[{layer}]"),
            Self::Named { number } => write!(f, "group {number}"),
            Self::All => f.write_str("all parameters"),
        }
    }
}

/// Collects the items of each group. Groups come in the order of their first items.
pub(super) fn by_group<T>(items: impl IntoIterator<Item = (Group, T)>) -> Vec<(Group, Vec<T>)> {
    let mut groups: Vec<(Group, Vec<T>)> = Vec::new();
    for (group, item) in items {
        match groups.iter_mut().rev().find(|(known, _)| *known == group) {
            Some((_, members)) => members.push(item),
            None => groups.push((group, vec![item])),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_named_as_the_two_engines_name_them() {
        let weight = ParameterId::Weight { layer: 1, row: 2, column: 0 };
        let bias = ParameterId::Bias { layer: 1, row: 2 };
        assert_eq!(weight.to_string(), "W[1] row 2, column 0");
        assert_eq!(weight.connection_name(&[3, 4, 2]), "(0-0) -> (1-2)");
        assert_eq!(bias.to_string(), "b[1] row 2");
        assert_eq!(bias.connection_name(&[3, 4, 2]), "(0-3) -> (1-2)");
    }
}
