//! Small pictures, bars, graphs and pages. (The stepper and the plots have tests of their own.)

use backprop::graph::Network;
use backprop::{Label, Sample};

use super::bars::bar;
use super::picture::{half_blocks, side_by_side};
use super::plot::{Axis, Figure, Plot, Series};
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
}

#[test]
fn a_graph_has_an_edge_for_a_connection() {
    let mut network = Network::new(&[3, 4, 2], 0);
    network.get_gradient(Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.0]));
    let mut text = Vec::new();
    dot::check(&network).expect("it is small");
    dot::write(&network, &mut text).expect("memory can be written");
    assert!(String::from_utf8(text).expect("text").contains("\"0-0\" -> \"1-0\""));
}

#[test]
fn a_learning_curve_is_drawn_from_a_network_in_training() {
    let mut network = Network::new(&[3, 4, 2], 0);
    let (label, sample) = (Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.0]));
    let costs = (0..100).map(|step| {
        network.train_one_sample(label, sample, 0.3);
        (f64::from(step + 1), network.error(label, sample))
    });
    let curve = Series::line("one sample", costs);
    let plot = Plot::new("Learning", Axis::new("step"), Axis::new("cost").log()).with(curve);
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
