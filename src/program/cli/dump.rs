//! `backprop dump`: the network as bp.py prints it.

use backprop::data_set::Part;
use backprop::graph::{ConnectionId, Network, NodeId};
use backprop::{Engine, Sample};

use super::predict::Which;
use super::prelude::*;

/// Print a network node by node, as bp.py does
///
/// Every node with its output and delta, and its connections with their weights. With --index or --data, outputs are
/// those for a sample; otherwise they are 0.
#[derive(Debug, Args)]
pub(super) struct Dump {
    #[command(flatten)]
    model: ModelArgs,

    /// Outputs for this sample of the data, from 0 [default: none, all are 0; with --data the first]
    #[arg(long, value_name = "I")]
    index: Option<usize>,

    #[command(flatten)]
    data: DataArgs,

    /// The set that --index counts in [default: test]
    #[arg(long, value_name = "SET", value_parser = words::<Part>())]
    set: Option<Part>,

    /// Print one JSON object per node: `layer`, `node`, `output`, `delta`, and `upstream`, its incoming connections
    #[arg(long)]
    json: bool,
}

impl Dump {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        let model = self.model.read()?;
        let mut network = Network::try_new(&model.architecture)?;
        network.set_parameters(&model.parameters);
        let wants_sample = self.data.data.is_some() || self.set.is_some() || self.data.pixels.is_some();
        if let Some(index) = self.index.or(wants_sample.then_some(0)) {
            let data = self.data.load_part(self.set.unwrap_or(Part::Test), &model)?;
            data.check_fits(&model.architecture)?;
            Which::check(index, data.len())?;
            network.predict(Sample(&data.sample(index)));
        }
        for layer in &network.layers {
            for id in &layer.nodes {
                if self.json {
                    output.json(&node_json(&network, *id))?;
                    continue;
                }
                let text = network[*id].dump(&network.nodes, &network.connections);
                output.write_all(text.as_bytes())?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Returns a node with the connections that lead into it; the last is that of the bias.
fn node_json(network: &Network, id: NodeId) -> serde_json::Value {
    let node = &network[id];
    let connection = |&id: &ConnectionId| {
        let connection = &network[id];
        let from = &network[connection.upstream()];
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
