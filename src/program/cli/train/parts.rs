//! The three parts of a data set in training: samples to train on, held out, and to test on.

use std::path::{Path, PathBuf};

use backprop::Error;
use backprop::data_set::{DataSet, Meaning, Split};
use backprop::training::{DataRecord, Fingerprint};
use backprop::{Architecture, data_set::Source};

/// The samples to train on, those that decide when to stop, and those that are only tested.
pub(in crate::cli) struct Parts {
    pub(in crate::cli) train: DataSet,
    pub(super) validation: Option<DataSet>,
    pub(in crate::cli) test: DataSet,
    pub(in crate::cli) tested: Tested,
}

/// The samples that the network is tested on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Tested {
    /// Separate test samples.
    Test,
    /// The held-out samples, because there are no test samples.
    HeldOut,
    /// The training samples, because there are no others.
    Trained,
}

impl Tested {
    /// Returns the word for it in JSON.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::HeldOut => "held-out",
            Self::Trained => "training",
        }
    }
}

impl Parts {
    /// Splits a data set as the record says.
    pub(super) fn cut(split: Split, record: &DataRecord) -> Self {
        let limit = |data: DataSet, limit: Option<usize>| data.first(limit.unwrap_or(usize::MAX));
        let mut train = limit(split.train, record.train_limit);
        let validation = (record.held_out > 0).then(|| train.split_off_last(record.held_out));
        let (test, tested) = match (split.test_is_train, &validation) {
            (false, _) => (split.test, Tested::Test),
            (true, Some(held_out)) => (held_out.clone(), Tested::HeldOut),
            (true, None) => (train.clone(), Tested::Trained),
        };
        Self { train, validation, test: limit(test, record.test_limit), tested }
    }

    /// Scales inputs and labels as a network of this meaning takes them.
    pub(super) fn with_meaning(self, meaning: &Meaning) -> Self {
        let scaled = |data: DataSet| data.with_meaning(meaning.clone());
        Self {
            train: scaled(self.train),
            validation: self.validation.map(scaled),
            test: scaled(self.test),
            tested: self.tested,
        }
    }

    /// Checks that all samples fit a network of this architecture.
    pub(in crate::cli) fn check_fit(&self, architecture: &Architecture) -> Result<(), Error> {
        self.each().try_for_each(|data| data.check_fits(architecture))
    }

    /// Returns what a checkpoint remembers of them.
    pub(super) fn fingerprints(&self) -> Vec<Fingerprint> {
        self.each().map(Fingerprint::of).collect()
    }

    fn each(&self) -> impl Iterator<Item = &DataSet> {
        [Some(&self.train), self.validation.as_ref(), Some(&self.test)].into_iter().flatten()
    }
}

/// Returns the absolute path, which is the same whatever folder the run is resumed from.
pub(super) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// Returns the source with absolute paths, which is the same whatever folder the run is resumed from.
pub(super) fn absolute_source(source: Source) -> Source {
    match source {
        Source::Path(path) => Source::Path(absolute(&path)),
        Source::Table { train, test, columns } => {
            Source::Table { train: absolute(&train), test: test.as_deref().map(absolute), columns }
        }
        built_in => built_in,
    }
}
