//! `backprop predict --image`: pictures of any colour, place, size and kind of PNG, and what is refused.

mod support;

use std::path::Path;

use backprop::image_file::decode_png;
use backprop::model_file::Model;
use backprop::{Architecture, WeightInit};
use png::{BitDepth, ColorType};
use proptest::prelude::*;
use support::cli::{backprop, json_lines, refusal, success, write};
use support::mnist::mnist_folder;
use tempfile::TempDir;

/// A folder with a network of these sizes, its weights drawn at random.
fn folder_with_model(sizes: &[usize]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let architecture = Architecture::new(sizes);
    let parameters = WeightInit::Scaled.draw(&architecture, 1);
    let model = Model { architecture, parameters, pixels: None };
    model.write(&folder.path().join("m.json")).expect("writable");
    folder
}

fn png(width: u32, height: u32, kind: ColorType, depth: BitDepth, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(kind);
    encoder.set_depth(depth);
    if kind == ColorType::Indexed {
        encoder.set_palette(vec![250, 250, 250, 20, 20, 20]);
    }
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(data).expect("pixels");
    writer.finish().expect("an end");
    bytes
}

/// A seven, 12 wide and 16 high.
fn is_ink(x: i32, y: i32) -> bool {
    let on_bar = (0..3).contains(&y) && (0..12).contains(&x);
    let on_leg = (3..16).contains(&y) && (0..3).contains(&(x - (11 - y / 2)));
    on_bar || on_leg
}

/// The seven at a place on paper of some size; paper and ink are colours of red, green and blue.
fn drawing(size: (i32, i32), place: (i32, i32), scale: i32, paper: [u8; 3], ink: [u8; 3]) -> Vec<u8> {
    let mut data = Vec::new();
    for y in 0..size.1 {
        for x in 0..size.0 {
            let inked = is_ink((x - place.0).div_euclid(scale), (y - place.1).div_euclid(scale));
            data.extend(if inked { ink } else { paper });
        }
    }
    png(size.0.cast_unsigned(), size.1.cast_unsigned(), ColorType::Rgb, BitDepth::Eight, &data)
}

const WHITE: [u8; 3] = [255; 3];
const BLACK: [u8; 3] = [0; 3];

/// The 28x28 pixels that the network is shown.
fn seen(bytes: &[u8]) -> Vec<u8> {
    decode_png(bytes).expect("a PNG").centred(28, 28).expect("a digit")
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
fn as_is_shows_the_pixels_untouched_and_takes_no_other_size() {
    let folder = folder_with_model(&[784, 5, 10]);
    let pixels: Vec<u8> = (0..784).map(|i| (i * 7 % 256) as u8).collect();
    write(&folder.path().join("a.png"), &png(28, 28, ColorType::Grayscale, BitDepth::Eight, &pixels));
    let text = success(backprop("predict --model m.json --image a.png --as-is --json").current_dir(&folder));
    let answer = &json_lines(&text)[0];
    assert_eq!(answer["seen"], serde_json::json!(pixels));
    // The same outputs as for a sample of a data set with these pixels.
    let model = Model::read(&folder.path().join("m.json")).expect("a model");
    let mut layer: Vec<f64> = pixels.iter().map(|&pixel| f64::from(pixel) / 255.0).collect();
    for matrices in &model.parameters.layers {
        let neurons = matrices.weights.iter().zip(&matrices.biases);
        let z = neurons.map(|(row, b)| row.iter().zip(&layer).map(|(w, x)| w * x).sum::<f64>() + b);
        layer = z.map(|z| 1.0 / (1.0 + (-z).exp())).collect();
    }
    for (index, output) in layer.iter().enumerate() {
        assert!((answer["outputs"][index].as_f64().expect("a number") - output).abs() < 1e-12);
    }
    write(&folder.path().join("b.png"), &drawing((30, 30), (5, 5), 1, WHITE, BLACK));
    let line = refusal(backprop("predict --model m.json --image b.png --as-is").current_dir(&folder));
    assert!(line.contains("30x30 pixels, but the model takes 28x28; leave --as-is away"), "{line}");
}

#[test]
fn the_screen_shows_what_the_network_saw_and_a_bar_for_each_output() {
    let folder = folder_with_model(&[784, 5, 10]);
    write(&folder.path().join("seven.png"), &drawing((60, 60), (20, 20), 1, WHITE, BLACK));
    let text = success(backprop("predict --model m.json --image seven.png").current_dir(&folder));
    assert!(text.starts_with("What the network saw in seven.png:\n"), "{text}");
    assert!(text.contains("▄▄▄▄▄▄▄▄") || text.contains("████████"), "{text}");
    assert_eq!(text.lines().filter(|line| line.contains("output ")).count(), 10);
    let digit = success(backprop("predict --model m.json --image seven.png --quiet").current_dir(&folder));
    assert!(text.ends_with(&format!("The network says {}.\n", digit.trim())), "{text}");
}

#[test]
fn a_network_with_another_square_of_inputs_is_shown_the_digit_at_that_size() {
    let folder = folder_with_model(&[49, 3, 10]);
    write(&folder.path().join("seven.png"), &drawing((60, 60), (20, 20), 1, WHITE, BLACK));
    let text = success(backprop("predict --model m.json --image seven.png --json").current_dir(&folder));
    let large = seen(&drawing((60, 60), (20, 20), 1, WHITE, BLACK));
    let mean = |row: usize, column: usize| {
        let of = |y: usize, x: usize| f64::from(large[(4 * row + y) * 28 + 4 * column + x]);
        (0..4).flat_map(|y| (0..4).map(move |x| of(y, x))).sum::<f64>() / 16.0
    };
    for index in 0..49 {
        let ours = json_lines(&text)[0]["seen"][index].as_f64().expect("a number");
        assert!((ours - mean(index / 7, index % 7)).abs() <= 0.5 + 1e-9);
    }
    let folder = folder_with_model(&[6, 3, 10]);
    write(&folder.path().join("seven.png"), &drawing((60, 60), (20, 20), 1, WHITE, BLACK));
    let line = refusal(backprop("predict --model m.json --image seven.png").current_dir(&folder));
    assert!(line.contains("6 inputs, which make no square picture"), "{line}");
}

/// A PNG file that consists of a header, and of pixels that are not there.
fn header_only(width: u32, height: u32) -> Vec<u8> {
    let whole = png(1, 1, ColorType::Rgba, BitDepth::Sixteen, &[0; 8]);
    let mut bytes = whole.clone();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let mut crc = flate2::Crc::new();
    crc.update(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    bytes
}

#[test]
fn what_is_no_picture_of_a_digit_is_refused_in_one_sentence() {
    let folder = folder_with_model(&[784, 5, 10]);
    let refuses = |bytes: &[u8], sentence: &str| {
        write(&folder.path().join("a.png"), bytes);
        let line = refusal(backprop("predict --model m.json --image a.png").current_dir(&folder));
        assert!(line.starts_with("backprop: a.png: ") && line.contains(sentence), "{line}");
    };
    refuses(b"", "not a PNG file");
    refuses(b"\xff\xd8\xff\xe0 JFIF", "not a PNG file");
    let whole = drawing((40, 40), (14, 12), 1, WHITE, BLACK);
    refuses(&whole[..whole.len() / 2], "a damaged PNG file");
    refuses(&whole[..20], "a damaged PNG file");
    refuses(&png(30, 30, ColorType::Grayscale, BitDepth::Eight, &[200; 900]), "no digit is to be seen");
    refuses(&png(1, 1, ColorType::Grayscale, BitDepth::Eight, &[0]), "no digit is to be seen");
    refuses(&header_only(60_000, 60_000), "too many for one digit");
    refuses(&header_only(4_000, 4_000), "more than the file can hold");
    let line = refusal(backprop("predict --model m.json --image nowhere.png").current_dir(&folder));
    assert!(line.contains("nowhere.png") && line.contains("--image takes a PNG file"), "{line}");
    refusal(backprop("predict --model m.json --image a.png --index 3").current_dir(&folder));
    refusal(backprop("predict --model m.json --as-is").current_dir(&folder));
}

/// How many of the pictures in tests/images the model recognises, and which not; the first letter of a name is the digit.
fn recognised(model: &Path) -> (usize, Vec<String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/images");
    let (mut right, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        if entry.path().extension().is_none_or(|extension| extension != "png") {
            continue;
        }
        let name = entry.file_name().into_string().expect("text");
        let mut command = backprop("predict --quiet --model");
        let said = success(command.arg(model).arg("--image").arg(entry.path()));
        if name.starts_with(said.trim()) {
            right += 1;
        } else {
            wrong.push(format!("{name} is taken for {}", said.trim()));
        }
    }
    (right, wrong)
}

#[test]
#[ignore = "needs the real MNIST: set BACKPROP_MNIST to its folder"]
fn drawn_pictures_are_recognised_by_a_network_trained_on_mnist() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut train =
        backprop("train --preset network2 --sizes 784,100,10 --epochs 8 --out m.json --quiet --data");
    success(train.arg(mnist_folder()).current_dir(&folder));
    let (right, wrong) = recognised(&folder.path().join("m.json"));
    println!("{right} of {} pictures recognised; {wrong:?}", right + wrong.len());
    assert_eq!(right + wrong.len(), 22);
    assert!(right >= 20, "{wrong:?}");
}

proptest! {
    /// Damage gives an error or a picture of the size its header says; the checksums leave no room for another one.
    #[test]
    fn a_damaged_png_is_refused_or_read_as_before(place in any::<prop::sample::Index>(), value in any::<u8>()) {
        let mut bytes = drawing((20, 22), (4, 3), 1, WHITE, BLACK);
        let whole = decode_png(&bytes).expect("a PNG");
        let place = place.index(bytes.len());
        bytes[place] = value;
        match decode_png(&bytes) {
            Ok(picture) => prop_assert_eq!(picture, whole),
            Err(problem) => prop_assert!(!problem.contains('\n')),
        }
    }
}
