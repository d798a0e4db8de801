//! Chunks of recorded runs, run again: whole, instruction by instruction, verified
//! as a trace, and expanded to all of its accesses.

#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the lints spare test functions, not what they call"
)]

mod expand;
mod guests;
#[path = "../common/manifest.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod manifest;
mod trace;
mod verify;
