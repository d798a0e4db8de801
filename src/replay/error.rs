//! Why a trace cannot be replayed at all.

use std::convert::Infallible;

use super::Mismatch;
use crate::error::Error;
use crate::machine::{Exit, MapError};
use crate::trace::Digest;

/// Why no [`Replayer`](crate::Replayer) could be made for a trace.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The trace is of another program.
    #[error("the trace is of a program with digest {recorded}, and this one has {found}")]
    OtherProgram {
        /// What the trace says.
        recorded: Digest,
        /// The digest of the ELF file that was given.
        found: Digest,
    },
    /// The program is the same, and its text in memory is not.
    #[error("the trace says that the program's text has digest {recorded}, and it has {found}")]
    OtherText {
        /// What the trace says.
        recorded: Digest,
        /// The digest of the text as it was loaded now.
        found: Digest,
    },
    /// The trace is of instructions that the personality does not have.
    #[error("the trace is of a hart with {recorded:?}")]
    OtherIsa {
        /// What the trace says.
        recorded: String,
    },
    /// The program could not be loaded again.
    #[error(transparent)]
    Machine(#[from] Error),
    /// The host refused to lay memory out for a replay.
    #[error("cannot lay out memory for a replay")]
    Memory(#[from] MapError),
}

/// What is wrong with a trace. `E` is why a chunk could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError<E: std::error::Error + 'static = Infallible> {
    /// It cannot be replayed at all.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// A chunk could not be had.
    #[error("chunk {number} cannot be had")]
    Chunk {
        /// Its place in the trace.
        number: u64,
        /// Why.
        source: E,
    },
    /// A chunk is not what execution makes of its start, or does not follow.
    #[error(transparent)]
    Mismatch(Box<Mismatch>),
    /// The state in which the run is said to start is none to start in.
    #[error("no run starts in the state in which the trace says it does")]
    Start,
    /// The inputs' digest is not theirs.
    #[error("the trace says that the run's inputs have digest {recorded}, and it is {found}")]
    Inputs {
        /// What the trace says.
        recorded: Digest,
        /// The digest of the inputs that the trace has.
        found: Digest,
    },
    /// The digest of what the guest has received is not that of what calls wrote.
    #[error("the trace says that what calls wrote has digest {recorded}, and it is {found}")]
    Received {
        /// What the trace says.
        recorded: Digest,
        /// The digest of what its calls wrote.
        found: Digest,
    },
    /// The run does not end as the trace says.
    #[error("the run does not end as the trace says: {recorded:?}")]
    Exit {
        /// What the trace says.
        recorded: Exit,
    },
}

/// Why a trace could not be expanded. `E` is why a chunk could not be had, or what
/// came of it not be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExpandError<E: std::error::Error + 'static = Infallible> {
    /// It cannot be replayed at all.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// A chunk could not be had.
    #[error("chunk {number} cannot be had")]
    Chunk {
        /// Its place in the trace.
        number: u64,
        /// Why.
        source: E,
    },
    /// A chunk is not what execution makes of its start, or does not follow.
    #[error(transparent)]
    Mismatch(Box<Mismatch>),
    /// The accesses of a chunk could not be kept.
    #[error("the accesses of chunk {number} cannot be kept")]
    Sink {
        /// Its place in the trace.
        number: u64,
        /// Why.
        source: E,
    },
}
