//! Why there are no chunks.

use crate::replay::{Mismatch, ReplayError};
use crate::trace::TraceError;

/// Why chunks could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The run is not one of a program for SP1.
    #[error("the trace is of a run under the personality {abi:?}, not \"sp1\"")]
    OtherAbi {
        /// The personality.
        abi: String,
    },
    /// Chunks were to have no entries at all.
    #[error("a chunk cannot end after 0 entries")]
    EmptyChunks,
    /// A chunk of the trace could not be had.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// The trace cannot be replayed at all.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// A chunk of the trace is not what execution makes of its start, or does not follow.
    #[error(transparent)]
    Mismatch(#[from] Box<Mismatch>),
    /// A precompile writes its results over one another, and this library was built
    /// without the arithmetic that tells what was there in between.
    #[error(
        "results of the call at instruction {insn} overlap; that takes the feature `precompiles`"
    )]
    Overlap {
        /// Instructions of the run before the call.
        insn: u64,
    },
    /// No thread could be started.
    #[error("cannot start a thread")]
    Thread(#[source] std::io::Error),
}
