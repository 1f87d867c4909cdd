//! Starting weights: small as in bp.py, Normal as in network.py, Scaled as in network2.py, He for ReLU.

use std::fmt;

use crate::{Architecture, Parameters};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

/// The distribution that starting weights and biases are drawn from.
///
/// ```
/// use backprop::{Architecture, WeightInit};
///
/// let architecture = Architecture::new(&[3, 4, 2]);
/// let first = WeightInit::Small.draw(&architecture, 7);
/// assert_eq!(first, WeightInit::Small.draw(&architecture, 7)); // the seed decides
/// assert!(first.iter().all(|w| w.abs() <= 0.1));
/// ```
///
/// The spread, a standard deviation, for a layer of n_in inputs:
///
/// | | weights | biases | original |
/// |---|---|---|---|
/// | [`Small`](Self::Small) | 0.1 / √3 ≈ 0.058 | 0.058 | bp.py |
/// | [`Normal`](Self::Normal) | 1 | 1 | network.py |
/// | [`Scaled`](Self::Scaled) | 1 / √n_in | 1 | network2.py |
/// | [`He`](Self::He) | √(2 / n_in) | 0 | He et al. 2015, equation 10 |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum WeightInit {
    /// Weights and biases uniform in ±0.1 (bp.py's `Connection`; fc.py has the biases at 0).
    #[default]
    Small,
    /// Weights and biases from the normal distribution N(0, 1) (network.py; network2.py's
    /// `large_weight_initializer`).
    Normal,
    /// Weights from N(0, 1/n_in), biases from N(0, 1) (network2.py's `default_weight_initializer`).
    Scaled,
    /// Weights from N(0, 2/n_in), biases 0: for ReLU, which lets half of its inputs through (K. He and others,
    /// "Delving Deep into Rectifiers", 2015).
    He,
}

impl WeightInit {
    /// Draws all weights and biases; the same seed gives the same numbers on every platform.
    ///
    /// Numbers are drawn in the order of [`Parameters::iter`].
    ///
    /// ```
    /// use backprop::{Architecture, WeightInit};
    ///
    /// // One seed, one stream of normal numbers; Scaled divides its weights by √n_in = 2.
    /// let architecture = Architecture::new(&[4, 3]);
    /// let normal = WeightInit::Normal.draw(&architecture, 1);
    /// let scaled = WeightInit::Scaled.draw(&architecture, 1);
    /// assert_eq!(scaled.layers[0].weights[2][3], normal.layers[0].weights[2][3] / 2.0);
    /// assert_eq!(scaled.layers[0].biases, normal.layers[0].biases);
    /// ```
    pub fn draw(self, architecture: &Architecture, seed: u64) -> Parameters {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut parameters = Parameters::zeros(architecture);
        for (layer, &inputs) in parameters.layers.iter_mut().zip(&architecture.sizes) {
            let scale = match self {
                Self::Scaled => 1.0 / (inputs as f64).sqrt(),
                Self::He => (2.0 / inputs as f64).sqrt(),
                Self::Small | Self::Normal => 1.0,
            };
            for weight in layer.weights.iter_mut().flatten() {
                *weight = scale * self.draw_one(&mut rng);
            }
            if self != Self::He {
                for bias in &mut layer.biases {
                    *bias = self.draw_one(&mut rng);
                }
            }
        }
        parameters
    }

    fn draw_one(self, rng: &mut ChaCha8Rng) -> f64 {
        match self {
            Self::Small => rng.random_range(-0.1..=0.1),
            Self::Normal | Self::Scaled | Self::He => StandardNormal.sample(rng),
        }
    }

    /// Returns the name used on the command line: `small`, `normal`, `scaled` or `he`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Normal => "normal",
            Self::Scaled => "scaled",
            Self::He => "he",
        }
    }
}

impl fmt::Display for WeightInit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Activation;

    #[test]
    fn spreads_are_the_ones_named() {
        let architecture = Architecture::new(&[400, 100]);
        let spread = |init: WeightInit| {
            let parameters = init.draw(&architecture, 1);
            let weights: Vec<f64> = parameters.layers[0].weights.iter().flatten().copied().collect();
            (weights.iter().map(|w| w * w).sum::<f64>() / weights.len() as f64).sqrt()
        };
        assert!((spread(WeightInit::Small) - 0.1 / 3f64.sqrt()).abs() < 0.001);
        assert!((spread(WeightInit::Normal) - 1.0).abs() < 0.02);
        assert!((spread(WeightInit::Scaled) - 0.05).abs() < 0.001);
        assert!((spread(WeightInit::He) - 0.05 * 2f64.sqrt()).abs() < 0.001);
        assert!(WeightInit::He.draw(&architecture, 1).layers[0].biases.iter().all(|&bias| bias == 0.0));
    }

    /// By derivation, the mean square of the outputs of ReLU layers stays the same from layer to layer.
    #[test]
    fn he_keeps_the_signal_of_relus_as_large_as_it_is() {
        let architecture = Architecture::new(&[300; 7]).with_activation(Activation::Relu);
        let mean_square = |init: WeightInit| {
            let mut network =
                crate::graph::Network::from_parameters(&architecture, &init.draw(&architecture, 3));
            let output = network.predict(crate::Sample(&[1.0; 300]));
            output.iter().map(|a| a * a).sum::<f64>() / 300.0
        };
        // Half of the mean square of the weighted inputs, which is 2 in each layer; without the factor 2 it halves six times.
        assert!((0.4..2.5).contains(&mean_square(WeightInit::He)), "{}", mean_square(WeightInit::He));
        let mut plain = WeightInit::Scaled.draw(&architecture, 3);
        plain.layers.iter_mut().for_each(|layer| layer.biases.fill(0.0));
        let mut network = crate::graph::Network::from_parameters(&architecture, &plain);
        let output = network.predict(crate::Sample(&[1.0; 300]));
        let fallen = output.iter().map(|a| a * a).sum::<f64>() / 300.0;
        assert!((0.4 / 64.0..2.5 / 64.0).contains(&fallen), "{fallen}");
    }
}
