//! Remedies for errors of the operating system, in one table.

use std::io::{Error, ErrorKind};

/// Errors that have an [`ErrorKind`].
const KINDS: &[(ErrorKind, &str)] = &[
    (ErrorKind::StorageFull, "free some space or choose another place"),
    (ErrorKind::QuotaExceeded, "free some space or choose another place"),
    (ErrorKind::FileTooLarge, "it is as large as a file may get here (ulimit -f): choose another place"),
    (ErrorKind::InvalidFilename, "choose a shorter name"),
    (ErrorKind::NotADirectory, "a file is in the path where a folder should be: look at the path"),
    (ErrorKind::ReadOnlyFilesystem, "the disk can only be read: choose another place"),
    (ErrorKind::OutOfMemory, "close other programs, or allow this one more memory (ulimit -v)"),
    (ErrorKind::StaleNetworkFileHandle, "the network drive has changed: open its folder again"),
    (ErrorKind::TimedOut, "the disk or the network does not answer: try again"),
    (ErrorKind::ExecutableFileBusy, "it is a program that is running: end it, or choose another name"),
];

/// Numbers of Unix without a kind, the same everywhere but the last: links in a circle have one on Linux, another elsewhere.
#[cfg(unix)]
const NUMBERS: &[(i32, &str)] = &[
    (5, "the disk or device is failing: look at the system's messages"),
    (23, TOO_MANY_FILES),
    (24, TOO_MANY_FILES),
    (
        if cfg!(target_os = "linux") { 40 } else { 62 },
        "its links lead back to each other: remove one of them",
    ),
];
#[cfg(unix)]
const TOO_MANY_FILES: &str = "raise the limit of open files: ulimit -n 256";

/// Numbers of Windows without a kind.
#[cfg(not(unix))]
const NUMBERS: &[(i32, &str)] = &[
    (4, "close other programs: too many files are open"),
    (32, "another program has it open: close it there, or choose another place"),
    (33, "another program has it open: close it there, or choose another place"),
];

/// Returns what to do about an error that means the same whatever was done; `None` if that depends on the work.
pub(crate) fn remedy(error: &Error) -> Option<&'static str> {
    let own = error.raw_os_error()?;
    let by_number = NUMBERS.iter().find(|(number, _)| *number == own);
    let by_kind = || KINDS.iter().find(|(kind, _)| error.kind() == *kind).map(|(_, remedy)| *remedy);
    by_number.map(|(_, remedy)| *remedy).or_else(by_kind)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn errors_of_linux_have_remedies_of_their_own() {
        // ENOSPC, EDQUOT, EFBIG, ENAMETOOLONG, ENOTDIR, EROFS, ENOMEM, ESTALE, ETIMEDOUT, ETXTBSY, EIO, ENFILE, EMFILE, ELOOP
        for (number, part) in [
            (28, "space"),
            (122, "space"),
            (27, "ulimit -f"),
            (36, "shorter name"),
            (20, "look at the path"),
            (30, "can only be read"),
            (12, "ulimit -v"),
            (116, "network drive"),
            (110, "try again"),
            (26, "a program that is running"),
            (5, "device is failing"),
            (23, "ulimit -n"),
            (24, "ulimit -n"),
            (40, "lead back"),
        ] {
            let error = Error::from_raw_os_error(number);
            assert!(remedy(&error).is_some_and(|remedy| remedy.contains(part)), "{number}: {error}");
        }
        // A missing file, a forbidden one, one of that name: what to do depends on what it was for.
        for number in [2, 13, 17, 21] {
            assert_eq!(remedy(&Error::from_raw_os_error(number)), None, "{number}");
        }
    }
}
