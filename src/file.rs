//! Reads files with care, and writes them whole or not at all.
//!
//! A device, which has no end, and a pipe, which has no length, are refused before they are opened. A file that does
//! not fit into the remaining memory is refused before it is read.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use crate::{Error, memory};

/// Opens a file for reading, and returns it with its length in bytes.
///
/// # Errors
/// A file that cannot be read, or a folder, a device or a pipe.
pub fn open(path: &Path) -> std::io::Result<(File, u64)> {
    check_is_file(&std::fs::metadata(path)?)?;
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    check_is_file(&metadata)?;
    Ok((file, metadata.len()))
}

/// Reads all bytes of a file.
///
/// # Errors
/// As [`open`]; a file longer than half of the remaining memory ([`memory::most`]).
pub fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    read_at_most(path, memory::most())
}

/// Reads all bytes of a file of at most `most` bytes.
///
/// # Errors
/// As [`open`]; a longer file.
pub fn read_at_most(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    let (file, length) = open(path)?;
    let mut bytes = Vec::new();
    if length <= most {
        file.take(most + 1).read_to_end(&mut bytes)?;
    }
    if length.max(bytes.len() as u64) > most {
        return Err(too_long(length, most));
    }
    Ok(bytes)
}

/// Writes a file: first to a new one in the same folder, which is then renamed. Until then an existing file stays as
/// it was.
pub(crate) fn write(path: &Path, contents: &[u8]) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = File::create_new(&temporary)
        .and_then(|mut file| {
            std::io::Write::write_all(&mut file, contents)?;
            file.sync_all()
        })
        .and_then(|()| std::fs::rename(&temporary, path));
    if written.as_ref().is_err_and(|error| error.kind() != ErrorKind::AlreadyExists) {
        // Half a file is useless.
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

/// Returns the error for a file that cannot be read, with a remedy of its own for a lack of permission.
pub(crate) fn unreadable(path: &Path, error: std::io::Error, remedy: &str) -> Error {
    let remedy = match error.kind() {
        ErrorKind::PermissionDenied => "you must be allowed to read it: look at its permissions",
        _ => remedy,
    };
    Error::file(path, error).remedy(remedy)
}

/// Returns the error for a file of `length` bytes where only `most` are allowed.
pub fn too_long(length: u64, most: u64) -> std::io::Error {
    let found = format!("it has {length} bytes, more than the {most} that memory has room for");
    std::io::Error::new(ErrorKind::FileTooLarge, found)
}

/// Refuses folders, devices and pipes.
///
/// # Errors
/// Says which of them it is.
pub fn check_is_file(found: &Metadata) -> std::io::Result<()> {
    if found.is_dir() {
        return Err(std::io::Error::new(ErrorKind::IsADirectory, "it is a folder, not a file"));
    }
    if found.is_file() { Ok(()) } else { Err(std::io::Error::other(kind_of(found))) }
}

#[cfg(unix)]
fn kind_of(found: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = found.file_type();
    if kind.is_char_device() || kind.is_block_device() {
        "it is a device, not a file"
    } else {
        "it is a pipe, not a file"
    }
}

#[cfg(not(unix))]
fn kind_of(_found: &Metadata) -> &'static str {
    "it is not a file"
}
