//! IDX files, plain: an error, or images that encode to the same bytes again.
#![no_main]

use std::path::Path;

use backprop::data_set::idx::{decode_images, decode_labels, encode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|contents: &[u8]| {
    let is_plain = !contents.starts_with(&[0x1f, 0x8b]);
    match decode_images(Path::new("fuzz"), contents) {
        Ok(images) if is_plain => {
            assert_eq!(encode(&[images.count, images.rows, images.columns], &images.bytes), contents);
        }
        Ok(images) => assert_eq!(images.bytes.len(), images.count * images.rows * images.columns),
        Err(error) => assert!(!error.to_string().contains('\n')),
    }
    match decode_labels(Path::new("fuzz"), contents) {
        Ok(labels) if is_plain => assert_eq!(encode(&[labels.len()], &labels), contents),
        Ok(_) => {}
        Err(error) => assert!(!error.to_string().contains('\n')),
    }
});
