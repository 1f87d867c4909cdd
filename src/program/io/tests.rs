//! Files under failures, and names that lead elsewhere.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

/// A folder in which FILE holds "two" and FILE.previous "one".
fn folder_with_two_versions() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("file");
    for version in ["one", "two"] {
        write_keeping_previous(&path, version.as_bytes()).expect("writable");
    }
    (folder, path)
}

/// The files of a folder and what they hold.
fn contents(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).expect("readable").flatten().filter(|entry| entry.path().is_file());
    let text = |path: PathBuf| fs::read_to_string(path).expect("readable");
    entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), text(entry.path()))).collect()
}

fn files<const N: usize>(expected: [(&str, &str); N]) -> BTreeMap<String, String> {
    expected.map(|(name, text)| (name.to_owned(), text.to_owned())).into()
}

#[test]
fn the_file_that_is_replaced_is_kept_as_previous_and_nothing_else() {
    let (folder, path) = folder_with_two_versions();
    assert_eq!(contents(folder.path()), files([("file", "two"), ("file.previous", "one")]));
    write_keeping_previous(&path, b"three").expect("writable");
    assert_eq!(contents(folder.path()), files([("file", "three"), ("file.previous", "two")]));
    write(&path, b"four").expect("writable");
    assert_eq!(contents(folder.path()), files([("file", "four"), ("file.previous", "two")]));
    assert_eq!(next(&previous(&path)), Some(path));
}

#[test]
fn a_failure_to_keep_the_old_file_leaves_it_and_nothing_else() {
    let (folder, path) = folder_with_two_versions();
    // No file can be renamed to a folder.
    fs::remove_file(previous(&path)).expect("there");
    fs::create_dir_all(previous(&path).join("full")).expect("new");
    let error = write_keeping_previous(&path, b"three").expect_err("refused").to_string();
    assert!(error.contains("what was there before is unchanged"), "{error}");
    assert_eq!(contents(folder.path()), files([("file", "two")]));
    fs::remove_dir_all(previous(&path)).expect("there");
    write_keeping_previous(&path, b"three").expect("writable");
    assert_eq!(contents(folder.path()), files([("file", "three"), ("file.previous", "two")]));
}

#[test]
fn one_file_of_two_names_becomes_two_files_at_the_next_write() {
    let (folder, path) = folder_with_two_versions();
    fs::remove_file(previous(&path)).expect("there");
    fs::hard_link(&path, previous(&path)).expect("a second name");
    write_keeping_previous(&path, b"three").expect("writable");
    assert_eq!(contents(folder.path()), files([("file", "three"), ("file.previous", "two")]));
}

#[test]
fn temporary_files_take_no_name_that_is_taken() {
    let (folder, path) = folder_with_two_versions();
    let taken = |number| folder.path().join(format!(".backprop-{}-{number}.tmp", std::process::id()));
    fs::write(taken(1), "precious").expect("writable");
    fs::create_dir(taken(2)).expect("new");
    #[cfg(unix)]
    std::os::unix::fs::symlink("victim", taken(3)).expect("a link");
    write(&path, b"three").expect("writable");
    assert_eq!(fs::read(&path).expect("written"), b"three");
    assert_eq!(fs::read(taken(1)).expect("kept"), b"precious");
    assert!(!folder.path().join("victim").exists() && !taken(4).exists());
}

#[test]
fn a_new_file_takes_a_free_name_and_follows_no_link() {
    let (folder, path) = folder_with_two_versions();
    assert_eq!(free_name(&path, "rescued"), folder.path().join("file.rescued"));
    fs::write(folder.path().join("file.rescued"), "precious").expect("writable");
    let free = free_name(&path, "rescued");
    assert_eq!(free, folder.path().join("file.rescued-2"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("victim", &free).expect("a link");
        assert_eq!(free_name(&path, "rescued"), folder.path().join("file.rescued-3"));
        write_new(&free, b"new").expect_err("refused");
        assert!(!folder.path().join("victim").exists() && free.is_symlink());
    }
    write_new(&path, b"new").expect_err("refused");
    assert_eq!(fs::read(&path).expect("kept"), b"two");
    write_new(&folder.path().join("new"), b"new").expect("writable");
    assert_eq!(fs::read(folder.path().join("new")).expect("written"), b"new");
}

#[test]
fn a_name_as_long_as_names_may_be_can_be_written() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("x".repeat(250));
    write(&path, b"new").expect("writable");
    assert_eq!(fs::read(&path).expect("written"), b"new");
    let error = write(&folder.path().join("x".repeat(300)), b"new").expect_err("refused").to_string();
    // Elsewhere the system may call it a file that was not found.
    assert!(cfg!(not(unix)) || error.contains("choose a shorter name"), "{error}");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    use super::*;
    use crate::io::write::check_writable;
    use backprop::file::{read, read_at_most};

    #[test]
    fn a_device_without_end_is_not_read() {
        assert!(read(Path::new("/dev/zero")).expect_err("refused").to_string().contains("a device"));
        let (_folder, path) = folder_with_two_versions();
        assert_eq!(read(&path).expect("readable"), b"two");
        let error = read_at_most(&path, 2).expect_err("too long").to_string();
        assert!(error.contains("3 bytes, more than the 2"), "{error}");
    }

    #[test]
    fn a_link_stays_a_link_and_a_device_stays_a_device() {
        let (folder, path) = folder_with_two_versions();
        let link = folder.path().join("link");
        symlink(&path, &link).expect("a link");
        write(&link, b"three").expect("writable");
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&path).expect("readable"), "three");
        for result in [write(Path::new("/dev/null"), b""), check_writable(Path::new("/dev/null"))] {
            assert!(result.expect_err("refused").to_string().contains("a device"));
        }
    }

    #[test]
    fn a_link_that_leads_to_nothing_leads_to_the_new_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [first, second, file] = ["first", "second", "file"].map(|name| folder.path().join(name));
        symlink("second", &first).expect("a link");
        symlink(&file, &second).expect("a link");
        write(&first, b"new").expect("writable");
        assert!(first.is_symlink() && second.is_symlink());
        assert_eq!(fs::read(&file).expect("written"), b"new");
        fs::remove_file(&file).expect("there");
        symlink(&first, &file).expect("a link");
        write(&first, b"").expect_err("its links lead in a circle");
        assert!(first.is_symlink());
    }

    #[test]
    fn permissions_stay_and_a_read_only_file_is_not_replaced() {
        let (_folder, path) = folder_with_two_versions();
        let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("ours");
        set(0o600);
        write(&path, b"three").expect("writable");
        assert_eq!(fs::metadata(&path).expect("there").mode() & 0o777, 0o600);
        set(0o444);
        for result in [write(&path, b""), check_writable(&path)] {
            assert!(result.expect_err("refused").to_string().contains("it is read-only"));
        }
        assert_eq!(fs::read(&path).expect("kept"), b"three");
    }

    #[test]
    fn paths_to_one_file_are_the_same_before_and_after_it_is_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("sub")).expect("new");
        symlink(at("file"), at("link")).expect("a link");
        for exists in [false, true] {
            assert!(is_same(&at("file"), &at("sub/../file")) && is_same(&at("file"), &at("link")));
            assert!(!is_same(&at("file"), &at("other")));
            if !exists {
                fs::write(at("file"), "now").expect("writable");
            }
        }
        fs::hard_link(at("file"), at("other")).expect("a second name");
        assert!(is_same(&at("file"), &at("other")));
    }

    #[test]
    fn a_lock_follows_no_link_and_touches_no_file_of_others() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [lock, run, victim] =
            [".run.backprop-lock", "run", "victim"].map(|name| folder.path().join(name));
        let refused = || Lock::take(&run, "training").map(|_| ()).expect_err("refused").to_string();
        symlink("victim", &lock).expect("a link");
        refused();
        assert!(!victim.exists());
        fs::write(&victim, "precious").expect("writable");
        refused();
        fs::remove_file(&lock).expect("a link");
        fs::hard_link(&victim, &lock).expect("a second name");
        assert!(refused().contains("not a lock that this program wrote"));
        assert_eq!(fs::read(&victim).expect("kept"), b"precious");
        fs::remove_file(&lock).expect("a second name");
        fs::create_dir(&lock).expect("new");
        assert!(refused().contains("Is a directory"));
        fs::remove_dir(&lock).expect("new");
        let fifo = std::process::Command::new("mkfifo").arg(&lock).status().expect("mkfifo is there");
        assert!(fifo.success() && refused().contains("it is a pipe"));
        fs::remove_file(&lock).expect("a pipe");
        // One that a killed process has left is taken over, and removed at the end.
        fs::write(&lock, "4711").expect("writable");
        let taken = Lock::take(&run, "training").expect("free");
        assert_eq!(fs::read_to_string(&lock).expect("ours"), std::process::id().to_string());
        assert!(refused().contains(&format!("another process ({}) is training it", std::process::id())));
        drop(taken);
        assert!(!lock.exists());
    }

    #[test]
    fn errors_of_the_system_have_remedies() {
        let path = Path::new("file");
        for (number, remedy) in [
            (2, "there is no such folder: create it"),
            (13, "choose a place you can write to"),
            (23, "raise the limit of open files"),
            (24, "raise the limit of open files"),
            (27, "as large as a file may get here (ulimit -f)"),
            (28, "free some space"),
            (30, "the disk can only be read: choose another place"),
            (36, "choose a shorter name"),
        ] {
            let error = std::io::Error::from_raw_os_error(number);
            let text = super::super::write::write_error(path, error).to_string();
            assert!(cfg!(not(target_os = "linux")) || text.contains(remedy), "{number}: {text}");
        }
    }
}
