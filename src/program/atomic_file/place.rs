//! Where a file is, what it is, and whether it may be read or replaced.

use std::fs::{File, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use backprop::file::check_is_file;

use super::previous;

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
