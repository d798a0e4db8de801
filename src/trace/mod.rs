//! Execution traces: what they hold, and the file they are kept in.
//!
//! A trace is cut into chunks that stand alone: a [`Chunk`] is the hart at its
//! start, and all that execution took from outside it (the memory words it
//! touched first, what its calls brought in, the code that is not the
//! program's own). With the program, that is enough to run it again anywhere.
//!
//! ```
//! use rvjet::machine::{Exit, MachineState};
//! use rvjet::trace::{
//!     Boundary, Chunk, ClockModel, Codec, Digest, Ending, Header, Policy, Touch, Trace, Writer,
//!     encode_chunk,
//! };
//!
//! let header = Header {
//!     isa: "rv64i".into(),
//!     abi: "linux".into(),
//!     clock: ClockModel::default(),
//!     policy: Policy::default(),
//!     address_space: 1 << 32,
//!     elf: Digest::of(b"the ELF file"),
//!     text: Digest::of(b""),
//!     start: MachineState::new(0x1_0000),
//!     initial: Vec::new(),
//!     inputs: Digest::of(b""),
//! };
//! let start = Boundary { state: header.start.clone(), accesses: 0, ecalls: 0 };
//! let mut end = start.clone();
//! (end.state.pc, end.state.insns, end.accesses) = (0x1_0004, 1, 1);
//! let chunk = Chunk {
//!     number: 0,
//!     start,
//!     end,
//!     touches: vec![Touch { addr: 0x2_0000, value: 42 }],
//!     ecalls: Vec::new(),
//!     code: Vec::new(),
//!     times: Vec::new(),
//! };
//! let ending = Ending { exit: Exit::InsnLimit { limit: 1 }, received: Digest::of(b"") };
//!
//! let mut file = Vec::new();
//! let mut writer = Writer::create(&mut file, &header, None, Codec::Zstd)?;
//! writer.append(&encode_chunk(&chunk, Codec::Zstd)?)?;
//! let summary = writer.finish(&ending)?;
//!
//! let trace = Trace::open(file)?;
//! assert!(trace.is_complete());
//! assert_eq!(trace.chunk(0)?, chunk);
//! assert_eq!(trace.check()?, summary);
//! # Ok::<(), rvjet::trace::TraceError>(())
//! ```
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
