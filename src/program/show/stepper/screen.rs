//! The whole screen: a bar, the network next to the matrix, the formula, the error curve next to the cursor, the keys.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Block, Clear, Padding, Paragraph, Sparkline, Widget, Wrap};

use backprop::step::text::number;
use backprop::step::view::Quantity;
use backprop::step::{Action, Step, Term};

use super::app::{App, Mode, Pane};
use super::keys::HELP;
use super::palette::Palette;
use super::{SMALLEST, drawing, image, matrix};

/// The number of rows from which there is room for more.
const HIGH: u16 = 40;

/// Draws everything.
pub fn draw(frame: &mut Frame<'_>, app: &App) {
    let area = frame.area();
    let (Rect { width, height, .. }, (wide, high)) = (area, SMALLEST);
    if width < wide || height < high {
        let text = format!(
            "The stepper needs {wide} columns and {high} rows; this terminal has {width} and {height}.\n\
             Enlarge it, or press q and use --plain."
        );
        frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
        return;
    }
    let [bar, middle, formula, bottom, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(12),
        Constraint::Length(6),
        Constraint::Length(if area.height < HIGH { 4 } else { 9 }),
        Constraint::Length(1),
    ])
    .areas(area);
    let pane = (area.width * 45 / 100).max(36);
    let [left, right] = Layout::horizontal([Constraint::Min(40), Constraint::Length(pane)]).areas(middle);
    let left = Rect { width: left.width - 1, ..left };
    let buffer = frame.buffer_mut();
    draw_bar(app, bar, buffer);
    drawing::draw(app, left, buffer);
    let used = match app.pane {
        Pane::Matrix => matrix::draw(app, right, buffer),
        Pane::Image => image::draw_sample(app, right, buffer),
        Pane::Weights => image::draw_weights(app, right, buffer),
    };
    // In a tall terminal there is room below it.
    let below = Rect { y: right.y + used + 1, height: right.height.saturating_sub(used + 1), ..right };
    match app.pane {
        _ if area.height < HIGH => {}
        Pane::Matrix => draw_products(app, below, buffer),
        Pane::Image | Pane::Weights => drop(matrix::draw(app, below, buffer)),
    }
    draw_formula(app, formula, buffer);
    let [curve, cursor] =
        Layout::horizontal([Constraint::Fill(2), Constraint::Fill(3)]).spacing(2).areas(bottom);
    draw_costs(app, curve, buffer);
    draw_cursor(app, cursor, buffer);
    draw_keys(app, keys, buffer);
    if app.mode == Mode::Help {
        draw_help(area, buffer);
    }
}

fn draw_bar(app: &App, area: Rect, buffer: &mut Buffer) {
    let stepper = &app.stepper;
    let sizes = stepper.network().architecture.sizes_text().replace(',', "-");
    let where_ = match app.latest.as_ref() {
        None => "before the first step".to_owned(),
        Some(step) => {
            let moment = stepper.moment(step.position);
            let batch =
                step.mini_batch.map_or_else(String::new, |batch| format!(" mini-batch {},", batch + 1));
            let (epoch, sample, number) = (step.epoch + 1, step.sample + 1, moment.step + 1);
            let (samples, steps) = (stepper.sample_count(), moment.order.len());
            let phase = step.phase.name();
            format!("epoch {epoch},{batch} sample {sample} of {samples}, step {number} of {steps}: {phase}")
        }
    };
    let speed = if app.running { format!("  {} steps/s", app.speed()) } else { String::new() };
    let text = format!(" {sizes}, rate {} | {where_}{speed}", stepper.rate());
    let style = Palette::strong().add_modifier(Modifier::REVERSED);
    buffer.set_style(area, style);
    buffer.set_stringn(area.x, area.y, text, area.width.into(), style);
}

fn draw_formula(app: &App, area: Rect, buffer: &mut Buffer) {
    let text = match app.latest.as_ref() {
        None => Text::from(vec![
            Line::styled("Nothing has happened yet.", Palette::strong()),
            Line::from("Press right for the first step, space to let it run, ? for all keys."),
            Line::from(format!("Samples: {}.", app.rows.name.as_deref().unwrap_or_default())),
        ]),
        Some(step) => formula(app, step, area),
    };
    Paragraph::new(text).wrap(Wrap { trim: false }).render(area, buffer);
}

/// Returns the formula: the place, the symbols, the numbers and the result; with fewer decimals if six do not fit.
fn formula<'t>(app: &App, step: &Step, area: Rect) -> Text<'t> {
    // Lines break between words, so they are a little shorter than the screen.
    let width = usize::from(area.width) - 12;
    let rows = |text: &Text| text.lines.iter().map(|line| line.width().div_ceil(width)).sum::<usize>();
    let fits = |text: &Text| rows(text) <= usize::from(area.height);
    let attempts = [6, 4].into_iter().map(|decimals| formula_with(app, step, decimals));
    attempts.into_iter().find(fits).unwrap_or_else(|| formula_with(app, step, 2))
}

fn formula_with<'t>(app: &App, step: &Step, decimals: usize) -> Text<'t> {
    let class = app.stepper.class_in_words(step, &app.rows.classes);
    let class = class.map(|class| format!(", {class}")).unwrap_or_default();
    let mut lines = vec![Line::from(vec![
        Span::styled(format!("{}{class}  ", step.place()), app.palette.quiet()),
        Span::styled(step.name(), Palette::strong()),
        Span::raw(format!(" {} {}", step.sign(), step.symbols())),
    ])];
    if step.has_numbers() {
        lines.push(Line::from(format!("    = {}", step.numbers(decimals))));
    }
    let before = if step.is_first_value() { "–".to_owned() } else { number(step.before, 6) };
    let partial = step.partial_results(6).map(|partial| format!("{partial} = ")).unwrap_or_default();
    lines.push(Line::from(vec![
        Span::raw(format!("    = {partial}")),
        Span::styled(number(step.after, 6), app.palette.result()),
        Span::styled(format!("   (was {before})"), app.palette.quiet()),
    ]));
    Text::from(lines)
}

/// Draws the products of the step's sum, one below the other, with the sum so far.
fn draw_products(app: &App, area: Rect, buffer: &mut Buffer) {
    let terms = app.latest.as_ref().map_or(&[][..], |step| step.reading.terms());
    let room = usize::from(area.height).saturating_sub(1);
    if terms.is_empty() || room == 0 {
        return;
    }
    buffer.set_stringn(area.x, area.y, "Product by product", area.width.into(), Palette::strong());
    let first = matrix::window(terms.len(), room.min(terms.len()), app.cursor());
    let mut sum: f64 = terms[..first].iter().map(Term::product).sum();
    for (row, (place, term)) in terms.iter().enumerate().skip(first).take(room).enumerate() {
        sum += term.product();
        let name = format!("{}·{}", term.wire.name(), term.value_name());
        let numbers = [term.weight, term.kept * term.value, term.product(), sum];
        let [weight, value, product, sum] = numbers.map(|value| number(value, 6));
        let text = format!("{name:>13} {weight:>9} · {value:>9} = {product:>9}   sum {sum:>9}");
        let style = if place == app.cursor() { app.palette.cursor() } else { Style::new() };
        buffer.set_stringn(area.x, area.y + 1 + row as u16, text, area.width.into(), style);
    }
}

/// Draws the curve of the cost, one training step after another, averaged if there are more steps than columns.
fn draw_costs(app: &App, area: Rect, buffer: &mut Buffer) {
    let costs = app.stepper.costs();
    let title = match costs.last() {
        None => "cost: not known yet".to_owned(),
        Some(last) => format!("cost {}, step {}", number(*last, 6), costs.len()),
    };
    buffer.set_stringn(area.x, area.y, title, area.width.into(), Palette::strong());
    let mut used = 1;
    if let Some(verdict) = app.stepper.verdict(&app.rows.classes) {
        buffer.set_stringn(area.x, area.y + 1, verdict, area.width.into(), Palette::strong());
        used += 1;
    }
    let width = usize::from(area.width);
    let heights: Vec<f64> = if costs.len() <= width {
        costs.to_vec()
    } else {
        let mean = |costs: &[f64]| costs.iter().sum::<f64>() / costs.len() as f64;
        (0..width).map(|i| mean(&costs[i * costs.len() / width..(i + 1) * costs.len() / width])).collect()
    };
    let largest = heights.iter().copied().fold(0.0, f64::max);
    // The sparkline takes whole numbers; a cost that is not a number is not drawn.
    let scaled = heights.iter().map(|cost| if largest > 0.0 { (cost / largest * 1000.0) as u64 } else { 0 });
    let below = Rect { y: area.y + used, height: area.height - used, ..area };
    Sparkline::default().data(scaled).max(1000).render(below, buffer);
}

/// Draws the weight under the cursor, the number being typed, or the effect of the last key.
fn draw_cursor(app: &App, area: Rect, buffer: &mut Buffer) {
    let mut lines = Vec::new();
    if let Mode::Edit { target, text } = &app.mode {
        let now = number(target.given(&app.stepper), 6);
        lines.push(Line::from(vec![
            Span::styled(format!("{} = {now}; new value: ", target.name(&app.stepper)), Palette::strong()),
            Span::styled(format!("{text}_"), app.palette.cursor()),
        ]));
        lines.push(Line::styled("enter takes it, escape does not", app.palette.quiet()));
    } else if let Some((id, wire)) = app.connection_under_cursor() {
        let count = app.connections().len();
        let connection = &app.stepper.network()[id];
        lines.push(Line::from(vec![
            Span::styled(wire.name(), app.palette.cursor()),
            Span::raw(format!("  {wire}  weight {}", number(connection.weight, 6))),
        ]));
        let gradient = Quantity::Gradient(id).value(&app.stepper);
        let gradient = gradient.map_or_else(|| "–".to_owned(), |gradient| number(gradient, 6));
        let place = if count > 1 { format!("   ({} of {count})", app.cursor() + 1) } else { String::new() };
        lines.push(Line::styled(format!("last gradient {gradient}{place}"), app.palette.quiet()));
    } else if let Some(Step { action: Action::SetInput(id), .. }) = app.latest.as_ref() {
        let (input, stepper) = (Quantity::Output(*id), &app.stepper);
        lines.push(Line::from(format!("{} = {}", input.name(stepper), number(input.given(stepper), 6))));
        lines.push(Line::styled("e changes it", app.palette.quiet()));
    }
    if let Some(message) = app.message.as_deref() {
        lines.truncate(1);
        lines.push(Line::styled(message.to_owned(), app.palette.read()));
    }
    Paragraph::new(lines).wrap(Wrap { trim: true }).render(area, buffer);
}

fn draw_keys(app: &App, area: Rect, buffer: &mut Buffer) {
    let keys = [
        ("←→", "step"),
        ("nlps", "node layer phase sample"),
        ("space", "run"),
        ("↑↓eg", "weight"),
        ("?", "help"),
        ("q", "leave"),
    ];
    let spans = keys.map(|(key, what)| {
        [Span::styled(key, Palette::strong()), Span::styled(format!(" {what}  "), app.palette.quiet())]
    });
    Line::from(spans.concat()).render(area, buffer);
}

fn draw_help(area: Rect, buffer: &mut Buffer) {
    let line = |(keys, what)| {
        Line::from(vec![Span::styled(format!("{keys:<16}"), Palette::strong()), Span::raw(what)])
    };
    let mut lines = HELP.map(line).to_vec();
    lines.extend([
        Line::default(),
        Line::from("Edges: solid is positive, dashed negative; the thicker, the larger."),
        Line::from("As in bp.py, δ = -∂E/∂z and a gradient is -∂E/∂w: the way to move."),
    ]);
    let (width, height) = (74, lines.len() as u16 + 2);
    let place = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + area.height.saturating_sub(height) / 2,
        width,
        height: height.min(area.height),
    };
    Clear.render(place, buffer);
    let block = Block::bordered().title(" Keys ").padding(Padding::horizontal(1));
    Paragraph::new(lines).block(block).render(place, buffer);
}
