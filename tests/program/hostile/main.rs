//! Nothing is lost, whatever happens: full disks, devices, links, other people's files, damage, signals, and sizes
//! that do not fit into memory.
//!
//! Every run is held to two limits, three minutes and 200 MB ([`limits::run`]). Tests that need root or their own file
//! system are ignored here; .ci/run runs them.
#![cfg(unix)]

mod another_user;
mod limits;
mod meanings;
mod messages;
mod obstacles;
mod places;
mod plurals;
mod printing;
mod settings;
mod sizes;
mod storm;
