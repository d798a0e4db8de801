//! The trace file: what is written is what is read, and no bytes do harm.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod arbitrary;
mod python;
mod round_trip;
