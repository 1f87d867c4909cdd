//! A raster of colours between two axes: an image of weights, decision regions, a landscape of costs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Colour;

/// Steps from white to a full colour. Few, so that equal cells beside each other can be drawn as one.
const STEPS: f64 = 12.0;

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
    /// White at 0, the full colour at 1.
    pub fn of(colour: Colour, share: f64) -> Self {
        let share = (share.clamp(0.0, 1.0) * STEPS).round() / STEPS;
        let (red, green, blue) = colour.rgb();
        let mix = |full: u8| (255.0 + share * (f64::from(full) - 255.0)).round() as u8;
        Self([mix(red), mix(green), mix(blue)])
    }

    /// Blue for a positive share, up to 1; red for a negative one, down to -1; white at 0.
    pub fn signed(share: f64) -> Self {
        Self::of(if share < 0.0 { Colour::Vermilion } else { Colour::Blue }, share.abs())
    }
}

impl Raster {
    /// Rows of so many cells.
    ///
    /// # Panics
    /// If the cells are not whole rows of at least one column.
    pub fn new(columns: usize, cells: Vec<Shade>) -> Self {
        assert!(columns > 0 && cells.len().is_multiple_of(columns), "a raster is made of whole rows");
        Self { columns, cells }
    }

    /// A path for each colour, of all rectangles that have it. White is the ground and not drawn.
    pub(super) fn to_svg(&self, (left, top): (i32, i32), (right, bottom): (i32, i32)) -> String {
        let rows = self.cells.len() / self.columns;
        let place = |first: i32, last: i32, index: usize, count: usize| {
            first + (f64::from(last - first) * index as f64 / count.max(1) as f64).round() as i32
        };
        let mut paths: BTreeMap<Shade, String> = BTreeMap::new();
        for row in 0..rows {
            let cells = &self.cells[row * self.columns..(row + 1) * self.columns];
            let (upper, lower) = (place(top, bottom, row, rows), place(top, bottom, row + 1, rows));
            let mut start = 0;
            for run in cells.chunk_by(|a, b| a == b) {
                let end = start + run.len();
                let (from, to) =
                    (place(left, right, start, self.columns), place(left, right, end, self.columns));
                start = end;
                if run[0] != Shade([255; 3]) {
                    // Writing to a String cannot fail.
                    let (width, height) = (to - from, lower - upper);
                    let _ = write!(
                        paths.entry(run[0]).or_default(),
                        "M{from} {upper}h{width}v{height}h-{width}z"
                    );
                }
            }
        }
        let path = |(Shade([red, green, blue]), path): (&Shade, &String)| {
            let fill = format!("#{red:02X}{green:02X}{blue:02X}");
            format!("<path d=\"{path}\" fill=\"{fill}\" shape-rendering=\"crispEdges\"/>\n")
        };
        paths.iter().map(path).collect::<Vec<_>>().concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_cells_beside_each_other_are_one_rectangle_and_white_is_none() {
        let (blue, white) = (Shade::signed(1.0), Shade::signed(0.0));
        let raster = Raster::new(3, vec![blue, blue, white, white, white, Shade::signed(-1.0)]);
        let svg = raster.to_svg((0, 0), (30, 20));
        let expected = [
            "<path d=\"M0 0h20v10h-20z\" fill=\"#0072B2\" shape-rendering=\"crispEdges\"/>",
            "<path d=\"M20 10h10v10h-10z\" fill=\"#D55E00\" shape-rendering=\"crispEdges\"/>",
        ];
        assert_eq!(svg.lines().collect::<Vec<_>>(), expected);
    }
}
