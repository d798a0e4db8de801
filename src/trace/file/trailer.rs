//! The last bytes of a trace file that is whole.

use super::Damage;
use super::block::{ALIGN, read_zeros, sum, word, word32};
use super::chain::check_digest;
use crate::trace::{Digest, Part, Quantity, TraceError};

const MAGIC: [u8; 8] = *b"\x89RVTend\n";

/// Where to find what is not at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trailer {
    /// The offset of the index.
    pub index: u64,
    /// The offset of the ending.
    pub tail: u64,
    /// The root digest.
    pub root: Digest,
}

impl Trailer {
    pub fn encode(&self) -> [u8; ALIGN] {
        let mut bytes = [0; ALIGN];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..16].copy_from_slice(&self.index.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.tail.to_le_bytes());
        bytes[24..56].copy_from_slice(&self.root.0);
        let crc = sum(&bytes[..60]);
        bytes[60..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    pub fn decode(bytes: &[u8; ALIGN]) -> Result<Trailer, Damage> {
        let [a, b, c, d, e, f, g, h, ..] = *bytes;
        let found = [a, b, c, d, e, f, g, h];
        if found != MAGIC {
            return Err(Damage::TrailerMagic { found });
        }
        let (stated, computed) = (word32(bytes, 60), sum(&bytes[..60]));
        if stated != computed {
            return Err(Damage::HeaderChecksum { stated, computed });
        }
        read_zeros(&bytes[56..60])?;
        let mut root = Digest([0; 32]);
        root.0.copy_from_slice(&bytes[24..56]);
        Ok(Trailer {
            index: word(bytes, 8),
            tail: word(bytes, 16),
            root,
        })
    }

    /// The first difference to `expected`.
    pub fn check(&self, expected: &Trailer) -> Result<(), TraceError> {
        let offsets = [(expected.index, self.index), (expected.tail, self.tail)];
        if let Some((expected, found)) = offsets.into_iter().find(|(a, b)| a != b) {
            let (part, quantity) = (Part::Trailer, Quantity::Offset);
            return Err(TraceError::Mismatch {
                part,
                quantity,
                expected,
                found,
            });
        }
        check_digest(Part::Trailer, expected.root, self.root)
    }

    /// Whether these bytes start as a trailer does.
    pub fn starts(bytes: &[u8; ALIGN]) -> bool {
        bytes.starts_with(&MAGIC)
    }
}
