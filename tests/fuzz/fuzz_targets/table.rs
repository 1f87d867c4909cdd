//! CSV files: an error in one line, or samples that all can be asked for. The first byte chooses how many columns are
//! numbers to put out.
#![no_main]

use std::cell::LazyCell;

use backprop::data_set::{Columns, Pixels, Source, Targets};
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
    let columns = Columns { target_columns, one_hot: choice & 4 > 0, ..Columns::default() };
    match (Source::Table { train, test: None, columns }).load(Pixels::Scaled) {
        Ok(split) => {
            let data = split.train;
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
