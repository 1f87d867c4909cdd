//! The terminal stepper, drawn on a screen in memory: what is shown, and what each key does.
//!
//! After a change to the screen in docs/stepper.md, with UPDATE_DOCS set `cargo test -p backprop-cli --lib stepper` writes it there.

mod digits;

use std::time::Duration;

use backprop::graph::Network;
use backprop::setup::Rows;
use backprop::step::Stepper;
use backprop::{Architecture, Engine as _, Label, Sample, WeightInit};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

use super::keys::HELP;
use super::palette::short;
use super::{App, check_size, check_terminal, screen};
use testkit::golden::{Online, read_json};

fn nine_nodes(golden: &Online) -> Stepper {
    let architecture = Architecture::new(&golden.sizes);
    let network = Network::from_parameters(&architecture, &golden.model_before.parameters());
    let labels: Vec<Label> = golden.labels.iter().map(|label| Label(label)).collect();
    let samples: Vec<Sample> = golden.inputs.iter().map(|input| Sample(input)).collect();
    Stepper::new(network, &labels, &samples, golden.rate)
}

fn app(golden: &Online) -> App {
    let name = Some("the nine nodes' own samples".to_owned());
    App::new(nine_nodes(golden), Rows { name, ..Rows::default() }, true)
}

/// Returns samples that are images of this size.
fn images(rows: usize, columns: usize) -> Rows {
    Rows { image_shape: Some((rows, columns)), ..Rows::default() }
}

fn golden() -> Online {
    read_json("online_3_4_2.json")
}

fn draw(app: &App, columns: u16, rows: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a screen in memory");
    terminal.draw(|frame| screen::draw(frame, app)).expect("memory can be drawn on");
    terminal.backend().buffer().clone()
}

fn lines(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    let line = |y| (0..area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..area.height).map(|y| line(y).trim_end().to_owned()).collect()
}

fn text(app: &App) -> String {
    lines(&draw(app, 80, 24)).join("\n")
}

/// Presses the keys of a word; `>` is the right arrow, `<` the left one, `^` and `v` up and down, `$` enter.
fn press(app: &mut App, keys: &str) {
    for key in keys.chars() {
        let code = match key {
            '>' => KeyCode::Right,
            '<' => KeyCode::Left,
            '^' => KeyCode::Up,
            'v' => KeyCode::Down,
            '$' => KeyCode::Enter,
            character => KeyCode::Char(character),
        };
        app.press(KeyEvent::new(code, KeyModifiers::NONE));
    }
}

/// Returns the texts marked on the screen as this step's result, in reading order, without the bar at the top.
fn reversed(buffer: &Buffer) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for y in 1..buffer.area.height {
        let mut word = String::new();
        for x in 0..buffer.area.width {
            if buffer[(x, y)].modifier.contains(Modifier::REVERSED) {
                word.push_str(buffer[(x, y)].symbol());
            } else if !word.is_empty() {
                found.push(std::mem::take(&mut word).trim().to_owned());
            }
        }
        if !word.is_empty() {
            found.push(word.trim().to_owned());
        }
    }
    found
}

#[test]
fn an_output_is_lit_in_the_network_in_the_matrix_and_in_the_formula() {
    let golden = golden();
    let mut app = app(&golden);
    press(&mut app, ">l");
    let screen = text(&app);
    for expected in [
        "3-4-2, rate 0.3 | epoch 1, sample 1 of 6, step 4 of 46: forward",
        "a[1] = sigmoid(W[1]·x + b[1])",
        "node 1-0  a4 = sigmoid(w41·x1 + w42·x2 + w43·x3 + w4b)",
        "= sigmoid(0.274137·0.658875 + 0.931745·0.213732 + 0.555145·0.856233 +",
        "= sigmoid(0.616518) = 0.649426   (was –)",
        // The row of W, with the bias, under x.
        "a╲x 0.6589  0.2137 0.8562      1",
        "0.6494 0.2741  0.9317 0.5551 -0.239",
        "w41  (0-0) -> (1-0)  weight 0.274137",
    ] {
        assert!(screen.contains(expected), "{expected:?} is not on the screen:\n{screen}");
    }
    // Node 4 in the network, its entry in a, and the value of the formula.
    assert_eq!(reversed(&draw(&app, 80, 24)), ["4   0.6494", "0.6494", "0.649426"]);
}

#[test]
fn a_delta_and_a_weight_are_lit_in_their_places() {
    let golden = golden();
    let mut app = app(&golden);
    // The second hidden node's delta.
    press(&mut app, ">ppp>");
    let screen = text(&app);
    assert!(screen.contains("δ[1] = a[1]·(1 - a[1])·(W[2]ᵀ·δ[2])"), "{screen}");
    assert!(screen.contains("node 1-1  δ5 = a5·(1 - a5)·(w85·δ8 + w95·δ9)"), "{screen}");
    assert_eq!(reversed(&draw(&app, 80, 24)), ["-0.00124", "δ -0.00124", "-0.001243"]);
    // w53: row 2, column 3 of W[1]; the reference's value.
    press(&mut app, "p");
    for _ in 0..9 {
        press(&mut app, ">");
    }
    let w53 = golden.samples.as_ref().expect("recorded")[0].model_after.parameters().layers[0].weights[1][2];
    let screen = text(&app);
    assert!(screen.contains("(0-2) -> (1-1)  w53 ← w53 + η·δ5·x3"), "{screen}");
    assert!(screen.contains("W[1] ← W[1] + η·δ[1]·xᵀ"), "{screen}");
    assert_eq!(reversed(&draw(&app, 80, 24)), [format!("{w53:.3}"), format!("{w53:.6}")]);
    // A bias: no x in its formula.
    for _ in 0..4 {
        press(&mut app, ">");
    }
    assert!(text(&app).contains("b[1] ← b[1] + η·δ[1]"), "{}", text(&app));
}

#[test]
fn keys_for_node_layer_phase_and_sample_go_to_their_first_steps() {
    let golden = golden();
    let mut app = app(&golden);
    let mut positions = |keys: &str| -> Vec<usize> {
        let each = keys.chars().map(|key| {
            press(&mut app, &key.to_string());
            app.stepper.position()
        });
        each.collect()
    };
    // 3 inputs; 4 + 2 outputs; 2 + 5 + 4 deltas; 16 + 10 weights.
    assert_eq!(positions("lllllllll"), [1, 4, 8, 10, 12, 17, 21, 37, 47]);
    assert_eq!(positions("LLLLLLLLLL"), [37, 21, 17, 12, 10, 8, 4, 1, 0, 0]);
    assert_eq!(positions("pppppp"), [1, 4, 10, 12, 21, 47]);
    assert_eq!(positions("PPPPPP"), [21, 12, 10, 4, 1, 0]);
    assert_eq!(positions("ss>S>>S"), [1, 47, 48, 47, 48, 49, 47]);
    assert_eq!(positions("SSppppp"), [1, 0, 1, 4, 10, 12, 21]);
    // From weight to weight by the node they come from: four each, then two.
    assert_eq!(positions("nnn>nnN"), [25, 29, 33, 34, 37, 39, 37]);
    assert_eq!(positions("0<"), [0, 0]);
}

#[test]
fn keys_go_on_and_back_and_on_to_the_next_phase() {
    let golden = golden();
    let mut app = app(&golden);
    for key in [KeyCode::Right, KeyCode::Right, KeyCode::Left, KeyCode::Char('p')] {
        app.press(KeyEvent::from(key));
    }
    assert_eq!(app.latest.as_ref().expect("the first output").name(), "a4");
}

#[test]
fn a_number_is_cut_to_the_width_there_is() {
    assert_eq!(short(0.6494261, 8), "0.6494");
    assert_eq!(short(-0.8734805, 6), "-0.873");
    assert_eq!(short(0.0003824, 8), "3.82e-4");
    assert_eq!(short(-0.0034492, 8), "-0.00345");
    assert_eq!(short(0.0, 6), "0");
}

#[test]
fn a_step_back_shows_the_screen_from_before() {
    let golden = golden();
    let mut app = app(&golden);
    let mut screens = Vec::new();
    for _ in 0..100 {
        screens.push(draw(&app, 100, 30));
        press(&mut app, ">");
    }
    while let Some(screen) = screens.pop() {
        press(&mut app, "<");
        assert_eq!(draw(&app, 100, 30), screen, "after {} steps", screens.len());
    }
}

#[test]
fn an_edited_weight_changes_what_follows_and_reset_forgets_it() {
    let golden = golden();
    let mut app = app(&golden);
    press(&mut app, ">lve-0.25$");
    // z = 0.616518 with w42 = 0.931745; x2 = 0.213732. By hand:
    let z: f64 = 0.6165176809405865 + (-0.25 - 0.931744966102777) * 0.2137319711128709;
    let a4 = 1.0 / (1.0 + (-z).exp());
    let screen = text(&app);
    assert!(screen.contains(&format!("= {a4:.6}   (was –)")), "{screen}");
    assert!(screen.contains("w42 begins this training step at -0.250000."), "{screen}");
    assert!(screen.contains("0.649426 ->"), "{screen}");
    // An input, from the weight that uses it.
    press(&mut app, "x2$");
    let z = z + (2.0 - 0.2137319711128709) * -0.25;
    assert!(text(&app).contains(&format!("= {:.6}   (was", 1.0 / (1.0 + (-z).exp()))), "{}", text(&app));
    // Nonsense is not taken.
    press(&mut app, "e1e$");
    assert!(text(&app).contains("'1e' is not a number"), "{}", text(&app));
    app.press(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
    press(&mut app, "e1,000$");
    assert!(text(&app).contains("'1,000' can be 1.000 or 1000"), "{}", text(&app));
    app.press(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
    // A comma that can only be a decimal point is one.
    press(&mut app, "e1,5$");
    assert!(text(&app).contains(" begins this training step at 1.500000."), "{}", text(&app));
    press(&mut app, "e");
    app.press(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
    assert!(!app.leaving);
    press(&mut app, "r>l");
    assert!(text(&app).contains("= sigmoid(0.616518) = 0.649426"), "{}", text(&app));
}

#[test]
fn the_gradient_check_agrees_on_every_weight_with_every_activation() {
    let golden = golden();
    let expected = golden.samples.as_ref().expect("recorded sample by sample")[0].gradient();
    let mut nine = app(&golden);
    press(&mut nine, ">pppp");
    for k in 0..3 {
        for j in 0..4 {
            press(&mut nine, "g");
            let gradient = expected.layers[0].weights[j][k];
            let said = nine.message.as_deref().expect("a check says something").to_owned();
            assert!(
                said.contains(&format!("gradient {gradient:.9}, numerically {gradient:.9}; they agree")),
                "{said}"
            );
            press(&mut nine, ">");
        }
    }
    for activation in testkit::networks::OF_NEURONS {
        let architecture = Architecture::new(&[2, 3, 3, 2]).with_activation(activation);
        let network = Network::from_parameters(&architecture, &WeightInit::Normal.draw(&architecture, 4));
        let stepper = Stepper::new(network, &[Label(&[0.2, 0.7])], &[Sample(&[0.9, -0.4])], 0.1);
        let mut app = App::new(stepper, Rows::default(), true);
        press(&mut app, ">");
        while app.stepper.position() < app.stepper.order().len() {
            press(&mut app, ">g");
            let said = app.message.as_deref().unwrap_or_default();
            assert!(said.contains("they agree") || said.contains("no weight"), "{activation}: {said}");
        }
    }
}

#[test]
fn the_error_curve_has_the_reference_s_costs() {
    let golden = golden();
    let mut app = app(&golden);
    press(&mut app, "ssssss");
    let samples = golden.samples.as_ref().expect("recorded sample by sample");
    let last = samples[4].error;
    let screen = text(&app);
    assert!(screen.contains(&format!("cost {last:.6}, step 5")), "{screen}");
    // The largest cost fills its column up to the top row.
    let curve: Vec<char> = lines(&draw(&app, 80, 24))[20].chars().take(5).collect();
    let largest = (0..5).max_by(|a, b| samples[*a].error.total_cmp(&samples[*b].error)).expect("five costs");
    assert!(curve.iter().enumerate().all(|(i, c)| (*c == '█') == (i == largest)), "{curve:?}");
}

#[test]
fn it_runs_by_itself_at_the_speed_asked_for_and_stops() {
    let golden = golden();
    let mut app = app(&golden);
    press(&mut app, " ");
    app.let_time_pass(Duration::from_millis(550));
    assert_eq!((app.speed(), app.stepper.position()), (10, 5));
    press(&mut app, "+");
    app.let_time_pass(Duration::from_secs(1));
    assert_eq!((app.speed(), app.stepper.position()), (20, 25));
    press(&mut app, " ");
    app.let_time_pass(Duration::from_secs(9));
    assert_eq!(app.stepper.position(), 25);
}

#[test]
fn what_is_not_computed_yet_is_a_dash() {
    let golden = golden();
    let mut app = app(&golden);
    let dashes = |app: &App| text(app).matches('–').count();
    assert!(text(&app).contains("1        –") && !text(&app).contains("0.000"), "{}", text(&app));
    let before = dashes(&app);
    press(&mut app, ">");
    assert!(text(&app).contains("1   0.6589") && text(&app).contains("2        –"), "{}", text(&app));
    assert!(text(&app).contains("(was –)") && dashes(&app) < before + 3);
    press(&mut app, "s");
    let screen = text(&app);
    assert!(
        !screen.contains('–') && screen.contains("(was 0.658875)"),
        "all has been computed once:\n{screen}"
    );
}

#[test]
fn without_colour_nothing_is_coloured_and_the_result_still_stands_out() {
    let golden = golden();
    let mut app = App::new(nine_nodes(&golden), Rows::default(), false);
    for _ in 0..46 {
        press(&mut app, ">");
        let buffer = draw(&app, 80, 24);
        assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
        assert!(!reversed(&buffer).is_empty());
    }
    // Positive and negative weights differ in shape: of node 4's edges the one from 3 is solid, the bias dashed.
    press(&mut app, "SSp");
    let braille = |app: &App| lines(&draw(app, 80, 24)).join("\n");
    let positive = braille(&app);
    press(&mut app, "e-0.27$");
    assert_ne!(positive, braille(&app));
}

#[test]
fn a_terminal_too_small_and_a_network_too_large_are_told_the_limit() {
    let golden = golden();
    let app = app(&golden);
    let screen = lines(&draw(&app, 70, 20)).join(" ");
    assert!(screen.contains("80 columns and 24 rows; this terminal has 70 and 20"), "{screen}");
    let error = check_terminal(79, 24).expect_err("79 columns are too few").to_string();
    assert!(error.contains("79 columns") && error.contains("--plain"), "{error}");
    assert!(check_terminal(80, 24).is_ok());

    let error =
        check_size(&Architecture::new(&[1500, 1400, 1])).expect_err("2,102,801 connections").to_string();
    assert!(error.contains("up to 2000000") && error.contains("--plain"), "{error}");
    assert!(check_size(&Architecture::new(&[784, 300, 10])).is_ok());
}

#[test]
fn the_help_names_every_key_and_any_key_closes_it() {
    let golden = golden();
    let mut app = app(&golden);
    press(&mut app, "?");
    let screen = text(&app);
    for (keys, what) in HELP {
        assert!(screen.contains(keys) && screen.contains(what), "{keys}: {what}\n{screen}");
    }
    press(&mut app, ">");
    assert!(!text(&app).contains("Keys"), "the help is closed");
    assert_eq!(app.stepper.position(), 0, "the key that closes the help does nothing else");
    for key in [KeyCode::Char('q'), KeyCode::Esc, KeyCode::Char('?')] {
        press(&mut app, "?");
        app.press(KeyEvent::new(key, KeyModifiers::NONE));
        assert!(!app.leaving && !text(&app).contains("Keys"), "{key:?} closes the help and nothing else");
    }
    press(&mut app, "?");
    app.press(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL));
    assert!(app.leaving, "except Ctrl-C");
    press(&mut app, "q");
    assert!(app.leaving);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Any keys on any small network on any screen: it never panics, and after a reset it is as at the start.
    #[test]
    fn no_keys_and_no_screen_can_break_it(
        sizes in prop::collection::vec(1..14usize, 2..6),
        keys in prop::collection::vec(prop::sample::select("<><>>nNlLpPsS +-0^vegxcmwz?1$$$.e-".chars().collect::<Vec<_>>()), 1..60),
        (columns, rows) in (20..200u16, 5..60u16),
    ) {
        let network = Network::new(&sizes, 3);
        let start = network.parameters();
        let sample = vec![0.5; sizes[0]];
        let label = vec![0.3; sizes[sizes.len() - 1]];
        let stepper = Stepper::new(network, &[Label(&label)], &[Sample(&sample)], 0.3);
        let mut app = App::new(stepper, images(1, sizes[0]), true);
        for key in keys {
            press(&mut app, &key.to_string());
            app.let_time_pass(Duration::from_millis(40));
            draw(&app, columns, rows);
        }
        app.press(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
        press(&mut app, "r");
        prop_assert_eq!(app.stepper.network().parameters().max_difference(&start), 0.0);
    }
}

#[test]
fn the_chapter_shows_the_screen_and_the_keys_as_they_are() {
    let path = testkit::root().join("docs/stepper.md");
    let document = std::fs::read_to_string(&path).expect("the chapter is there");
    let golden = golden();
    let mut app = app(&golden);
    press(&mut app, ">l");
    let keys: Vec<String> = HELP.iter().map(|(keys, what)| format!("{keys:<16} {what}")).collect();
    let blocks = [("```text", text(&app)), ("```keys", keys.join("\n"))];
    let mut renewed = String::new();
    let mut inside = false;
    for line in document.lines() {
        if inside && line != "```" {
            continue;
        }
        inside = false;
        renewed += &(line.to_owned() + "\n");
        if let Some((_, content)) = blocks.iter().find(|(fence, _)| *fence == line) {
            renewed += &(content.clone() + "\n");
            inside = true;
        }
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &renewed).expect("the chapter can be written");
    } else {
        assert_eq!(
            document, renewed,
            "cargo test -p backprop-cli --lib stepper with UPDATE_DOCS set writes the screen as it is"
        );
    }
}

#[test]
fn a_high_terminal_shows_the_products_of_a_sum_and_image_and_matrix_together() {
    let golden = golden();
    let mut app = app(&golden);
    press(&mut app, ">l");
    let screen = lines(&draw(&app, 160, 50));
    let product = screen.iter().position(|line| line.contains("Product by product")).expect("the products");
    for (row, expected) in ["w41·x1", "w42·x2", "w43·x3", "w4b·1"].into_iter().enumerate() {
        assert!(screen[product + 1 + row].contains(expected), "{expected}: {}", screen[product + 1 + row]);
    }
    assert!(screen[product + 4].ends_with("sum  0.616518"), "the last sum is z: {}", screen[product + 4]);
    // Nodes use the height: the first and the last are at least half of the screen apart.
    let rows: Vec<usize> =
        (0..50).filter(|&y| screen[y].contains("0.6494") || screen[y].starts_with("b  ")).collect();
    assert!(rows.last().zip(rows.first()).is_some_and(|(last, first)| last - first >= 20), "{rows:?}");
    // 24 rows leave no room for that.
    assert!(!text(&app).contains("Product by product"));
}
