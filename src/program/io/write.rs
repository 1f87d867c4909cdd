//! Writes a file as a whole or not at all: first to a temporary file in the same folder, which is synced and then renamed.
//!
//! If the disk is full or the process is killed, the file that was there before is still there. The new file has the
//! permissions of the file it replaces; a symbolic link stays and its target is replaced; a read-only file is refused.
//! If a file has several names (hard links), only the given one gets the new contents. A process that is killed with
//! SIGKILL while it writes can leave a file `.backprop-….tmp`, which may be deleted.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use backprop::Error;
use backprop::file::check_is_file;

use super::system_errors;

/// Writes a file.
///
/// # Errors
/// [`ErrorKind::File`](backprop::ErrorKind::File): a folder that cannot be written to, a full disk, a read-only file.
pub(crate) fn write(path: &Path, contents: &[u8]) -> Result<(), Error> {
    replace(path, contents, false).map_err(|error| write_error(path, error))
}

/// Writes a file, and keeps the file it replaces as [`previous`].
///
/// # Errors
/// As [`write()`].
pub(crate) fn write_keeping_previous(path: &Path, contents: &[u8]) -> Result<(), Error> {
    replace(path, contents, true).map_err(|error| write_error(path, error))
}

/// Writes a file that does not exist yet, and follows no link.
///
/// # Errors
/// As [`write()`]; something of this name exists.
pub(crate) fn write_new(path: &Path, contents: &[u8]) -> Result<(), Error> {
    let create = || {
        let (temporary, mut file) = Temporary::create(path.to_path_buf())?;
        file.write_all(contents)?;
        file.sync_all()?;
        temporary.keep();
        Ok(())
    };
    create().map_err(|error| write_error(path, error))
}

/// Returns the first of `NAME.ENDING`, `NAME.ENDING-2`, … that does not exist.
pub(crate) fn free_name(path: &Path, ending: &str) -> PathBuf {
    const MOST_NAMES: usize = 1000;
    let first = with_ending(path, &format!(".{ending}"));
    let mut others = (2..MOST_NAMES).map(|number| with_ending(&first, &format!("-{number}")));
    let is_free = |path: &PathBuf| path.symlink_metadata().is_err();
    if is_free(&first) { first } else { others.find(is_free).unwrap_or(first) }
}

/// Returns the name under which [`write_keeping_previous`] keeps the file it replaces. [`next`] is the inverse.
pub(crate) fn previous(path: &Path) -> PathBuf {
    with_ending(path, ".previous")
}

/// Returns FILE, given FILE.previous; `None` for any other name.
pub(crate) fn next(path: &Path) -> Option<PathBuf> {
    let file = path.with_extension("");
    (path.extension()? == "previous" && file.file_name().is_some()).then_some(file)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Checks that a file can be written: creates and removes a temporary file next to it.
///
/// # Errors
/// [`ErrorKind::File`](backprop::ErrorKind::File): a missing or unwritable folder, a read-only file, or a folder, a device
/// or a pipe of this name.
pub(super) fn check_writable(path: &Path) -> Result<(), Error> {
    let check = || {
        let place = place_of(path)?;
        check_may_replace(&place)?;
        Temporary::next_to(&place).map(drop)
    };
    check().map_err(|error| write_error(path, error))
}

/// Returns the absolute path of a file without links, whether it exists or a link leads to where it would be created.
///
/// # Errors
/// A missing folder, or a folder, a device or a pipe of this name.
pub(crate) fn place_of(path: &Path) -> io::Result<PathBuf> {
    let folder = || fs::canonicalize(folder_of(path));
    match fs::metadata(path) {
        Ok(found) => check_is_file(&found).and_then(|()| fs::canonicalize(path)),
        Err(error) if error.kind() == ErrorKind::NotFound => match fs::read_link(path) {
            Ok(target) => place_of(&folder()?.join(target)),
            Err(_) => Ok(folder()?.join(path.file_name().ok_or(error)?)),
        },
        Err(error) => Err(error),
    }
}

/// Returns `true` if two paths lead to one file, by whatever folders, links and names, or would if it existed.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    if let (Ok(one), Ok(other)) = (fs::metadata(one), fs::metadata(other))
        && are_one(&one, &other)
    {
        return true;
    }
    // On Windows capital letters make no difference.
    let place = |path| {
        let place = place_of(path).ok()?.into_os_string();
        Some(if cfg!(windows) { place.to_ascii_lowercase() } else { place })
    };
    place(one).is_some_and(|one| place(other) == Some(one))
}

/// Returns `true` if two files have one inode. Windows does not tell.
pub(super) fn are_one(one: &Metadata, other: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        (one.dev(), one.ino()) == (other.dev(), other.ino())
    }
    #[cfg(not(unix))]
    {
        let _ = (one, other);
        false
    }
}

pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

fn replace(path: &Path, contents: &[u8], keeps_previous: bool) -> io::Result<()> {
    let place = &place_of(path)?;
    let replaced = check_may_replace(place)?;
    let (temporary, mut file) = Temporary::next_to(place)?;
    file.write_all(contents)?;
    if let Some(replaced) = &replaced {
        adopt_permissions(&file, replaced)?;
    }
    file.sync_all()?;
    if keeps_previous && replaced.is_some() {
        // A second name, so that the file is there all the time. No signal ends the program in between.
        let _registered = registered();
        let second = temporary.0.with_extension("link");
        if fs::hard_link(place, &second).is_ok() {
            let renamed = fs::rename(&second, previous(place));
            // If both names lead to one file, `rename` leaves both.
            let _ = fs::remove_file(&second);
            renamed?;
        } else {
            // Some file systems do not have hard links; for a moment only the previous file is there.
            fs::rename(place, previous(place))?;
        }
    }
    settle(&temporary.0, place)?;
    // Makes the new name durable. Some systems cannot open a folder.
    let _ = File::open(folder_of(place)).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Gives a temporary file its name. On Windows a file that is being read cannot be replaced but can be renamed: for a
/// moment there is no file at `place`.
fn settle(temporary: &Path, place: &Path) -> io::Result<()> {
    let renamed = fs::rename(temporary, place);
    if !cfg!(windows) || !renamed.as_ref().is_err_and(|error| error.kind() == ErrorKind::PermissionDenied) {
        return renamed;
    }
    let aside = temporary.with_extension("old");
    fs::rename(place, &aside)?;
    fs::rename(temporary, place).inspect_err(|_| {
        let _ = fs::rename(&aside, place);
    })?;
    // It disappears when its last reader closes it.
    let _ = fs::remove_file(&aside);
    Ok(())
}

/// Returns the metadata of the file that would be replaced, if it exists. Refuses a file the user could not write into.
fn check_may_replace(place: &Path) -> io::Result<Option<Metadata>> {
    let found = match fs::metadata(place) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    // Root may write into any file, but a read-only one is meant to stay.
    if found.permissions().readonly() {
        return Err(io::Error::new(ErrorKind::PermissionDenied, "it is read-only"));
    }
    File::options().write(true).open(place)?;
    Ok(Some(found))
}

/// Gives a new file the owner, the group and the permissions of the old one, as far as the user may. A new group gets no
/// permissions that the old one had.
fn adopt_permissions(new: &File, old: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
        let _ = fchown(new, Some(old.uid()), None);
        if new.metadata()?.gid() != old.gid() && fchown(new, None, Some(old.gid())).is_err() {
            return new.set_permissions(fs::Permissions::from_mode(old.mode() & 0o700));
        }
    }
    new.set_permissions(old.permissions())
}

/// Opens a file for reading and writing, or creates it, but follows no link and waits for no pipe.
///
/// # Errors
/// A file that cannot be opened or is not a regular file.
pub(super) fn open_without_links(path: &Path) -> io::Result<File> {
    if path.is_symlink() {
        return Err(io::Error::other("it is a symbolic link"));
    }
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32);
    }
    let file = options.open(path)?;
    check_is_file(&file.metadata()?)?;
    Ok(file)
}

/// The temporary files: this process removes them when it is done with them, or when a signal ends it.
static TEMPORARY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Returns these files. While the guard is held, no signal ends the program.
pub(super) fn registered() -> MutexGuard<'static, Vec<PathBuf>> {
    TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that is removed when this is dropped, or when a signal ends the program.
pub(super) struct Temporary(PathBuf);

impl Temporary {
    /// Creates a file, if nothing of this name exists, not even a link (`O_EXCL`).
    fn create(path: PathBuf) -> io::Result<(Self, File)> {
        // Until the file is registered, no signal ends the program.
        let mut registered = registered();
        let file = File::create_new(&path)?;
        Ok((Self::register(&mut registered, path), file))
    }

    /// Creates a temporary file in the folder of another, so that it can be renamed to that.
    fn next_to(place: &Path) -> io::Result<(Self, File)> {
        const MOST_NAMES: usize = 1000;
        let process = std::process::id();
        let mut number = 1;
        loop {
            let path = folder_of(place).join(format!(".backprop-{process}-{number}.tmp"));
            match Self::create(path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists && number < MOST_NAMES => number += 1,
                created => return created,
            }
        }
    }

    /// Registers the file at this path as temporary.
    pub(super) fn register(registered: &mut Vec<PathBuf>, path: PathBuf) -> Self {
        registered.push(path.clone());
        Self(path)
    }

    /// Keeps the file.
    fn keep(self) {
        registered().retain(|path| *path != self.0);
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let mut registered = registered();
        if let Some(index) = registered.iter().position(|path| *path == self.0) {
            registered.swap_remove(index);
            let _ = fs::remove_file(&self.0);
        }
    }
}

/// Removes the temporary files and ends the process.
pub(super) fn exit(status: i32) -> ! {
    let registered = registered();
    for path in registered.iter() {
        let _ = fs::remove_file(path);
    }
    std::process::exit(status)
}

/// Returns the error of a file that cannot be written, with what to do about it.
pub(super) fn write_error(path: &Path, error: io::Error) -> Error {
    let remedy = system_errors::remedy(&error).unwrap_or(match error.kind() {
        ErrorKind::NotFound => "there is no such folder: create it, or choose a place you can write to",
        _ => "choose a place you can write to",
    });
    let unchanged = if path.is_file() { "what was there before is unchanged; " } else { "" };
    Error::file(path, error).remedy(format!("{unchanged}{remedy}"))
}
