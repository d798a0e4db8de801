//! Hostile guests: what a program or a file does to break out, to hang or to
//! exhaust its host.

#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the lints spare test functions, not what they call"
)]

#[path = "../common/dice.rs"]
mod dice;
mod edges;
mod files;
mod guest;
mod host;
mod limits;
