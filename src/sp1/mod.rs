//! The trace chunks of SP1's executor, from a recording.
//!
//! Enters: a recording of a program for SP1 that runs, or its trace. Leaves: one after the
//! other, the [`Chunk`]s that SP1's executor would have made, bit for bit. Must hold:
//! what comes does not depend on how the recording is cut, nor on how many threads
//! replay it.
//!
//! A recording's chunks are replayed by several threads, each of which makes a `piece`: the
//! entries of all accesses, in which those are open that only earlier chunks can tell.
//! `cut` closes them and parts the entries anew. Where a chunk ends in the middle of a
//! piece, `follow` finds registers by executing the instructions before that once more,
//! unless `guess` has foreseen it.
//!
//! [`Chunk`]: crate::sp1::Chunk
#![forbid(unsafe_code)]

mod call;
mod chunk;
mod chunks;
mod cut;
mod entries;
mod error;
mod follow;
mod guess;
mod piece;
mod source;

pub use chunk::Chunk;
pub use chunks::{Chunks, Options};
pub use entries::Entries;
pub use error::Error;
