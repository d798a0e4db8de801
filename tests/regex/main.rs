//! The regex workload under rvjet's engines and under `qemu-riscv64`: its engines find what
//! the corpus says, and machine code that it writes itself does what its executor does.
//!
//! `RVJET_TEST_CASES` says how many random patterns there are, `RVJET_TEST_SEED` from which
//! seed.

#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "the lints spare test functions, not what they call"
)]

mod corpus;
#[path = "../common/dice.rs"]
mod dice;
mod emulator;
mod random;
