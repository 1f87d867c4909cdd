//! Remedies for errors of the library, in terms of flags and commands.

use backprop::{Error, ErrorKind};

use crate::io::system_errors;

/// Returns the error with a remedy for the user of this program.
pub(super) fn with_flags(error: Error) -> Error {
    let system_error = std::error::Error::source(&error).and_then(|source| source.downcast_ref());
    if let Some(remedy) = system_error.and_then(system_errors::remedy) {
        // Where it was known already, it may be part of a longer remedy.
        return if error.to_string().contains(remedy) { error } else { error.instead(remedy) };
    }
    match error.kind() {
        ErrorKind::NoData => error.remedy("`backprop get-mnist` fetches MNIST"),
        ErrorKind::Edited => {
            error.instead("if that was you, say --edited or remove its key crc32; if not, it is damaged")
        }
        ErrorKind::IsCheckpoint => {
            error.instead("--from and --model take its network; --resume continues its run")
        }
        ErrorKind::IsModel => error.instead("start a new run from it with --from"),
        ErrorKind::Diverged if error.to_string().contains("standardize the inputs") => {
            error.remedy("--standardize does it")
        }
        ErrorKind::NumbersAsClasses => {
            error.remedy("say --numbers if the column holds numbers to learn, --classes if it holds classes")
        }
        ErrorKind::WhichColumn => error.remedy(
            "--target NAME or --target N says which column to learn; add --numbers or --classes if that is not clear",
        ),
        ErrorKind::TextColumn => {
            error.remedy("--ignore NAME leaves a column out, --one-hot turns each of its words into an input")
        }
        ErrorKind::MissingValues => error.remedy(
            "--missing drop leaves such rows out, --missing mean takes the mean of the column, --ignore NAME leaves a \
             column out",
        ),
        ErrorKind::NoAnswers => error.remedy("`backprop predict --model MODEL.json --data FILE.csv --index I` needs none"),
        ErrorKind::NoPixels => error.remedy("omit --pixels, or say --image ROWSxCOLUMNS when training"),
        ErrorKind::OfNumpy => error.remedy(
            "in Python: import numpy; numpy.savetxt(\"table.csv\", numpy.load(FILE), delimiter=\",\", fmt=\"%.17g\")",
        ),
        ErrorKind::OfPython => error.remedy(
            "in Python, load it into an array a of rows and columns and write it as CSV: import numpy; \
             numpy.savetxt(\"table.csv\", a, delimiter=\",\", fmt=\"%.17g\")",
        ),
        ErrorKind::ClassesForNumbers => error.remedy("--target NAME says which column the numbers are in"),
        ErrorKind::NumbersForClasses => error.remedy("omit --numbers and --targets-columns"),
        _ => error,
    }
}
