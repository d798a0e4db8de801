//! The Linux personality, call by call, without an engine.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod attributes;
mod copy;
mod deadline;
mod devices;
mod dirs;
mod escape;
mod events;
mod file_maps;
mod files;
mod guest;
mod identity;
mod io;
mod lengths;
mod listing;
mod locks;
mod memory;
mod names;
mod pipes;
mod process;
mod read_only;
mod remap;
mod select;
mod signals;
mod start;
mod time;
mod wait;
