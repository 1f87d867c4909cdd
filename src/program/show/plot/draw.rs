//! Writes a figure as SVG.
//!
//! The template has all that is in every figure: frames, ticks, titles. Coordinates are pixels of the panel, rounded to
//! hundredths, so that a figure is the same text on every machine.

use minijinja::context;
use minijinja::value::Value;

use super::axis::Layout;
use super::raster::Shade;
use super::{Axis, Colour, Figure, Mark, Plot, Series};
use crate::template;

const TEMPLATE: &str = include_str!("figure.svg.template");

const ONE_PANEL: (f64, f64) = (680.0, 430.0);
const PANEL: (f64, f64) = (460.0, 390.0);
const MOST_COLUMNS: usize = 3;
/// Pixels to the right of a chart's frame, and below it.
const MARGINS: (f64, f64) = (22.0, 52.0);

type Point = (f64, f64);

/// Writes the whole document. The margins of all panels are equal, so that their frames line up.
pub(super) fn figure(figure: &Figure) -> String {
    let columns = figure.panels.len().clamp(1, MOST_COLUMNS);
    let rows = figure.panels.len().div_ceil(columns).max(1);
    let usual = if figure.panels.len() > 1 { PANEL } else { ONE_PANEL };
    let asked = figure.frame.map(|(width, height)| (width as f64, height as f64));

    let layouts: Vec<_> = figure.panels.iter().map(layouts).collect();
    let left = 42.0 + layouts.iter().map(|(_, y)| tick_width(y)).fold(0.0, f64::max);
    let panel_width = asked.map_or(usual.0, |(width, _)| left + width + MARGINS.0);
    let legends: Vec<_> = figure.panels.iter().map(|plot| legend(plot, panel_width)).collect();
    let top = 8.0 + legends.iter().map(|(_, bottom)| *bottom).fold(0.0, f64::max);
    let panel_height = asked.map_or(usual.1, |(_, height)| top + height + MARGINS.1);

    let title_height = if figure.title.is_empty() { 0.0 } else { 44.0 };
    let panels = figure.panels.iter().zip(layouts).zip(legends).enumerate();
    let panels = panels.map(|(index, ((plot, (x, y)), (legend, _)))| {
        let (column, row) = ((index % columns) as f64, (index / columns) as f64);
        let x = Ruler { axis: &plot.x, layout: x, start: left, end: panel_width - MARGINS.0 };
        let y = Ruler { axis: &plot.y, layout: y, start: panel_height - MARGINS.1, end: top };
        let raster = plot.raster.as_ref().map(|raster| raster.to_svg((x.start, y.end), (x.end, y.start)));
        let (lines, dots) = series(plot, &x, &y);
        context! {
            left => column * panel_width, top => title_height + row * panel_height, legend, raster, lines, dots,
            title => escaped(&plot.title), x => x.values(), y => y.values(),
        }
    });
    let values = context! {
        width => columns as f64 * panel_width, height => title_height + rows as f64 * panel_height,
        title => escaped(&figure.title), panels => panels.collect::<Vec<_>>(),
    };
    template::fill(TEMPLATE, &values)
}

/// An axis laid out along a panel, from the pixel `start` to the pixel `end`.
struct Ruler<'a> {
    axis: &'a Axis,
    layout: Layout,
    start: f64,
    end: f64,
}

impl Ruler<'_> {
    /// Returns the pixel of a step. Those far outside the frame are pulled nearer, because browsers
    /// cannot draw huge coordinates.
    fn at(&self, step: f64) -> f64 {
        let share = (step - self.layout.first) / (self.layout.last - self.layout.first);
        round((self.start + share * (self.end - self.start)).clamp(-1e5, 1e5))
    }

    /// Returns what the template needs to draw it.
    fn values(&self) -> Value {
        let tick = |(step, text): &(f64, String)| context! { at => self.at(*step), text => escaped(text) };
        let Self { axis, layout, start, end } = self;
        context! {
            start, end, label => escaped(&axis.label), middle => round(f64::midpoint(*start, *end)),
            first => context! { at => self.at(layout.first) }, tick_width => tick_width(layout),
            ticks => layout.ticks.iter().map(tick).collect::<Vec<_>>(),
            faint => layout.faint.iter().map(|step| context! { at => self.at(*step) }).collect::<Vec<_>>(),
        }
    }

    /// Returns `true` if a pixel is between the ends.
    fn contains(&self, pixel: f64) -> bool {
        (self.start.min(self.end)..=self.start.max(self.end)).contains(&pixel)
    }
}

/// Lays out a chart's two axes.
fn layouts(plot: &Plot) -> (Layout, Layout) {
    let points = || plot.series.iter().flat_map(|series| &series.points);
    (plot.x.layout(points().map(|point| point.0)), plot.y.layout(points().map(|point| point.1)))
}

/// Returns the width of the longest text at a tick, in pixels.
fn tick_width(layout: &Layout) -> f64 {
    7.0 * layout.ticks.iter().map(|(_, text)| text.chars().count()).max().unwrap_or(0) as f64
}

/// Draws the lines and the dots of all series.
fn series(plot: &Plot, x: &Ruler<'_>, y: &Ruler<'_>) -> (String, String) {
    let (mut lines, mut all_dots) = (String::new(), String::new());
    for (series, colour) in plot.series.iter().zip(colours(&plot.series)) {
        let points: Vec<Point> = series.points.iter().map(|&(a, b)| place(x, y, a, b)).collect();
        for piece in points.split(|point| point.0.is_nan()) {
            lines.push_str(&line(series.mark, colour, piece));
        }
        let inside: Vec<Point> =
            points.into_iter().filter(|point| x.contains(point.0) && y.contains(point.1)).collect();
        all_dots.push_str(&dots(series.mark, colour, &inside));
    }
    (lines, all_dots)
}

/// Returns the pixels of a point; two NaN if an axis has no place for it.
fn place(x: &Ruler<'_>, y: &Ruler<'_>, a: f64, b: f64) -> Point {
    let (a, b) = (x.axis.step(a), y.axis.step(b));
    if a.is_finite() && b.is_finite() { (x.at(a), y.at(b)) } else { (f64::NAN, f64::NAN) }
}

/// Returns a sample of each named series with its name, in as many rows as a panel of this width needs, and the pixel
/// where the rows end.
fn legend(plot: &Plot, panel_width: f64) -> (Vec<Value>, f64) {
    let top = if plot.title.is_empty() { 12.0 } else { 34.0 };
    let (mut entries, mut left, mut down) = (Vec::new(), 18.0, top);
    for (series, colour) in plot.series.iter().zip(colours(&plot.series)) {
        if series.name.is_empty() {
            continue;
        }
        // 6.6 pixels per character are a little more than these fonts take at this size.
        let text_width = (6.6 * series.name.chars().count() as f64).floor();
        if !entries.is_empty() && left + 28.0 + text_width > panel_width - 12.0 {
            (left, down) = (18.0, down + 19.0);
        }
        let middle = down + 4.0;
        let (right, above, below) = (left + 20.0, middle - 6.0, middle + 6.0);
        let sample = match series.mark {
            Mark::Area => vec![(left, above), (right, above), (right, below), (left, below)],
            _ => vec![(left, middle), (right, middle)],
        };
        let line = line(series.mark, colour, &sample);
        let dots = dots(series.mark, colour, &[(left + 10.0, middle)]);
        entries.push(
            context! { line, dots, x => left + 27.0, y => middle + 4.0, name => escaped(&series.name) },
        );
        left += 27.0 + text_width + 16.0;
    }
    let bottom = if entries.is_empty() { top - 6.0 } else { down + 14.0 };
    (entries, bottom)
}

/// Draws the line or the area of a series, if it has one.
fn line(mark: Mark, colour: Colour, points: &[Point]) -> String {
    let colour = Shade::of(colour, 1.0);
    let mut points = points.to_vec();
    points.dedup();
    let list: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
    let list = list.join(" ");
    let style = match mark {
        _ if points.len() < 2 => return String::new(),
        Mark::Dots | Mark::Rings => return String::new(),
        Mark::Area => {
            return format!("<polygon points=\"{list}\" fill=\"{colour}\" fill-opacity=\"0.14\"/>\n");
        }
        Mark::Thin => "stroke-width=\"1\"",
        Mark::Dashed => "stroke-width=\"2\" stroke-dasharray=\"6 4\"",
        Mark::Line | Mark::LineAndDots => "stroke-width=\"2\" stroke-linejoin=\"round\"",
    };
    format!("<polyline points=\"{list}\" fill=\"none\" stroke=\"{colour}\" {style}/>\n")
}

/// Draws the dots of a series, if it has any.
fn dots(mark: Mark, colour: Colour, points: &[Point]) -> String {
    let colour = Shade::of(colour, 1.0);
    let style = match mark {
        Mark::LineAndDots => format!("r=\"3\" fill=\"{colour}\""),
        Mark::Dots => format!("r=\"4.5\" fill=\"{colour}\""),
        Mark::Rings => format!("r=\"3.5\" fill=\"#FFFFFF\" stroke=\"{colour}\" stroke-width=\"2\""),
        Mark::Line | Mark::Thin | Mark::Dashed | Mark::Area => return String::new(),
    };
    let circle = |(x, y): &Point| format!("<circle cx=\"{x}\" cy=\"{y}\" {style}/>\n");
    points.iter().map(circle).collect()
}

/// Returns the colour of each series: the one it asks for, or the next of the wheel that no series asks for.
fn colours(series: &[Series]) -> Vec<Colour> {
    let asked: Vec<Colour> = series.iter().filter_map(|series| series.colour).collect();
    let mut wheel = Colour::WHEEL.into_iter().filter(|colour| !asked.contains(colour)).cycle();
    series.iter().map(|series| series.colour.or_else(|| wheel.next()).unwrap_or(Colour::Black)).collect()
}

/// Escapes a text for XML. Characters that XML forbids are replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\u{FFFE}' | '\u{FFFF}' => escaped.push(char::REPLACEMENT_CHARACTER),
            control if control.is_control() => escaped.push(char::REPLACEMENT_CHARACTER),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Rounds to hundredths, and -0 to 0.
pub(crate) fn round(pixels: f64) -> f64 {
    (100.0 * pixels).round() / 100.0 + 0.0
}
