//! Charts as SVG: learning curves, decision regions, weights, and the pictures of the lessons.
//!
//! A [`Figure`] is one or more [`Plot`]s side by side; a [`Plot`] is two axes, some [`Series`] and, if it has one, a
//! [`Raster`] behind them. The module [`axis`] chooses ticks, [`raster`] draws coloured cells, and `draw` writes the SVG.

pub mod axis;
mod draw;
pub mod raster;

pub use axis::Axis;
pub(crate) use draw::round;
pub use raster::Raster;

/// One or more charts side by side under one title: one SVG file.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Figure {
    /// The line above everything; may be empty.
    pub title: String,
    /// The charts, at most three in a row.
    pub panels: Vec<Plot>,
    /// Width and height of the rectangle between the axes of each chart, in pixels; `None` for the usual size.
    pub frame: Option<(usize, usize)>,
}

impl Figure {
    /// Makes a figure of these charts.
    pub fn new(title: impl Into<String>, panels: impl IntoIterator<Item = Plot>) -> Self {
        Self { title: title.into(), panels: panels.into_iter().collect(), frame: None }
    }

    /// Sets width and height of the rectangle between the axes of each chart, in pixels.
    pub fn frame(mut self, width: usize, height: usize) -> Self {
        self.frame = Some((width, height));
        self
    }

    /// Returns the figure as an SVG document. Its ground is white, so that it looks the same on a dark page.
    pub fn to_svg(&self) -> String {
        draw::figure(self)
    }
}

/// One chart: a title, two axes, and what is drawn between them.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Plot {
    /// The line above the chart.
    pub title: String,
    /// The axis along the bottom.
    pub x: Axis,
    /// The axis along the left.
    pub y: Axis,
    /// Coloured cells behind everything else, in place of the grid.
    pub raster: Option<Raster>,
    /// The series, the first at the back. All dots are in front of all lines.
    pub series: Vec<Series>,
}

impl Plot {
    /// Makes an empty chart.
    pub fn new(title: impl Into<String>, x: Axis, y: Axis) -> Self {
        Self { title: title.into(), x, y, raster: None, series: Vec::new() }
    }

    /// Adds a raster behind the chart.
    pub fn on(mut self, raster: Raster) -> Self {
        self.raster = Some(raster);
        self
    }

    /// Adds points in front of the others, drawn with this mark and colour; with `None`, in the next colour of
    /// [`Colour::WHEEL`] that no other series of the chart asks for.
    pub fn draw(
        mut self,
        name: impl Into<String>,
        mark: Mark,
        colour: impl Into<Option<Colour>>,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) -> Self {
        let (name, points) = (name.into(), points.into_iter().collect());
        self.series.push(Series { name, mark, colour: colour.into(), points });
        self
    }

    /// Adds points in the next colour.
    pub fn add(
        self,
        name: impl Into<String>,
        mark: Mark,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) -> Self {
        self.draw(name, mark, None::<Colour>, points)
    }
}

/// Points that belong together, and how they are drawn. Points that are not finite, or not positive on a
/// logarithmic axis, are left out, and a line has a gap there.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name in the legend; without a name it is left out there.
    pub name: String,
    /// The mark its points are drawn with.
    pub mark: Mark,
    /// Its colour; `None` for the next of [`Colour::WHEEL`] that no other series of the chart asks for.
    pub colour: Option<Colour>,
    /// The points (x, y), in drawing order.
    pub points: Vec<(f64, f64)>,
}

/// The ways to draw a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A line through the points.
    Line,
    /// A thin line.
    Thin,
    /// A broken line.
    Dashed,
    /// A line with a dot at each point.
    LineAndDots,
    /// Filled dots.
    Dots,
    /// Empty dots.
    Rings,
    /// The polygon with these corners, faintly filled.
    Area,
}

/// Colours that can be told apart with any colour vision (the Okabe-Ito set), and grey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "a colour's name says it")]
pub enum Colour {
    Blue,
    Vermilion,
    Green,
    Purple,
    Orange,
    Sky,
    Black,
    Grey,
}

impl Colour {
    /// The colours that series get in turn when they ask for none.
    pub const WHEEL: [Self; 7] =
        [Self::Blue, Self::Vermilion, Self::Green, Self::Purple, Self::Orange, Self::Sky, Self::Black];

    fn rgb(self) -> (u8, u8, u8) {
        match self {
            Self::Blue => (0x00, 0x72, 0xB2),
            Self::Vermilion => (0xD5, 0x5E, 0x00),
            Self::Green => (0x00, 0x9E, 0x73),
            Self::Purple => (0xB0, 0x5A, 0x94),
            Self::Orange => (0xE6, 0x9F, 0x00),
            Self::Sky => (0x56, 0xB4, 0xE9),
            Self::Black => (0x22, 0x22, 0x22),
            Self::Grey => (0xA8, 0xA8, 0xA8),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Points = Vec<(f64, f64)>;

    /// All values of an attribute.
    fn attributes<'a>(svg: &'a str, name: &str) -> Vec<&'a str> {
        let start = format!(" {name}=\"");
        svg.split(start.as_str()).skip(1).map(|rest| rest.split('"').next().unwrap_or("")).collect()
    }

    fn numbers(text: &str) -> Vec<f64> {
        text.split([' ', ',']).map(|number| number.parse().expect("a number")).collect()
    }

    /// The points of every line, in pixels.
    fn polylines(svg: &str) -> Vec<Points> {
        let points = |list: &str| numbers(list).chunks(2).map(|pair| (pair[0], pair[1])).collect();
        attributes(svg, "points").into_iter().map(points).collect()
    }

    #[test]
    fn a_straight_line_between_logarithmic_axes_is_a_power_law() {
        let law = (0..5).map(|i| f64::from(1 << i)).map(|x| (x, x * x));
        let plot = Plot::new("", Axis::new("").log(), Axis::new("").log()).add("", Mark::Line, law);
        let svg = Figure::new("", [plot]).to_svg();
        let line = &polylines(&svg)[0];
        let slope = |a: (f64, f64), b: (f64, f64)| (b.1 - a.1) / (b.0 - a.0);
        let whole = slope(line[0], line[4]);
        for pair in line.windows(2) {
            assert!((slope(pair[0], pair[1]) - whole).abs() < 0.02, "{line:?}");
        }
    }

    #[test]
    fn a_line_is_broken_where_a_point_is_missing_and_cut_at_the_frame() {
        let points = [(0.0, 0.5), (1.0, 0.5), (2.0, f64::NAN), (3.0, 0.5), (4.0, 1e300)];
        let plot = Plot::new("", Axis::new("").range(0.0, 5.0), Axis::new("").range(0.0, 1.0)).add(
            "",
            Mark::LineAndDots,
            points,
        );
        let svg = Figure::new("", [plot]).to_svg();
        let pieces = polylines(&svg);
        assert_eq!(pieces.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2], "{pieces:?}");
        // The lines are in an inner `svg`, which cuts them off around the frame, and no browser gets huge coordinates.
        let (_, inner) = svg.split_once("<svg x=").expect("an inner svg");
        assert_eq!(inner.split("</svg>").next().map(|lines| lines.matches("<polyline").count()), Some(2));
        let window = numbers(attributes(&svg, "viewBox")[1]);
        let (frame_top, frame_height) = (window[1] + 1.0, window[3] - 2.0);
        assert_eq!(pieces[0][0].1, frame_top + 0.5 * frame_height);
        assert_eq!(pieces[1][1].1, -1e5);
        assert_eq!(svg.matches("<circle").count(), 3, "a dot outside the frame is left out");
    }

    #[test]
    fn between_the_axes_is_as_much_room_as_was_asked_for() {
        let raster = || Raster::new(1, vec![raster::Shade::signed(1.0)]);
        let plain = Plot::new("", Axis::new(""), Axis::new("")).on(raster());
        let named = Plot::new("title", Axis::new(""), Axis::new("").range(0.0, 1000.0)).on(raster()).add(
            "name",
            Mark::Line,
            [(0.0, 1.0)],
        );
        for panels in [vec![plain.clone()], vec![plain, named]] {
            let svg = Figure::new("t", panels.clone()).frame(340, 120).to_svg();
            assert_eq!(svg.matches("h340v120h-340z").count(), panels.len(), "{svg}");
        }
    }

    #[test]
    fn names_are_in_the_legend_and_markup_in_them_is_escaped() {
        let plot = Plot::new("a < b", Axis::new("x & y"), Axis::new("")).add(
            "<first>\u{1}",
            Mark::Line,
            [(0.0, 0.0), (1.0, 1.0)],
        );
        let svg = Figure::new("t", [plot]).to_svg();
        for text in ["a &lt; b", "x &amp; y", "&lt;first&gt;\u{FFFD}"] {
            assert!(svg.contains(text), "{text} is not in {svg}");
        }
    }

    #[test]
    fn an_empty_figure_and_a_constant_series_can_be_drawn() {
        assert!(Figure::new("", []).to_svg().contains("</svg>"));
        let plot = Plot::new("", Axis::new(""), Axis::new("").log())
            .add("flat", Mark::Line, [(1.0, 3.0), (1.0, 3.0)])
            .add("nothing", Mark::Line, []);
        assert!(Figure::new("", [plot]).to_svg().contains("</svg>"));
    }
}
