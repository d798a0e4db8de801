//! The trace file: what is written is what is read, and no bytes do harm.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::panic, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

mod allocated;
mod arbitrary;
mod canonical;
mod damaged;
#[path = "../common/dice.rs"]
mod dice;
mod fuzz;
mod python;
mod reject;
mod round_trip;
mod sample;
mod truncated;
mod vector;

#[global_allocator]
static ALLOCATOR: allocated::Counting = allocated::Counting;
