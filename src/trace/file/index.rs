//! The index: where each chunk is, and what it counts.

use super::block::MAX_CONTENT;
use super::{ChunkInfo, Damage};
use crate::trace::content::{Input, Output};
use crate::trace::{Part, TraceError};

/// Bytes of an entry.
const ENTRY: u64 = 80;

/// The most chunks of a trace.
pub const MAX_CHUNKS: u64 = MAX_CONTENT / ENTRY;

/// Appends the content of the index's block.
pub(super) fn encode_index(out: &mut Output, chunks: &[ChunkInfo]) {
    for chunk in chunks {
        let ChunkInfo {
            offset,
            start,
            insns,
            accesses,
            touches,
            ecalls,
            digest,
        } = chunk;
        out.words([*offset, *start, *insns, *accesses, *touches, *ecalls]);
        out.digest(digest);
    }
}

/// The entries in the content of the index's block, which is at `offset`.
pub(super) fn decode_index(content: &[u8], offset: u64) -> Result<Vec<ChunkInfo>, TraceError> {
    let bytes = content.len() as u64;
    if !bytes.is_multiple_of(ENTRY) {
        let damage = Damage::Entries { bytes };
        return Err(TraceError::Damaged {
            part: Part::Index,
            offset,
            damage,
        });
    }
    Input::all(Part::Index, content, |input| {
        let mut chunks = Vec::with_capacity((bytes / ENTRY) as usize);
        while input.left() > 0 {
            chunks.push(ChunkInfo {
                offset: input.word()?,
                start: input.word()?,
                insns: input.word()?,
                accesses: input.word()?,
                touches: input.word()?,
                ecalls: input.word()?,
                digest: input.digest()?,
            });
        }
        Ok(chunks)
    })
}
