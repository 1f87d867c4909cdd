//! Files that are there whole or not at all: written beside their place, synced, then renamed into it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::Error;

/// Writes a file through `write`. Until everything has reached the disk, an existing file stays as it was.
///
/// # Errors
/// A folder that cannot be written to, a full disk, or what `write` gives.
pub fn write(path: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Error> {
    let fail = |error| Error::File {
        path: path.to_path_buf(),
        source: error,
        remedy: "nothing was written there; choose a place you can write to".to_owned(),
    };
    let mut temporary = temporary_beside(path).map_err(fail)?;
    let mut buffered = BufWriter::new(temporary.as_file_mut());
    write(&mut buffered).and_then(|()| buffered.flush()).map_err(fail)?;
    drop(buffered);
    temporary.as_file().sync_all().map_err(fail)?;
    temporary.persist(path).map_err(|error| fail(error.error))?;
    sync_folder(path);
    Ok(())
}

/// Whether a file could be written at this path: creates and removes a temporary one beside it.
///
/// # Errors
/// A missing or unwritable folder, or a folder at the path itself.
pub fn check_writable(path: &Path) -> Result<(), Error> {
    let fail = |error| Error::File {
        path: path.to_path_buf(),
        source: error,
        remedy: "choose a place you can write to".to_owned(),
    };
    if path.is_dir() {
        return Err(fail(std::io::Error::other("it is a folder, where a file was asked for")));
    }
    temporary_beside(path).map(drop).map_err(fail)
}

fn temporary_beside(path: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".backprop-").suffix(".tmp");
    #[cfg(unix)]
    {
        // As any new file: the user's umask decides, not tempfile's private default.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder_of(path))
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// Makes the rename itself durable. Some systems cannot open a folder; the file is in place all the same.
fn sync_folder(path: &Path) {
    if let Ok(folder) = File::open(folder_of(path)) {
        let _ = folder.sync_all();
    }
}
