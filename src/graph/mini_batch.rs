//! The additions of network.py and network2.py to bp.py, object by object: the mean gradient of a mini-batch, L2
//! regularisation and dropout.
//!
//! bp.py's functions are unchanged and do the work. Two things are new:
//!
//! - a connection adds up the gradients of the samples ([`Connection::add_gradient`]) and moves by their mean
//!   ([`Connection::update_by_mean`]);
//! - a hidden node can be silenced: others read its output times [`AnyNode::kept`].

use super::{AnyNode, Connection, Layer, Network};
use crate::{Dropout, Label, MiniBatchStep, Sample};

impl Network {
    /// Takes one step on the mean gradient of some samples (`update_mini_batch` of network.py and network2.py; Nielsen's
    /// equations 20 and 21, with L2 93). Returns the sum of the costs before the step, without any regularisation
    /// term; under dropout, those of the thinned networks.
    ///
    /// ```
    /// use backprop::graph::Network;
    /// use backprop::{Label, MiniBatchStep, Sample};
    ///
    /// let (labels, samples) = ([Label(&[0.9]), Label(&[0.1])], [Sample(&[1.0, 0.0]), Sample(&[0.0, 1.0])]);
    /// let mut network = Network::new(&[2, 1], 0);
    /// let mut gradients = Vec::new();
    /// for (&label, &sample) in labels.iter().zip(&samples) {
    ///     network.get_gradient(label, sample);
    ///     gradients.push(network.gradient());
    /// }
    /// network.train_mini_batch(&labels, &samples, &MiniBatchStep::plain(0.3));
    /// // Afterwards each connection has the mean of its gradients.
    /// let mean = gradients[0].iter().zip(gradients[1].iter()).map(|(first, second)| (first + second) / 2.0);
    /// assert!(network.gradient().iter().zip(mean).all(|(left, right)| left == right));
    /// ```
    ///
    /// # Panics
    /// If there are no samples, if the numbers of labels and samples differ, if one is not as long as its layer, or
    /// if the probability of dropout is 1 or more.
    #[track_caller]
    pub fn train_mini_batch(
        &mut self,
        labels: &[Label<'_>],
        samples: &[Sample<'_>],
        step: &MiniBatchStep,
    ) -> f64 {
        assert_eq!(labels.len(), samples.len(), "each sample needs one label");
        assert!(!samples.is_empty(), "a mini-batch needs at least one sample");
        let mut cost = 0.0;
        let mut i = 0;
        while i < samples.len() {
            self.drop_out(step.dropout.as_ref(), i); // step: mini-batch drop-out
            let output = self.predict(samples[i]); // step: mini-batch set-input output
            cost += self.architecture.cost.value(&output, labels[i].0);
            self.calc_delta(labels[i]); // step: mini-batch output-delta hidden-delta const-delta
            if i == 0 {
                self.calc_gradient(); // step: mini-batch first-gradient
            } else {
                self.add_gradient(); // step: mini-batch add-gradient
            }
            i += 1;
        }
        self.drop_out(None, 0);
        self.update_by_mean(samples.len(), step); // step: mini-batch update-by-mean
        cost
    }

    /// Silences hidden nodes for one sample of a mini-batch: the one at `place`, from 0. With `None`, silences none.
    ///
    /// A silenced node's [`AnyNode::kept`] is 0; that of the others is 1 / (1 − p), so that the expected sum stays what
    /// it was.
    ///
    /// ```
    /// use backprop::graph::Network;
    /// use backprop::{Dropout, Sample};
    ///
    /// let mut network = Network::new(&[2, 4, 1], 0);
    /// network.drop_out(Some(&Dropout { probability: 0.5, seed: 1 }), 0);
    /// network.predict(Sample(&[1.0, 0.5]));
    /// for &id in network.layers[1].neurons() {
    ///     let node = &network[id];
    ///     assert!(node.kept() == 0.0 || node.kept() == 2.0);
    ///     assert_eq!(node.sent(), node.kept() * node.output()); // what others read
    /// }
    /// network.drop_out(None, 0); // as if nothing had happened
    /// ```
    ///
    /// # Panics
    /// If the probability is 1 or more.
    #[track_caller]
    pub fn drop_out(&mut self, dropout: Option<&Dropout>, place: usize) {
        let hidden = 1..self.layers.len() - 1;
        for layer in &self.layers[hidden] {
            let kept = match dropout {
                Some(dropout) => dropout.kept(layer.layer_index as usize - 1, place, layer.neurons().len()),
                None => vec![1.0; layer.neurons().len()],
            };
            layer.set_kept(&mut self.nodes, &kept); // step: pass drop-out
        }
    }

    /// Adds this sample's gradient to every connection's, from the outputs and deltas that are in the nodes.
    pub fn add_gradient(&mut self) {
        let nodes: &[AnyNode] = &self.nodes;
        let connections: &mut [Connection] = &mut self.connections;
        let mut i = 0;
        while i < connections.len() {
            connections[i].add_gradient(nodes); // step: loop add-gradient
            i += 1;
        }
    }

    /// Moves every weight by the mean of the gradients that were added up over this many samples.
    pub fn update_by_mean(&mut self, samples: usize, step: &MiniBatchStep) {
        let nodes: &[AnyNode] = &self.nodes;
        let connections: &mut [Connection] = &mut self.connections;
        let mut i = 0;
        while i < connections.len() {
            connections[i].update_by_mean(nodes, samples, step); // step: loop update-by-mean
            i += 1;
        }
    }
}

impl Layer {
    /// Sets the factor on each neuron's output, one number for each.
    fn set_kept(&self, nodes: &mut [AnyNode], kept: &[f64]) {
        let neurons = self.neurons();
        let mut i = 0;
        while i < neurons.len() {
            nodes[neurons[i].index()].set_kept(kept[i]); // step: loop drop-out
            i += 1;
        }
    }
}
