//! The trace file: a preamble, blocks with checksums and digests, an index, a trailer.
//!
//! Enters: a header, chunks in order, an ending; or bytes that anyone may have made.
//! Leaves: bytes, each block in one write; or the same header, chunks and ending, as
//! far as the file is whole, and what is wrong with the rest.
//! Must hold: nothing in a file makes a reader panic, loop, or allocate more than
//! its size and the limits of a block allow. `docs/trace-format.md` has every byte.

mod block;
mod chain;
mod codec;
mod damage;
mod encoded;
mod index;
mod pipeline;
mod preamble;
mod reader;
mod scan;
mod source;
mod stream;
mod trailer;
mod writer;

pub use block::MAX_CONTENT;
pub use chain::{ChunkInfo, Summary, Totals};
pub use codec::Codec;
pub use damage::{Damage, Mangling};
pub use encoded::{EncodedChunk, decode_chunk, encode_chunk};
pub use index::MAX_CHUNKS;
pub use preamble::VERSION;
pub use reader::{Condition, Trace};
pub use source::Source;
pub use stream::StreamReader;
pub use writer::Writer;

pub(crate) use pipeline::write_chunks;
