//! Why a trace cannot be read, or written.

use std::fmt;
use std::io;

use super::{Damage, Digest, Flaw, Mangling};
use crate::isa::Reg;

/// Why a file is not a trace, or not a whole one, or why it cannot be written.
///
/// Offsets are bytes from the start of the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// The file could not be read or written.
    #[error("cannot read or write the trace")]
    Io(#[from] io::Error),
    /// It does not start as a trace does.
    #[error("not a trace: it starts with {found:02x?}")]
    Magic {
        /// The first bytes, at most eight.
        found: Box<[u8]>,
    },
    /// It was a trace before something changed its bytes on the way.
    #[error("a trace that was mangled on its way: {0}")]
    Mangled(Mangling),
    /// It is of another version.
    #[error("trace version is {found}, expected {known}", known = super::VERSION)]
    Version {
        /// The version in the file.
        found: u32,
    },
    /// The file ends too early: the writer was stopped, or the copy was.
    #[error("the trace is truncated: what should be at byte {offset} is not all there")]
    Truncated {
        /// Where what is whole ends.
        offset: u64,
    },
    /// The bytes of a part are not those that were written.
    #[error("{part}, at byte {offset}, is damaged: {damage}")]
    Damaged {
        /// Which.
        part: Part,
        /// Where it starts.
        offset: u64,
        /// What shows it.
        damage: Damage,
    },
    /// The bytes of a part are those that were written, and mean nothing.
    #[error("{part} is malformed, at byte {at} of its content: {flaw}")]
    Malformed {
        /// Which.
        part: Part,
        /// Where in its content.
        at: u64,
        /// What is wrong.
        flaw: Flaw,
    },
    /// A value that the format has no place for was to be written.
    #[error("{part} cannot be written: {flaw}")]
    Unfit {
        /// Which.
        part: Part,
        /// What is wrong with it.
        flaw: Flaw,
    },
    /// A part is larger than one may be.
    #[error("{part} has {bytes} bytes, the most is {limit}: use smaller chunks", limit = super::MAX_CONTENT)]
    TooLarge {
        /// Which.
        part: Part,
        /// Its length, uncompressed.
        bytes: u64,
    },
    /// There are more chunks than an index holds.
    #[error("a trace has at most {limit} chunks: use larger ones", limit = super::MAX_CHUNKS)]
    TooManyChunks,
    /// A part says another number than the rest of the trace does.
    #[error("{part}: {quantity} is {found:#x}, expected {expected:#x}")]
    Mismatch {
        /// The part that is found to differ.
        part: Part,
        /// In what.
        quantity: Quantity,
        /// What the rest says.
        expected: u64,
        /// What the part says.
        found: u64,
    },
    /// A part has another digest than the rest of the trace says.
    #[error("{part}: digest is {found}, expected {expected}")]
    DigestMismatch {
        /// Which.
        part: Part,
        /// What the rest says.
        expected: Digest,
        /// What it has.
        found: Digest,
    },
    /// Parts are in another order than they should be.
    #[error("a block {found} at byte {offset}, where none can be", found = found.escape_ascii())]
    Misplaced {
        /// Where.
        offset: u64,
        /// The block's tag.
        found: [u8; 4],
    },
    /// The file goes on after its end.
    #[error("there are bytes after the end of the trace, from byte {offset} on")]
    Trailing {
        /// Where the trace ends.
        offset: u64,
    },
    /// A chunk was asked for that the trace does not have.
    #[error("there is no chunk {number}, the trace has {chunks}")]
    NoChunk {
        /// Which.
        number: u64,
        /// How many there are.
        chunks: u64,
    },
    /// A write failed earlier, so what follows it would be in the wrong place.
    #[error("the trace cannot go on after a write that failed")]
    Broken,
}

/// A part of a trace file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The first bytes.
    Preamble,
    /// The block with the [`Header`](super::Header).
    Head,
    /// The block with the ELF file.
    Elf,
    /// The block of a chunk.
    Chunk(u64),
    /// The block with the [`Ending`](super::Ending).
    Tail,
    /// The block with the index.
    Index,
    /// The index's entry of a chunk.
    Entry(u64),
    /// The last bytes.
    Trailer,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Preamble => f.write_str("preamble"),
            Part::Head => f.write_str("header"),
            Part::Elf => f.write_str("embedded ELF"),
            Part::Chunk(number) => write!(f, "chunk {number}"),
            Part::Tail => f.write_str("ending"),
            Part::Index => f.write_str("index"),
            Part::Entry(number) => write!(f, "index entry of chunk {number}"),
            Part::Trailer => f.write_str("trailer"),
        }
    }
}

/// What two parts of a trace can disagree in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// A chunk's number.
    Number,
    /// A register.
    Register(Reg),
    /// The pc.
    Pc,
    /// The reservation.
    Reservation,
    /// Instructions.
    Insns,
    /// Misaligned loads.
    UnalignedLoads,
    /// Misaligned stores.
    UnalignedStores,
    /// Accesses.
    Accesses,
    /// Words touched.
    Touches,
    /// Calls.
    Ecalls,
    /// Chunks.
    Chunks,
    /// A place in the file.
    Offset,
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Quantity::Number => "its number",
            Quantity::Register(reg) => return write!(f, "{reg} at its start"),
            Quantity::Pc => "pc at its start",
            Quantity::Reservation => "reservation at its start",
            Quantity::Insns => "instructions",
            Quantity::UnalignedLoads => "misaligned loads",
            Quantity::UnalignedStores => "misaligned stores",
            Quantity::Accesses => "accesses",
            Quantity::Touches => "words touched",
            Quantity::Ecalls => "calls",
            Quantity::Chunks => "chunks",
            Quantity::Offset => "offset",
        })
    }
}
