//! Chunks run again: to be verified, and to be looked at step by step.
//!
//! Enters: a header, a program, chunks, none of them trusted. Leaves: the
//! instructions of a chunk with all they read and wrote, or the [`Mismatch`]
//! that says where a chunk is not what execution makes of its start. Must hold:
//! what is found depends on trace and program alone, not on the engine, nor on
//! how many threads look.
#![forbid(unsafe_code)]

mod access;
mod chain;
mod crew;
mod ending;
mod error;
mod expand;
mod history;
mod links;
mod locate;
mod mismatch;
mod shape;
mod steps;
mod verify;
mod whole;
mod words;

pub use crate::machine::{AccessKind, Link, WordAccess};
pub use access::{Access, ChunkAccesses, Join, WordEnds};
pub use error::{ExpandError, ReplayError, VerifyError};
pub use expand::Expand;
pub use links::ChunkLinks;
pub use mismatch::{Difference, Field, Mismatch, Place, StateDifference};
pub use steps::{Step, Steps};
pub use verify::{Level, Verified, Verify};

pub(crate) use chain::Chain;
pub(crate) use crew::in_order;
pub(crate) use ending::Tail;
pub(crate) use links::counts_up;
pub(crate) use locate::Watch;
pub(crate) use mismatch::difference;
pub(crate) use shape::check_shape;
pub(crate) use words::Words;
