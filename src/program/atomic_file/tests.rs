//! Files under failures at every step.

use std::collections::BTreeMap;

use super::*;
use backprop::file::{read, read_at_most};

const STEPS: [Stage; 6] =
    [Stage::Create, Stage::Write, Stage::Sync, Stage::KeepPrevious, Stage::Rename, Stage::Finished];

#[cfg(unix)]
#[test]
fn a_device_without_end_is_not_read() {
    assert!(read(Path::new("/dev/zero")).expect_err("refused").to_string().contains("a device"));
    let (_folder, path) = folder_with_two_versions();
    assert_eq!(read(&path).expect("readable"), b"two");
    assert!(read_at_most(&path, 2).expect_err("too long").to_string().contains("3 bytes, more than the 2"));
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
            Stage::Create | Stage::Write | Stage::Sync | Stage::KeepPrevious => [Some("two"), Some("one")],
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

#[test]
fn a_kill_between_the_renames_leaves_one_file_of_two_names_and_the_next_write_no_third() {
    let (folder, path) = folder_with_two_versions();
    std::fs::remove_file(previous(&path)).expect("there");
    std::fs::hard_link(&path, previous(&path)).expect("a second name");
    write_keeping_previous(&path, |file| file.write_all(b"three")).expect("writable");
    let contents = contents(folder.path());
    assert_eq!(versions(&contents), [Some("three"), Some("two")]);
    assert_eq!(contents.len(), 2, "{contents:?}");
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
