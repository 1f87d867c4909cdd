//! CSV files: an error in one line, or samples that all can be asked for, also when the table is read again as one of the same
//! meaning. The first byte chooses how the columns are read.
#![no_main]

use std::cell::LazyCell;

use backprop::data_set::{Columns, Kind, Meaning, Missing, Pixels, Source, Standardization, Targets};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

thread_local! {
    static FOLDER: LazyCell<TempDir> = LazyCell::new(|| tempfile::tempdir().expect("a temporary folder"));
}

fuzz_target!(|data: &[u8]| {
    let Some((choice, text)) = data.split_first() else { return };
    let train = FOLDER.with(|folder| folder.path().join("table.csv"));
    std::fs::write(&train, text).expect("writable");
    let target_columns = usize::from(choice % 4);
    let bit = |place: u8| choice >> place & 1 > 0;
    let columns = Columns {
        target_columns,
        one_hot: bit(2),
        target: if bit(3) { vec!["1".to_owned()] } else { Vec::new() },
        ignore: if bit(4) { vec!["2".to_owned()] } else { Vec::new() },
        missing: bit(5).then_some(if bit(6) { Missing::Mean } else { Missing::Drop }),
        kind: bit(7).then_some(if bit(6) { Kind::Classes } else { Kind::Numbers }),
        ..Columns::default()
    };
    let source = Source::Table { train, test: None, columns };
    match source.clone().load(Pixels::Scaled) {
        Ok(split) => {
            let data = split.train;
            let again = source.read_as(data.meaning()).load(Pixels::Scaled).map(|split| split.train.len());
            assert_eq!(again.ok(), Some(data.len()), "it can be read as what it is");
            let standardization = Some(Standardization::of(&data));
            let own = data.clone().with_meaning(Meaning { standardization, ..data.meaning().clone() });
            assert!((0..own.len().min(100)).all(|index| own.sample(index).iter().all(|number| number.is_finite())));
            let outputs = data.output_size();
            for index in 0..data.len().min(100) {
                assert_eq!(data.sample(index).len(), data.input_size());
                assert!(data.sample(index).iter().all(|number| number.is_finite()));
                assert_eq!(data.label(index, Targets::Soft, outputs).len(), outputs);
            }
        }
        Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
    }
});
