//! Draws the network: nodes in columns, and between them edges of braille dots.
//!
//! An edge is solid where its weight is positive and dashed where it is negative, thicker where it is larger, and
//! lit where the step reads or moves it. Layers with more nodes than rows are seen through a window around the node
//! in question.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::Marker;
use ratatui::widgets::Widget as _;
use ratatui::widgets::canvas::{Canvas, Points};

use backprop::graph::{Connection, ConnectionId, NodeId};
use backprop::step::{Action, Phase, Step};

use super::app::App;
use super::matrix::window;
use super::palette::shown;

/// Characters of a number in a node.
const VALUE_WIDTH: usize = 8;

/// Between two layers with more visible edges than this, only the lit ones are drawn.
const MOST_UNLIT: usize = 40;

/// Characters between two layers, at least.
const SMALLEST_GAP: u16 = 6;

/// The most characters of the class by which an output is called.
const LONGEST_CLASS: usize = 10;

/// Returns the characters of a node: its number or its class, a blank, a value.
fn node_width(app: &App) -> u16 {
    let sizes = &app.stepper.network().architecture.sizes;
    let digits = sizes.iter().sum::<usize>().to_string().len();
    let classes = (0..sizes[sizes.len() - 1]).filter_map(|output| app.class(output));
    let longest = classes.map(|class| class.chars().count() + LABEL_MARK.chars().count()).max().unwrap_or(0);
    (digits.max(longest.min(LONGEST_CLASS)) + 1 + VALUE_WIDTH) as u16
}

/// The mark after the class that is the sample's label.
const LABEL_MARK: &str = " ◀";

/// The visible part of a layer.
struct Column {
    layer: usize,
    x: u16,
    /// Shown nodes and the row of each.
    nodes: Vec<(NodeId, u16)>,
    two_lines: bool,
}

/// Draws the network around the step last done.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let columns = columns(app, area, buffer);
    for pair in columns.windows(2) {
        draw_edges(app, &pair[0], &pair[1], area, buffer);
    }
    for column in &columns {
        for &(id, row) in &column.nodes {
            draw_node(app, id, (column.x, row), column.two_lines, buffer);
        }
    }
}

/// Returns the index that stays in sight in a layer: that of the step's node, or of an end of the edge under the cursor.
fn focus(app: &App, layer: usize) -> usize {
    let under_cursor = app.connection_under_cursor().map(|(_, wire)| [wire.upstream, wire.downstream]);
    let of_step = app.latest.as_ref().and_then(|step| step.action.node()).map(|id| app.place(id));
    let places = of_step.into_iter().chain(under_cursor.into_iter().flatten());
    let place = places.into_iter().find(|place| place.layer as usize == layer);
    place.map_or_else(|| if layer == 0 { app.ink() } else { 0 }, |place| place.index as usize)
}

/// Returns the layer of the step, which stays in sight.
fn middle_layer(app: &App) -> usize {
    let Some(step) = app.latest.as_ref() else { return 0 };
    let network = app.stepper.network();
    let upstream = step.action.connection().map(|id| network[id].upstream());
    step.action.node().or(upstream).map_or(0, |id| app.place(id).layer as usize)
}

fn columns(app: &App, area: Rect, buffer: &mut Buffer) -> Vec<Column> {
    let network = app.stepper.network();
    let layers = network.layers.len();
    let node_width = node_width(app);
    let most = usize::from((area.width + SMALLEST_GAP) / (node_width + SMALLEST_GAP)).max(1);
    let shown = layers.min(most);
    let first = window(layers, shown, middle_layer(app));
    let gap = if shown > 1 { (area.width - node_width * shown as u16) / (shown as u16 - 1) } else { 0 };
    let room = usize::from(area.height - 1);
    (0..shown)
        .map(|place| {
            let layer = first + place;
            let x = area.x + place as u16 * (node_width + gap);
            let caption = format!("layer {layer}");
            buffer.set_stringn(x, area.y, caption, node_width.into(), app.palette.quiet());
            // The output layer's constant node feeds nothing and is left out.
            let nodes = &network.layers[layer].nodes;
            let nodes = if layer + 1 == layers { &nodes[..nodes.len() - 1] } else { nodes };
            let top = area.y + 1;
            if nodes.len() <= room {
                let two_lines = 2 * nodes.len() <= room;
                let pitch = if two_lines { (room / nodes.len()).min((room / 5).max(3)) } else { 1 };
                let used = pitch * (nodes.len() - 1) + 1 + usize::from(two_lines);
                let start = top + ((room - used.min(room)) / 2) as u16;
                let nodes = nodes.iter().enumerate().map(|(i, id)| (*id, start + (i * pitch) as u16));
                return Column { layer, x, nodes: nodes.collect(), two_lines };
            }
            let seen = room - 2;
            let first = window(nodes.len(), seen, focus(app, layer));
            let hint = |count: usize| if count > 0 { format!("⋮ {count} more") } else { String::new() };
            let below = nodes.len() - first - seen;
            buffer.set_stringn(x, top, hint(first), node_width.into(), app.palette.quiet());
            buffer.set_stringn(x, top + room as u16 - 1, hint(below), node_width.into(), app.palette.quiet());
            let nodes =
                nodes[first..first + seen].iter().enumerate().map(|(i, id)| (*id, top + 1 + i as u16));
            Column { layer, x, nodes: nodes.collect(), two_lines: false }
        })
        .collect()
}

fn draw_node(app: &App, id: NodeId, (x, y): (u16, u16), two_lines: bool, buffer: &mut Buffer) {
    let node = &app.stepper.network()[id];
    let name = name(app, id);
    let (output_style, delta_style) = styles(app, id);
    let width = usize::from(node_width(app));
    let line =
        |name: &str, value: &str| format!("{name:<left$}{value:>VALUE_WIDTH$}", left = width - VALUE_WIDTH);
    let (output, delta) = (shown(app.output(id), VALUE_WIDTH), shown(app.delta(id), VALUE_WIDTH));
    let output = line(&name, if node.kept() == 0.0 { "off" } else { &output });
    let in_deltas = |step: &Step| matches!(step.phase, Phase::OutputDelta | Phase::HiddenDelta);
    if two_lines {
        buffer.set_stringn(x, y, output, width, output_style);
        let delta_style = if delta_style == Style::new() { app.palette.quiet() } else { delta_style };
        buffer.set_stringn(x, y + 1, line("δ", &delta), width, delta_style);
    } else if app.latest.as_ref().is_some_and(in_deltas) {
        // One line has room for one number: that of this phase.
        let text = format!("{name:<left$}δ{delta:>VALUE_WIDTH$}", left = width - VALUE_WIDTH - 1);
        let style = if output_style == app.palette.result() { output_style } else { delta_style };
        buffer.set_stringn(x, y, text, width, style);
    } else {
        buffer.set_stringn(x, y, output, width, output_style);
    }
}

/// Returns a node's number, `b` for a constant node; for an output its class, if it has one, with a mark after the label.
fn name(app: &App, id: NodeId) -> String {
    let place = app.place(id);
    let output_layer = app.stepper.network().layers.len() - 1;
    let class = if place.layer as usize == output_layer { app.class(place.index as usize) } else { None };
    match (class, place.number) {
        (Some(class), _) if app.stepper.class() == place.index as usize => {
            let cut: String = class.chars().take(LONGEST_CLASS - LABEL_MARK.chars().count()).collect();
            cut + LABEL_MARK
        }
        (Some(class), _) => class.chars().take(LONGEST_CLASS).collect(),
        (None, Some(number)) => number.to_string(),
        (None, None) => "b".to_owned(),
    }
}

/// Returns the styles of a node's output and of its delta.
fn styles(app: &App, id: NodeId) -> (Style, Style) {
    let Some(step) = app.latest.as_ref() else { return (Style::new(), Style::new()) };
    let network = app.stepper.network();
    let (result, read, none) = (app.palette.result(), app.palette.read(), Style::new());
    let reads = |ids: &[ConnectionId], end: fn(&Connection) -> NodeId| {
        ids.iter().any(|connection| end(&network[*connection]) == id)
    };
    match step.action {
        Action::SetInput(target) | Action::DropOut(target) | Action::Output(target) if target == id => {
            (result, none)
        }
        Action::Output(target) if reads(network[target].upstream(), Connection::upstream) => (read, none),
        Action::OutputDelta(target) if target == id => (read, result),
        Action::HiddenDelta(target) if target == id => (read, result),
        Action::HiddenDelta(target) if reads(network[target].downstream(), Connection::downstream) => {
            (none, read)
        }
        Action::UpdateWeight(connection) | Action::AddGradient(connection) => {
            let connection = &network[connection];
            let output = if connection.upstream() == id { read } else { none };
            let delta = if connection.downstream() == id { read } else { none };
            (output, delta)
        }
        _ => (none, none),
    }
}

fn draw_edges(app: &App, left: &Column, right: &Column, area: Rect, buffer: &mut Buffer) {
    let start = left.x + node_width(app);
    let between = Rect { x: start, width: right.x - start, ..area };
    // A character has two by four dots.
    let last = (f64::from(2 * between.width - 1), f64::from(4 * between.height - 1));
    let network = app.stepper.network();
    let used = app.connections();
    let mut edges = Vec::new();
    for &(to, to_row) in &right.nodes {
        for &(from, from_row) in &left.nodes {
            let place = app.place(from).index as usize;
            // A constant node has no upstream connections.
            let Some(&id) = network[to].upstream().get(place) else { continue };
            edges.push((used.contains(&id), network[id].weight, from_row, to_row));
        }
    }
    debug_assert_eq!(left.layer + 1, right.layer);
    if edges.len() > MOST_UNLIT {
        edges.retain(|(lit, ..)| *lit);
    }
    let largest = edges.iter().map(|(_, weight, _, _)| weight.abs()).fold(0.0, f64::max);
    // Lit edges last, so that they lie on top.
    edges.sort_by_key(|(lit, ..)| *lit);
    let canvas = Canvas::default().marker(Marker::Braille).x_bounds([0.0, last.0]).y_bounds([0.0, last.1]);
    let canvas = canvas.paint(|context| {
        for &(lit, weight, from_row, to_row) in &edges {
            let share = if largest > 0.0 { weight.abs() / largest } else { 0.0 };
            // Dots from the middle of one row to the middle of the other.
            let y = |row: u16| f64::from(row - area.y) * 4.0 + 1.5;
            let (y0, y1, x1) = (y(from_row), y(to_row), last.0);
            let count = x1.max((y1 - y0).abs()).round() as usize;
            let mut dots = Vec::new();
            for i in 0..=count {
                let t = i as f64 / count as f64;
                let drawn = match (lit, weight < 0.0) {
                    (true, false) => true,
                    (true, true) => i % 6 < 3,
                    (false, false) => i % 4 == 0,
                    (false, true) => i % 8 < 2 && i % 2 == 0,
                };
                if drawn {
                    // The canvas counts from the bottom.
                    let (x, y) = ((t * x1).round(), last.1 - (y0 + t * (y1 - y0)).round());
                    dots.push((x, y));
                    dots.extend((lit && share > 1.0 / 3.0).then_some((x, y - 1.0)));
                    dots.extend((lit && share > 2.0 / 3.0).then_some((x, y + 1.0)));
                    dots.extend((!lit && share > 2.0 / 3.0).then_some((x + 1.0, y)));
                }
            }
            context.draw(&Points { coords: &dots, color: app.palette.edge(weight, lit) });
        }
    });
    canvas.render(between, buffer);
}
