//! The Linux personality, call by call, without an engine.

mod guest;
mod io;
mod memory;
mod start;
