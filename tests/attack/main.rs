//! Hostile guests: what a program or a file does to break out, to hang or to
//! exhaust its host. Those that still succeed are ignored, by finding.

#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the lints spare test functions, not what they call"
)]

mod chaos;
mod edges;
mod files;
mod guest;
mod host;
mod limits;
