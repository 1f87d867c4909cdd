//! `backprop dot` as a user runs it, and as Graphviz reads it.

use std::io::Write as _;
use std::process::{Command, Stdio};

use testkit::cli::{backprop, refusal, success};
use testkit::golden::{Online, read_json};

#[test]
fn the_graph_has_every_node_and_connection_with_the_reference_s_numbers() {
    let golden: Online = read_json("online_3_4_2.json");
    let expected = &golden.samples.as_ref().expect("recorded sample by sample")[0];
    let text = success(&mut backprop("dot"));
    for (l, outputs) in expected.outputs.iter().enumerate() {
        for (j, output) in outputs.iter().enumerate() {
            let start = format!("    \"{l}-{j}\" [label=\"");
            let line = text.lines().find(|line| line.starts_with(&start)).expect("every neuron is there");
            assert!(line.contains(&format!("output {output:.6}")), "{line}");
            if l > 0 {
                assert!(line.contains(&format!("delta {:.6}", expected.deltas[l - 1][j])), "{line}");
            }
        }
    }
    assert_eq!(text.lines().filter(|line| line.contains("taillabel")).count(), 26);
    // The weights before the step, and the gradients of the step.
    let (before, gradient) = (golden.model_before.parameters(), expected.gradient());
    let (w, g) = (before.layers[0].weights[1][2], gradient.layers[0].weights[1][2]);
    assert!(w < 0.0, "a negative weight is drawn dashed");
    let edge = text.lines().find(|line| line.contains("\"0-2\" -> \"1-1\"")).expect("the edge is there");
    assert!(edge.contains(&format!("<td>{w:.6}<br/>{g:.6}</td>")), "{edge}");
    assert!(edge.contains("color=firebrick, style=dashed"), "{edge}");
    assert!(text.contains("\"1-4\" [label=\"1\""), "the constant node behind the output biases");
    assert!(!text.contains("\"2-2\""), "the output layer's constant node leads nowhere");
}

#[test]
fn graphviz_draws_it() {
    let Ok(mut dot) = Command::new("dot")
        .arg("-Tsvg")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
    else {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "graphviz is not installed, and CI must run this test"
        );
        eprintln!("graphviz is not installed: nothing was tested (apt-get install graphviz)");
        return;
    };
    let text = success(&mut backprop("dot --index 3"));
    dot.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("dot reads");
    let drawn = dot.wait_with_output().expect("dot ends");
    let warnings = String::from_utf8_lossy(&drawn.stderr).into_owned();
    assert!(drawn.status.success() && warnings.is_empty(), "{warnings}");
    let svg = String::from_utf8(drawn.stdout).expect("text");
    // Nine neurons and two constant nodes.
    assert_eq!(svg.matches("class=\"node\"").count(), 11);
    assert_eq!(
        svg.matches("stroke=\"royalblue\"").count() + svg.matches("stroke=\"firebrick\"").count(),
        2 * 26
    );
}

#[test]
fn a_network_too_large_to_read_is_refused_with_the_limit() {
    let line = refusal(&mut backprop("dot --data digits"));
    assert!(line.contains("more than 1000 cannot be read"), "{line}");
    let line = refusal(&mut backprop("dot --index 6"));
    assert!(line.contains("numbered 0 to 5"), "{line}");
}
