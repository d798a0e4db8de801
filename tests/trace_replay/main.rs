//! Chunks of recorded runs, run again: whole, instruction by instruction, verified
//! as a trace, and expanded to all of its accesses.

#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the lints spare test functions, not what they call"
)]

mod agree;
#[path = "../engines/asm.rs"]
#[expect(dead_code, reason = "the tests of the engines use the rest")]
mod asm;
#[path = "../common/builder.rs"]
#[expect(dead_code, reason = "the tests of the ELF stage use the rest")]
mod builder;
#[path = "../common/dice.rs"]
mod dice;
mod endings;
mod expand;
mod guests;
mod hostile;
#[path = "../common/inst.rs"]
mod inst;
mod links;
#[path = "../common/manifest.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod manifest;
mod rich;
mod tamper;
mod trace;
mod verify;
