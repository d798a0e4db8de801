//! The Linux personality, call by call, without an engine.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod deadline;
mod dirs;
mod events;
mod files;
mod guest;
mod io;
mod memory;
mod process;
mod remap;
mod signals;
mod start;
mod time;
mod wait;
