//! A lock beside a checkpoint: one process trains it at a time.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use backprop::Error;

use crate::atomic_file;
use crate::cli::output::name;
use crate::cli::signals;

/// Held as long as this lives; a process that is killed loses it too.
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock of a checkpoint, `.NAME.backprop-lock` in its folder.
    ///
    /// # Errors
    /// Another process has it. (Where none can be made, as on file systems without locks, there is none.)
    pub(super) fn take(checkpoint: &Path) -> Result<Option<Self>, Error> {
        let Ok(place) = atomic_file::place_of(checkpoint) else { return Ok(None) };
        let mut file_name = OsString::from(".");
        file_name.push(place.file_name().unwrap_or_default());
        file_name.push(".backprop-lock");
        let path = atomic_file::folder_of(&place).join(file_name);
        // Until it is known what is to be removed, no signal ends the program.
        let _in_hand = signals::file_in_hand();
        loop {
            let opened = File::options().read(true).write(true).create(true).truncate(false).open(&path);
            let Ok(mut file) = opened else { return Ok(None) };
            match file.try_lock() {
                Ok(()) => {}
                Err(std::fs::TryLockError::WouldBlock) => return Err(taken(checkpoint, file)),
                Err(std::fs::TryLockError::Error(_)) => return Ok(None),
            }
            // The process that had it may have removed it in between.
            if !is_still_at(&file, &path) {
                continue;
            }
            let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
            signals::remove_before_leaving(&path);
            return Ok(Some(Self { path, _file: file }));
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // One that stays does no harm: nobody holds it.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn taken(checkpoint: &Path, file: File) -> Error {
    let mut owner = String::new();
    // On Windows nobody else can read what is locked.
    let owner = match file.take(20).read_to_string(&mut owner) {
        Ok(length) if length > 0 => format!(" ({owner})"),
        _ => String::new(),
    };
    let found = format!("{}: it is being trained by another process{owner}", name(checkpoint));
    Error::usage(found).remedy("wait until that ends, or choose another name")
}

#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let number = |found: &std::fs::Metadata| (found.dev(), found.ino());
    matches!((file.metadata(), std::fs::metadata(path)), (Ok(one), Ok(other)) if number(&one) == number(&other))
}

#[cfg(not(unix))]
fn is_still_at(_file: &File, path: &Path) -> bool {
    path.exists()
}
