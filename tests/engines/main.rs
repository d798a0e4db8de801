//! The engines against each other and against a model: every instruction, what
//! traps, what changes code, what meets a limit, and instructions at random.
//!
//! `PROPTEST_CASES` and `PROPTEST_RNG_SEED` say how many random programs are
//! run, and which; without them it is the same few in every run. What is run is
//! recorded, too: one scenario in `RECORD_ONE_IN`.

#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the lints spare test functions, not what they call"
)]

mod asm;
mod atomics;
mod bits;
mod branches;
#[path = "../common/builder.rs"]
#[expect(dead_code, reason = "the tests of the ELF stage use the rest")]
mod builder;
mod capacity;
mod compute;
mod guests;
mod homes;
mod hot;
#[path = "../common/inst.rs"]
mod inst;
mod lab;
mod ledger;
mod limits;
#[path = "../common/manifest.rs"]
#[expect(dead_code, reason = "benches use the rest")]
mod manifest;
mod memory;
mod model;
mod model_bits;
mod operands;
mod random;
mod record;
mod report;
mod scenario;
mod selfmod;
mod table;
mod threads;
mod touches;
mod traps;
mod windows;
