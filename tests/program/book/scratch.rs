//! A folder with the repository's data and a copy of the book's pictures, where the book's commands run.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use testkit::root;

/// A folder to run the book's commands in.
pub struct Scratch {
    pub folder: TempDir,
}

impl Scratch {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        // The only files of docs/ that a command reads or writes.
        fs::create_dir_all(at("docs/images")).expect("a folder");
        for entry in fs::read_dir(root().join("docs/images")).expect("a folder that can be read") {
            let entry = entry.expect("a folder that can be read");
            fs::copy(entry.path(), at("docs/images").join(entry.file_name())).expect("a copy");
        }
        for name in ["data", "src", "tests", "README.md", "Cargo.toml"] {
            symlink(root().join(name), at(name)).expect("a link");
        }
        fs::create_dir(at(".bin")).expect("a folder");
        symlink(env!("CARGO_BIN_EXE_backprop"), at(".bin/backprop")).expect("a link");
        // target/debug/deps/book-0123
        let test = std::env::current_exe().expect("a test knows its own path");
        let profile = test.ancestors().nth(2).expect("target/debug").to_owned();
        let cargo = at(".bin/cargo");
        fs::write(&cargo, cargo_stand_in(&profile)).expect("a file");
        fs::set_permissions(&cargo, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .expect("a file mode");
        Self { folder }
    }

    /// Runs one line of shell.
    pub fn run(&self, command: &str) -> Output {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut bash = Command::new("bash");
        bash.arg("-c").arg(format!("exec 2>&1; {command}"));
        bash.current_dir(self.folder.path()).env("LC_ALL", "C.UTF-8").env_remove("CLICOLOR_FORCE");
        bash.env("PATH", format!("{}:{path}", self.folder.path().join(".bin").display()));
        bash.output().expect("bash is there")
    }
}

/// Returns a `cargo` that only knows `run`, and runs what is already built.
fn cargo_stand_in(profile: &Path) -> String {
    let (cargo, root, profile) = (env!("CARGO"), root().display(), profile.display());
    format!(
        r#"#!/usr/bin/env bash
example=""
[ "$1" = run ] || {{ echo "the book's test only knows cargo run" >&2; exit 9; }}
shift
while [ $# -gt 0 ]; do
    case "$1" in
        --release|--quiet|-q) ;;
        --example) example="$2"; shift ;;
        --) shift; break ;;
        *) echo "the book's test does not know cargo run $1" >&2; exit 9 ;;
    esac
    shift
done
[ -n "$example" ] || exec backprop "$@"
(cd '{root}' && '{cargo}' build --quiet --example "$example" --target-dir '{profile}/..') || exit 9
exec "{profile}/examples/$example" "$@"
"#
    )
}
