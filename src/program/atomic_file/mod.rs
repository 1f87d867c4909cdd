//! Files that are there whole or not at all: written beside their place, synced, then renamed into it.
//!
//! Whatever goes wrong on the way, a full disk or a lost process, the file that was there before is still there. A new
//! file has the permissions and the owner of the one it replaces; a link stays a link; a read-only file is not replaced.
//!
//! While it is written, `.NAME.backprop-XXXXXX.tmp` lies beside the file, locked: one that is not locked was left by a
//! process that is gone, and [`sweep`] removes it. A file that has several names (hard links) keeps them, so it is
//! overwritten where it is; until that is done its new contents also lie beside it, as `.NAME.backprop-XXXXXX.whole`.

mod place;
mod temporary;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use backprop::Error;

use place::{adopt, check_may_replace, has_other_names};
pub use place::{folder_of, place_of};
pub use temporary::sweep;
use temporary::{overwrite, settle, temporary_beside};

/// Writes a file through `write`. Until everything has reached the disk, an existing file stays as it was.
///
/// # Errors
/// [`ErrorKind::File`](backprop::ErrorKind::File): a folder that cannot be written to, a full disk, or what `write` gives.
pub fn write(path: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Error> {
    replace(path, Keep::Nothing, write, &mut |_| Ok(())).map_err(|error| write_error(path, error))
}

/// As [`write()`], and the file that was there before stays as [`previous`].
///
/// # Errors
/// As [`write()`].
pub fn write_keeping_previous(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<(), Error> {
    replace(path, Keep::Previous, write, &mut |_| Ok(())).map_err(|error| write_error(path, error))
}

const PREVIOUS: &str = ".previous";

/// Where [`write_keeping_previous`] keeps the file it replaces: the same name with `.previous` behind it.
/// [`next`] is the way back.
pub fn previous(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(PREVIOUS);
    PathBuf::from(name)
}

/// Of which file this is the [`previous`] one, if its name says so.
pub fn next(path: &Path) -> Option<PathBuf> {
    let ends = path.extension()? == &PREVIOUS[1..];
    let without = path.with_extension("");
    (ends && without.file_name().is_some()).then_some(without)
}

/// Whether a file could be written at this path: creates and removes a temporary one beside it.
///
/// # Errors
/// [`ErrorKind::File`](backprop::ErrorKind::File): a missing or unwritable folder, a read-only file, or a folder, a device or a pipe at the path itself.
pub fn check_writable(path: &Path) -> Result<(), Error> {
    let check = || {
        let place = place_of(path)?;
        check_may_replace(&place)?;
        temporary_beside(&place).map(drop)
    };
    check().map_err(|error| {
        let remedy = match error.kind() {
            ErrorKind::NotFound => "there is no such folder: choose a place you can write to",
            _ if is_in_use(&error) => IN_USE,
            _ => "choose a place you can write to",
        };
        Error::file(path, error).remedy(remedy)
    })
}

/// Whether the file that is replaced is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Nothing,
    Previous,
}

/// What is about to be done to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Create,
    Write,
    Sync,
    KeepPrevious,
    Rename,
    Finished,
}

/// All steps in order; `before` hears of each one first, and an error from it counts as the step's own.
fn replace(
    path: &Path,
    keep: Keep,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
    before: &mut dyn FnMut(Stage) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let place = &place_of(path)?;
    let replaced = check_may_replace(place)?;
    before(Stage::Create)?;
    let mut temporary = temporary_beside(place)?;
    before(Stage::Write)?;
    let mut buffered = BufWriter::new(temporary.as_file_mut());
    write(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    let stays_where_it_is = match &replaced {
        Some(replaced) => has_other_names(place, replaced) || !adopt(temporary.as_file(), replaced),
        None => false,
    };
    before(Stage::Sync)?;
    temporary.as_file().sync_all()?;
    if keep == Keep::Previous && replaced.is_some() {
        before(Stage::KeepPrevious)?;
        keep_previous(place, stays_where_it_is)?;
    }
    before(Stage::Rename)?;
    if stays_where_it_is {
        overwrite(place, temporary)?;
    } else {
        settle(temporary, place)?;
    }
    sync_folder(place);
    before(Stage::Finished)
}

/// Gives the file at `path` its second name, `previous(path)`, without its first one ever being missing; or copies it,
/// if its contents are about to change.
fn keep_previous(path: &Path, contents_will_change: bool) -> std::io::Result<()> {
    if contents_will_change {
        let mut copy = temporary_beside(path)?;
        std::io::copy(&mut File::open(path)?, copy.as_file_mut())?;
        copy.as_file().sync_all()?;
        return settle(copy, &previous(path));
    }
    let second_name = {
        // A free name: that of a temporary file which is removed at once.
        let temporary = temporary_beside(path)?;
        temporary.path().to_path_buf()
    };
    match std::fs::hard_link(path, &second_name) {
        Ok(()) => {
            let renamed = std::fs::rename(&second_name, previous(path));
            // It is still there if the file was FILE.previous already, as it is after a kill between two renames: of
            // two names of one file `rename` leaves both.
            let _ = std::fs::remove_file(&second_name);
            renamed
        }
        // Some file systems know no second names. For a moment there is only the previous file, which is a good one.
        Err(_) => std::fs::rename(path, previous(path)),
    }
}

const IN_USE: &str = "another program has it open: close it there, or choose another place";

/// Whether a file cannot be written because of another program, as is usual on Windows alone.
fn is_in_use(error: &std::io::Error) -> bool {
    const SHARING_VIOLATION: i32 = 32;
    const LOCK_VIOLATION: i32 = 33;
    cfg!(windows) && matches!(error.raw_os_error(), Some(SHARING_VIOLATION | LOCK_VIOLATION))
}

fn write_error(path: &Path, error: std::io::Error) -> Error {
    let remedy = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "free some space or choose another place"
        }
        ErrorKind::NotFound => "its folder is gone: make it again, or choose another place",
        _ if is_in_use(&error) => IN_USE,
        _ => "choose a place you can write to",
    };
    if path.is_file() {
        Error::file(path, error).remedy(format!("what was there before is unchanged; {remedy}"))
    } else {
        Error::file(path, error).remedy(remedy)
    }
}

/// Makes the rename itself durable. Some systems cannot open a folder; the file is in place all the same.
fn sync_folder(path: &Path) {
    if let Ok(folder) = File::open(folder_of(path)) {
        let _ = folder.sync_all();
    }
}
