//! Files that are there whole or not at all: written beside their place, synced, then renamed into it.
//!
//! Whatever goes wrong on the way, a full disk or a lost process, the file that was there before is still there. A new
//! file has the permissions and the owner of the one it replaces; a link stays a link; a read-only file is not replaced.
//!
//! While it is written, `.NAME.backprop-XXXXXX.tmp` lies beside the file, locked: one that is not locked was left by a
//! process that is gone, and [`sweep`] removes it. A file that has several names (hard links) keeps them, so it is
//! overwritten where it is; until that is done its new contents also lie beside it, as `.NAME.backprop-XXXXXX.whole`.
//!
//! The library and the program each have this file as a private module, and each uses a part of it.

#![allow(dead_code)]

use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::{BufWriter, ErrorKind, Read as _, Write};
use std::path::{Path, PathBuf};

use crate::{Error, memory};

/// Writes a file through `write`. Until everything has reached the disk, an existing file stays as it was.
///
/// # Errors
/// [`Error::File`]: a folder that cannot be written to, a full disk, or what `write` gives.
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
/// [`Error::File`]: a missing or unwritable folder, a read-only file, or a folder, a device or a pipe at the path itself.
pub fn check_writable(path: &Path) -> Result<(), Error> {
    let check = || {
        let place = place_of(path)?;
        check_may_replace(&place)?;
        temporary_beside(&place).map(drop)
    };
    check().map_err(|error| {
        let remedy = if error.kind() == ErrorKind::NotFound {
            "there is no such folder: choose a place you can write to"
        } else {
            "choose a place you can write to"
        };
        Error::File { path: path.to_path_buf(), source: error, remedy: remedy.into() }
    })
}

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

fn read_at_most(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
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
        temporary.persist(place).map_err(|error| error.error)?;
    }
    sync_folder(place);
    before(Stage::Finished)
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

fn check_is_file(found: &Metadata) -> std::io::Result<()> {
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
fn check_may_replace(place: &Path) -> std::io::Result<Option<Metadata>> {
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
fn has_other_names(place: &Path, found: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let is_found = |other: Metadata| (other.dev(), other.ino()) == (found.dev(), found.ino());
    let ours = 1 + u64::from(std::fs::symlink_metadata(previous(place)).is_ok_and(is_found));
    found.nlink() > ours
}

#[cfg(not(unix))]
fn has_other_names(_place: &Path, _found: &Metadata) -> bool {
    false
}

/// Gives the new file the permissions and the owner of the old one; `false`, if it may not have that owner.
fn adopt(new: &File, old: &Metadata) -> bool {
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

/// Copies the new contents into the old file. They lie beside it until that is done.
fn overwrite(place: &Path, temporary: tempfile::NamedTempFile) -> std::io::Result<()> {
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

/// Gives the file at `path` its second name, `previous(path)`, without its first one ever being missing; or copies it,
/// if its contents are about to change.
fn keep_previous(path: &Path, contents_will_change: bool) -> std::io::Result<()> {
    if contents_will_change {
        let mut copy = temporary_beside(path)?;
        std::io::copy(&mut File::open(path)?, copy.as_file_mut())?;
        copy.as_file().sync_all()?;
        return copy.persist(previous(path)).map(drop).map_err(|error| error.error);
    }
    let second_name = {
        // A free name: that of a temporary file which is removed at once.
        let temporary = temporary_beside(path)?;
        temporary.path().to_path_buf()
    };
    match std::fs::hard_link(path, &second_name) {
        Ok(()) => std::fs::rename(&second_name, previous(path)),
        // Some file systems know no second names. For a moment there is only the previous file, which is a good one.
        Err(_) => std::fs::rename(path, previous(path)),
    }
}

fn write_error(path: &Path, error: std::io::Error) -> Error {
    let remedy = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "free some space or choose another place"
        }
        ErrorKind::NotFound => "its folder is gone: make it again, or choose another place",
        _ => "choose a place you can write to",
    };
    let remedy = if path.is_file() {
        format!("what was there before is unchanged; {remedy}").into()
    } else {
        remedy.into()
    };
    Error::File { path: path.to_path_buf(), source: error, remedy }
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
fn temporary_beside(path: &Path) -> std::io::Result<tempfile::NamedTempFile> {
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

/// The folder that a file is in.
pub fn folder_of(path: &Path) -> PathBuf {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const STEPS: [Stage; 6] =
        [Stage::Create, Stage::Write, Stage::Sync, Stage::KeepPrevious, Stage::Rename, Stage::Finished];

    #[cfg(unix)]
    #[test]
    fn a_device_without_end_is_not_read() {
        assert!(read(Path::new("/dev/zero")).expect_err("refused").to_string().contains("a device"));
        let (_folder, path) = folder_with_two_versions();
        assert_eq!(read(&path).expect("readable"), b"two");
        assert!(
            read_at_most(&path, 2).expect_err("too long").to_string().contains("3 bytes, more than the 2")
        );
    }

    /// A folder in which FILE holds "two" and FILE.previous "one".
    fn folder_with_two_versions() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("file");
        for version in ["one", "two"] {
            write_keeping_previous(&path, |file| file.write_all(version.as_bytes())).expect("writable");
        }
        (folder, path)
    }

    fn contents(folder: &Path) -> BTreeMap<String, String> {
        let entries = std::fs::read_dir(folder).expect("readable").flatten();
        let read = |path: PathBuf| std::fs::read_to_string(path).expect("readable");
        entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), read(entry.path()))).collect()
    }

    #[test]
    fn what_is_written_can_be_read_and_so_can_what_it_replaced() {
        let (_folder, path) = folder_with_two_versions();
        assert_eq!(read(&path).expect("readable"), b"two");
        assert_eq!(read(&previous(&path)).expect("readable"), b"one");
        assert_eq!(next(&previous(&path)), Some(path));
    }

    fn versions(of: &BTreeMap<String, String>) -> [Option<&str>; 2] {
        ["file", "file.previous"].map(|name| of.get(name).map(String::as_str))
    }

    #[test]
    fn the_file_that_is_replaced_is_kept_beside_it() {
        let (folder, path) = folder_with_two_versions();
        write_keeping_previous(&path, |file| file.write_all(b"three")).expect("writable");
        let contents = contents(folder.path());
        assert_eq!(versions(&contents), [Some("three"), Some("two")]);
        assert_eq!(contents.len(), 2, "nothing else is left behind: {contents:?}");
    }

    #[test]
    fn a_failure_at_any_step_leaves_the_last_good_file_and_nothing_else() {
        for failing in STEPS {
            let (folder, path) = folder_with_two_versions();
            let mut before = |step| {
                if step == failing { Err(std::io::Error::from(ErrorKind::StorageFull)) } else { Ok(()) }
            };
            let result = replace(&path, Keep::Previous, |file| file.write_all(b"three"), &mut before);
            assert_eq!(result.expect_err("injected").kind(), ErrorKind::StorageFull);
            let contents = contents(folder.path());
            let expected = match failing {
                Stage::Create | Stage::Write | Stage::Sync | Stage::KeepPrevious => {
                    [Some("two"), Some("one")]
                }
                Stage::Rename => [Some("two"), Some("two")],
                Stage::Finished => [Some("three"), Some("two")],
            };
            assert_eq!(versions(&contents), expected, "{failing:?}");
            assert_eq!(contents.len(), 2, "{failing:?}: nothing else is left behind: {contents:?}");
        }
    }

    #[test]
    fn a_power_cut_before_any_step_finds_a_whole_file() {
        let (folder, path) = folder_with_two_versions();
        let mut seen = Vec::new();
        let mut before = |step| {
            // What a process that ends here would leave.
            seen.push((step, contents(folder.path())));
            Ok(())
        };
        replace(&path, Keep::Previous, |file| file.write_all(b"three"), &mut before).expect("writable");
        assert_eq!(seen.iter().map(|(step, _)| *step).collect::<Vec<_>>(), STEPS);
        for (step, contents) in seen {
            let [now, before] = versions(&contents);
            assert!(matches!(now, Some("two" | "three")), "{step:?}: {contents:?}");
            assert!(matches!(before, Some("one" | "two")), "{step:?}: {contents:?}");
        }
    }

    #[test]
    fn a_failing_writer_leaves_the_last_good_file() {
        let (folder, path) = folder_with_two_versions();
        let half_way = |file: &mut dyn Write| {
            file.write_all(b"thr")?;
            Err(std::io::Error::from(ErrorKind::StorageFull))
        };
        let error = write_keeping_previous(&path, half_way).expect_err("no space").to_string();
        assert!(error.contains("what was there before is unchanged; free some space"), "{error}");
        let contents = contents(folder.path());
        assert_eq!(versions(&contents), [Some("two"), Some("one")]);
        assert_eq!(contents.len(), 2, "{contents:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_device_stays_a_device() {
        let (folder, path) = folder_with_two_versions();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        write(&link, |file| file.write_all(b"three")).expect("writable");
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_to_string(&path).expect("readable"), "three");
        for result in [write(Path::new("/dev/null"), |_| Ok(())), check_writable(Path::new("/dev/null"))] {
            assert!(result.expect_err("refused").to_string().contains("a device"));
        }
    }

    #[test]
    fn leftovers_of_this_file_are_removed_and_no_others() {
        let (folder, path) = folder_with_two_versions();
        for name in [".file.backprop-a1b2c3.tmp", ".other.backprop-a1b2c3.tmp", ".file.backprop-notes"] {
            std::fs::write(folder.path().join(name), "left").expect("writable");
        }
        sweep(&path);
        let names: Vec<String> = contents(folder.path()).into_keys().collect();
        assert_eq!(names, [".file.backprop-notes", ".other.backprop-a1b2c3.tmp", "file", "file.previous"]);
    }
    #[test]
    fn what_a_living_process_is_writing_is_not_swept_away() {
        let (folder, path) = folder_with_two_versions();
        write(&path, |file| {
            file.write_all(b"three")?;
            sweep(&path);
            Ok(())
        })
        .expect("writable");
        assert_eq!(versions(&contents(folder.path())), [Some("three"), Some("one")]);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_hard_links_stay_and_a_read_only_file_is_not_replaced() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
        let (folder, path) = folder_with_two_versions();
        let set = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode));
        let mode = || std::fs::metadata(&path).expect("there").mode() & 0o777;
        set(0o600).expect("ours");
        write(&path, |file| file.write_all(b"three")).expect("writable");
        assert_eq!(mode(), 0o600);
        set(0o444).expect("ours");
        for result in [write(&path, |_| Ok(())), check_writable(&path)] {
            assert!(result.expect_err("refused").to_string().contains("it is read-only"));
        }
        set(0o640).expect("ours");
        let other = folder.path().join("other");
        std::fs::hard_link(&path, &other).expect("a second name");
        write_keeping_previous(&path, |file| file.write_all(b"iv")).expect("writable");
        assert_eq!(mode(), 0o640);
        let contents = contents(folder.path());
        assert_eq!(versions(&contents), [Some("iv"), Some("three")]);
        assert_eq!((contents["other"].as_str(), contents.len()), ("iv", 3), "{contents:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_to_nothing_leads_to_the_new_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [first, second, file] = ["first", "second", "file"].map(|name| folder.path().join(name));
        std::os::unix::fs::symlink("second", &first).expect("a link");
        std::os::unix::fs::symlink(&file, &second).expect("a link");
        write(&first, |file| file.write_all(b"new")).expect("writable");
        assert!(first.is_symlink() && second.is_symlink());
        assert_eq!(std::fs::read(&file).expect("written"), b"new");
        std::fs::remove_file(&file).expect("there");
        std::os::unix::fs::symlink(&first, &file).expect("a link");
        assert!(write(&first, |_| Ok(())).expect_err("refused").to_string().contains("in a circle"));
    }

    #[test]
    fn a_name_as_long_as_names_may_be_can_be_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("x".repeat(250));
        write(&path, |file| file.write_all(b"new")).expect("writable");
        assert_eq!(std::fs::read(&path).expect("written"), b"new");
    }
}
