//! Files, and what can happen to them: the one way in which the program writes.
//!
//! | question | answered by |
//! |---|---|
//! | may the command write there, and is nothing lost by it? | [`Destinations`], before anything is computed |
//! | how is a file written? | [`write()`]: to a temporary file, which is synced and renamed |
//! | is another process at work on it? | [`Lock`] |
//! | has the user pressed Ctrl-C? | [`signals`] |
//! | does it fit into memory? | [`memory`] |
//! | what can be done about an error of the system? | [`system_errors`] |

mod destinations;
mod lock;
pub(crate) mod memory;
pub(crate) mod signals;
pub(crate) mod system_errors;
#[cfg(test)]
mod tests;
mod write;

use std::path::Path;

use backprop::Error;
use backprop::training::Checkpoint;

pub(crate) use destinations::{Destinations, Force, Kind};
pub(crate) use lock::Lock;
pub(crate) use write::{
    free_name, is_same, next, place_of, previous, write, write_keeping_previous, write_new,
};

/// Reads a checkpoint. If it is damaged and FILE.previous is whole, the error says so.
pub(crate) fn read_checkpoint(path: &Path) -> Result<Checkpoint, Error> {
    Checkpoint::read(path).map_err(|error| {
        let previous = previous(path);
        if Checkpoint::read(&previous).is_err() {
            return error;
        }
        error.remedy(format!("the checkpoint before it is whole: resume from {}", previous.display()))
    })
}
