//! The network that is checked, and the samples it is checked on.

use std::path::PathBuf;

use clap::Args;

use backprop::data_set::Targets;
use backprop::gradient_check::faults::{Fault, GALLERY, draw_examples};
use backprop::gradient_check::{Example, Task};
use backprop::setup::{Data, Samples, Setup};
use backprop::{Architecture, Cost, Dropout, Error, Parameters, WeightInit, vectorized};

use super::mystery::MysteryArgs;
use super::sheet::Hidden;
use crate::cli::choices::{
    Activations, DataArgs, Edited, Sizes, StandardizeArgs, architecture, read_start, training_samples,
};
use crate::cli::words::words;
use crate::io::memory;

/// A network and its samples, or a fault, which brings its own setup.
#[derive(Debug, Clone, Args)]
pub(super) struct SettingArgs {
    /// Neurons in each layer, input first [default: 3,4,2; with --fault what the fault needs; with --data as `train`]
    #[arg(long, value_name = "N,N,...")]
    sizes: Option<Sizes>,

    /// Check this model's weights [default: random ones]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["sizes", "init"])]
    model: Option<PathBuf>,

    #[command(flatten)]
    edited: Edited,

    #[command(flatten)]
    data: DataArgs,

    #[command(flatten)]
    standardize: StandardizeArgs,

    /// Desired outputs: soft (0.9 and 0.1) or one-hot (1 and 0) [default: soft]
    #[arg(long, value_name = "TARGETS", requires = "data", value_parser = words::<Targets>())]
    targets: Option<Targets>,

    /// On how many samples; several are a mini-batch [default: 1; with --fault what the fault needs]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    samples: Option<u32>,

    /// Activation of all layers, or one for each after the input: sigmoid, tanh, relu, identity
    /// [default: as the model says, else sigmoid]
    #[arg(long, value_name = "A[,A...]", conflicts_with = "fault")]
    activation: Option<Activations>,

    /// The cost [default: as the model says, else quadratic]
    #[arg(long, value_name = "COST", conflicts_with = "fault", value_parser = words::<Cost>())]
    cost: Option<Cost>,

    /// How random weights start
    #[arg(long, value_name = "INIT", default_value = "scaled", value_parser = words::<WeightInit>())]
    init: WeightInit,

    /// L2 regularisation: lambda, with n the number of samples checked
    #[arg(long, value_name = "LAMBDA", default_value_t = 0.0, conflicts_with = "fault")]
    l2: f64,

    /// Dropout of hidden neurons with this probability, and a fixed mask
    #[arg(long, value_name = "P", default_value_t = 0.0, conflicts_with = "fault")]
    dropout: f64,

    /// Decides random weights, random samples, and what the check draws
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub(super) seed: u64,

    /// Plant this bug in the backward pass; --list-faults lists them
    #[arg(long, value_name = "NAME")]
    fault: Option<String>,

    #[command(flatten)]
    pub(super) mystery: MysteryArgs,
}

/// Returns the fault of the gallery that an option names.
pub(super) fn named(option: &'static str, name: &str) -> Result<&'static Fault, Error> {
    Fault::named(name).ok_or_else(|| {
        let names: Vec<&str> = GALLERY.iter().map(|fault| fault.name).collect();
        Error::usage(format!("there is no fault '{name}'"))
            .remedy(format!("{option} takes one of {}", names.join(", ")))
    })
}

/// The network, the samples and the fault to check.
pub(super) struct Setting {
    pub(super) architecture: Architecture,
    pub(super) parameters: Parameters,
    pub(super) task: Task,
    pub(super) fault: Option<&'static Fault>,
}

impl SettingArgs {
    /// Reads and draws everything that is needed.
    pub(super) fn prepare(&self) -> Result<Setting, Error> {
        if let Some(Hidden { fault, architecture, parameters, task }) = self.mystery.hidden() {
            return Ok(Setting { architecture, parameters, task, fault: Some(fault) });
        }
        let fault = self.fault()?;
        let samples = self.sample_count(fault)?;
        let setup = self.setup(fault)?;
        let all = training_samples(&setup)?;
        let architecture = architecture(&setup, &all, memory::OBJECT)?;
        vectorized::Network::try_new(&architecture)?;
        if let Some(fault) = fault {
            fault.check(&architecture)?;
        }
        memory::check_samples("--samples", samples.min(all.count()), &architecture)?;
        if samples > all.count() {
            let count = all.count();
            return Err(Error::usage(format!("--samples {samples} is more than the {count} there are")));
        }
        let examples = if let Samples::MadeUp = all {
            draw_examples(&architecture, samples, self.seed)
        } else {
            let rows = setup.rows(&all, &architecture, samples);
            let examples = rows.samples.into_iter().zip(rows.labels);
            examples.map(|(sample, label)| Example { sample, label }).collect()
        };
        let parameters = setup.parameters(&architecture);
        let l2 = fault.map_or(self.l2 / samples as f64, |fault| fault.set_up.l2);
        Ok(Setting { architecture, parameters, task: Task { examples, l2, dropout: self.dropout()? }, fault })
    }

    /// Fills in what was chosen; a fault brings its own sizes, activation and cost.
    fn setup(&self, fault: Option<&Fault>) -> Result<Setup, Error> {
        if self.data.data.is_none() && (self.data.pixels.is_some() || self.standardize.standardize) {
            return Err(Error::usage("--pixels and --standardize say what the samples of --data mean")
                .remedy("there is no --data here"));
        }
        let model = read_start(self.model.as_deref(), self.edited, self.activation.as_ref(), None)?;
        let fault = fault.filter(|_| model.is_none()).map(|fault| &fault.set_up);
        let sizes = self.sizes.as_ref().map(|sizes| sizes.0.clone());
        let activation = self.activation.as_ref().map(|activation| activation.0.clone());
        let mut setup = Setup {
            sizes: sizes.or(fault.filter(|_| self.data.data.is_none()).map(|fault| fault.shapes[0].to_vec())),
            activation: activation.or(fault.map(|fault| vec![fault.activation])),
            cost: self.cost.or(fault.map(|fault| fault.cost)),
            init: Some(self.init),
            seed: Some(self.seed),
            targets: self.targets,
            ..self.data.setup(self.standardize, model)?
        };
        setup.data.get_or_insert(Data::MadeUp);
        Ok(setup)
    }

    fn fault(&self) -> Result<Option<&'static Fault>, Error> {
        self.fault.as_deref().map(|name| named("--fault", name)).transpose()
    }

    fn sample_count(&self, fault: Option<&Fault>) -> Result<usize, Error> {
        let needed = fault.map_or(1, |fault| fault.set_up.samples);
        match self.samples {
            Some(1) if needed > 1 => {
                let name = fault.map_or("", |fault| fault.name);
                Err(Error::usage(format!("the fault {name} shows itself with several samples only"))
                    .remedy("--samples 2 or more"))
            }
            Some(samples) => Ok(samples as usize),
            None => Ok(needed),
        }
    }

    fn dropout(&self) -> Result<Option<Dropout>, Error> {
        if !self.l2.is_finite() || self.l2 < 0.0 {
            return Err(Error::usage(format!("--l2 {} must be 0 or more", self.l2)));
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(Error::usage(format!("--dropout {} must be at least 0 and below 1", self.dropout)));
        }
        let dropout = Dropout { probability: self.dropout, seed: self.seed };
        Ok((self.dropout > 0.0).then_some(dropout))
    }
}
