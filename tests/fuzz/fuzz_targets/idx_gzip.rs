//! IDX files, gzipped: the contents decide, and damage to the gzip itself is an error or changes nothing.
//!
//! The first byte chooses: even, the rest is the inside of a whole gzip file; odd, it is the gzip file itself.
#![no_main]

use std::io::Write as _;
use std::path::Path;

use backprop::data_set::idx::decode_images;
use flate2::Compression;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    if choice % 2 == 1 {
        let mut contents = vec![0x1f, 0x8b];
        contents.extend_from_slice(rest);
        if let Ok(images) = decode_images(Path::new("fuzz"), &contents) {
            assert_eq!(images.bytes.len(), images.count * images.rows * images.columns);
        }
        return;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(rest).expect("writing to memory");
    let zipped = decode_images(Path::new("fuzz"), &encoder.finish().expect("writing to memory"));
    if !rest.starts_with(&[0x1f, 0x8b]) {
        assert_eq!(zipped.ok(), decode_images(Path::new("fuzz"), rest).ok());
    }
});
