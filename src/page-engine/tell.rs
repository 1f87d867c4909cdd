//! The words for a number that is pointed at: the steps that computed it, and the changes by hand that it allows.

use backprop::data_set::Answers;
use backprop::graph::{ConnectionId, NodeId};
use backprop::step::view::Quantity;
use serde_json::json;

use crate::play::{Play, no_such};
use crate::session::text;
use crate::texts::Shown;

impl Play {
    /// Explains a number by the lines of the steps that computed it.
    pub fn tell(&mut self, name: &str) -> Result<String, String> {
        let quantity = Quantity::parse(&self.stepper, name).ok_or_else(|| no_such(name))?;
        let lines = match quantity {
            Quantity::Weight(id) | Quantity::Gradient(id) => self.tell_of_connection(id),
            Quantity::Output(id) | Quantity::Delta(id) | Quantity::Kept(id) => self.tell_of_node(id),
            Quantity::Label(output) => {
                let layers = &self.stepper.network().layers;
                let id = layers[layers.len() - 1].neurons()[output];
                self.tell_of_node(id)
            }
            Quantity::Rate => vec![format!("η = {}, the learning rate", self.stepper.rate())],
            Quantity::Decay => {
                let decay = Shown::new(quantity.raw(&self.stepper)).text;
                vec![format!("decay = {decay}, by which weights, not biases, are multiplied first (L2)")]
            }
            Quantity::Dropout => {
                let dropout = quantity.raw(&self.stepper);
                vec![format!("p = {dropout}, with which a hidden node is silenced")]
            }
            Quantity::Cost => return Err(no_such(name)),
        };
        let edit = self.by_hand(quantity).map(|quantity| {
            json!({ "name": quantity.name(&self.stepper), "value": quantity.given(&self.stepper).to_string() })
        });
        text(&json!({ "lines": lines, "edit": edit }))
    }

    fn tell_of_connection(&mut self, id: ConnectionId) -> Vec<String> {
        let (weight, gradient) = (Quantity::Weight(id), Quantity::Gradient(id));
        let wire = self.stepper.numbering().wire(self.stepper.network(), id);
        let what = match wire.upstream.number {
            Some(_) => "A connection".to_owned(),
            None => format!("The bias of node {}", wire.downstream),
        };
        let name = wire.name();
        let shown = Shown::new(weight.raw(&self.stepper)).text;
        let shown_gradient = Shown::of(gradient.value(&self.stepper)).text;
        let mut lines = vec![format!("{what}: {name} = {shown}, gradient {shown_gradient}")];
        if !self.stepper.mini_batches().are_plain() {
            let adds = self.latest_of(gradient);
            lines.push(adds.unwrap_or_else(|| format!("{}: nothing added up yet", wire.gradient_name())));
        }
        let moves = self.latest_of(weight);
        lines.push(moves.unwrap_or_else(|| match self.set_by_hand(weight) {
            Some(step) => format!("{wire}: {name} was set by hand, before training step {step}"),
            None if self.training.report().is_begun => {
                format!("{wire}: {name} is the result of training")
            }
            None => format!("{wire}: {name} has its starting value"),
        }));
        lines
    }

    fn tell_of_node(&mut self, id: NodeId) -> Vec<String> {
        let place = self.stepper.numbering().place(self.stepper.network(), id);
        let missing = |name: String| format!("node {place}: {name} is not computed yet");
        let mut lines: Vec<String> = self.column_of(id).into_iter().collect();
        lines.push(if place.number.is_none() {
            format!("node {place}: constant, its output is always 1")
        } else {
            self.latest_of(Quantity::Output(id)).unwrap_or_else(|| missing(place.output_name()))
        });
        if self.stepper.network()[id].kept() != 1.0 {
            lines.extend(self.latest_of(Quantity::Kept(id)));
        }
        lines.push(self.latest_of(Quantity::Delta(id)).unwrap_or_else(|| missing(place.delta_name())));
        lines
    }

    /// Says which column of a table an input or an output is, and its number in the data's own units.
    fn column_of(&self, id: NodeId) -> Option<String> {
        let (network, meaning) = (self.stepper.network(), &self.scene.rows.meaning);
        let node = network[id].as_node().map(|_| &network[id])?;
        let (layer, index) = (node.layer_index() as usize, node.node_index() as usize);
        let (column, scale) = match layer {
            0 => (meaning.inputs.get(index)?, meaning.of_raw()),
            _ if layer + 1 == network.layers.len() && meaning.answers == Answers::Numbers => {
                (meaning.outputs.get(index)?, meaning.targets.clone())
            }
            _ => return None,
        };
        let name = self.stepper.numbering().place(network, id).output_name();
        let raw = scale.map(|scale| node.output() * scale.deviation[index] + scale.mean[index]);
        let raw = raw.map_or_else(String::new, |raw| format!(": {} in its own units", Shown::new(raw).text));
        Some(format!("{name} is {}{raw}", column.title()))
    }

    /// Returns the line of the latest step that computed this, going back at most one epoch.
    fn latest_of(&mut self, quantity: Quantity) -> Option<String> {
        let position = self.stepper.position();
        let earliest = position.saturating_sub(self.stepper.epoch_len());
        let is_it = |step: &usize| {
            let moment = self.stepper.moment(*step);
            Quantity::of(moment.order.action(moment.step)) == quantity
        };
        let found = (earliest..position).rev().find(is_it)?;
        self.stepper.goto(found + 1);
        let line = self.stepper.latest().map(|step| step.to_string());
        self.stepper.goto(position);
        line
    }

    /// Returns the training step, from 1, at whose beginning a quantity was changed by hand last.
    fn set_by_hand(&self, quantity: Quantity) -> Option<usize> {
        let now = self.stepper.training_step();
        let edits = self
            .stepper
            .edits()
            .filter(|(step, edit)| *step <= now && Quantity::edited(&self.stepper, *edit) == quantity);
        edits.last().map(|(step, _)| step + 1)
    }

    /// Returns what can be changed by hand at the place of a quantity: a weight, an input, a target.
    fn by_hand(&self, quantity: Quantity) -> Option<Quantity> {
        let network = self.stepper.network();
        let found = match quantity {
            Quantity::Gradient(id) => Quantity::Weight(id),
            Quantity::Output(id) | Quantity::Delta(id) | Quantity::Kept(id) => {
                let node = &network[id];
                node.as_node()?;
                match node.layer_index() as usize {
                    0 => Quantity::Output(id),
                    layer if layer + 1 == network.layers.len() => Quantity::Label(node.node_index() as usize),
                    _ => return None,
                }
            }
            other => other,
        };
        found.edit(&self.stepper, 1.0).ok().map(|_| found)
    }
}
