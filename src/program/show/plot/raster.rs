//! A raster of colours between two axes: an image of weights, decision regions, a landscape of costs.

use std::collections::BTreeMap;
use std::fmt;

use super::Colour;
use super::draw::round;

/// Steps from white to a full colour: few, so that neighbours are often equal and can be drawn as one.
const STEPS: f64 = 12.0;

/// Returns the middles of the cells of a square raster with these ranges, row by row from the top.
pub fn middles(
    side: usize,
    (left, right): (f64, f64),
    (bottom, top): (f64, f64),
) -> impl Iterator<Item = [f64; 2]> {
    let middle =
        move |first: f64, last: f64, cell: usize| first + (last - first) * (cell as f64 + 0.5) / side as f64;
    let cells = (0..side).rev().flat_map(move |row| (0..side).map(move |column| (row, column)));
    cells.map(move |(row, column)| [middle(left, right, column), middle(bottom, top, row)])
}

/// Coloured cells that fill a chart's frame, row by row from the top.
#[derive(Debug, Clone, PartialEq)]
pub struct Raster {
    columns: usize,
    cells: Vec<Shade>,
}

/// A colour between white and one of [`Colour`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shade([u8; 3]);

impl Shade {
    const WHITE: Self = Self([255; 3]);

    /// Returns white for 0 and the full colour for 1.
    pub fn of(colour: Colour, share: f64) -> Self {
        let share = (share.clamp(0.0, 1.0) * STEPS).round() / STEPS;
        let (red, green, blue) = colour.rgb();
        let mix = |full: u8| (255.0 + share * (f64::from(full) - 255.0)).round() as u8;
        Self([mix(red), mix(green), mix(blue)])
    }

    /// Returns blue for a positive share, up to 1; red for a negative one, down to -1; white at 0.
    pub fn signed(share: f64) -> Self {
        Self::of(if share < 0.0 { Colour::Vermilion } else { Colour::Blue }, share.abs())
    }
}

impl fmt::Display for Shade {
    /// Writes the colour as SVG does: `#0072B2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([red, green, blue]) = self;
        write!(f, "#{red:02X}{green:02X}{blue:02X}")
    }
}

impl Raster {
    /// Makes rows of `columns` cells.
    ///
    /// # Panics
    /// If the cells are not whole rows of at least one column.
    pub fn new(columns: usize, cells: Vec<Shade>) -> Self {
        assert!(columns > 0 && cells.len().is_multiple_of(columns), "a raster is made of whole rows");
        Self { columns, cells }
    }

    /// Returns a path for each colour: all rectangles that have it. White is the ground and not drawn.
    pub(super) fn to_svg(&self, (left, top): (f64, f64), (right, bottom): (f64, f64)) -> String {
        let rows = self.cells.len() / self.columns;
        let place = |first: f64, last: f64, index: usize, count: usize| {
            round(first + (last - first) * index as f64 / count.max(1) as f64)
        };
        let mut paths: BTreeMap<Shade, String> = BTreeMap::new();
        for (row, cells) in self.cells.chunks(self.columns).enumerate() {
            let (upper, lower) = (place(top, bottom, row, rows), place(top, bottom, row + 1, rows));
            let mut end = 0;
            for run in cells.chunk_by(|a, b| a == b) {
                let start = end;
                end += run.len();
                if run[0] != Shade::WHITE {
                    let (from, to) =
                        (place(left, right, start, self.columns), place(left, right, end, self.columns));
                    let (width, height) = (round(to - from), round(lower - upper));
                    let rectangle = format!("M{from} {upper}h{width}v{height}h-{width}z");
                    paths.entry(run[0]).or_default().push_str(&rectangle);
                }
            }
        }
        let path = |(shade, path): (&Shade, &String)| {
            format!("<path d=\"{path}\" fill=\"{shade}\" shape-rendering=\"crispEdges\"/>\n")
        };
        paths.iter().map(path).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_are_one_rectangle_and_white_is_not_drawn() {
        let (blue, white) = (Shade::signed(1.0), Shade::signed(0.0));
        let raster = Raster::new(3, vec![blue, blue, white, white, white, Shade::signed(-1.0)]);
        let svg = raster.to_svg((0.0, 0.0), (30.0, 20.0));
        let expected = [
            "<path d=\"M0 0h20v10h-20z\" fill=\"#0072B2\" shape-rendering=\"crispEdges\"/>",
            "<path d=\"M20 10h10v10h-10z\" fill=\"#D55E00\" shape-rendering=\"crispEdges\"/>",
        ];
        assert_eq!(svg.lines().collect::<Vec<_>>(), expected);
    }
}
