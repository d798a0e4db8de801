//! A block: what it holds, how long that is, and two checks of it.

use std::io::{self, Read};

use super::Damage;
use super::codec::{self, Codec};
use crate::trace::content::Output;
use crate::trace::{Digest, Part, TraceError};

/// Blocks start at multiples of it, and their headers are so long.
pub(super) const ALIGN: usize = 64;

/// The most bytes of content that a block has.
pub const MAX_CONTENT: u64 = 1 << 30;

/// Bytes that are read at once, before it is known that there are more.
const STEP: usize = 1 << 20;

/// What the first four bytes of a block say it is.
pub(super) type Tag = [u8; 4];
pub(super) const HEAD: Tag = *b"HEAD";
pub(super) const ELF: Tag = *b"ELF ";
pub(super) const CHUNK: Tag = *b"CHNK";
pub(super) const TAIL: Tag = *b"TAIL";
pub(super) const INDEX: Tag = *b"INDX";

/// What is said of a block before its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockHeader {
    pub tag: Tag,
    pub codec: Codec,
    pub stored: u64,
    pub content: u64,
    pub crc: u32,
    pub digest: Digest,
}

impl BlockHeader {
    fn encode(&self) -> [u8; ALIGN] {
        let mut bytes = [0; ALIGN];
        bytes[..4].copy_from_slice(&self.tag);
        bytes[4] = match self.codec {
            Codec::None => 0,
            Codec::Zstd => 1,
        };
        bytes[8..16].copy_from_slice(&self.stored.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.content.to_le_bytes());
        bytes[24..28].copy_from_slice(&self.crc.to_le_bytes());
        bytes[32..].copy_from_slice(&self.digest.0);
        let crc = header_sum(&bytes);
        bytes[28..32].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// The header in these bytes; its lengths are within the limits.
    pub fn decode(bytes: &[u8; ALIGN]) -> Result<BlockHeader, Damage> {
        let (stated, computed) = (word32(bytes, 28), header_sum(bytes));
        if stated != computed {
            return Err(Damage::HeaderChecksum { stated, computed });
        }
        read_zeros(&bytes[5..8])?;
        let [a, b, c, d, codec, ..] = *bytes;
        let mut digest = Digest([0; 32]);
        digest.0.copy_from_slice(&bytes[32..]);
        let header = BlockHeader {
            tag: [a, b, c, d],
            codec: match codec {
                0 => Codec::None,
                1 => Codec::Zstd,
                found => return Err(Damage::Codec { found }),
            },
            stored: word(bytes, 8),
            content: word(bytes, 16),
            crc: word32(bytes, 24),
            digest,
        };
        header.check_lengths()?;
        Ok(header)
    }

    fn check_lengths(&self) -> Result<(), Damage> {
        let BlockHeader {
            stored, content, ..
        } = *self;
        if content > MAX_CONTENT {
            return Err(Damage::TooLarge { bytes: content });
        }
        let right = match self.codec {
            Codec::None => stored == content,
            Codec::Zstd => stored < content,
        };
        if right {
            Ok(())
        } else {
            Err(Damage::Lengths { stored, content })
        }
    }

    /// The stored bytes, and those that fill up the last line.
    pub fn padded(&self) -> u64 {
        self.stored.next_multiple_of(ALIGN as u64)
    }

    /// All bytes of the block.
    pub fn bytes(&self) -> u64 {
        ALIGN as u64 + self.padded()
    }

    /// The content that these stored bytes, padding and all, hold.
    fn content(&self, mut bytes: Vec<u8>) -> Result<Vec<u8>, Damage> {
        read_zeros(&bytes[self.stored as usize..])?;
        bytes.truncate(self.stored as usize);
        let (stated, computed) = (self.crc, sum(&bytes));
        if stated != computed {
            return Err(Damage::Checksum { stated, computed });
        }
        let content = match self.codec {
            Codec::None => bytes,
            Codec::Zstd => codec::decompress(&bytes, self.content)?,
        };
        let (stated, computed) = (self.digest, Digest::of(&content));
        if stated != computed {
            return Err(Damage::Digest { stated, computed });
        }
        Ok(content)
    }
}

/// Whether this is most likely the header of a block of this kind: one byte of
/// its tag may be damaged.
pub(super) fn resembles(line: &[u8; ALIGN], tag: Tag) -> bool {
    let same = line.iter().zip(tag).filter(|(byte, other)| *byte == other);
    same.count() >= tag.len() - 1
}

/// Room for a block's header, before its content, in memory that is no longer needed.
pub(super) fn unsealed(mut spent: Vec<u8>) -> Output {
    spent.clear();
    spent.resize(ALIGN, 0);
    Output(spent)
}

/// A whole block, of content after room for a header.
pub(super) fn seal(
    part: Part,
    tag: Tag,
    block: Output,
    codec: Codec,
) -> Result<(Vec<u8>, Digest), TraceError> {
    let mut block = block.0;
    let content = &block[ALIGN..];
    let length = content.len() as u64;
    if length > MAX_CONTENT {
        return Err(TraceError::TooLarge {
            part,
            bytes: length,
        });
    }
    let digest = Digest::of(content);
    let compressed = match codec {
        Codec::None => None,
        Codec::Zstd => codec::compress(content, ALIGN)?,
    };
    let codec = compressed.as_ref().map_or(Codec::None, |_| Codec::Zstd);
    block = compressed.unwrap_or(block);
    let stored = &block[ALIGN..];
    let header = BlockHeader {
        tag,
        codec,
        stored: stored.len() as u64,
        content: length,
        crc: sum(stored),
        digest,
    };
    block[..ALIGN].copy_from_slice(&header.encode());
    block.resize(block.len().next_multiple_of(ALIGN), 0);
    Ok((block, digest))
}

/// Fills `bytes` as far as there is something to read; returns how much that is.
pub(super) fn fill(from: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut at = 0;
    while at < bytes.len() {
        match from.read(&mut bytes[at..]) {
            Ok(0) => break,
            Ok(count) => at += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(at)
}

/// The next bytes of a file, at `offset`.
pub(super) fn read_line(from: &mut impl Read, offset: u64) -> Result<[u8; ALIGN], TraceError> {
    let mut bytes = [0; ALIGN];
    match fill(from, &mut bytes)? {
        ALIGN => Ok(bytes),
        _ => Err(TraceError::Truncated { offset }),
    }
}

/// The content of a block whose header has been read, which is `part`, at `offset`.
pub(super) fn read_content(
    from: &mut impl Read,
    header: &BlockHeader,
    part: Part,
    offset: u64,
) -> Result<Vec<u8>, TraceError> {
    let all = header.padded() as usize;
    let mut bytes = Vec::new();
    while bytes.len() < all {
        // Never much more than what has been there to read.
        let start = bytes.len();
        let step = start.max(STEP).min(all - start);
        bytes.reserve_exact(step);
        bytes.resize(start + step, 0);
        if fill(from, &mut bytes[start..])? < step {
            return Err(TraceError::Truncated { offset });
        }
    }
    header.content(bytes).map_err(|damage| TraceError::Damaged {
        part,
        offset,
        damage,
    })
}

/// The block that is `part`, at `offset`, and its content.
pub(super) fn read_block(
    from: &mut impl Read,
    (part, expected): (Part, Tag),
    offset: u64,
) -> Result<(BlockHeader, Vec<u8>), TraceError> {
    let damaged = |damage| TraceError::Damaged {
        part,
        offset,
        damage,
    };
    let header = BlockHeader::decode(&read_line(from, offset)?).map_err(damaged)?;
    if header.tag != expected {
        let found = header.tag;
        return Err(damaged(Damage::Tag { expected, found }));
    }
    let content = read_content(from, &header, part, offset)?;
    Ok((header, content))
}

/// The checksum of these bytes.
pub(super) fn sum(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// The checksum of a header's bytes but those of the checksum itself.
fn header_sum(bytes: &[u8; ALIGN]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&bytes[..28]);
    hasher.update(&bytes[32..]);
    hasher.finalize()
}

pub(super) fn read_zeros(bytes: &[u8]) -> Result<(), Damage> {
    if bytes.iter().all(|byte| *byte == 0) {
        Ok(())
    } else {
        Err(Damage::NotZero)
    }
}

pub(super) fn word(bytes: &[u8; ALIGN], at: usize) -> u64 {
    u64::from(word32(bytes, at)) | u64::from(word32(bytes, at + 4)) << 32
}

pub(super) fn word32(bytes: &[u8; ALIGN], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
