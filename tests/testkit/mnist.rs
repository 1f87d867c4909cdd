//! Finds the real MNIST, for tests that are ignored by default because they need it.

use std::path::PathBuf;

/// Returns the folder that BACKPROP_MNIST names.
pub fn mnist_folder() -> PathBuf {
    let folder =
        std::env::var_os("BACKPROP_MNIST").expect("set BACKPROP_MNIST to the folder with MNIST's four files");
    // Cargo runs a test in its package's folder, but the name is relative to the root of the repository.
    let folder = crate::root().join(folder);
    std::fs::canonicalize(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}
