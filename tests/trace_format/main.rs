//! The trace file: what is written is what is read, and no bytes do harm.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::panic, reason = "a test that cannot go on has failed")]

mod allocated;
mod arbitrary;
#[path = "../common/dice.rs"]
mod dice;
mod fuzz;
mod python;
mod round_trip;
mod truncated;

#[global_allocator]
static ALLOCATOR: allocated::Counting = allocated::Counting;
