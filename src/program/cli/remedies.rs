//! Remedies for errors of the library, in terms of flags and commands.

use backprop::{Error, ErrorKind};

/// Returns the error with a remedy for the user of this program.
pub(super) fn with_flags(error: Error) -> Error {
    match error.kind() {
        ErrorKind::NoData => error.remedy("`backprop get-mnist` fetches MNIST"),
        ErrorKind::Edited => {
            error.instead("if that was you, say --edited or remove its key crc32; if not, it is damaged")
        }
        ErrorKind::IsCheckpoint => {
            error.instead("--from and --model take its network; --resume goes on with its run")
        }
        ErrorKind::IsModel => error.instead("begin another run from it with --from"),
        ErrorKind::NumbersAsClasses => {
            error.remedy("--targets-columns 1 takes the last column as numbers to put out")
        }
        ErrorKind::ClassesForNumbers => {
            error.remedy("--targets-columns K says that the last K columns are numbers")
        }
        ErrorKind::NumbersForClasses => error.remedy("omit --targets-columns"),
        _ => error,
    }
}
