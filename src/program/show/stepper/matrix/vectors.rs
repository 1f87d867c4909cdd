//! The vectors of a step: the sample, what dropout keeps, the deltas of the output layer; and W before the first step.

use backprop::Cost;
use backprop::graph::{ConnectionId, Network, NodeId};
use backprop::step::text::slope;
use backprop::step::{Action, Phase, Step};

use super::super::app::App;
use super::{Cell, Mark, Table};

/// Neurons of a layer by place; of the layer before, its constant node stands last.
pub(super) fn node(network: &Network, layer: usize, place: usize) -> NodeId {
    network.layers[layer].nodes[place]
}

/// The weight from place `column` in the layer before to neuron `row` of `layer`.
pub(super) fn connection(network: &Network, layer: usize, row: usize, column: usize) -> ConnectionId {
    network[node(network, layer, row)].upstream()[column]
}

/// W and b of the first layer, as they are before anything happens.
pub(super) fn start(app: &App) -> Table<'_> {
    let network = app.stepper().network();
    Table {
        heading: "W[1] and b[1], before the first step".to_owned(),
        corner: "",
        rows: network.layers[1].neurons().len(),
        columns: network.layers[0].nodes.len(),
        focus: (0, app.ink()),
        left: Box::new(|_| (None, Mark::None)),
        top: Box::new(|_| (Cell::Number(None), Mark::None)),
        body: Box::new(|row, column| (Some(network[connection(network, 1, row, column)].weight), Mark::None)),
    }
}

/// The sample, or what dropout keeps of a hidden layer.
pub(super) fn vector<'t>(app: &'t App, step: &Step) -> Table<'t> {
    let network = app.stepper().network();
    let (layer, current) = place_of(app, step);
    let is_input = step.phase == Phase::SetInput;
    Table {
        heading: if is_input {
            "x, the sample as a vector".to_owned()
        } else {
            format!("k[{layer}], what dropout keeps of a[{layer}]")
        },
        corner: if is_input { "x" } else { "k" },
        rows: network.layers[layer].neurons().len(),
        columns: 0,
        focus: (current, 0),
        left: Box::new(move |row| {
            let mark = if row == current { Mark::Result } else { Mark::None };
            let id = node(network, layer, row);
            let input = || app.output(id).map(|_| Action::SetInput(id).value(network));
            (if is_input { input() } else { Some(Action::DropOut(id).value(network)) }, mark)
        }),
        top: Box::new(|_| (Cell::Name(""), Mark::None)),
        body: Box::new(|_, _| (None, Mark::None)),
    }
}

/// The label and the output beside the deltas.
pub(super) fn output_deltas<'t>(app: &'t App, step: &Step) -> Table<'t> {
    let network = app.stepper().network();
    let (layer, current) = place_of(app, step);
    let label = app.stepper().label();
    let heading = match (network.architecture.cost, network.architecture.output_activation()) {
        (Cost::CrossEntropy, _) => "δ = t - a".to_owned(),
        (Cost::Quadratic, activation) => format!("δ = {}·(t - a)", slope(activation, "a")),
    };
    Table {
        heading,
        corner: "δ",
        rows: network.layers[layer].neurons().len(),
        columns: 2,
        focus: (current, 0),
        left: Box::new(move |row| {
            let mark = if row == current { Mark::Result } else { Mark::None };
            (app.delta(node(network, layer, row)), mark)
        }),
        top: Box::new(|column| (Cell::Name(["t", "a"][column]), Mark::None)),
        body: Box::new(move |row, column| {
            let mark = if row == current { Mark::Read } else { Mark::None };
            let output = || app.output(node(network, layer, row));
            (if column == 0 { Some(label[row]) } else { output() }, mark)
        }),
    }
}

/// Layer and index of the node a step changed.
pub(super) fn place_of(app: &App, step: &Step) -> (usize, usize) {
    step.action.node().map_or((0, 0), |id| {
        let place = app.place(id);
        (place.layer as usize, place.index as usize)
    })
}
