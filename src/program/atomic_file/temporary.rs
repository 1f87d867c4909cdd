//! What lies beside a file while it is written, and what is left of it when a process is killed.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::place::{folder_of, place_of};

/// Removes what a process that was killed while writing this file has left beside it.
pub fn sweep(path: &Path) {
    let Ok(place) = place_of(path) else { return };
    for leftover in leftovers(&place) {
        let is_temporary = leftover.as_os_str().as_encoded_bytes().ends_with(TEMPORARY_SUFFIX.as_bytes());
        // The only whole copy of a file that was being overwritten is not rubbish.
        if is_temporary || have_equal_contents(&leftover, &place) {
            // One that cannot be removed does no harm.
            let _ = std::fs::remove_file(leftover);
        }
    }
}

/// What lies beside this file under the names we give, and whose process is gone.
fn leftovers(place: &Path) -> Vec<PathBuf> {
    let prefix = temporary_prefix(place);
    let Ok(entries) = std::fs::read_dir(folder_of(place)) else { return Vec::new() };
    let ours = entries.flatten().filter(|entry| {
        let name = entry.file_name();
        let (name, prefix) = (name.as_encoded_bytes(), prefix.as_encoded_bytes());
        name.starts_with(prefix)
            && [TEMPORARY_SUFFIX, WHOLE_SUFFIX].iter().any(|suffix| name.ends_with(suffix.as_bytes()))
    });
    ours.map(|entry| entry.path()).filter(|path| is_abandoned(path)).collect()
}

/// Whether nobody holds the lock of a temporary file any more.
fn is_abandoned(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

fn have_equal_contents(one: &Path, other: &Path) -> bool {
    matches!((std::fs::read(one), std::fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

/// Gives a temporary file its place. On Windows somebody may be reading the file that is there: the standard library's
/// `rename` then still replaces it, where the file system can, and tempfile's `persist` does not.
pub(super) fn settle(temporary: tempfile::NamedTempFile, place: &Path) -> std::io::Result<()> {
    let (_locked, path) = temporary.keep().map_err(|error| error.error)?;
    let renamed = std::fs::rename(&path, place).or_else(|error| {
        let is_held = cfg!(windows) && error.kind() == std::io::ErrorKind::PermissionDenied;
        if is_held { swap(&path, place) } else { Err(error) }
    });
    renamed.inspect_err(|_| {
        let _ = std::fs::remove_file(&path);
    })
}

/// Where a file that is being read cannot be replaced, it can be renamed. For a moment there is none at `place`.
fn swap(path: &Path, place: &Path) -> std::io::Result<()> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(WHOLE_SUFFIX);
    std::fs::rename(place, &aside)?;
    std::fs::rename(path, place).inspect_err(|_| {
        let _ = std::fs::rename(&aside, place);
    })?;
    // It goes when its last reader has closed it.
    let _ = std::fs::remove_file(&aside);
    Ok(())
}

/// Copies the new contents into the old file. They lie beside it until that is done.
pub(super) fn overwrite(place: &Path, temporary: tempfile::NamedTempFile) -> std::io::Result<()> {
    let mut name = temporary.path().as_os_str().to_owned();
    name.push(WHOLE_SUFFIX);
    let whole = PathBuf::from(name);
    let _lock = temporary.persist(&whole).map_err(|error| error.error)?;
    let copy = || {
        let mut new = File::open(&whole)?;
        let mut old = File::options().write(true).open(place)?;
        let length = std::io::copy(&mut new, &mut old)?;
        old.set_len(length)?;
        old.sync_all()
    };
    copy().map_err(|error| {
        let text = format!("{error} half-way; its new contents are in {}", whole.to_string_lossy());
        std::io::Error::new(error.kind(), text)
    })?;
    std::fs::remove_file(&whole)?;
    for earlier in leftovers(place) {
        let _ = std::fs::remove_file(earlier);
    }
    Ok(())
}

const TEMPORARY_SUFFIX: &str = ".tmp";
const WHOLE_SUFFIX: &str = ".whole";

/// `.NAME.backprop-`, hidden and of this file alone. Of a long name the beginning, or there would be no room.
fn temporary_prefix(path: &Path) -> OsString {
    const LONGEST: usize = 200;
    let name = path.file_name().unwrap_or_default();
    let mut prefix = OsString::from(".");
    if name.len() <= LONGEST {
        prefix.push(name);
    } else {
        prefix.push(name.to_string_lossy().chars().take(LONGEST / 4).collect::<String>());
    }
    prefix.push(".backprop-");
    prefix
}

/// A new file, locked by this process.
pub(super) fn temporary_beside(path: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let prefix = temporary_prefix(path);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(TEMPORARY_SUFFIX);
    #[cfg(unix)]
    {
        // As any new file: the user's umask decides, not tempfile's private default.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    loop {
        let temporary = builder.tempfile_in(folder_of(path)).map_err(without_its_path)?;
        // Some file systems know no locks.
        let _ = temporary.as_file().lock();
        // Another process may have swept it away before it was locked.
        if temporary.path().exists() {
            return Ok(temporary);
        }
    }
}

/// The system's own sentence: tempfile adds the name of the temporary file, which nobody has heard of.
fn without_its_path(error: std::io::Error) -> std::io::Error {
    match error.to_string().split_once(" at path ") {
        Some((sentence, _)) => std::io::Error::new(error.kind(), sentence),
        None => error,
    }
}
