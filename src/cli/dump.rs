//! `backprop dump`: the network as bp.py prints it.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::choices::{DataArgs, ModelArgs};
use super::predict::{Which, WhichSet};
use super::{Failure, Output};
use crate::graph::{ConnectionId, Network, NodeId};
use crate::{Engine, Sample};

/// Print a network node by node, as bp.py does
///
/// Every node with its output and delta, and its connections with their weights. With --index, outputs are those
/// for that sample; without, they are 0.
#[derive(Debug, Args)]
pub(super) struct Dump {
    #[command(flatten)]
    model: ModelArgs,

    #[command(flatten)]
    data: DataArgs,

    #[command(flatten)]
    which: Which,

    /// Print one JSON object a node: `layer`, `node`, `output`, `delta`, and `upstream`, its connections from before
    #[arg(long)]
    json: bool,
}

impl Dump {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        let model = self.model.read()?;
        let mut network = Network::try_new(&model.architecture)?;
        network.set_parameters(&model.parameters);
        if let Some(index) = self.which.index {
            let (split, _) = self.data.load(Some(&model))?;
            let data = self.which.set.of(&split);
            data.check_fits(&model.architecture)?;
            Which::check(index, data)?;
            network.predict(Sample(&data.sample(index)));
        }
        for layer in &network.layers {
            for id in &layer.nodes {
                if self.json {
                    output.json(&node_json(&network, *id))?;
                    continue;
                }
                let text = network.node(*id).dump(&network.nodes, &network.connections.connections);
                output.write_all(text.as_bytes())?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A node with the connections that lead into it; the last one is that of the bias.
fn node_json(network: &Network, id: NodeId) -> serde_json::Value {
    let node = network.node(id);
    let connection = |&id: &ConnectionId| {
        let connection = network.connection(id);
        let from = network.node(connection.upstream_node);
        json!({"layer": from.layer_index(), "node": from.node_index(), "weight": connection.weight})
    };
    json!({
        "layer": node.layer_index(),
        "node": node.node_index(),
        "output": node.output(),
        "delta": node.delta(),
        "upstream": node.upstream().iter().map(connection).collect::<Vec<_>>(),
    })
}

impl WhichSet {
    pub(super) fn of(self, split: &crate::data_set::Split) -> &crate::data_set::DataSet {
        match self {
            Self::Train => &split.train,
            Self::Test => &split.test,
        }
    }
}
