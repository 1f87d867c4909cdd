//! Where a file is, what it is, and whether it may be read or replaced.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::previous;
use crate::memory;

/// Opens a file to read it, and says how many bytes it has. What has no end or no length is refused before it is
/// opened.
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

/// All bytes of a file, if memory can hold them.
///
/// # Errors
/// As [`open`]; a file that is too long.
pub fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    read_at_most(path, memory::most())
}

pub(super) fn read_at_most(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
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

/// The complaint about a file that memory cannot hold.
pub fn too_long(length: u64, most: u64) -> std::io::Error {
    let found = format!("it has {length} bytes, more than the {most} that memory has room for");
    std::io::Error::new(ErrorKind::FileTooLarge, found)
}

/// Where the file really is: behind a link, even one that leads to nothing yet; not where something stands that is no
/// file and would be lost.
pub fn place_of(path: &Path) -> std::io::Result<PathBuf> {
    /// As many as Linux follows.
    const MOST_LINKS: usize = 40;
    if let Ok(found) = std::fs::metadata(path) {
        check_is_file(&found)?;
    }
    let mut place = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        match std::fs::symlink_metadata(&place) {
            Ok(found) if found.is_symlink() => place = folder_of(&place).join(std::fs::read_link(&place)?),
            Ok(_) => return Ok(place),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(place),
            Err(error) => return Err(error),
        }
    }
    Err(std::io::Error::other("its links lead in a circle"))
}

pub(super) fn check_is_file(found: &Metadata) -> std::io::Result<()> {
    if found.is_dir() {
        return Err(std::io::Error::new(
            ErrorKind::IsADirectory,
            "it is a folder, where a file was asked for",
        ));
    }
    if found.is_file() { Ok(()) } else { Err(std::io::Error::other(what_it_is(found))) }
}

#[cfg(unix)]
fn what_it_is(found: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = found.file_type();
    if kind.is_char_device() || kind.is_block_device() {
        "it is a device, not a file"
    } else {
        "it is a pipe, not a file"
    }
}

#[cfg(not(unix))]
fn what_it_is(_found: &Metadata) -> &'static str {
    "it is not a file"
}

/// The file that would be replaced, if there is one. It must be one that the user could write into.
pub(super) fn check_may_replace(place: &Path) -> std::io::Result<Option<Metadata>> {
    let found = match std::fs::metadata(place) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    // The administrator may write into any file, but somebody has said that this one should stay.
    if found.permissions().readonly() {
        return Err(std::io::Error::new(ErrorKind::PermissionDenied, "it is read-only"));
    }
    File::options().write(true).open(place)?;
    Ok(Some(found))
}

/// Whether a file has names besides this one and the one that its own [`previous`] gives it.
#[cfg(unix)]
pub(super) fn has_other_names(place: &Path, found: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let is_found = |other: Metadata| (other.dev(), other.ino()) == (found.dev(), found.ino());
    let ours = 1 + u64::from(std::fs::symlink_metadata(previous(place)).is_ok_and(is_found));
    found.nlink() > ours
}

/// Elsewhere this cannot be told: the other names keep the old file.
#[cfg(not(unix))]
pub(super) fn has_other_names(_place: &Path, _found: &Metadata) -> bool {
    false
}

/// Gives the new file the permissions and the owner of the old one; `false`, if it may not have that owner.
pub(super) fn adopt(new: &File, old: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, fchown};
        let Ok(own) = new.metadata() else { return false };
        let changes = (own.uid(), own.gid()) != (old.uid(), old.gid());
        if changes && fchown(new, Some(old.uid()), Some(old.gid())).is_err() {
            return false;
        }
    }
    new.set_permissions(old.permissions()).is_ok()
}

/// The folder that a file is in.
pub fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}
