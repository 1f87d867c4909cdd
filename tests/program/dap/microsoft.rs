//! Microsoft's own test client for debug adapters drives whole sessions (microsoft.js).

use std::process::Command;

use serde_json::json;

use testkit::cli::{backprop, json_lines, success, write};
use testkit::root;

#[test]
#[ignore = "needs node and @vscode/debugadapter-testsupport in target/npm: run by CI"]
fn microsoft_s_test_client_drives_whole_sessions() {
    let packages = root().join("target/npm/node_modules");
    if !packages.join("@vscode/debugadapter-testsupport").is_dir() {
        let is_excused =
            std::env::var_os("BACKPROP_NO_TESTSUPPORT").is_some() || std::env::var_os("CI").is_none();
        assert!(
            is_excused,
            "@vscode/debugadapter-testsupport is not in target/npm, and CI must run this test"
        );
        eprintln!(
            "nothing was tested: npm install --prefix target/npm @vscode/debugadapter-testsupport@1 gets the client"
        );
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let steps = folder.path().join("steps.json");
    let expected = json_lines(&success(&mut backprop("step --json")));
    write(&steps, json!(expected).to_string().as_bytes());
    let output = Command::new("node")
        .arg(root().join("tests/program/dap/microsoft.js"))
        .args([env!("CARGO_BIN_EXE_backprop").as_ref(), root().as_os_str(), steps.as_os_str()])
        .env("NODE_PATH", packages)
        .output()
        .expect("node runs");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    assert_eq!(stdout.lines().count(), 9, "{stdout}");
}
