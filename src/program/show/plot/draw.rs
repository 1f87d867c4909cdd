//! Puts a figure on the page, through plotters' SVG backend.
//!
//! plotters rounds coordinates to whole units, which would make steps of a smooth curve. So everything is drawn
//! [`FINE`] times as large, and the SVG's `viewBox` shrinks it again.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::Layout;
use super::{Axis, Colour, Figure, Mark, Plot, Series};

/// Drawing units to a pixel.
const FINE: i32 = 4;
const ONE_PANEL: (i32, i32) = (680, 430);
const PANEL: (i32, i32) = (460, 390);
const MOST_COLUMNS: usize = 3;
const FONT: &str = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";
const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
const SOFT_INK: RGBColor = RGBColor(0x55, 0x55, 0x55);
const FRAME: RGBColor = RGBColor(0x99, 0x99, 0x99);
const GRID: RGBColor = RGBColor(0xE4, 0xE4, 0xE4);
const FAINT_GRID: RGBColor = RGBColor(0xF3, 0xF3, 0xF3);

type Page<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// The whole document.
pub(super) fn figure(figure: &Figure) -> String {
    let columns = figure.panels.len().clamp(1, MOST_COLUMNS);
    let rows = figure.panels.len().div_ceil(columns).max(1);
    let usual = if figure.panels.len() > 1 { PANEL } else { ONE_PANEL };
    let (panel_width, panel_height) = figure.frame.map_or(usual, |frame| panel_around(figure, frame));
    let title_height = if figure.title.is_empty() { 0 } else { 44 };
    let width = panel_width * small(columns);
    let height = panel_height * small(rows) + title_height;

    let mut svg = String::new();
    let size = ((width * FINE) as u32, (height * FINE) as u32);
    let page = SVGBackend::with_string(&mut svg, size).into_drawing_area();
    let mut rasters = String::new();
    let drawn = (|| {
        page.fill(&WHITE)?;
        let title = text_style(19, INK).pos(Pos::new(HPos::Left, VPos::Center));
        page.draw_text(&figure.title, &bold(title), (16 * FINE, 26 * FINE))?;
        let (_, below) = page.split_vertically(title_height * FINE);
        for (area, plot) in below.split_evenly((rows, columns)).iter().zip(&figure.panels) {
            panel(area, plot, &mut rasters)?;
        }
        page.present()
    })();
    drawn.expect("writing to a String cannot fail, and every range is finite");
    drop(page);
    let fine_size = format!("width=\"{}\" height=\"{}\"", size.0, size.1);
    let svg = svg.replacen(&fine_size, &format!("width=\"{width}\" height=\"{height}\""), 1);
    // Behind everything but the white ground, which is the first thing drawn.
    let ground = svg.find("<rect").and_then(|start| svg[start..].find("/>").map(|end| start + end + 2));
    let (before, after) = svg.split_at(ground.unwrap_or(svg.len()));
    if rasters.is_empty() { svg } else { format!("{before}\n{rasters}{}", after.trim_start()) }
}

/// Width and height of a panel whose frame is so large: what [`panel`] puts around it.
fn panel_around(figure: &Figure, (width, height): (usize, usize)) -> (i32, i32) {
    let digits = figure.panels.iter().map(|plot| longest_tick(&vertical(plot))).max().unwrap_or(0);
    (small(width) + 8 + 34 + 7 * digits + 22, small(height) + 34 + 14 + 8 + 44 + 8)
}

/// The layout of a chart's vertical axis.
fn vertical(plot: &Plot) -> Layout {
    plot.y.layout(plot.series.iter().flat_map(|series| &series.points).map(|point| point.1))
}

/// Characters of the longest text beside a tick.
fn longest_tick(layout: &Layout) -> i32 {
    small(layout.ticks.iter().map(|(_, text)| text.chars().count()).max().unwrap_or(0))
}

/// A chart with its title and legend. Its raster is not drawn but added to `rasters`.
fn panel(area: &Page<'_>, plot: &Plot, rasters: &mut String) -> Drawn {
    let title = text_style(15, INK).pos(Pos::new(HPos::Left, VPos::Center));
    area.draw_text(&plot.title, &bold(title), (16 * FINE, 16 * FINE))?;
    let colours = colours(&plot.series);
    let legend_top = if plot.title.is_empty() { 12 } else { 34 };
    let legend_bottom = legend(area, plot, &colours, legend_top)?;
    let (_, below) = area.split_vertically(legend_bottom * FINE);

    let points = || plot.series.iter().flat_map(|series| &series.points);
    let x = plot.x.layout(points().map(|point| point.0));
    let y = vertical(plot);
    let longest = longest_tick(&y);
    let mut chart = ChartBuilder::on(&below)
        .margin_top(8 * FINE)
        .margin_right(22 * FINE)
        .margin_left(8 * FINE)
        .margin_bottom(8 * FINE)
        .x_label_area_size(44 * FINE)
        .y_label_area_size((34 + 7 * longest) * FINE)
        .build_cartesian_2d(x.first..x.last, y.first..y.last)?;
    if let Some(raster) = &plot.raster {
        let (left, bottom) = chart.plotting_area().map_coordinate(&(x.first, y.first));
        let (right, top) = chart.plotting_area().map_coordinate(&(x.last, y.last));
        rasters.push_str(&raster.to_svg((left, top), (right, bottom)));
    } else {
        grid(&chart, &x, &y)?;
    }
    labels(&below, &chart, plot, &x, &y)?;
    for (series, colour) in plot.series.iter().zip(colours) {
        draw_series(&mut chart, series, colour, (&plot.x, &x), (&plot.y, &y))?;
    }
    Ok(())
}

/// Grid lines and the frame's two axes.
fn grid(chart: &Chart<'_, '_>, x: &Layout, y: &Layout) -> Drawn {
    let area = chart.plotting_area();
    let upright =
        |at: f64, style: ShapeStyle| area.draw(&PathElement::new(vec![(at, y.first), (at, y.last)], style));
    let level =
        |at: f64, style: ShapeStyle| area.draw(&PathElement::new(vec![(x.first, at), (x.last, at)], style));
    for &step in &x.faint {
        upright(step, stroke(FAINT_GRID, 1))?;
    }
    for &step in &y.faint {
        level(step, stroke(FAINT_GRID, 1))?;
    }
    for (step, _) in &x.ticks {
        upright(*step, stroke(GRID, 1))?;
    }
    for (step, _) in &y.ticks {
        level(*step, stroke(GRID, 1))?;
    }
    upright(x.first, stroke(FRAME, 1))?;
    level(y.first, stroke(FRAME, 1))
}

/// Tick texts and what the axes measure.
fn labels(area: &Page<'_>, chart: &Chart<'_, '_>, plot: &Plot, x: &Layout, y: &Layout) -> Drawn {
    // Positions on the page, made relative to this panel.
    let (panel_x, panel_y) = area.get_pixel_range();
    let place = |step: (f64, f64)| {
        let (right, down) = chart.plotting_area().map_coordinate(&step);
        (right - panel_x.start, down - panel_y.start)
    };
    let below = text_style(12, SOFT_INK).pos(Pos::new(HPos::Center, VPos::Top));
    let left = text_style(12, SOFT_INK).pos(Pos::new(HPos::Right, VPos::Center));
    for (step, text) in &x.ticks {
        let (right, down) = place((*step, y.first));
        area.draw_text(text, &below, (right, down + 6 * FINE))?;
    }
    for (step, text) in &y.ticks {
        let (right, down) = place((x.first, *step));
        area.draw_text(text, &left, (right - 7 * FINE, down))?;
    }
    let (start, bottom) = place((x.first, y.first));
    let (end, top) = place((x.last, y.last));
    let along_x = text_style(13, INK).pos(Pos::new(HPos::Center, VPos::Top));
    area.draw_text(&plot.x.label, &along_x, (i32::midpoint(start, end), bottom + 26 * FINE))?;
    let along_y = along_x.transform(FontTransform::Rotate270);
    area.draw_text(&plot.y.label, &along_y, (8 * FINE, i32::midpoint(top, bottom)))
}

/// A sample of each named series and its name, in as many rows as they need. Returns where they end, in pixels.
fn legend(
    area: &Page<'_>,
    plot: &Plot,
    colours: &[Colour],
    top: i32,
) -> Result<i32, DrawingAreaErrorKind<std::io::Error>> {
    let width = area.dim_in_pixel().0.cast_signed() / FINE;
    let (mut right, mut down) = (18, top);
    let named = plot.series.iter().zip(colours).filter(|(series, _)| !series.name.is_empty());
    for (count, (series, &colour)) in named.enumerate() {
        // 6.6 pixels a character is a little more than these fonts take at this size.
        let text_width = (6.6 * series.name.chars().count() as f64) as i32;
        if count > 0 && right + 28 + text_width > width - 12 {
            (right, down) = (18, down + 19);
        }
        let middle = down + 4;
        let at = |x: i32| (x * FINE, middle * FINE);
        match series.mark {
            Mark::Dots => area.draw(&Circle::new(at(right + 10), 4 * FINE, fill(colour)))?,
            Mark::Rings => ring(at(right + 10), colour).iter().try_for_each(|circle| area.draw(circle))?,
            Mark::Area => area.draw(&Rectangle::new(
                [(right * FINE, (middle - 6) * FINE), ((right + 20) * FINE, (middle + 6) * FINE)],
                faint(colour),
            ))?,
            Mark::Dashed => {
                for start in [0, 8, 16] {
                    let dash = vec![at(right + start), at(right + start + 5)];
                    area.draw(&PathElement::new(dash, line_style(series.mark, colour)))?;
                }
            }
            Mark::Line | Mark::Thin | Mark::LineAndDots => {
                let line = vec![at(right), at(right + 20)];
                area.draw(&PathElement::new(line, line_style(series.mark, colour)))?;
                if series.mark == Mark::LineAndDots {
                    area.draw(&Circle::new(at(right + 10), 3 * FINE, fill(colour)))?;
                }
            }
        }
        let style = text_style(12, INK).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw_text(&series.name, &style, at(right + 27))?;
        right += 27 + text_width + 16;
    }
    Ok(if plot.series.iter().any(|series| !series.name.is_empty()) { down + 14 } else { top - 6 })
}

fn draw_series(
    chart: &mut Chart<'_, '_>,
    series: &Series,
    colour: Colour,
    x: (&Axis, &Layout),
    y: (&Axis, &Layout),
) -> Drawn {
    let steps = series.points.iter().map(|&(a, b)| (x.0.step(a), y.0.step(b)));
    let steps: Vec<(f64, f64)> = steps.collect();
    let inside =
        |&&(a, b): &&(f64, f64)| (x.1.first..=x.1.last).contains(&a) && (y.1.first..=y.1.last).contains(&b);
    let area = chart.plotting_area();
    if matches!(series.mark, Mark::Line | Mark::Thin | Mark::LineAndDots | Mark::Dashed) {
        for piece in pieces(&steps, x.1, y.1) {
            let style = line_style(series.mark, colour);
            if series.mark == Mark::Dashed {
                area.draw(&DashedPathElement::new(piece, 6 * FINE, 4 * FINE, style))?;
            } else {
                area.draw(&PathElement::new(piece, style))?;
            }
        }
    }
    match series.mark {
        Mark::LineAndDots => steps
            .iter()
            .filter(inside)
            .try_for_each(|&at| area.draw(&Circle::new(at, 3 * FINE, fill(colour)))),
        Mark::Dots => steps
            .iter()
            .filter(inside)
            .try_for_each(|&at| area.draw(&Circle::new(at, 9 * FINE / 2, fill(colour)))),
        Mark::Rings => {
            let rings = steps.iter().filter(inside).flat_map(|&at| ring(at, colour));
            rings.into_iter().try_for_each(|circle| area.draw(&circle))
        }
        Mark::Area => area.draw(&Polygon::new(steps, faint(colour))),
        Mark::Line | Mark::Thin | Mark::Dashed => Ok(()),
    }
}

/// The line as pieces that lie inside the frame, without the points that have no place.
fn pieces(steps: &[(f64, f64)], x: &Layout, y: &Layout) -> Vec<Vec<(f64, f64)>> {
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    for pair in steps.windows(2) {
        let Some((start, end)) = clip(pair[0], pair[1], x, y) else { continue };
        match pieces.last_mut() {
            Some(piece) if piece.last() == Some(&start) => piece.push(end),
            _ => pieces.push(vec![start, end]),
        }
    }
    pieces
}

/// The part of a straight line inside the frame, if any (Liang and Barsky's way).
fn clip(start: (f64, f64), end: (f64, f64), x: &Layout, y: &Layout) -> Option<((f64, f64), (f64, f64))> {
    let (run, rise) = (end.0 - start.0, end.1 - start.1);
    if !(run.is_finite() && rise.is_finite()) {
        return None;
    }
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    let edges = [
        (-run, start.0 - x.first),
        (run, x.last - start.0),
        (-rise, start.1 - y.first),
        (rise, y.last - start.1),
    ];
    for (outwards, room) in edges {
        if outwards == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if outwards < 0.0 {
            enter = enter.max(room / outwards);
        } else {
            leave = leave.min(room / outwards);
        }
    }
    let along = |share: f64| match share {
        0.0 => start,
        1.0 => end,
        _ => (start.0 + share * run, start.1 + share * rise),
    };
    (enter <= leave).then(|| (along(enter), along(leave)))
}

/// The colour of each series: its own, or the next of the wheel that no series asked for.
fn colours(series: &[Series]) -> Vec<Colour> {
    let asked: Vec<Colour> = series.iter().filter_map(|series| series.colour).collect();
    let mut wheel = Colour::WHEEL.into_iter().filter(|colour| !asked.contains(colour)).cycle();
    series.iter().map(|series| series.colour.or_else(|| wheel.next()).unwrap_or(Colour::Black)).collect()
}

/// A count of panels or characters, as coordinates count.
fn small(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn rgb(colour: Colour) -> RGBColor {
    let (red, green, blue) = colour.rgb();
    RGBColor(red, green, blue)
}

fn fill(colour: Colour) -> ShapeStyle {
    rgb(colour).filled()
}

fn faint(colour: Colour) -> ShapeStyle {
    rgb(colour).mix(0.14).filled()
}

/// A white dot with a coloured rim.
fn ring<At: Copy>(at: At, colour: Colour) -> [Circle<At, i32>; 2] {
    [Circle::new(at, 9 * FINE / 2, fill(colour)), Circle::new(at, 5 * FINE / 2, WHITE.filled())]
}

fn line_style(mark: Mark, colour: Colour) -> ShapeStyle {
    let half_pixels = if mark == Mark::Thin { 2 } else { 4 };
    rgb(colour).stroke_width((half_pixels * FINE / 2) as u32)
}

fn stroke(colour: RGBColor, pixels: i32) -> ShapeStyle {
    colour.stroke_width((pixels * FINE) as u32)
}

/// plotters' SVG backend divides a font's size by 1.24.
fn text_style(pixels: i32, colour: RGBColor) -> TextStyle<'static> {
    (FONT, 1.24 * f64::from(pixels * FINE)).into_font().color(&colour)
}

fn bold(mut style: TextStyle<'static>) -> TextStyle<'static> {
    style.font = style.font.style(FontStyle::Bold);
    style
}
