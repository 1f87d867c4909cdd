//! The real MNIST, for tests that are ignored where it is not at hand.

use std::path::PathBuf;

/// Returns the folder that BACKPROP_MNIST names.
pub fn mnist_folder() -> PathBuf {
    let folder =
        std::env::var_os("BACKPROP_MNIST").expect("set BACKPROP_MNIST to the folder with MNIST's four files");
    // Cargo runs a test in its package's folder; the name is relative to the repository's.
    let folder = crate::root().join(folder);
    std::fs::canonicalize(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}
