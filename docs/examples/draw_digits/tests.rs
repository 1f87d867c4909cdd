//! The embedded digits: the code draws the committed files, and they are laid out as MNIST's are.

use backprop::data_set::{DataSet, Pixels, Source};

use crate::digits::{DrawnDigits, PIXELS, TEST_COUNT, TEST_SEED, TRAINING_COUNT, TRAINING_SEED, draw_digits};
use backprop::data_set::centre::{BOX_SIDE, SIDE};

fn embedded() -> (DataSet, DataSet) {
    let split = Source::Digits.load(Pixels::Scaled).expect("embedded");
    (split.train, split.test)
}

fn assert_drawn(drawn: &DrawnDigits, committed: &DataSet) {
    for (index, &label) in drawn.labels.iter().enumerate() {
        assert_eq!(committed.class(index), usize::from(label), "label {index}");
        let pixels = &drawn.pixels[index * PIXELS..(index + 1) * PIXELS];
        assert!(committed.image(index) == Some(pixels), "image {index} is not the one committed");
    }
}

/// The inked rows and columns of a 28x28 image, and the centre of mass, in whole pixels: the top left
/// one is 0, 0.
struct Layout {
    height: usize,
    width: usize,
    centre: (f64, f64),
}

fn layout(image: &[u8]) -> Layout {
    let inked: Vec<(usize, usize, f64)> = (image.iter().enumerate())
        .filter(|&(_, &ink)| ink > 0)
        .map(|(place, &ink)| (place / SIDE, place % SIDE, f64::from(ink)))
        .collect();
    let span = |place: fn(&(usize, usize, f64)) -> usize| {
        let places = || inked.iter().map(place);
        places().max().unwrap_or(0) + 1 - places().min().unwrap_or(0)
    };
    let mass: f64 = inked.iter().map(|(_, _, ink)| ink).sum();
    let mean = |place: fn(&(usize, usize, f64)) -> usize| {
        inked.iter().map(|pixel| place(pixel) as f64 * pixel.2).sum::<f64>() / mass
    };
    Layout { height: span(|p| p.0), width: span(|p| p.1), centre: (mean(|p| p.0), mean(|p| p.1)) }
}

#[test]
fn the_first_images_are_what_the_code_draws() {
    let (train, test) = embedded();
    assert_drawn(&draw_digits(TRAINING_SEED, 30), &train);
    assert_drawn(&draw_digits(TEST_SEED, 30), &test);
}

#[test]
#[ignore = "draws all 12,000 images: seconds in release, minutes without"]
fn every_image_is_what_the_code_draws() {
    let (train, test) = embedded();
    assert_drawn(&draw_digits(TRAINING_SEED, TRAINING_COUNT), &train);
    assert_drawn(&draw_digits(TEST_SEED, TEST_COUNT), &test);
}

#[test]
fn there_are_as_many_of_each_digit_and_all_are_there() {
    let (train, test) = embedded();
    assert_eq!((train.len(), test.len()), (10_000, 2_000));
    assert_eq!((train.image_shape(), test.image_shape()), (Some((28, 28)), Some((28, 28))));
    for data in [train, test] {
        let mut counts = [0; 10];
        (0..data.len()).for_each(|index| counts[data.class(index)] += 1);
        assert_eq!(counts, [data.len() / 10; 10]);
    }
}

#[test]
fn every_digit_fits_a_20x20_box_with_its_mass_in_the_middle() {
    let (train, test) = embedded();
    for data in [&train, &test] {
        for index in (0..data.len()).step_by(7) {
            let layout = layout(data.image(index).expect("an image"));
            let longer = layout.height.max(layout.width);
            assert!((BOX_SIDE - 1..=BOX_SIDE).contains(&longer), "image {index}: {longer} pixels long");
            for centre in [layout.centre.0, layout.centre.1] {
                // Moving by whole pixels leaves an error of half a pixel, or more in the few images that would
                // otherwise leave the paper.
                assert!(
                    (centre - 14.0).abs() <= 0.51,
                    "image {index}: centre of mass at {:?}",
                    layout.centre
                );
            }
        }
    }
}

#[test]
fn no_test_image_is_a_training_image() {
    let (train, test) = embedded();
    let seen: std::collections::HashSet<&[u8]> =
        (0..train.len()).filter_map(|index| train.image(index)).collect();
    assert_eq!(seen.len(), train.len(), "training images differ from each other");
    assert!((0..test.len()).all(|index| test.image(index).is_some_and(|image| !seen.contains(image))));
}

#[test]
fn an_image_does_not_depend_on_how_many_are_drawn() {
    let (few, more) = (draw_digits(7, 3), draw_digits(7, 5));
    assert_eq!(few.pixels[..], more.pixels[..3 * PIXELS]);
    assert_eq!(few.labels[..], more.labels[..3]);
    assert_ne!(few.pixels, draw_digits(8, 3).pixels);
}

#[test]
fn the_four_files_are_at_most_three_megabytes() {
    let folder = testkit::root().join("data");
    let files = std::fs::read_dir(folder).expect("data is there").map(|entry| entry.expect("readable"));
    let digits = files.filter(|file| file.file_name().to_string_lossy().starts_with("digits-"));
    let sizes: Vec<u64> = digits.map(|file| file.metadata().expect("readable").len()).collect();
    assert_eq!(sizes.len(), 4);
    assert!(sizes.iter().sum::<u64>() <= 3_000_000, "{sizes:?}");
}
