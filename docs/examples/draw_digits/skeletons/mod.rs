//! The skeletons of the ten digits: which way the pen goes in each style of writing.
//!
//! People write a 7 with or without a bar, a 4 open or closed at the top, a 2 with or without a
//! loop. Each such habit is a [`Style`], and each digit has a file with its styles. A style lists
//! the strokes between which the pen is lifted, and a stroke lists its knots, `x,y` in hundredths
//! of the digit's height, x to the right and y *down*, so that `0,0` is top left:
//!
//! ```text
//! Style { weight: 40, strokes: &[pen![0,5  60,2 corner  35,50  22,100]] }   // a plain 7
//! ```
//!
//! The pen runs smoothly through the knots, except that it turns sharply at a `corner`. The knots
//! were made up at the drawing board, by thinking about how people write; none was traced.

use crate::chance::Chance;
use crate::curve::Point;

/// Writes down a stroke: `pen![0,5  60,2 corner  35,50]` is an array of three knots.
macro_rules! pen {
    ($($x:literal, $y:literal $($corner:ident)?)+) => {
        &[$($crate::skeletons::knot(
            $x, $y, stringify!($($corner)?)
        )),+]
    };
}

mod eight;
mod five;
mod four;
mod nine;
mod one;
mod seven;
mod six;
mod three;
mod two;
mod zero;

/// A place through which the pen goes.
#[derive(Clone, Copy, Debug)]
pub struct Knot {
    /// Its position, in heights of the digit.
    pub at: Point,
    /// True if the pen turns sharply here, not smoothly.
    pub corner: bool,
}

/// One habit of writing one digit.
#[derive(Debug)]
pub struct Style {
    /// Its frequency, relative to the other styles of its digit.
    pub weight: u32,
    /// The strokes, each drawn without lifting the pen.
    pub strokes: &'static [&'static [Knot]],
}

/// Every style of every digit, at the digit's own place.
const STYLES: [&[Style]; 10] = [
    zero::STYLES,
    one::STYLES,
    two::STYLES,
    three::STYLES,
    four::STYLES,
    five::STYLES,
    six::STYLES,
    seven::STYLES,
    eight::STYLES,
    nine::STYLES,
];

/// Chooses a style of `digit`, each as often as its weight asks.
///
/// # Panics
///
/// If `digit` is above 9.
pub fn pick_style(digit: u8, chance: &mut Chance) -> &'static Style {
    let styles = STYLES[usize::from(digit)];
    let mut ticket = chance.below(styles.iter().map(|style| style.weight).sum());
    for style in styles {
        if ticket < style.weight {
            return style;
        }
        ticket -= style.weight;
    }
    unreachable!("the ticket is below the sum of the weights")
}

/// A knot from what [`pen!`] was given: hundredths of a height, and `corner` or nothing.
const fn knot(x: i16, y: i16, mark: &str) -> Knot {
    Knot { at: Point { x: x as f64 / 100.0, y: y as f64 / 100.0 }, corner: !mark.is_empty() }
}
