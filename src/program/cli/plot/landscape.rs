//! `backprop plot landscape`: the cost around a model, along two directions.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use backprop::data_set::{Part, Targets};
use backprop::training::evaluate;
use backprop::{Engine as _, Parameters, vectorized};

use super::{Out, Picture};
use crate::cli::choices::read_model;
use crate::cli::prelude::*;
use crate::show::plot::raster::Shade;
use crate::show::plot::{Axis, Colour, Figure, Mark, Plot, Raster};

/// Draw the cost around a model, along two directions in the space of all its weights
///
/// Both directions are random; in each, a neuron's part is as long as the neuron's own weights, so that landscapes of
/// different networks can be compared (Li and others, 2018), and the second is made perpendicular to the first. With
/// --from the first direction leads to another model instead, such as the one that training began from.
#[derive(Debug, Args)]
pub(super) struct Landscape {
    #[command(flatten)]
    model: ModelArgs,

    /// The model at 1 along the first direction, of the same sizes
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,

    #[command(flatten)]
    data: DataArgs,

    /// Desired outputs: soft (0.9 and 0.1) or one-hot (1 and 0) [default: soft; for softmax one-hot]
    #[arg(long, value_name = "TARGETS", value_parser = words::<Targets>())]
    targets: Option<Targets>,

    /// The cost is the mean over the first N training samples
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    samples: u32,

    /// The number of places along each direction
    #[arg(long, value_name = "N", default_value_t = 41, value_parser = clap::value_parser!(u16).range(5..=201))]
    steps: u16,

    /// Decides the random directions
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,

    #[command(flatten)]
    pub(super) out: Out,
}

impl Picture for Landscape {
    fn inputs(&self, places: Destinations) -> Result<Destinations, Error> {
        let places = places.input("--model", Some(&self.model.model)).input("--from", self.from.as_deref());
        Ok(places.data(&self.data.source()?))
    }

    fn figure(&self) -> Result<(Figure, String), Error> {
        let model = self.model.read()?;
        let data = self.data.load_part(Part::Train, &model)?.first(self.samples as usize);
        data.check_fits(&model.architecture)?;
        data.check_targets(self.targets)?;
        let centre = &model.parameters;
        let first = match &self.from {
            Some(path) => {
                let other = read_model(path, self.model.edited, self.model.activation.as_deref())?;
                if other.architecture.sizes != model.architecture.sizes {
                    let [sizes, own] = [&other, &model].map(|model| model.architecture.sizes_text());
                    let found = format!("{}: its sizes are {sizes}, not {own}", path.display());
                    return Err(refuse(found, "give a model of the same sizes"));
                }
                moved(&other.parameters, -1.0, centre)
            }
            None => random_direction(centre, self.seed, 0),
        };
        let second = perpendicular(random_direction(centre, self.seed, 1), &first);

        let steps = usize::from(self.steps);
        let (low, high) = if self.from.is_some() { (-0.5, 1.5) } else { (-1.0, 1.0) };
        let share = |step: usize| step as f64 / (steps - 1) as f64;
        let (across, along) = (|step| low + (high - low) * share(step), |step| -1.0 + 2.0 * share(step));
        let mut engine = vectorized::Network::try_new(&model.architecture)?;
        let targets = Targets::for_cost(self.targets, model.architecture.cost)?;
        let mut cost = |a: f64, b: f64| {
            engine.set_parameters(&moved(&moved(centre, a, &first), b, &second));
            evaluate(&mut engine, &data, targets).mean_cost
        };
        let here = cost(0.0, 0.0);
        // From the top row down, as a picture is drawn.
        let rows = (0..steps).rev().map(&along);
        let costs: Vec<f64> = rows
            .flat_map(|b| (0..steps).map(move |column| (column, b)))
            .map(|(column, b)| cost(across(column), b))
            .collect();
        let first_cut: Vec<_> = (0..steps).map(|at| (across(at), cost(across(at), 0.0))).collect();
        let second_cut: Vec<_> = (0..steps).map(|at| (along(at), cost(0.0, along(at)))).collect();
        let finite = || costs.iter().copied().filter(|cost| cost.is_finite() && *cost > 0.0);
        let (least, most) = (finite().fold(f64::INFINITY, f64::min), finite().fold(0.0, f64::max));

        let name = if self.from.is_some() { "towards --from" } else { "first direction" };
        let title = format!("Cost {least:.1e} (white) to {most:.1e} (blue)");
        let (x, y) = (Axis::new(name).range(low, high), Axis::new("second direction").range(-1.0, 1.0));
        let map = Plot::new(title, x, y).on(shaded(&costs, steps, least, most));
        let mut map = map.draw("the model", Mark::Dots, Colour::Vermilion, [(0.0, 0.0)]);
        if let Some(path) = &self.from {
            map = map.draw(super::regions::name(path), Mark::Rings, Colour::Vermilion, [(1.0, 0.0)]);
        }
        let (x, y) = (Axis::new("distance"), Axis::new("mean cost").log());
        let cuts = Plot::new("Along each direction alone", x, y).add(name, Mark::Line, first_cut).add(
            "second direction",
            Mark::Line,
            second_cut,
        );
        let samples = counted(data.len(), "sample");
        let told = format!(
            "the mean cost of {samples} is {here:.3e} at the model, {least:.3e} at the lowest place seen"
        );
        let sizes = model.architecture.sizes_text().replace(',', "-");
        Ok((Figure::new(format!("The landscape around a network {sizes}"), [map, cuts]), told))
    }
}

/// Returns shades from white at the least cost. Each step to a darker one is the same factor of the cost.
fn shaded(costs: &[f64], columns: usize, least: f64, most: f64) -> Raster {
    let span = libm::log(most / least);
    let share = |cost: f64| {
        if cost <= 0.0 {
            0.0
        } else if span > 0.0 && cost.is_finite() {
            libm::log(cost / least) / span
        } else {
            1.0
        }
    };
    Raster::new(columns, costs.iter().map(|cost| Shade::of(Colour::Blue, share(*cost))).collect())
}

/// Returns start + distance · direction.
fn moved(start: &Parameters, distance: f64, direction: &Parameters) -> Parameters {
    let mut moved = start.clone();
    moved.iter_mut().zip(direction.iter()).for_each(|(number, step)| *number += distance * step);
    moved
}

/// Draws a random direction in which the part of each neuron is as long as the neuron's weights and bias.
fn random_direction(centre: &Parameters, seed: u64, stream: u64) -> Parameters {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    let mut direction = centre.clone();
    direction.iter_mut().for_each(|number| *number = StandardNormal.sample(&mut rng));
    for (layer, own) in direction.layers.iter_mut().zip(&centre.layers) {
        for (neuron, weights) in layer.weights.iter_mut().enumerate() {
            let length = |weights: &[f64], bias: f64| {
                (weights.iter().map(|w| w * w).sum::<f64>() + bias * bias).sqrt()
            };
            let factor =
                length(&own.weights[neuron], own.biases[neuron]) / length(weights, layer.biases[neuron]);
            for weight in weights.iter_mut() {
                *weight *= factor;
            }
            layer.biases[neuron] *= factor;
        }
    }
    direction
}

/// Returns the direction without its part along another, and with its length unchanged.
fn perpendicular(direction: Parameters, other: &Parameters) -> Parameters {
    let product = |a: &Parameters, b: &Parameters| a.iter().zip(b.iter()).map(|(a, b)| a * b).sum::<f64>();
    let square = product(other, other);
    if square == 0.0 {
        return direction;
    }
    let mut rest = moved(&direction, -product(&direction, other) / square, other);
    let factor = (product(&direction, &direction) / product(&rest, &rest)).sqrt();
    if factor.is_finite() {
        rest.iter_mut().for_each(|number| *number *= factor);
    }
    rest
}

#[cfg(test)]
mod tests {
    use backprop::{Architecture, WeightInit};

    use super::*;

    #[test]
    fn directions_are_perpendicular_and_scaled_neuron_by_neuron() {
        let centre = WeightInit::Normal.draw(&Architecture::new(&[3, 4, 2]), 1);
        let first = random_direction(&centre, 7, 0);
        let length = |parameters: &Parameters, layer: usize, neuron: usize| {
            let layer = &parameters.layers[layer];
            let squares: f64 = layer.weights[neuron].iter().map(|w| w * w).sum();
            (squares + layer.biases[neuron] * layer.biases[neuron]).sqrt()
        };
        for (layer, neurons) in [(0, 4), (1, 2)] {
            for neuron in 0..neurons {
                let (ours, own) = (length(&first, layer, neuron), length(&centre, layer, neuron));
                assert!((ours - own).abs() < 1e-12, "{layer}, {neuron}: {ours} {own}");
            }
        }
        let second = perpendicular(random_direction(&centre, 7, 1), &first);
        let product: f64 = first.iter().zip(second.iter()).map(|(a, b)| a * b).sum();
        assert!(product.abs() < 1e-12, "{product}");
        assert_ne!(first, random_direction(&centre, 8, 0), "another seed, another direction");
    }
}
