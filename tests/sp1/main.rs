//! Programs for SP1, made for the purpose: engines, recordings and replays against each
//! other, and against a model of what SP1's executor does.
//!
//! `PROPTEST_CASES` and `PROPTEST_RNG_SEED` say how many random programs are run, and
//! which; without them it is the same few in every run.

#![cfg(feature = "precompiles")]
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the lints spare test functions, not what they call"
)]

#[path = "../engines/asm.rs"]
#[expect(dead_code, reason = "the tests of the engines use the rest")]
mod asm;
mod blocks;
mod bounds;
#[path = "../common/builder.rs"]
#[expect(dead_code, reason = "the tests of the ELF stage use the rest")]
mod builder;
mod calls;
mod chunks;
#[path = "../common/dice.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod dice;
mod guests;
mod hostile;
#[path = "../common/inst.rs"]
mod inst;
mod limits;
mod model;
mod random;
mod scenario;
mod text;
