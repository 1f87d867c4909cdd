//! Draws circles, boxes, arrows and words as SVG.

use std::fmt::Write as _;

/// Colours that can be told apart with any colour vision (the Okabe-Ito set).
pub const BLUE: &str = "#0072B2";
pub const RED: &str = "#D55E00";
pub const GREEN: &str = "#009E73";
pub const INK: &str = "#222222";
pub const GREY: &str = "#767676";
pub const PALE: &str = "#D5D5D5";

/// A place: pixels from the left and from the top.
pub type Point = (f64, f64);

/// A drawing in progress.
pub struct Sketch {
    width: f64,
    height: f64,
    body: String,
}

impl Sketch {
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height, body: String::new() }
    }

    /// Draws a line.
    pub fn line(&mut self, (x1, y1): Point, (x2, y2): Point, colour: &str, thickness: f64) {
        let _ = writeln!(
            self.body,
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{colour}\" \
             stroke-width=\"{thickness:.2}\"/>"
        );
    }

    /// Draws a line with a head at its end.
    pub fn arrow(&mut self, from: Point, to: Point, colour: &str, thickness: f64) {
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let along = ((to.0 - from.0) / length, (to.1 - from.1) / length);
        let size = 5.0 + thickness;
        let base = (to.0 - size * along.0, to.1 - size * along.1);
        self.line(from, base, colour, thickness);
        let side = 0.45 * size;
        let _ = writeln!(
            self.body,
            "<path d=\"M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z\" fill=\"{colour}\"/>",
            to.0,
            to.1,
            base.0 - side * along.1,
            base.1 + side * along.0,
            base.0 + side * along.1,
            base.1 - side * along.0
        );
    }

    /// Draws a box around its centre; a corner radius of half its height makes it a pill.
    pub fn rectangle(
        &mut self,
        (x, y): Point,
        (width, height): Point,
        corner: f64,
        fill: &str,
        stroke: &str,
    ) {
        let _ = writeln!(
            self.body,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{corner:.1}\" \
             fill=\"{fill}\" stroke=\"{stroke}\"/>",
            x - width / 2.0,
            y - height / 2.0
        );
    }

    /// Writes words around a place.
    pub fn text(&mut self, at: Point, colour: &str, size: f64, text: &str) {
        self.write(at, colour, size, "middle", text);
    }

    /// Writes words to the right of a place.
    pub fn text_from(&mut self, at: Point, colour: &str, size: f64, text: &str) {
        self.write(at, colour, size, "start", text);
    }

    fn write(&mut self, (x, y): Point, colour: &str, size: f64, anchor: &str, text: &str) {
        // White around the letters keeps them readable on a line.
        let _ = writeln!(
            self.body,
            "<text x=\"{x:.1}\" y=\"{:.1}\" fill=\"{colour}\" font-size=\"{size}\" text-anchor=\"{anchor}\" \
             paint-order=\"stroke\" stroke=\"white\" stroke-width=\"3\">{text}</text>",
            y + 0.35 * size
        );
    }

    pub fn to_svg(&self) -> String {
        let Self { width, height, body } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"system-ui, sans-serif\">\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n{body}</svg>\n"
        )
    }
}

/// Returns the point at this fraction of the way.
pub fn between(from: Point, to: Point, share: f64) -> Point {
    (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1))
}

/// Returns a number as it is written in a picture, with the minus of formulas.
pub fn number(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}").replace('-', "−")
}
