//! Small pictures, bars, graphs and pages. (The stepper and the plots have tests of their own.)

use backprop::graph::Network;
use backprop::{Label, Sample};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::bars::bar;
use super::picture::{half_blocks, side_by_side};
use super::plot::{Axis, Figure, Mark, Plot};
use super::stepper::keys::command;
use super::{dot, page};

#[test]
fn a_bar_is_as_long_as_its_share_and_never_longer_than_the_whole() {
    assert_eq!(bar(0.5, 8), "████");
    assert_eq!(bar(0.0, 8), "");
    assert_eq!(bar(7.0, 3), "███");
}

#[test]
fn a_picture_has_two_rows_of_pixels_in_a_line() {
    // Three rows of two pixels.
    assert_eq!(half_blocks(&[255, 0, 255, 255, 0, 200], 2), ["█▄", " ▀"]);
}

#[test]
fn pictures_are_side_by_side_as_long_as_there_is_room() {
    let lines = |text: &[&str]| text.iter().map(ToString::to_string).collect::<Vec<_>>();
    let pictures = [lines(&["one", "█"]), lines(&["2"]), lines(&["3"])];
    assert_eq!(side_by_side(&pictures, 2, 8), ["one  2", "█", "", "3"]);
    let long = "x".repeat(70_000);
    assert_eq!(side_by_side(&[vec![long.clone()], lines(&["2"])], 2, 80), [long.as_str(), "", "2"]);
}

#[test]
fn a_graph_has_an_edge_for_a_connection() {
    let mut network = Network::new(&[3, 4, 2], 0);
    network.get_gradient(Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.0]));
    dot::check(&network).expect("it is small");
    assert!(dot::text(&network).contains("\"0-0\" -> \"1-0\""));
}

#[test]
fn a_learning_curve_is_drawn_from_a_network_in_training() {
    let mut network = Network::new(&[3, 4, 2], 0);
    let (label, sample) = (Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.0]));
    let costs = (0..100).map(|step| {
        network.train_one_sample(label, sample, 0.3);
        (f64::from(step + 1), network.error(label, sample))
    });
    let plot = Plot::new("Learning", Axis::new("step"), Axis::new("cost").log());
    let plot = plot.add("one sample", Mark::Line, costs);
    let svg = Figure::new("", [plot]).to_svg();
    assert!(svg.contains("one sample"));
}

#[test]
fn a_page_holds_what_it_begins_with_and_digits_only_where_they_are_wanted() {
    let situation = serde_json::json!({"seed": 12345});
    let file = page::html(&situation, false).expect("nothing is written");
    assert!(file.contains(r#"{"seed":12345}"#) && file.len() < 1_000_000);
    assert!(page::html(&situation, true).expect("nothing is written").len() > 3_000_000);
}

/// The effect of each key in the terminal, and the same on the page.
const KEYS: [(&str, &str, &str); 30] = [
    ("ArrowRight", "Next", "forward"),
    ("Enter", "Next", "forward"),
    ("ArrowLeft", "Back", "back"),
    ("Backspace", "Back", "back"),
    ("n", "NextUnit(Node)", r#"unit("node", 1)"#),
    ("N", "BackUnit(Node)", r#"unit("node", -1)"#),
    ("l", "NextUnit(Layer)", r#"unit("layer", 1)"#),
    ("L", "BackUnit(Layer)", r#"unit("layer", -1)"#),
    ("p", "NextUnit(Phase)", r#"unit("phase", 1)"#),
    ("P", "BackUnit(Phase)", r#"unit("phase", -1)"#),
    ("s", "NextUnit(Sample)", r#"unit("sample", 1)"#),
    ("S", "BackUnit(Sample)", r#"unit("sample", -1)"#),
    ("Home", "Start", "toStart"),
    ("0", "Start", "toStart"),
    (" ", "Run", "togglePlay"),
    ("+", "Faster", "() => faster(1)"),
    ("=", "Faster", "() => faster(1)"),
    ("-", "Slower", "() => faster(-1)"),
    ("_", "Slower", "() => faster(-1)"),
    ("ArrowUp", "Cursor(-1)", "() => choose(-1)"),
    ("ArrowDown", "Cursor(1)", "() => choose(1)"),
    ("c", "Strongest", "chooseStrongest"),
    ("e", "Edit", "() => changeOneOf(chosen())"),
    ("x", "EditInput", "changeInput"),
    ("g", "Check", "checkOne"),
    ("m", "Pane", r#"() => bring("matrices")"#),
    ("w", "Weights", r#"() => bring("picture")"#),
    ("r", "Reset", "reset"),
    ("z", "Zeros", "toggleZeros"),
    ("?", "Help", "() => help().showModal()"),
];

#[test]
fn keys_mean_the_same_in_the_terminal_and_on_the_page() {
    let script = include_str!("page/controls.js");
    let list =
        script.split_once("const KEYS = {").and_then(|(_, rest)| rest.split_once("};")).expect("a list").0;
    let on_the_page: Vec<(&str, &str)> = list
        .lines()
        .filter_map(|line| line.trim().trim_end_matches(',').split_once(": "))
        .map(|(key, action)| (key.trim_matches('"'), action))
        .collect();
    let in_the_terminal = |key: &str| {
        let code = match key {
            "ArrowRight" => KeyCode::Right,
            "ArrowLeft" => KeyCode::Left,
            "ArrowUp" => KeyCode::Up,
            "ArrowDown" => KeyCode::Down,
            "Enter" => KeyCode::Enter,
            "Backspace" => KeyCode::Backspace,
            "Home" => KeyCode::Home,
            "End" => KeyCode::End,
            letter => KeyCode::Char(letter.chars().next().expect("a letter")),
        };
        command(KeyEvent::new(code, KeyModifiers::NONE)).map(|command| format!("{command:?}"))
    };
    for (key, terminal, page) in KEYS {
        assert_eq!(in_the_terminal(key).as_deref(), Some(terminal), "{key} in the terminal");
        assert!(on_the_page.contains(&(key, page)), "{key} on the page: {on_the_page:?}");
    }
    // A key that only one of them has does nothing in the other.
    let is_listed = |key: &str| KEYS.iter().any(|(listed, ..)| *listed == key);
    for (key, _) in on_the_page.iter().filter(|(key, _)| !is_listed(key)) {
        assert!(["End", "u", "a", "t", "1", "2", "3", "h"].contains(key), "{key} is not listed");
        assert!(*key == "h" || in_the_terminal(key).is_none(), "{key} means something in the terminal");
    }
    for key in (' '..='~').map(String::from).filter(|key| !is_listed(key) && in_the_terminal(key).is_some()) {
        assert!(["q", "h"].contains(&key.as_str()), "{key} does nothing on the page");
    }
}
