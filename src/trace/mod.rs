//! Execution traces: what they hold, and the file they are kept in.
//!
//! A trace is cut into chunks that stand alone: a [`Chunk`] is the hart at its
//! start, and all that execution took from outside it (the memory words it
//! touched first, what its calls brought in, the code that is not the
//! program's own). With the program, that is enough to run it again anywhere.
//!
//! Enters: chunks, from whoever records. Leaves: the same, from a file that
//! nobody need trust. Knows no engine.
#![forbid(unsafe_code)]

mod chunk;
mod content;
mod error;
mod file;
mod header;

pub use chunk::{
    Boundary, CallWrite, Chunk, ClockModel, CodePage, EcallRecord, Initial, Policy, TimeRead, Touch,
};
pub use header::{Digest, Ending, Header};

pub use content::{Choice, Column, Flaw, MAX_TOUCHES};
pub use error::{Part, Quantity, TraceError};
pub use file::{
    ChunkInfo, Codec, Condition, Damage, EncodedChunk, MAX_CHUNKS, MAX_CONTENT, Mangling, Source,
    StreamReader, Summary, Totals, Trace, VERSION, Writer, decode_chunk, encode_chunk,
};

pub(crate) use file::write_chunks;
