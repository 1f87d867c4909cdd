//! `backprop predict --image`: what a user sees, and what is refused. (src/program/image_file/tests.rs tests how a
//! picture is read.)

use std::path::Path;

use backprop::model_file::Model;
use backprop::{Architecture, WeightInit};
use png::{BitDepth, ColorType};
use tempfile::TempDir;

use testkit::cli::{backprop, json_lines, refusal, success, write};
use testkit::mnist::mnist_folder;
use testkit::pictures::{BLACK, WHITE, drawing, png};

/// Returns a folder with a network of these sizes, its weights drawn at random.
fn folder_with_model(sizes: &[usize]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let architecture = Architecture::new(sizes);
    let parameters = WeightInit::Scaled.draw(&architecture, 1);
    let model = Model::new(architecture, parameters);
    model.write(&folder.path().join("m.json")).expect("writable");
    folder
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
    assert!(line.contains("30x30 pixels, but the model takes 28x28; without --as-is"), "{line}");
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
fn a_network_of_another_square_is_shown_the_digit_at_that_size() {
    let seen = |inputs: usize| -> Vec<f64> {
        let folder = folder_with_model(&[inputs, 3, 10]);
        write(&folder.path().join("seven.png"), &drawing((60, 60), (20, 20), 1, WHITE, BLACK));
        let text = success(backprop("predict --model m.json --image seven.png --json").current_dir(&folder));
        serde_json::from_value(json_lines(&text)[0]["seen"].clone()).expect("numbers")
    };
    let (large, small) = (seen(784), seen(49));
    for (index, pixel) in small.iter().enumerate() {
        let (row, column) = (index / 7, index % 7);
        let of = |y: usize, x: usize| large[(4 * row + y) * 28 + 4 * column + x];
        let mean = (0..4).flat_map(|y| (0..4).map(move |x| of(y, x))).sum::<f64>() / 16.0;
        assert!((pixel - mean).abs() <= 0.5 + 1e-9);
    }
    let folder = folder_with_model(&[6, 3, 10]);
    write(&folder.path().join("seven.png"), &drawing((60, 60), (20, 20), 1, WHITE, BLACK));
    let line = refusal(backprop("predict --model m.json --image seven.png").current_dir(&folder));
    assert!(line.contains("6 inputs, which do not make a square picture"), "{line}");
}

/// Returns a PNG file that consists of a header, without the pixels.
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
fn what_is_not_a_picture_of_a_digit_is_refused_in_one_sentence() {
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
    refuses(&png(30, 30, ColorType::Grayscale, BitDepth::Eight, &[200; 900]), "there is no digit");
    refuses(&png(1, 1, ColorType::Grayscale, BitDepth::Eight, &[0]), "there is no digit");
    refuses(&header_only(60_000, 60_000), "too many for one digit");
    refuses(&header_only(4_000, 4_000), "more than the file can hold");
    let line = refusal(backprop("predict --model m.json --image nowhere.png").current_dir(&folder));
    assert!(line.contains("nowhere.png") && line.contains("--image takes a PNG file"), "{line}");
    refusal(backprop("predict --model m.json --image a.png --index 3").current_dir(&folder));
    refusal(backprop("predict --model m.json --as-is").current_dir(&folder));
}

/// Returns the number of pictures in tests/images that the model recognises, and the others; the first letter of a name
/// is the digit.
fn recognised(model: &Path) -> (usize, Vec<String>) {
    let folder = testkit::root().join("tests/images");
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
