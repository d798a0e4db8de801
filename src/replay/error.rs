//! Why a trace cannot be replayed at all.

use crate::error::Error;
use crate::machine::MapError;
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
    /// The trace is of another instruction set.
    #[error("the trace is of a hart with {recorded}")]
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
