//! Refusals say what was found and what to do, and a model whose numbers have changed is noticed.

use std::os::unix::fs::PermissionsExt as _;

use crate::limits::{RUN, backprop, folder, model, read, run, write};

#[test]
fn a_refusal_says_what_it_found_and_what_to_do() {
    let folder = folder();
    let text = String::from_utf8(model(&folder)).expect("text");
    run(&mut backprop(&format!("{RUN} --checkpoint run"), &folder)).succeeded();
    let later = String::from_utf8_lossy(&read(&folder, "run")).replacen(
        "backprop-checkpoint 1",
        "backprop-checkpoint 2",
        1,
    );
    write(&folder, "later.run", later);
    let plain = r#"{"sizes": [1, 1], "weights": [[[1]]], "biases": [[[0]]], "cost": "QuadraticCost"}"#;
    for (name, contents) in [
        ("mark.json", format!("\u{feff}{plain}").into_bytes()),
        ("utf16.json", plain.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("empty.json", Vec::new()),
        ("list.json", b"[1, 2, 3]".to_vec()),
        ("large.json", plain.replace("[[[1]]]", "[[[1e999]]]").into_bytes()),
        ("half.json", plain.as_bytes()[..40].to_vec()),
        ("text.json", b"weights".to_vec()),
        ("latin.json", b"caf\xe9 {}".to_vec()),
        ("later.json", text.replacen("backprop-model 1", "backprop-model 2", 1).into_bytes()),
        ("other.json", text.replacen("backprop-model 1", "safetensors 1", 1).into_bytes()),
    ] {
        write(&folder, name, contents);
    }
    write(&folder, "utf16.json", [b"\xff\xfe".as_slice(), &read(&folder, "utf16.json")].concat());
    for (arguments, parts) in [
        ("evaluate --model mark.json", ["byte-order mark", "save it as UTF-8 without one"]),
        ("evaluate --model utf16.json", ["UTF-16", "save it as UTF-8"]),
        ("evaluate --model empty.json", ["empty.json: not a model file", "it is empty"]),
        (
            "evaluate --model list.json",
            ["not a model file", "not an object with the keys sizes, weights, biases and cost"],
        ),
        ("evaluate --model large.json", ["not a model file", "out of range"]),
        ("evaluate --model half.json", ["incomplete", "is there another copy?"]),
        ("evaluate --model text.json", ["not JSON", "line 1"]),
        ("evaluate --model latin.json", ["not a model file", "not even text"]),
        ("evaluate --model later.json", ["a model file of version 2", "get a later one"]),
        ("evaluate --model other.json", ["not a model file", "safetensors"]),
        ("evaluate --model nowhere.json", ["nowhere.json: ", "training saves a model file"]),
        ("train --resume later.run", ["a checkpoint of version 2", "get a later one"]),
        ("train --resume model.json", ["a model, not a checkpoint", "--from"]),
        ("train --resume nowhere", ["nowhere: ", "training saves checkpoints"]),
        ("train --data nowhere", ["no such file or folder", "built in are digits"]),
        ("train --out nowhere/model.json", ["no such folder", "choose a place you can write to"]),
        ("check --l2 -1", ["--l2 -1", "must be 0 or more"]),
        ("check --dropout -1", ["--dropout -1", "at least 0"]),
        ("train --rate -1", ["the rate must be", "-1"]),
        ("compare --rate -1", ["the rate must be", "-1"]),
    ] {
        run(&mut backprop(arguments, &folder)).refused(&parts);
    }
    let mut command = backprop("train", &folder);
    run(command.args(["--data", ""])).refused(&["--data", "it is empty; name a file, a folder"]);
}

#[test]
#[ignore = "root may read everything: CI runs it as somebody else"]
fn what_may_not_be_read_is_not_called_missing() {
    let folder = folder();
    model(&folder);
    std::fs::create_dir(folder.path().join("closed")).expect("new");
    let lock = |name: &str| {
        std::fs::set_permissions(folder.path().join(name), std::fs::Permissions::from_mode(0o000))
            .expect("ours");
    };
    lock("closed");
    lock("model.json");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).expect("ours");
    let as_nobody = |arguments: &str| {
        let mut command = std::process::Command::new("setpriv");
        command.args(["--reuid=65534", "--clear-groups", env!("CARGO_BIN_EXE_backprop")]);
        command.args(arguments.split(' ')).current_dir(&folder);
        command
    };
    let is_possible = as_nobody("--version").output().is_ok_and(|output| output.status.success());
    if !is_possible {
        eprintln!("the program cannot be run as another user here: nothing was tested");
        return;
    }
    for (arguments, part) in [
        ("train --data closed", "Permission denied"),
        ("evaluate --model model.json", "you must be allowed to read it: look at its permissions"),
        ("train --resume model.json", "you must be allowed to read it: look at its permissions"),
        ("train --data bits --out closed/model.json", "choose a place you can write to"),
    ] {
        run(&mut as_nobody(arguments)).refused(&[part, "Permission denied"]);
    }
    std::fs::set_permissions(folder.path().join("closed"), std::fs::Permissions::from_mode(0o755))
        .expect("ours");
}

#[test]
fn a_model_whose_numbers_have_changed_is_noticed_and_may_be_wanted() {
    let folder = folder();
    let text = String::from_utf8(model(&folder)).expect("text");
    // Other white space and another order of the keys are the same model.
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    write(&folder, "same.json", serde_json::to_string_pretty(&json).expect("JSON"));
    let before = run(&mut backprop("evaluate --model model.json --data bits", &folder)).succeeded().stdout;
    assert_eq!(
        run(&mut backprop("evaluate --model same.json --data bits", &folder)).succeeded().stdout,
        before
    );

    let mut changed = json.clone();
    changed["weights"][0][0][0] = serde_json::json!(0.125);
    write(&folder, "changed.json", changed.to_string());
    for command in [
        "evaluate --data bits --model",
        "predict --data bits --model",
        "dump --model",
        "check --model",
        "step --plain --data bits --from",
        "train --data bits --epochs 1 --from",
        "export --out weights.safetensors --model",
    ] {
        let refused = run(&mut backprop(&format!("{command} changed.json"), &folder));
        refused.refused(&[
            "changed.json: its checksum is",
            "something in it has changed",
            "--edited",
            "remove its key crc32",
        ]);
        run(&mut backprop(&format!("{command} changed.json --edited"), &folder)).succeeded();
    }
    changed.as_object_mut().expect("an object").remove("crc32");
    write(&folder, "changed.json", changed.to_string());
    run(&mut backprop("evaluate --data bits --model changed.json", &folder)).succeeded();
}
