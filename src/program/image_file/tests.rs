//! Pictures of any colour, place, size and kind of PNG, and files that are refused.

use png::{BitDepth, ColorType};
use proptest::prelude::*;

use testkit::pictures::{BLACK, WHITE, drawing, is_ink, png};

use super::*;

/// Returns the 28x28 pixels that the network is shown.
fn seen(bytes: &[u8]) -> Vec<u8> {
    decode_png(bytes).expect("a PNG").centred(28, 28).expect("a digit")
}

#[test]
fn a_dark_bar_on_white_paper_is_laid_large_and_white_on_black_in_the_middle() {
    let mut picture = Picture { width: 20, height: 20, rgba: vec![[255, 255, 255, 255]; 400] };
    for row in 2..10 {
        picture.rgba[20 * row + 3] = [40, 0, 60, 255];
    }
    let image = picture.centred(28, 28).expect("there is ink");
    assert_eq!((image.len(), image[0], image[14 * 28 + 14]), (784, 0, 255));
}

#[test]
fn brightness_is_0_for_black_and_for_glass_and_255_for_white() {
    let grey_white_glass = vec![[128, 128, 128, 255], [255, 255, 255, 255], [255, 255, 255, 0]];
    let picture = Picture { width: 3, height: 1, rgba: grey_white_glass };
    assert_eq!(picture.brightness(), [128, 255, 0]);
}

#[test]
fn a_digit_is_seen_alike_in_any_colours_at_any_place() {
    let first = seen(&drawing((40, 40), (14, 12), 1, WHITE, BLACK));
    assert_eq!(first.len(), 784);
    assert_eq!(first.iter().copied().max(), Some(255));
    for (paper, ink) in
        [(BLACK, WHITE), (WHITE, [0, 0, 255]), ([20, 60, 20], [250, 240, 90]), ([255, 0, 0], [0, 160, 0])]
    {
        let pairs = seen(&drawing((40, 40), (14, 12), 1, paper, ink)).into_iter().zip(first.iter().copied());
        // The last digit of a half may round either way.
        assert!(pairs.into_iter().all(|(a, b)| a.abs_diff(b) <= 1), "{ink:?} on {paper:?}");
    }
    assert_eq!(seen(&drawing((90, 50), (60, 20), 1, WHITE, BLACK)), first);
    // Twice as large, the averaging differs a little at the edges of strokes.
    let large = seen(&drawing((120, 80), (30, 20), 2, WHITE, BLACK));
    let difference: f64 = large.iter().zip(&first).map(|(&a, &b)| (f64::from(a) - f64::from(b)).abs()).sum();
    assert!(difference / 784.0 < 3.0, "{difference}");
}

#[test]
fn a_digit_is_laid_with_its_centre_of_mass_in_the_middle_and_20_pixels_high() {
    let image = seen(&drawing((200, 60), (150, 5), 1, WHITE, BLACK));
    let weight = |index: usize| f64::from(image[index]);
    let mass: f64 = (0..784).map(weight).sum();
    let x: f64 = (0..784).map(|index| weight(index) * (index % 28) as f64).sum::<f64>() / mass;
    let y: f64 = (0..784).map(|index| weight(index) * (index / 28) as f64).sum::<f64>() / mass;
    assert!((x - 13.5).abs() <= 1.0 && (y - 13.5).abs() <= 1.0, "{x} {y}");
    let rows = (0..28).filter(|row| image[row * 28..(row + 1) * 28].iter().any(|&pixel| pixel > 60)).count();
    assert_eq!(rows, 20);
}

#[test]
fn every_kind_of_png_gives_the_same_pixels() {
    let grey: Vec<u8> = (0..64).map(|i| if is_ink(i % 8, i / 8) { 20 } else { 250 }).collect();
    let expected: Vec<[u8; 4]> = grey.iter().map(|&g| [g, g, g, 255]).collect();
    let each = |of: &dyn Fn(u8) -> Vec<u8>| grey.iter().flat_map(|&g| of(g)).collect::<Vec<u8>>();
    let bits: Vec<u8> =
        grey.chunks(8).map(|row| row.iter().fold(0, |byte, &g| byte << 1 | u8::from(g == 20))).collect();
    let kinds = [
        png(8, 8, ColorType::Grayscale, BitDepth::Eight, &grey),
        png(8, 8, ColorType::Grayscale, BitDepth::Sixteen, &each(&|g| vec![g, g])),
        png(8, 8, ColorType::GrayscaleAlpha, BitDepth::Eight, &each(&|g| vec![g, 255])),
        png(8, 8, ColorType::Rgb, BitDepth::Eight, &each(&|g| vec![g; 3])),
        png(8, 8, ColorType::Rgba, BitDepth::Sixteen, &each(&|g| vec![g, g, g, g, g, g, 255, 255])),
        png(8, 8, ColorType::Indexed, BitDepth::One, &bits),
    ];
    for (index, bytes) in kinds.iter().enumerate() {
        let picture = decode_png(bytes).expect("a PNG");
        assert_eq!((picture.width, picture.height), (8, 8));
        assert_eq!(picture.rgba, expected, "kind {index}");
    }
}

#[test]
fn light_ink_on_a_transparent_ground_is_seen_as_dark_ink_is() {
    let with = |ink: u8| {
        let pixel = |i: i32| [ink, ink, ink, if is_ink(i % 40 - 12, i / 40 - 10) { 255 } else { 0 }];
        let data: Vec<u8> = (0..1600).flat_map(pixel).collect();
        seen(&png(40, 40, ColorType::Rgba, BitDepth::Eight, &data))
    };
    assert_eq!(with(255), with(0));
}

#[test]
fn blank_and_empty_images_stay_blank() {
    assert_eq!(centre_like_mnist(0, 0, &[]), [0; SIDE * SIDE]);
    assert_eq!(centre_like_mnist(3, 2, &[0.0; 6]), [0; SIDE * SIDE]);
    assert_eq!(centre_like_mnist(2, 1, &[f64::NAN, -5.0]), [0; SIDE * SIDE]);
}

#[test]
fn a_square_of_ink_fills_the_box_whatever_its_size_and_place() {
    for (side, left, top) in [(20, 4, 4), (40, 0, 100), (150, 40, 2)] {
        let (width, height) = (200, 170);
        let mut ink = vec![0.0; width * height];
        for row in top..top + side {
            ink[row * width + left..row * width + left + side].fill(1.0);
        }
        let image = centre_like_mnist(width, height, &ink);
        // The middle of 20 pixels is between two: the box starts at 14 - 9.5, rounded either way.
        let first = image.iter().position(|&pixel| pixel > 0).expect("there is ink");
        let (top, left) = (first / SIDE, first % SIDE);
        assert!((4..=5).contains(&top) && (4..=5).contains(&left), "side {side}: {top}, {left}");
        for (place, &pixel) in image.iter().enumerate() {
            let (row, column) = (place / SIDE, place % SIDE);
            let inside = (top..top + 20).contains(&row) && (left..left + 20).contains(&column);
            assert_eq!(pixel, if inside { 255 } else { 0 }, "side {side}, pixel {place}");
        }
    }
}

/// Generates a width, and ink for rows of it.
fn any_ink() -> impl Strategy<Value = (usize, Vec<f64>)> {
    let ink = prop_oneof![Just(0.0), Just(f64::NAN), -1.0..2.0];
    (1usize..70, prop::collection::vec(ink, 1..2000))
}

fn is_centred((width, ink): (usize, Vec<f64>)) -> Result<(), TestCaseError> {
    let height = ink.len() / width;
    let image = centre_like_mnist(width, height, &ink[..width * height]);
    let any_ink = ink[..width * height].iter().any(|&ink| ink > 0.1);
    prop_assert_eq!(image.contains(&255), any_ink);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn any_image_is_centred_without_a_crash(image in any_ink()) {
        is_centred(image)?;
    }
}

proptest! {
    #[test]
    #[ignore = "seconds in a debug build; run in release"]
    fn any_of_256_images_is_centred_without_a_crash(image in any_ink()) {
        is_centred(image)?;
    }
}

proptest! {
    /// Damage gives an error or a picture of the size in its header; checksums prevent any other outcome.
    #[test]
    fn a_damaged_png_is_refused_or_read_as_before(place in any::<prop::sample::Index>(), value in any::<u8>()) {
        let mut bytes = drawing((20, 22), (4, 3), 1, WHITE, BLACK);
        let whole = decode_png(&bytes).expect("a PNG");
        let place = place.index(bytes.len());
        bytes[place] = value;
        match decode_png(&bytes) {
            Ok(picture) => prop_assert_eq!(picture, whole),
            Err(problem) => prop_assert!(!problem.to_string().contains('\n')),
        }
    }
}
