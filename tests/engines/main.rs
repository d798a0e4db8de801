//! The engines against each other and against a model: every instruction, what
//! traps, what changes code, what meets a limit, and instructions at random.
//!
//! `PROPTEST_CASES` and `PROPTEST_RNG_SEED` say how many random programs are
//! run, and which; without them it is the same few in every run.

#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the lints spare test functions, not what they call"
)]

mod asm;
mod atomics;
mod branches;
mod capacity;
mod compute;
mod guests;
mod homes;
mod lab;
mod limits;
mod memory;
mod model;
mod operands;
mod random;
mod report;
mod scenario;
mod selfmod;
mod threads;
mod traps;
mod windows;
