//! rvjet's personality for SP1, and the trace chunks it makes, against SP1's own
//! executor and the machine that its prover replays chunks by.
//!
//! `ORACLE_CASES` and `ORACLE_SEED` say how many random programs and words are tried, and
//! which; without them it is the same few in every run. `ORACLE_STDERR` shows what SP1's
//! executor says.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the lints spare test functions, not what they call"
)]

#[path = "../../../common/builder.rs"]
#[expect(dead_code, reason = "the tests of the ELF stage use the rest")]
mod builder;
mod compare;
#[path = "../../../common/dice.rs"]
mod dice;
mod guests;
mod hooks;
#[path = "../../../common/inst.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod inst;
mod loads;
mod ours;
mod programs;
mod random;
mod replay;
mod words;

/// The number in a variable.
fn variable(name: &str, usual: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.map_or(usual, |value| value.parse().unwrap())
}

/// SP1's executor.
fn peer() -> sp1_oracle::Peer {
    sp1_oracle::Peer::new(env!("CARGO_BIN_EXE_sp1-oracle"))
}
