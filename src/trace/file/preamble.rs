//! The first bytes of a trace file.

use super::block::{ALIGN, read_zeros, sum};
use super::{Damage, Mangling};
use crate::trace::{Part, TraceError};

/// The version of the format that this library reads and writes.
pub const VERSION: u32 = 2;

/// Not text; and neither are CR LF and LF alike, nor is the first byte seven bits.
const MAGIC: [u8; 8] = *b"\x89RVT\r\n\x1a\n";

/// What becomes of the magic when a file is taken for text.
const MANGLED: [(&[u8], Mangling); 6] = [
    (b"\x89RVT\n\x1a\n", Mangling::CrLfToLf),
    (b"\x89RVT\r\n\x1a\r\n", Mangling::LfToCrLf),
    (b"\x89RVT\r\r\n\x1a", Mangling::LfToCrLf),
    (b"\x09RVT\r\n\x1a\n", Mangling::SevenBit),
    (b"\xc2\x89RVT", Mangling::Utf8),
    (b"\xef\xbf\xbdRVT", Mangling::Utf8),
];

/// What the preamble says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Preamble {
    /// Whether the ELF file follows the header.
    pub elf: bool,
}

impl Preamble {
    pub fn encode(self) -> [u8; ALIGN] {
        let mut bytes = [0; ALIGN];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12] = u8::from(self.elf);
        let crc = sum(&bytes[..60]);
        bytes[60..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// The preamble in the first bytes of a file, which are fewer if the file is shorter.
    pub fn decode(bytes: &[u8]) -> Result<Preamble, TraceError> {
        let start = &bytes[..bytes.len().min(MAGIC.len())];
        if start != &MAGIC[..start.len()] {
            return Err(no_trace(bytes));
        }
        let bytes = bytes
            .first_chunk()
            .ok_or(TraceError::Truncated { offset: 0 })?;
        Preamble::decode_whole(bytes)
    }

    fn decode_whole(bytes: &[u8; ALIGN]) -> Result<Preamble, TraceError> {
        let damaged = |damage| TraceError::Damaged {
            part: Part::Preamble,
            offset: 0,
            damage,
        };
        let [.., a, b, c, d] = *bytes;
        let (stated, computed) = (u32::from_le_bytes([a, b, c, d]), sum(&bytes[..60]));
        if stated != computed {
            return Err(damaged(Damage::HeaderChecksum { stated, computed }));
        }
        let [_, _, _, _, _, _, _, _, a, b, c, d, elf, ..] = *bytes;
        match u32::from_le_bytes([a, b, c, d]) {
            VERSION => {}
            found => return Err(TraceError::Version { found }),
        }
        if elf > 1 {
            return Err(damaged(Damage::NotZero));
        }
        read_zeros(&bytes[13..60]).map_err(damaged)?;
        Ok(Preamble { elf: elf == 1 })
    }
}

fn no_trace(bytes: &[u8]) -> TraceError {
    match MANGLED.iter().find(|(start, _)| bytes.starts_with(start)) {
        Some((_, mangling)) => TraceError::Mangled(*mangling),
        None => TraceError::Magic {
            found: bytes[..bytes.len().min(MAGIC.len())].into(),
        },
    }
}
