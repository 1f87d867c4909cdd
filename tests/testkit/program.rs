//! Finds the program.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Returns the path of the program under test. Cargo has already built it for tests of its own package; for other tests
/// it is built here.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| std::env::var_os("CARGO_BIN_EXE_backprop").map_or_else(build, PathBuf::from))
}

fn build() -> PathBuf {
    // target/debug/deps/page-0123
    let test = std::env::current_exe().expect("a test knows its own path");
    let folder = test.ancestors().nth(2).expect("target/debug");
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--package", "backprop-cli", "--profile", profile, "--target-dir"]);
    build.arg(folder.parent().expect("target"));
    assert!(
        build.current_dir(crate::root()).status().expect("cargo runs").success(),
        "the program must build"
    );
    folder.join("backprop").with_extension(std::env::consts::EXE_EXTENSION)
}
