//! Networks whose samples are images.

use backprop::graph::Network;
use backprop::setup::Rows;
use backprop::step::Stepper;
use backprop::{Label, Sample};
use ratatui::style::Color;

use super::{App, draw, images, lines, press, text};

/// An untrained 784-30-10 and a digit 3: two dots of ink, at inputs 300 and 302, the label 0.9 for the 3.
fn digit(colour: bool) -> App {
    let network = Network::new(&[784, 30, 10], 1);
    let (mut sample, mut label) = (vec![0.0; 784], [0.1; 10]);
    (sample[300], sample[302], label[3]) = (1.0, 0.5, 0.9);
    let stepper = Stepper::new(network, &[Label(&label)], &[Sample(&sample)], 0.3);
    let classes = (0..10).map(|digit| digit.to_string()).collect();
    App::new(stepper, Rows { classes, ..images(28, 28) }, colour)
}

#[test]
fn an_image_network_is_seen_through_a_window() {
    let network = Network::new(&[784, 30, 10], 1);
    let mut sample = vec![0.0; 784];
    sample[14 * 28 + 13] = 1.0;
    let label = [0.1; 10];
    let stepper = Stepper::new(network, &[Label(&label)], &[Sample(&sample)], 0.3);
    let mut app = App::new(stepper, images(28, 28), true);
    press(&mut app, ">lc");
    let screen = text(&app);
    assert!(screen.contains("The sample, 28×28"), "{screen}");
    assert!(screen.contains("▀"), "row 14 is the upper half of a character:\n{screen}");
    assert!(screen.contains("⋮ 22 more"), "30 neurons and a constant node, 9 of them shown:\n{screen}");
    // The one pixel with ink counts most: input 14·28 + 13 + 1.
    assert!(screen.contains("w785,406  (0-405) -> (1-0)"), "{screen}");
    assert!(screen.contains("406        1"), "the window follows the cursor:\n{screen}");
    press(&mut app, "m");
    let screen = text(&app);
    assert!(screen.contains("rows 1-9 of 30, columns 405-407 of 7"), "{screen}");
    assert!(lines(&draw(&app, 200, 60)).iter().any(|line| line.contains("of 785")));
}

#[test]
fn outputs_have_their_class_and_the_forward_phase_has_the_verdict() {
    let mut app = digit(true);
    press(&mut app, "pp");
    assert!(text(&app).contains("label 3, no answer yet"), "{}", text(&app));
    press(&mut app, "l");
    let screen = text(&app);
    assert!(screen.contains("node 2-0, class 0, target 0.1"), "{screen}");
    assert!(screen.contains("label 3, no answer yet"), "nine outputs are missing:\n{screen}");
    assert!(screen.contains("9          –"), "the last output is not computed yet:\n{screen}");
    press(&mut app, ">>>");
    let screen = text(&app);
    assert!(screen.contains("node 2-3, class 3 ◀ target 0.9"), "{screen}");
    assert!(screen.contains("3 ◀   0."), "{screen}");
    press(&mut app, ">>>>>>");
    // What it says, from the network itself.
    let outputs = app.stepper.network().output();
    let strongest = (0..10).max_by(|a, b| outputs[*a].total_cmp(&outputs[*b])).expect("ten outputs");
    let screen = text(&app);
    let right = if strongest == 3 { "right" } else { "wrong" };
    assert!(screen.contains(&format!("label 3, it says {strongest}: {right}")), "{screen}");
    assert!(screen.contains(": forward"), "still the forward phase:\n{screen}");
}

#[test]
fn the_window_opens_where_the_ink_is() {
    let mut app = digit(true);
    assert!(text(&app).contains("303        –"), "before the first step:\n{}", text(&app));
    press(&mut app, "mpp");
    let screen = text(&app);
    // Node 303 is input 302, the one in the middle of those with ink.
    assert!(screen.contains("303      0.5") && screen.contains("301        1"), "{screen}");
    assert!(screen.contains("w785,303  (0-302) -> (1-0)"), "{screen}");
    assert!(screen.contains("columns 302-304 of 7"), "{screen}");
    // A cursor that was moved stays where it is.
    press(&mut app, "^>");
    assert!(text(&app).contains("w786,302  (0-301) -> (1-1)"), "{}", text(&app));
}

#[test]
fn inputs_that_are_0_are_skipped_where_that_is_asked_for() {
    let mut app = digit(true);
    press(&mut app, ">z>");
    assert_eq!(app.latest.as_ref().expect("a step").name(), "x301");
    press(&mut app, ">");
    assert_eq!(app.latest.as_ref().expect("a step").name(), "x303");
    press(&mut app, ">");
    assert_eq!(app.latest.as_ref().expect("a step").name(), "a785");
    press(&mut app, "<<");
    assert_eq!(app.latest.as_ref().expect("a step").name(), "x301");
    // Of the weights into the hidden layer those from the two inked inputs and the biases are left.
    press(&mut app, "pppp");
    let first = app.stepper.position();
    let mut seen = 0;
    let leads_from_an_input = |app: &App| {
        let connection = app.latest.as_ref().expect("a step").action.connection();
        connection.is_some_and(|id| app.place(app.stepper.network()[id].upstream()).layer == 0)
    };
    while leads_from_an_input(&app) {
        press(&mut app, ">");
        seen += 1;
    }
    assert_eq!(seen, 1 + 3 * 30, "the first one, on which the phase begins, and three times thirty");
    assert_eq!(app.stepper.position(), first + 785 * 30);
    press(&mut app, "0z>>");
    assert_eq!(app.latest.as_ref().expect("a step").name(), "x2", "and not skipped any more");
}

#[test]
fn the_weights_of_the_neuron_under_the_cursor_are_drawn_as_an_image() {
    for colour in [true, false] {
        let mut app = digit(colour);
        press(&mut app, "pp>>w");
        let id = app.stepper.network().layers[1].neurons()[2];
        let weights: Vec<f64> = app.stepper.network()[id].upstream()[..784]
            .iter()
            .map(|id| app.stepper.network()[*id].weight)
            .collect();
        let largest = weights.iter().fold(0.0, |largest: f64, weight| largest.max(weight.abs()));
        let buffer = draw(&app, 120, 40);
        let screen = lines(&buffer).join("\n");
        assert!(screen.contains(&format!("Weights of node 1-2, up to {largest:.2}")), "{screen}");
        // The first cell of the picture is the first pixel of the first two rows.
        let (x, y) = (120 - 120 * 45 / 100, 2);
        let cell = &buffer[(x, y)];
        if colour {
            assert_eq!(cell.symbol(), "▀");
            let red = |colour: Color| matches!(colour, Color::Indexed(index) if (index - 16) / 36 > 0);
            for (weight, colour) in [(weights[0], cell.fg), (weights[28], cell.bg)] {
                assert!(weight.abs() < 0.1 * largest || red(colour) == (weight < 0.0), "{weight} {colour:?}");
            }
        } else {
            let mean = f64::midpoint(weights[0], weights[28]) / largest;
            let expected = [" ", "#", "+", "=", "-"];
            assert!(expected.contains(&cell.symbol()), "{cell:?}");
            assert!(mean.abs() < 0.15 || (cell.symbol() == "+" || cell.symbol() == "#") == (mean > 0.0));
        }
        // Of an output's weights it is the hidden neuron at the other end; and back to the image.
        press(&mut app, "lvv");
        assert!(text(&app).contains("Weights of node 1-2,"), "{}", text(&app));
        press(&mut app, "w");
        assert!(text(&app).contains("The sample, 28×28"), "{}", text(&app));
    }
}
