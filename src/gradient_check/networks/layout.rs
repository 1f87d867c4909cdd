//! The order in which a network's parameters are numbered.

use crate::Architecture;
use crate::gradient_check::ParameterId;

/// The layout of a network's parameters, in the order of [`Parameters::iter`](crate::Parameters::iter): layer by
/// layer, the rows of W one after the other, then b.
///
/// ```
/// use backprop::Architecture;
/// use backprop::gradient_check::{Layout, ParameterId};
///
/// let layout = Layout::new(&Architecture::new(&[3, 4, 2]));
/// assert_eq!(layout.count(), 26);
/// assert_eq!(layout.id(5), ParameterId::Weight { layer: 1, row: 1, column: 2 }); // 3 + 2
/// assert_eq!(layout.id(12), ParameterId::Bias { layer: 1, row: 0 }); // 4 x 3 weights before it
/// assert_eq!(layout.index(layout.id(12)), Some(12));
/// assert_eq!(layout.id(12).connection_name(&[3, 4, 2]), "(0-3) -> (1-0)");
/// ```
#[derive(Debug, Clone)]
pub struct Layout {
    sizes: Vec<usize>,
    /// The number of the first parameter of each layer after the input, and the count of all.
    starts: Vec<usize>,
}

impl Layout {
    /// Creates the layout for these layers.
    pub fn new(architecture: &Architecture) -> Self {
        let mut starts = vec![0];
        for pair in architecture.sizes.windows(2) {
            starts.push(starts[starts.len() - 1] + (pair[0] + 1) * pair[1]);
        }
        Self { sizes: architecture.sizes.clone(), starts }
    }

    /// Returns the number of parameters.
    pub fn count(&self) -> usize {
        self.starts[self.starts.len() - 1]
    }

    /// Returns the parameter with this number.
    ///
    /// # Panics
    /// If there is no such parameter.
    #[track_caller]
    pub fn id(&self, index: usize) -> ParameterId {
        assert!(index < self.count(), "there are {} parameters, no number {index}", self.count());
        let layer = self.starts.partition_point(|&start| start <= index);
        let within = index - self.starts[layer - 1];
        let (inputs, outputs) = (self.sizes[layer - 1], self.sizes[layer]);
        if within < inputs * outputs {
            ParameterId::Weight { layer, row: within / inputs, column: within % inputs }
        } else {
            ParameterId::Bias { layer, row: within - inputs * outputs }
        }
    }

    /// Returns the number of this parameter; `None` if the network has no such parameter.
    pub fn index(&self, id: ParameterId) -> Option<usize> {
        let (layer, row, column) = match id {
            ParameterId::Weight { layer, row, column } => (layer, row, Some(column)),
            ParameterId::Bias { layer, row } => (layer, row, None),
            _ => return None,
        };
        let inputs = *self.sizes.get(layer.checked_sub(1)?)?;
        let outputs = *self.sizes.get(layer)?;
        let start = self.starts[layer - 1];
        let within = match column {
            Some(column) => (column < inputs).then_some(row * inputs + column)?,
            None => inputs * outputs + row,
        };
        (row < outputs).then_some(start + within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Parameters;

    #[test]
    fn the_layout_is_the_order_of_parameters_iter() {
        let architecture = Architecture::new(&[3, 4, 2, 1]);
        let layout = Layout::new(&architecture);
        let mut parameters = Parameters::zeros(&architecture);
        for (index, value) in parameters.iter_mut().enumerate() {
            *value = index as f64;
        }
        assert_eq!(layout.count(), parameters.iter().count());
        for index in 0..layout.count() {
            let value = match layout.id(index) {
                ParameterId::Weight { layer, row, column } => {
                    parameters.layers[layer - 1].weights[row][column]
                }
                ParameterId::Bias { layer, row } => parameters.layers[layer - 1].biases[row],
                other => panic!("{other}"),
            };
            assert_eq!(value, index as f64);
            assert_eq!(layout.index(layout.id(index)), Some(index));
        }
        for id in [
            ParameterId::Weight { layer: 1, row: 4, column: 0 },
            ParameterId::Weight { layer: 1, row: 0, column: 3 },
            ParameterId::Bias { layer: 0, row: 0 },
            ParameterId::Bias { layer: 4, row: 0 },
            ParameterId::Numbered { index: 0 },
        ] {
            assert_eq!(layout.index(id), None, "{id}");
        }
    }
}
