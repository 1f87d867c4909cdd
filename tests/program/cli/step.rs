//! `backprop step --plain` and `--json` as a user runs them.

use std::collections::{BTreeMap, HashMap};

use backprop::model_file::Model;
use backprop::{Architecture, Cost, Engine as _, Label, MiniBatches, Parameters, Sample, graph, vectorized};

use serde_json::Value;
use tempfile::TempDir;

use testkit::cli::{IdxTraining, backprop, json_lines, refusal, success, write};
use testkit::golden::{Online, read_json};

/// Returns the value at the end of each line that is a step, by the text that says where, and the name: `node 1-0: a4`.
fn values(text: &str) -> HashMap<String, f64> {
    let mut values = HashMap::new();
    for line in text.lines() {
        let line = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
        if !(line.starts_with("node ") || line.starts_with('(')) {
            continue;
        }
        let end = line.find([' ', '←', '=']).and_then(|_| line.find(" ← ").or(line.find(" = ")));
        let value = line.rsplit(" = ").next().and_then(|value| value.parse().ok());
        let (Some(end), Some(value)) = (end, value) else { panic!("not a step: {line}") };
        values.insert(line[..end].to_owned(), value);
    }
    values
}

/// Returns the new weights and biases that a text shows, in the shape of these.
fn weights(values: &HashMap<String, f64>, shape: &Parameters) -> Parameters {
    let mut found = shape.clone();
    let find = |from: String, to: String| {
        let start = format!("({from}) -> ({to}): w");
        *values
            .iter()
            .find(|(place, _)| place.starts_with(&start))
            .unwrap_or_else(|| panic!("no line {start}"))
            .1
    };
    for (l, layer) in found.layers.iter_mut().enumerate() {
        for (j, row) in layer.weights.iter_mut().enumerate() {
            let inputs = row.len();
            for (k, weight) in row.iter_mut().enumerate() {
                *weight = find(format!("{l}-{k}"), format!("{}-{j}", l + 1));
            }
            layer.biases[j] = find(format!("{l}-{inputs}"), format!("{}-{j}", l + 1));
        }
    }
    found
}

#[test]
fn step_alone_prints_every_number_of_the_nine_nodes_reference() {
    let golden: Online = read_json("online_3_4_2.json");
    let expected = &golden.samples.as_ref().expect("recorded sample by sample")[0];
    for (arguments, error) in [("step --plain", 5e-7), ("step --plain --digits 15", 1e-12)] {
        let text = success(&mut backprop(arguments));
        let values = values(&text);
        assert_eq!(values.len(), 46);
        let mut number = 0;
        for (l, outputs) in expected.outputs.iter().enumerate() {
            for (j, output) in outputs.iter().enumerate() {
                number += 1;
                let name = format!("node {l}-{j}: {}{number}", if l == 0 { 'x' } else { 'a' });
                assert!((values[&name] - output).abs() <= error, "{name}");
                if l > 0 {
                    let name = format!("node {l}-{j}: δ{number}");
                    assert!((values[&name] - expected.deltas[l - 1][j]).abs() <= error, "{name}");
                }
            }
        }
        let after = expected.model_after.parameters();
        assert!(weights(&values, &after).max_difference(&after) <= error);
        let cost = text.lines().find_map(|line| line.strip_prefix("The cost of this sample: "));
        let cost: f64 = cost.and_then(|cost| cost.parse().ok()).expect("a number");
        assert!((cost - expected.error).abs() <= error);
    }
}

#[test]
fn stepping_over_files_ends_at_an_independent_programs_weights() {
    let golden: IdxTraining = read_json("idx_training.json");
    let folder = golden.folder();
    let arguments = format!(
        "step --from start.json --data . --targets soft --rate {} --train-limit {} --epochs {} --plain --digits 12",
        golden.rate, golden.train_limit, golden.epochs
    );
    let text = success(backprop(&arguments).current_dir(&folder));
    let steps = golden.epochs * golden.train_limit;
    assert_eq!(text.lines().filter(|line| line.starts_with("Epoch ")).count(), steps);
    // Later lines replace earlier ones: what stays is the last training step.
    let after = golden.model_after.parameters();
    let difference = weights(&values(&text), &after).max_difference(&after);
    assert!(difference <= 1e-10, "weights differ by {difference}");
    let costs = text.lines().filter_map(|line| line.strip_prefix("The cost of this sample: "));
    let costs: Vec<f64> = costs.map(|cost| cost.parse().expect("a number")).collect();
    for (epoch, mean) in golden.mean_costs.iter().enumerate() {
        let of_epoch = &costs[epoch * golden.train_limit..(epoch + 1) * golden.train_limit];
        assert!((of_epoch.iter().sum::<f64>() / golden.train_limit as f64 - mean).abs() <= 1e-10);
    }
}

#[test]
fn json_is_one_step_a_line_in_full_precision() {
    let golden: Online = read_json("online_3_4_2.json");
    let samples = golden.samples.as_ref().expect("recorded sample by sample");
    let lines = json_lines(&success(&mut backprop("step --json --train-limit 6")));
    assert_eq!(lines.len(), 6 * 46);
    for (index, expected) in samples.iter().enumerate() {
        let steps = &lines[46 * index..46 * (index + 1)];
        let a8 = steps.iter().find(|step| step["name"] == "a8").expect("node 8 has an output");
        assert!((a8["after"].as_f64().expect("a number") - expected.outputs[2][0]).abs() <= 1e-12);
        assert_eq!(a8["reading"]["terms"].as_array().map(Vec::len), Some(5));
        assert_eq!((&a8["epoch"], &a8["sample"]), (&1.into(), &index.into()));
        assert_eq!(a8["node"], serde_json::json!({"layer": 2, "index": 0, "number": 8}));
    }
}

#[test]
fn a_network_for_images_is_printed_whole() {
    let text = success(&mut backprop("step --data digits --sizes 784,12,10 --plain"));
    let values = values(&text);
    // Inputs; outputs; deltas of the output layer; deltas with constant nodes; weights.
    assert_eq!(values.len(), 784 + 22 + 10 + (13 + 785) + (785 * 12 + 13 * 10));
    assert!(values.contains_key("(0-783) -> (1-11): w796,784"));
    assert!(values.contains_key("(0-784) -> (1-11): w796,b"));
}

#[test]
fn made_up_samples_are_decided_by_the_seed() {
    let text = |seed: u64| success(&mut backprop(&format!("step --sizes 2,3,1 --seed {seed} --plain")));
    assert_eq!(text(1), text(1));
    assert_ne!(text(1), text(2));
    assert_eq!(values(&text(1)).len(), 2 + 4 + 1 + (4 + 3) + (3 * 3 + 4));
}

#[test]
fn a_made_up_sample_is_the_same_however_many_there_are() {
    let steps = |count: usize| {
        let options = format!("step --sizes 3,5,2 --seed 9 --samples {count} --json");
        json_lines(&success(&mut backprop(&options)))
    };
    let twelve = steps(12);
    let each = twelve.len() / 12;
    assert_eq!(twelve.last().expect("steps")["sample"], 11);
    for count in [1, 2, 6, 7] {
        let fewer = steps(count);
        assert_eq!(fewer, twelve[..count * each], "{count} samples");
    }
}

#[test]
fn bad_input_is_refused_in_one_line() {
    let golden: IdxTraining = read_json("idx_training.json");
    let folder = golden.folder();
    for (arguments, sentence) in [
        // Nothing but --plain works without a terminal, and a test has none.
        ("step", "no terminal"),
        ("step", "--plain"),
        ("step --data . --sizes 5,4,3 --plain", "the samples are 2x3, so the input layer needs 6 nodes"),
        ("step --from start.json --data . --sizes 6,9,3 --plain", "is not that of the --from model"),
        ("step --from start.json --plain", "choose the data with --data"),
        ("step --from missing.json --plain", "missing.json"),
        ("step --data nowhere --plain", "nowhere"),
        ("step --rate 0 --plain", "the rate must be a finite positive number"),
        ("step --rate nan --plain", "the rate must be a finite positive number"),
        ("step --sizes 3 --plain", "at least two layers"),
        ("step --activation tanh --cost cross-entropy --plain", "needs a sigmoid output layer"),
        ("step --targets soft --plain", "there is no --data here"),
        ("step --plain --json", "--json"),
        ("step --plain --digits 5", "5"),
        ("step --json --digits 7", "--digits"),
        ("step --plain --train-limit 0", "1 or more"),
        ("step --epochs 2", "--epochs says how much"),
        ("step --only a4", "--only says which steps are printed; add --plain or --json"),
        ("step --phase cost", "add --plain or --json"),
        ("step --to-step 3", "add --plain or --json"),
        ("step --plain --from-step 0", "1 or more"),
        ("step --plain --from-step 47", "there is no step 47: there are 46"),
        ("step --plain --from-step 5 --to-step 4", "--from-step 5 comes after --to-step 4"),
        ("step --plain --phase backwards", "forward, cost, backward, learn"),
        ("step --plain --only a4 --phase learn", "no step matches all of"),
    ] {
        let line = refusal(backprop(arguments).current_dir(&folder));
        assert!(line.contains(sentence), "{arguments}: expected {sentence:?} in: {line}");
    }
}

/// Returns the new weights that JSON lines show, by the place of the connection.
fn set_from_json(parameters: &mut Parameters, step: &serde_json::Value) {
    let end = |name: &str| {
        let place = &step["connection"][name];
        ["layer", "index"].map(|key| place[key].as_u64().expect("a place") as usize)
    };
    let ([layer, k], [_, j]) = (end("upstream"), end("downstream"));
    let layer = &mut parameters.layers[layer];
    let weight = layer.weights[j].get_mut(k).unwrap_or(&mut layer.biases[j]);
    *weight = step["after"].as_f64().expect("a number");
}

#[test]
fn a_mini_batch_with_l2_and_dropout_printed_is_the_one_both_networks_take() {
    let golden: Online = read_json("online_3_4_2.json");
    let steps = "step --batch 3 --cost cross-entropy --l2 1 --dropout 0.5 --seed 0";
    // The nine nodes, two epochs of six samples: made-up ones, because a seed is given, with weights from it too.
    let text = success(&mut backprop(&format!("{steps} --sizes 3,4,2 --train-limit 5 --epochs 2 --json")));
    let lines = json_lines(&text);
    let architecture = Architecture::new(&golden.sizes).with_cost(Cost::CrossEntropy);
    let mut shown = Parameters::zeros(&architecture);
    for step in lines.iter().filter(|step| step["phase"] == "update-by-mean") {
        if step["epoch"] == 1 && step["mini_batch"] == 1 {
            // What each weight was before.
            let before = serde_json::json!({"connection": step["connection"], "after": step["before"]});
            set_from_json(&mut shown, &before);
        }
    }
    let mut objects = graph::Network::from_parameters(&architecture, &shown);
    let mut matrices = vectorized::Network::from_parameters(&architecture, &shown);
    // The samples and labels are in the lines too.
    let of_phase = |phase: &'static str| lines.iter().filter(move |step| step["phase"] == phase);
    let numbers = |steps: &mut dyn Iterator<Item = f64>, size: usize| -> Vec<Vec<f64>> {
        let all: Vec<f64> = steps.collect();
        all.chunks(size).map(<[f64]>::to_vec).collect()
    };
    let samples = numbers(&mut of_phase("set-input").map(|s| s["after"].as_f64().expect("a number")), 3);
    let labels =
        numbers(&mut of_phase("output-delta").map(|s| s["reading"]["label"].as_f64().expect("a number")), 2);
    assert_eq!((samples.len(), labels.len()), (10, 10));
    let mini_batches = MiniBatches { size: 3, l2: 1.0, dropout: 0.5, seed: 0 };
    for (epoch, mini_batch, samples_before, count) in [(1, 1, 0, 3), (1, 2, 3, 2), (2, 1, 5, 3), (2, 2, 8, 2)]
    {
        let visits = samples_before..samples_before + count;
        let batch_labels: Vec<Label> = labels[visits.clone()].iter().map(|label| Label(label)).collect();
        let batch_samples: Vec<Sample> = samples[visits].iter().map(|sample| Sample(sample)).collect();
        let step = mini_batches.step(0.3, 5, samples_before);
        objects.train_mini_batch(&batch_labels, &batch_samples, &step);
        let flat = |rows: &[Vec<f64>]| rows[samples_before..samples_before + count].concat();
        matrices.train_mini_batch(&flat(&labels), &flat(&samples), &step);
        for step in of_phase("update-by-mean") {
            if step["epoch"] == epoch && step["mini_batch"] == mini_batch {
                set_from_json(&mut shown, step);
            }
        }
        assert_eq!(shown, objects.parameters(), "epoch {epoch}, mini-batch {mini_batch}");
        let difference = shown.max_difference(&matrices.parameters());
        assert!(difference <= 1e-12, "epoch {epoch}, mini-batch {mini_batch}: {difference}");
    }
}

#[test]
fn a_mini_batch_reads_as_what_it_is() {
    let text = success(&mut backprop("step --batch 2 --l2 1 --dropout 0.5 --plain"));
    for line in [
        "A network of 3,4,2 nodes, quadratic cost, rate 0.3, mini-batches of 2, lambda 1, dropout 0.5,",
        "Epoch 1, mini-batch 1: 126 steps",
        "What dropout keeps of layer 1",
        "   14  node 2-0: δ8 = ",
        "Gradients from layer 0 to layer 1, added up",
        "New weights from layer 1 to layer 2, by the mean of 2 gradients",
    ] {
        assert!(text.lines().any(|printed| printed.starts_with(line)), "{line}:\n{text}");
    }
    assert!(text.contains(": w84 ← decay·w84 + η·g84/2 = 0.850000·0.618540 + 0.3·"), "{text}");
    assert!(text.contains(": w8b ← w8b + η·g8b/2 = "), "biases do not decay:\n{text}");
    for refused in ["--batch 0", "--l2 -1", "--dropout 1"] {
        refusal(&mut backprop(&format!("step --plain {refused}")));
        refusal(&mut backprop(&format!("trace --out /dev/null {refused}")));
    }
}

/// Returns the weights that `step` ends with, by the layer they lead from, the node there, and the one they lead to.
fn stepped(folder: &TempDir, options: &str) -> BTreeMap<[usize; 3], f64> {
    let text = success(backprop(&format!("step {options} --json")).current_dir(folder));
    let lines = json_lines(&text).into_iter().filter(|line| !line["after"].is_null());
    let weights = lines.filter_map(|line| {
        let [upstream, downstream] = ["upstream", "downstream"].map(|end| &line["connection"][end]);
        let number = |end: &Value, key: &str| end[key].as_u64().map(|number| number as usize);
        let place = [number(upstream, "layer")?, number(upstream, "index")?, number(downstream, "index")?];
        line["name"].as_str()?.starts_with('w').then_some((place, line["after"].as_f64()?))
    });
    weights.collect()
}

#[test]
fn its_steps_end_in_the_weights_of_train() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rows = (0..30).map(|row| format!("{},{},{}.5\n", row * 7 % 11, row % 4, row % 9));
    let table = "a,b,price\n".to_owned() + &rows.collect::<Vec<_>>().concat();
    write(&folder.path().join("numbers.csv"), table.as_bytes());
    for data in ["iris --standardize", "numbers.csv --target price", "moons --standardize", "bits"] {
        for (samples, learning) in [(7, ""), (5, "--batch 2 --l2 0.3"), (3, "--dropout 0.4 --init normal")] {
            let options = format!("--data {data} --train-limit {samples} --epochs 2 {learning} --rate 0.05");
            let train = format!("train {options} --engine object --no-shuffle --quiet --out m.json --force");
            success(backprop(&train).current_dir(&folder));
            let trained = Model::read(&folder.path().join("m.json")).expect("a model").parameters;
            let stepped = stepped(&folder, &options);
            assert_eq!(stepped.len(), trained.iter().count(), "{options}");
            for ([layer, from, to], weight) in stepped {
                let layer = &trained.layers[layer];
                let other = layer.weights[to].get(from).unwrap_or(&layer.biases[to]);
                assert_eq!(weight, *other, "{options}: layer {from} to {to}");
            }
        }
    }
}
