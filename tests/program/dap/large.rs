//! A network of 784-300-10, whose layers come in pages; and the memory that a long session takes.

use serde_json::json;

use testkit::editor::Editor;

#[test]
fn layers_inputs_and_connections_of_a_large_network_come_in_pages() {
    let mut editor = Editor::open(&json!({ "sizes": [784, 300, 10], "trainLimit": 1 }));
    editor.break_at(&["2-0"]);
    editor.go("continue");
    assert_eq!(editor.place(), "node 2-0: a1085");
    let scope = editor.scope("Network");
    let layers = editor.variables(&scope);
    assert_eq!(layers[1]["indexedVariables"], 301);
    let page = |editor: &mut Editor, reference, start: usize, count: usize| {
        let arguments =
            json!({ "variablesReference": reference, "start": start, "count": count, "filter": "indexed" });
        editor.ok("variables", &arguments)["variables"].as_array().expect("a list").clone()
    };
    let nodes = page(&mut editor, layers[1]["variablesReference"].clone(), 100, 50);
    assert_eq!(
        (nodes.len(), &nodes[0]["name"], &nodes[49]["name"]),
        (50, &json!("node 1-100"), &json!("node 1-149"))
    );
    let parts = editor.variables(&nodes[0]["variablesReference"]);
    let upstream = parts.iter().find(|part| part["name"] == "upstream").expect("it has inputs");
    assert_eq!(upstream["indexedVariables"], 785);
    let last = page(&mut editor, upstream["variablesReference"].clone(), 784, 100);
    assert_eq!((last.len(), &last[0]["name"]), (1, &json!("w885,b")));
    let next = editor.scope("Next step");
    let products = editor.variables(&next).into_iter().find(|variable| variable["name"] == "products");
    assert_eq!(products.expect("it has a sum")["indexedVariables"], 301);
    assert!(editor.evaluate("check w1085,785").contains("they agree"));
    editor.leave();
}

/// Returns how much memory a process holds, in kilobytes; 0 where the system does not say.
fn memory_of(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|text| text.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

#[test]
fn memory_stays_as_it_is_from_step_to_step() {
    let mut editor = Editor::open(&json!({}));
    let mut walk = |steps: usize| {
        for step in 0..steps {
            editor.go("stepIn");
            if step % 10 == 0 {
                editor.scope("Next step");
            }
        }
        memory_of(editor.adapter.id())
    };
    let before = walk(1_000);
    let after = walk(4_000);
    assert!(after <= before + 500, "{before} kB, and {after} kB 4,000 steps later");
    editor.leave();
}

/// Walks past the steps that are remembered, then as far again. Returns the kilobytes held after each part.
fn memory_over(epochs: usize, parts: usize) -> Vec<u64> {
    let mut editor = Editor::open(&json!({}));
    let held = (1..=parts).map(|part| {
        editor.evaluate("delete");
        editor.evaluate(&format!("break epoch {}", part * epochs + 1));
        editor.go("continue");
        editor.scope("Next step");
        memory_of(editor.adapter.id())
    });
    let held = held.collect();
    // Back to the start, which is further than what is remembered.
    editor.evaluate("delete");
    editor.go("reverseContinue");
    assert_eq!(editor.place(), "node 0-0: x1");
    editor.leave();
    held
}

/// The cost of each sample is kept, eight bytes.
const BYTES_OF_A_SAMPLE: u64 = 8;

/// An allocation that grows is doubled, and the system counts in pages.
const KILOBYTES_OF_THE_SYSTEM: u64 = 300;

fn check_memory(epochs: usize) {
    let held = memory_over(epochs, 3);
    println!("{epochs} epochs each time: {held:?} kB");
    // The nine nodes have six samples.
    let most = KILOBYTES_OF_THE_SYSTEM + 2 * (6 * epochs) as u64 * BYTES_OF_A_SAMPLE / 1000;
    assert!(held[2] <= held[0] + 2 * most && held[2] <= held[1] + most, "{held:?}");
}

#[test]
fn memory_does_not_grow_with_the_steps_done() {
    // 27,600 steps each time.
    check_memory(100);
}

#[test]
#[ignore = "3.6 million steps: run by CI"]
fn memory_does_not_grow_over_millions_of_steps() {
    check_memory(4400);
}
