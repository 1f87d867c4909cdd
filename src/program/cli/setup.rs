//! The flags of a network and its samples, which fill in a [`Setup`].

use backprop::data_set::{Columns, Source, Targets};
use backprop::setup::{Data, Setup};
use backprop::{Activation, Cost, WeightInit};

use super::choices::{List, activations, read_start, sizes};
use super::prelude::*;
use super::train::parse_shape;

/// A network and its samples.
#[derive(Debug, Clone, Args)]
pub(super) struct SetupArgs {
    #[command(flatten)]
    pub(super) edited: Edited,

    #[command(flatten)]
    pub(super) data: DataArgs,

    #[command(flatten)]
    standardize: StandardizeArgs,

    /// A row of the CSV file is an image with this many rows and columns of pixels [default: as the model says, else a
    /// square of whole numbers from 0 to 255 is one]
    #[arg(long, value_name = "ROWSxCOLUMNS", requires = "data", value_parser = parse_shape)]
    image: Option<(usize, usize)>,

    /// Desired outputs: soft (0.9 and 0.1) or one-hot (1 and 0) [default: soft; for softmax one-hot]
    #[arg(long, value_name = "TARGETS", value_parser = words::<Targets>())]
    targets: Option<Targets>,

    /// Neurons in each layer, input first [default: with --data as `train`, else 3,4,2]
    #[arg(long, value_name = "N,N,...", value_parser = sizes)]
    sizes: Option<List<usize>>,

    /// Activation of all layers, or one for each after the input: sigmoid, tanh, relu, identity; for the output of the
    /// vectorized network also softmax [default: as the model says, else sigmoid; with --cost log-likelihood softmax]
    #[arg(long, value_name = "A[,A...]", value_parser = activations)]
    pub(super) activation: Option<List<Activation>>,

    /// The cost [default: as the model says, else quadratic; after softmax log-likelihood]
    #[arg(long, value_name = "COST", value_parser = words::<Cost>())]
    cost: Option<Cost>,

    /// The distribution of random weights [default: small; for `check` scaled]
    #[arg(long, value_name = "INIT", value_parser = words::<WeightInit>())]
    init: Option<WeightInit>,

    /// Decides everything that is drawn: weights, made-up samples, dropout, the order of samples [default: 0]
    #[arg(long, value_name = "S")]
    pub(super) seed: Option<u64>,
}

impl SetupArgs {
    /// Returns where the data comes from; by default, the embedded digits.
    pub(super) fn source(&self) -> Result<Source, Error> {
        self.data.source_with(Columns { image: self.image, ..self.data.columns()? })
    }

    /// Reads the model to start from, if there is one, and fills in everything that was chosen.
    pub(super) fn setup(&self, model: Option<&Path>) -> Result<Setup, Error> {
        let (activation, sizes) = (self.activation.as_deref(), self.sizes.as_deref());
        let model = read_start(model, self.edited, activation, sizes)?;
        if self.image.is_some() && model.as_ref().is_some_and(|model| model.meaning.is_of_table()) {
            let has_images = model.as_ref().is_some_and(|model| model.meaning.pixels.is_some());
            let images =
                if has_images { "knows the shape of its images" } else { "was not trained on images" };
            return Err(Error::usage(format!("the model {images}")).remedy("omit --image"));
        }
        let data = self.data.data.as_ref().map(|_| self.source()).transpose()?.map(Data::Source);
        Ok(Setup {
            data,
            targets: self.targets,
            sizes: self.sizes.clone(),
            activation: self.activation.clone(),
            cost: self.cost,
            init: self.init,
            seed: self.seed,
            ..self.data.setup(self.standardize, model)?
        })
    }
}

/// Checks that settings which say what samples mean come with samples.
pub(super) fn check_meaning(setup: &Setup) -> Result<(), Error> {
    let has_samples = matches!(*setup.data(), Data::Source(_) | Data::Rows(_));
    if !has_samples && (setup.targets.is_some() || setup.pixels.is_some() || setup.standardize) {
        let found = "--targets, --pixels and --standardize say what the samples of --data mean";
        return Err(Error::usage(found).remedy("there is no --data here"));
    }
    Ok(())
}
