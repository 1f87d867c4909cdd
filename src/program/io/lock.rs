//! A lock next to a file: one process at a time trains a checkpoint or fetches MNIST.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use backprop::Error;

use super::write::{Temporary, are_one, folder_of, open_without_links, place_of, registered, write_error};

/// A lock, held until this is dropped; a process that is killed loses it too.
pub(crate) struct Lock {
    _removed: Temporary,
    _locked: File,
}

impl Lock {
    /// Takes the lock of a file, which is the file `.NAME.backprop-lock` in its folder. Returns `None` on a file system
    /// without locks.
    ///
    /// # Errors
    /// Another process has it (the error says what that is `doing`), or it cannot be created.
    pub(crate) fn take(locked: &Path, doing: &str) -> Result<Option<Self>, Error> {
        let place = place_of(locked).map_err(|error| write_error(locked, error))?;
        let mut name = OsString::from(".");
        name.push(place.file_name().unwrap_or_default());
        name.push(".backprop-lock");
        let path = folder_of(&place).join(name);
        let fail = |error| write_error(&path, error);
        loop {
            let mut registered = registered();
            let mut file = open_without_links(&path).map_err(fail)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(taken(locked, doing, &mut file)),
                Err(TryLockError::Error(_)) => return Ok(None),
            }
            // The process that had it may have removed it in between.
            let is_still_there = match (file.metadata(), fs::symlink_metadata(&path)) {
                (Ok(locked), Ok(there)) => are_one(&locked, &there) || cfg!(not(unix)),
                _ => false,
            };
            if !is_still_there {
                continue;
            }
            if process_in(&mut file).is_none() || !has_one_name(&file) {
                let found = format!("{}: it is not a lock that this program wrote", path.display());
                return Err(Error::usage(found).remedy("move it away, or choose another name"));
            }
            let removed = Temporary::register(&mut registered, path.clone());
            drop(registered);
            file.set_len(0).and_then(|()| write!(file, "{}", std::process::id())).map_err(fail)?;
            return Ok(Some(Self { _removed: removed, _locked: file }));
        }
    }
}

/// Returns `true` if the file has no second name, under which it may belong to someone else.
#[cfg(unix)]
fn has_one_name(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    file.metadata().is_ok_and(|found| found.nlink() == 1)
}

#[cfg(not(unix))]
fn has_one_name(_file: &File) -> bool {
    true
}

/// Returns the number of the process that wrote a lock, as text: empty for a new one, `None` for any other file.
fn process_in(file: &mut File) -> Option<String> {
    const MOST_DIGITS: u64 = 10;
    let mut text = String::new();
    file.take(MOST_DIGITS + 1).read_to_string(&mut text).ok()?;
    io::Seek::rewind(file).ok()?;
    (text.len() <= MOST_DIGITS as usize && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

fn taken(locked: &Path, doing: &str, file: &mut File) -> Error {
    // On Windows a locked file cannot be read.
    let process = process_in(file).filter(|process| !process.is_empty());
    let process = process.map(|process| format!(" ({process})")).unwrap_or_default();
    Error::usage(format!("{}: another process{process} is {doing} it", locked.display()))
        .remedy("wait until that ends, or choose another name")
}
