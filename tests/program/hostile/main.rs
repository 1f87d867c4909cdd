//! Nothing lost, whatever comes in: full disks, devices, links, other people's files, damage, signals, and sizes that no
//! memory holds.
//!
//! Every run is held to two limits, three minutes and 200 MB ([`limits::run`]). What needs root or a file system of its own
//! is ignored here, and .ci/run runs it.
#![cfg(unix)]

mod limits;
mod messages;
mod places;
mod printing;
mod sizes;
mod storm;
