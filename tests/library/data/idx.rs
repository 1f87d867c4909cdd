//! IDX files: which are read, which are refused, and with what message.

use std::io::Write as _;
use std::path::Path;

use backprop::data_set::idx::{decode_images, decode_labels, encode};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// Two images of 2x3 pixels.
fn two_images() -> Vec<u8> {
    encode(&[2, 2, 3], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
}

/// A header that promises these dimensions, and a body of this length.
fn promising(dimensions: &[u32], body: usize) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, dimensions.len() as u8];
    for dimension in dimensions {
        bytes.extend_from_slice(&dimension.to_be_bytes());
    }
    bytes.resize(bytes.len() + body, 7);
    bytes
}

fn refusal(bytes: &[u8]) -> String {
    let error = decode_images(Path::new("some-images"), bytes).expect_err("should be refused").to_string();
    assert!(error.starts_with("some-images: "), "{error}");
    assert!(!error.contains('\n'), "{error}");
    error
}

#[test]
fn plain_and_gzipped_files_give_the_same_images() {
    let plain = decode_images(Path::new("a"), &two_images()).expect("valid");
    assert_eq!((plain.count, plain.rows, plain.columns), (2, 2, 3));
    assert_eq!(plain.bytes, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    assert_eq!(decode_images(Path::new("a.gz"), &gzip(&two_images())).expect("valid"), plain);
    assert_eq!(decode_labels(Path::new("l"), &encode(&[3], &[5, 0, 4])).expect("valid"), [5, 0, 4]);
}

#[test]
fn the_header_is_big_endian_as_the_format_says() {
    // The first bytes of MNIST's training images: magic 2051, 60,000 images of 28x28.
    assert_eq!(two_images()[..16], [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3]);
}

#[test]
fn another_magic_number_is_refused() {
    let mut bytes = two_images();
    bytes[3] = 1;
    assert!(refusal(&bytes).contains("magic number 0x00000801 where images have 0x00000803"));
    assert!(refusal(b"<!DOCTYPE html>").contains("magic number"));
}

#[test]
fn a_file_that_ends_early_is_refused_wherever_it_ends() {
    let whole = two_images();
    for length in 0..whole.len() {
        let error = refusal(&whole[..length]);
        let header = length < 16;
        let expected = if header { "ends within its header" } else { "more than the file can hold" };
        assert!(error.contains(expected), "{length}: {error}");
    }
}

#[test]
fn a_gzipped_file_that_ends_early_is_refused_wherever_it_ends() {
    let whole = gzip(&promising(&[2, 20, 30], 1200));
    for length in 0..whole.len() {
        refusal(&whole[..length]);
    }
    let short_inside = gzip(&promising(&[2, 20, 30], 1199));
    assert!(refusal(&short_inside).contains("ends after 1199 of the 1200 values"));
}

#[test]
fn bytes_behind_the_body_are_refused() {
    let mut bytes = two_images();
    bytes.push(0);
    assert!(refusal(&bytes).contains("has more than the 12 values"));
    assert!(refusal(&gzip(&bytes)).contains("has more than the 12 values"));
    let mut trailing = gzip(&two_images());
    trailing.extend_from_slice(b"garbage");
    assert!(refusal(&trailing).contains("cannot be expanded"));
}

#[test]
fn zero_sized_dimensions_are_refused() {
    for dimensions in [[0, 2, 3], [2, 0, 3], [2, 3, 0]] {
        assert!(refusal(&promising(&dimensions, 0)).contains("one of them is zero"));
    }
}

#[test]
fn dimensions_beyond_the_file_are_refused_before_anything_is_allocated() {
    let error = refusal(&promising(&[u32::MAX, u32::MAX, u32::MAX], 100));
    assert!(error.contains("more than the file can hold"), "{error}");
    // The product fits 64 bits, but asks for 4 GB.
    assert!(refusal(&promising(&[1 << 20, 1 << 6, 1 << 6], 100)).contains("more than the file can hold"));
    assert!(
        refusal(&gzip(&promising(&[1 << 20, 1 << 6, 1 << 6], 100))).contains("more than the file can hold")
    );
}

#[test]
fn a_gzip_bomb_is_not_expanded_beyond_what_its_header_promises() {
    let bomb = gzip(&promising(&[1, 1, 1], 50_000_000));
    assert!(bomb.len() < 100_000);
    assert!(refusal(&bomb).contains("has more than the 1 values"));
}

proptest! {
    /// Damage to any byte gives an error or the same images (a byte of gzip's header may not matter), never a crash.
    #[test]
    fn a_damaged_file_is_refused_or_read_in_its_own_dimensions(
        place in 0usize..28, value in any::<u8>(), zipped in any::<bool>()
    ) {
        let mut bytes = if zipped { gzip(&two_images()) } else { two_images() };
        let place = place % bytes.len();
        bytes[place] = value;
        if let Ok(images) = decode_images(Path::new("damaged"), &bytes) {
            prop_assert_eq!(images.bytes.len(), images.count * images.rows * images.columns);
            if zipped {
                prop_assert_eq!(images.bytes, (1..=12).collect::<Vec<u8>>());
            }
        }
    }
}
