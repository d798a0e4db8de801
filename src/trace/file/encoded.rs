//! A chunk as a block of a file, made and read on any thread.

use super::block::{self, CHUNK};
use super::chain::Link;
use super::{Codec, block::read_block};
use crate::trace::{Chunk, Digest, Header, Part, TraceError, content};

/// A chunk as a block, ready to be [appended](super::Writer::append).
#[derive(Clone, Debug)]
pub struct EncodedChunk {
    bytes: Vec<u8>,
    link: Link,
}

impl EncodedChunk {
    /// The chunk's number.
    pub const fn number(&self) -> u64 {
        self.link.number
    }

    /// The block: a multiple of 64 bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The memory that holds it.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The digest of the block's content.
    pub const fn digest(&self) -> Digest {
        self.link.entry.digest
    }

    /// What ties the chunk to those before it.
    pub(super) const fn link(&self) -> &Link {
        &self.link
    }
}

/// The block of a chunk. It depends on nothing else, so that many threads can
/// do this while one writes.
///
/// That no word is touched first twice and that all memory is in the address
/// space is not looked at: whoever records sees to it.
///
/// # Errors
/// [`TraceError::Unfit`] if the chunk is none that can be recorded, and
/// [`TraceError::TooLarge`] if it is larger than a block may be.
pub fn encode_chunk(chunk: &Chunk, codec: Codec) -> Result<EncodedChunk, TraceError> {
    encode_chunk_in(Vec::new(), chunk, codec)
}

/// As [`encode_chunk`], in memory that is no longer needed.
pub(super) fn encode_chunk_in(
    spent: Vec<u8>,
    chunk: &Chunk,
    codec: Codec,
) -> Result<EncodedChunk, TraceError> {
    let mut out = block::unsealed(spent);
    content::encode_chunk(&mut out, chunk)?;
    let (bytes, digest) = block::seal(Part::Chunk(chunk.number), CHUNK, out, codec)?;
    let link = Link::of(chunk, digest);
    Ok(EncodedChunk { bytes, link })
}

/// The chunk of a block that [`encode_chunk`] has made, for a trace with this header.
///
/// All is checked but whether a word is touched first twice, which takes longer than all
/// else: [`Trace::check`](super::Trace::check) does that, and a replay finds it by itself.
///
/// # Errors
/// What is wrong with the block; offsets are from its start, and a block that
/// cannot say its chunk's number is called chunk 0.
pub fn decode_chunk(block: &[u8], header: &Header) -> Result<Chunk, TraceError> {
    let part = Part::Chunk(0);
    let mut left = block;
    let (_, content) = read_block(&mut left, (part, CHUNK), 0)?;
    if !left.is_empty() {
        let offset = (block.len() - left.len()) as u64;
        return Err(TraceError::Trailing { offset });
    }
    let part = content::number(part, &content).map_or(part, Part::Chunk);
    content::decode_chunk(part, &content, header)
}
