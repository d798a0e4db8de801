//! Programs as ordinary cross compilers make them, against C libraries: under
//! `qemu-riscv64` and under both engines, and recorded; output, exit code and
//! written files have to be the same. Without qemu or a compiler nothing is checked.
//!
//! Random programs by csmith besides: `RVJET_CSMITH` says how many, and
//! `RVJET_CSMITH_SEED` from which seed.

#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "the lints spare test functions, not what they call"
)]

mod built;
mod csmith;
#[path = "../common/opinion.rs"]
#[expect(
    dead_code,
    reason = "the tests of single instructions and calls use the rest"
)]
mod opinion;
#[path = "../common/programs.rs"]
#[expect(dead_code, reason = "benches use the rest")]
mod programs;
mod run;
mod same;
