//! Both engines against `qemu-riscv64`, through the command: exit codes and
//! every byte of standard output. Without qemu nothing is checked.
//!
//! `RVJET_TEST_CASES` says how many random instructions are generated,
//! `RVJET_TEST_SEED` from which seed.

#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "the lints spare test functions, not what they call"
)]

mod bits;
#[path = "../common/builder.rs"]
#[expect(dead_code, reason = "the tests of the ELF stage use the rest")]
mod builder;
mod code;
mod float;
mod generator;
mod guests;
#[path = "../common/inst.rs"]
mod inst;
mod kernel;
mod libc;
#[path = "../common/manifest.rs"]
#[expect(dead_code, reason = "benches use the rest")]
mod manifest;
mod operands;
#[path = "../common/opinion.rs"]
#[expect(dead_code, reason = "the tests of programs use the rest")]
mod opinion;
mod program;
mod random;
mod signals;
mod streams;
mod tables;
mod traps;
