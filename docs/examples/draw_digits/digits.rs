//! Our own handwritten-looking digits, drawn rather than collected.
//!
//! No one's handwriting is stored here. Each digit is described by a few *skeletons* - the paths a pen takes - and
//! every image bends one of them in its own random way, draws it with a pen of random width, and shrinks the result
//! exactly as the makers of MNIST shrank theirs. Read the files in the order in which an image comes about:
//!
//! 1. `skeletons`: the styles in which people write each digit, as lists of knots;
//! 2. `curve`: the smooth curve that a pen draws through those knots;
//! 3. `distort`: the hand of one writer, who slants, stretches and wobbles;
//! 4. `render`: the pen, which turns curves into ink on a sheet of fine pixels;
//! 5. `backprop::data_set::centre`: MNIST's way of fitting any sheet of ink into 28 x 28 grey levels.
//!
//! `chance` throws the dice for all of them. Image `i` has its own stream of random numbers and never depends on the
//! images before it: the first hundred digits of a set are the same whether a hundred or ten thousand are drawn. All
//! mathematics beyond `+ - * /` and the square root comes from the `libm` crate, which makes every computer draw the
//! same bytes.

use backprop::data_set::centre::{SIDE, centre_like_mnist};

use crate::chance::Chance;
use crate::distort::Hand;
use crate::render::Pen;
use crate::skeletons;

/// Pixels in one image: 28 rows of 28.
pub const PIXELS: usize = SIDE * SIDE;

/// The seed from which the crate's embedded training images were drawn.
pub const TRAINING_SEED: u64 = 1986;

/// The number of embedded training images.
pub const TRAINING_COUNT: usize = 10_000;

/// The seed from which the crate's embedded test images were drawn.
pub const TEST_SEED: u64 = 2015;

/// The number of embedded test images.
pub const TEST_COUNT: usize = 2_000;

/// The number of labels in a block, which holds every digit equally often.
const LABEL_BLOCK: usize = 100;

/// Many drawn digits, in the layout of MNIST's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnDigits {
    /// Grey levels, 0 for paper and 255 for ink: [`PIXELS`] for each image, row by row.
    pub pixels: Vec<u8>,
    /// The digit, 0 to 9, that each image shows.
    pub labels: Vec<u8>,
}

/// Draws `count` digits in shuffled order.
///
/// The ten digits are equally frequent: exactly so whenever `count` is a multiple of 100. The same
/// `seed` always gives the same images, and a smaller `count` gives the first few of them.
pub fn draw_digits(seed: u64, count: usize) -> DrawnDigits {
    let labels = shuffled_labels(seed, count);
    let mut pixels = Vec::with_capacity(count * PIXELS);
    for (index, &label) in (0_u64..).zip(&labels) {
        let mut chance = Chance::for_image(seed, index);
        pixels.extend_from_slice(&draw_digit(label, &mut chance));
    }
    DrawnDigits { pixels, labels }
}

/// Draws one image of `digit` as a writer chosen by `chance` would write it.
fn draw_digit(digit: u8, chance: &mut Chance) -> [u8; PIXELS] {
    let style = skeletons::pick_style(digit, chance);
    let hand = Hand::of_some_writer(chance);
    let strokes = hand.write(style, chance);
    let pen = Pen::from_some_drawer(chance);
    let sheet = pen.draw(&strokes, chance);
    centre_like_mnist(sheet.width, sheet.height, &sheet.ink)
}

/// Returns the labels of the first `count` images: block after block, each shuffled on its own.
fn shuffled_labels(seed: u64, count: usize) -> Vec<u8> {
    let mut labels = Vec::with_capacity(count + LABEL_BLOCK);
    for block in 0_u64.. {
        if labels.len() >= count {
            break;
        }
        let mut chance = Chance::for_label_block(seed, block);
        let mut shuffled: Vec<u8> = (0..10).cycle().take(LABEL_BLOCK).collect();
        chance.shuffle(&mut shuffled);
        labels.extend(shuffled);
    }
    labels.truncate(count);
    labels
}
