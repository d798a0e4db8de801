//! Why a trace could not be exported.

use std::io;
use std::ops::Range;
use std::path::PathBuf;

use parquet::errors::ParquetError;

use super::Table;
use crate::replay::{Mismatch, ReplayError};
use crate::trace::TraceError;

/// Why there are no tables.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// A chunk could not be read.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// The trace cannot be replayed at all.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// A chunk is not what execution makes of its start, or does not follow.
    #[error(transparent)]
    Mismatch(#[from] Box<Mismatch>),
    /// A table needs the program, which was not given.
    #[error("the table {table} is made by a replay, for which the program's ELF file is needed")]
    NoElf {
        /// Which.
        table: Table,
    },
    /// Chunks were asked for that the trace does not have.
    #[error("there are no chunks {}..{}, the trace has {count}", chunks.start, chunks.end)]
    NoChunks {
        /// Which.
        chunks: Range<u64>,
        /// How many there are.
        count: u64,
    },
    /// There is such a file already.
    #[error("{} is there already", path.display())]
    Exists {
        /// Which.
        path: PathBuf,
    },
    /// Another export writes the same file now.
    #[error("{} is being written by another export", path.display())]
    Busy {
        /// Which.
        path: PathBuf,
    },
    /// A file or directory could not be made.
    #[error("cannot create {}", path.display())]
    Create {
        /// Which.
        path: PathBuf,
        /// What the host says.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// What the host says.
        source: io::Error,
    },
    /// Rows could not be put into the format.
    #[error("cannot encode a table")]
    Encode(#[from] ParquetError),
}

impl From<Mismatch> for ExportError {
    fn from(found: Mismatch) -> ExportError {
        ExportError::Mismatch(Box::new(found))
    }
}
