//! The network that is checked, and the samples it is checked on.

use backprop::gradient_check::faults::{Fault, GALLERY, Mystery, draw_examples};
use backprop::gradient_check::{Example, Task};
use backprop::setup::{Data, Samples, Setup};
use backprop::{Architecture, Dropout, Parameters, WeightInit, vectorized};

use super::mystery::MysteryArgs;
use crate::cli::choices::{architecture, training_samples};
use crate::cli::prelude::*;
use crate::cli::setup::{SetupArgs, check_meaning};
use crate::io::memory;

/// A network and its samples, or a fault, which brings its own setup.
#[derive(Debug, Clone, Args)]
pub(super) struct SettingArgs {
    /// Check this model's weights [default: random ones]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["sizes", "init"])]
    model: Option<PathBuf>,

    #[command(flatten)]
    setup: SetupArgs,

    /// The number of samples; several form a mini-batch [default: 1; with --fault, as many as the fault needs]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    samples: Option<u32>,

    /// L2 regularisation: lambda, with n the number of samples checked
    #[arg(long, value_name = "LAMBDA", default_value_t = 0.0)]
    l2: f64,

    /// Dropout of hidden neurons with this probability, and a fixed mask
    #[arg(long, value_name = "P", default_value_t = 0.0)]
    dropout: f64,

    /// Plant this bug in the backward pass of a network that shows it; --list-faults lists them
    #[arg(long, value_name = "NAME", conflicts_with_all = ["activation", "cost", "l2", "dropout"])]
    fault: Option<String>,

    #[command(flatten)]
    pub(super) mystery: MysteryArgs,
}

/// Returns the fault of the gallery that an option names.
pub(super) fn named(option: &'static str, name: &str) -> Result<&'static Fault, Error> {
    Fault::named(name).ok_or_else(|| {
        let names: Vec<&str> = GALLERY.iter().map(|fault| fault.name).collect();
        refuse(format!("there is no fault '{name}'"), format!("{option} takes one of {}", names.join(", ")))
    })
}

/// The network, the samples and the fault to check.
pub(super) struct Setting {
    pub(super) architecture: Architecture,
    pub(super) parameters: Parameters,
    pub(super) task: Task,
    pub(super) fault: Option<&'static Fault>,
    /// `true` if samples are made up for a model that was trained on others.
    pub(super) are_made_up: bool,
}

impl SettingArgs {
    /// Reads and draws everything that is needed.
    pub(super) fn prepare(&self) -> Result<Setting, Error> {
        if let Some(Mystery { fault, architecture, parameters, task }) = self.mystery.hidden() {
            return Ok(Setting { architecture, parameters, task, fault: Some(fault), are_made_up: false });
        }
        let fault = self.fault.as_deref().map(|name| named("--fault", name)).transpose()?;
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
        let are_made_up = self.model.is_some() && matches!(all, Samples::MadeUp);
        let examples = if let Samples::MadeUp = all {
            draw_examples(&architecture, samples, self.seed())
        } else {
            let rows = setup.rows(&all, &architecture, samples);
            let examples = rows.samples.into_iter().zip(rows.labels);
            examples.map(|(sample, label)| Example { sample, label }).collect()
        };
        let parameters = setup.parameters(&architecture);
        let l2 = fault.map_or(self.l2 / samples as f64, |fault| fault.set_up.l2);
        let task = Task { examples, l2, dropout: self.dropout()? };
        Ok(Setting { architecture, parameters, task, fault, are_made_up })
    }

    /// Fills in what was chosen; a fault brings its own sizes, activation and cost.
    fn setup(&self, fault: Option<&Fault>) -> Result<Setup, Error> {
        let mut setup = self.setup.setup(self.model.as_deref())?;
        if let (None, Some(model)) = (&setup.data, &setup.model)
            && model.meaning.is_of_table()
        {
            DataArgs::default().check_named(model)?;
        }
        if let Some(fault) = fault.filter(|_| setup.model.is_none()).map(|fault| &fault.set_up) {
            if setup.data.is_none() {
                setup.sizes.get_or_insert(fault.shapes[0].to_vec());
            }
            setup.activation.get_or_insert(vec![fault.activation]);
            setup.cost.get_or_insert(fault.cost);
        }
        setup.data.get_or_insert(Data::MadeUp);
        setup.init.get_or_insert(WeightInit::Scaled);
        check_meaning(&setup)?;
        Ok(setup)
    }

    /// Returns the seed of weights and samples, and of what the check draws.
    pub(super) fn seed(&self) -> u64 {
        self.setup.seed.unwrap_or(0)
    }

    fn sample_count(&self, fault: Option<&Fault>) -> Result<usize, Error> {
        let needed = fault.map_or(1, |fault| fault.set_up.samples);
        match self.samples {
            Some(1) if needed > 1 => {
                let name = fault.map_or("", |fault| fault.name);
                Err(Error::usage(format!("the fault {name} shows only with several samples"))
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
        let dropout = Dropout { probability: self.dropout, seed: self.seed() };
        Ok((self.dropout > 0.0).then_some(dropout))
    }
}
