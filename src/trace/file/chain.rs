//! What chunks in order add up to: the links between them, totals, the root digest.

use crate::isa::Reg;
use crate::machine::MachineState;
use crate::trace::{Boundary, Chunk, Digest, Header, Part, Quantity, TraceError};

use super::MAX_CHUNKS;

/// What goes into the root digest before the digests of the blocks.
const DOMAIN: &[u8] = b"rvt root 1\n";

/// A chunk, as the index has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkInfo {
    /// Where its block starts, in bytes from the start of the file.
    pub offset: u64,
    /// Instructions of the run before it.
    pub start: u64,
    /// Instructions in it.
    pub insns: u64,
    /// Accesses in it.
    pub accesses: u64,
    /// Words it touches.
    pub touches: u64,
    /// Calls in it.
    pub ecalls: u64,
    /// The digest of its content.
    pub digest: Digest,
}

impl ChunkInfo {
    /// What the index says of `chunk`, whose content has this digest.
    pub(super) fn of(chunk: &Chunk, digest: Digest, offset: u64) -> ChunkInfo {
        ChunkInfo {
            offset,
            start: chunk.start.state.insns,
            insns: chunk.insns(),
            accesses: chunk.accesses(),
            touches: chunk.touches.len() as u64,
            ecalls: chunk.end.ecalls.wrapping_sub(chunk.start.ecalls),
            digest,
        }
    }

    /// The first difference to `expected`.
    pub(super) fn check(&self, part: Part, expected: &ChunkInfo) -> Result<(), TraceError> {
        let numbers = [
            (Quantity::Offset, expected.offset, self.offset),
            (Quantity::Insns, expected.start, self.start),
            (Quantity::Insns, expected.insns, self.insns),
            (Quantity::Accesses, expected.accesses, self.accesses),
            (Quantity::Touches, expected.touches, self.touches),
            (Quantity::Ecalls, expected.ecalls, self.ecalls),
        ];
        check(part, numbers)?;
        check_digest(part, expected.digest, self.digest)
    }
}

/// What the chunks of a trace add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Chunks.
    pub chunks: u64,
    /// Instructions.
    pub insns: u64,
    /// Accesses.
    pub accesses: u64,
    /// Words touched, each as often as there are chunks that touch it.
    pub touches: u64,
    /// Calls.
    pub ecalls: u64,
}

impl Totals {
    /// The totals of chunks of which the index says this.
    pub fn of<'a>(chunks: impl IntoIterator<Item = &'a ChunkInfo>) -> Totals {
        chunks
            .into_iter()
            .fold(Totals::default(), |totals, chunk| Totals {
                chunks: totals.chunks + 1,
                insns: totals.insns.wrapping_add(chunk.insns),
                accesses: totals.accesses.wrapping_add(chunk.accesses),
                touches: totals.touches.wrapping_add(chunk.touches),
                ecalls: totals.ecalls.wrapping_add(chunk.ecalls),
            })
    }

    /// The first difference to `expected`.
    pub(super) fn check(&self, part: Part, expected: &Totals) -> Result<(), TraceError> {
        check(
            part,
            [
                (Quantity::Chunks, expected.chunks, self.chunks),
                (Quantity::Insns, expected.insns, self.insns),
                (Quantity::Accesses, expected.accesses, self.accesses),
                (Quantity::Touches, expected.touches, self.touches),
                (Quantity::Ecalls, expected.ecalls, self.ecalls),
            ],
        )
    }
}

/// What a whole trace is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The root digest: it stands for the header, all chunks and the ending, and
    /// does not depend on how they are stored, nor on whether the ELF file is.
    pub root: Digest,
    /// What the chunks add up to.
    pub totals: Totals,
    /// The length of the file.
    pub bytes: u64,
}

/// What a chunk must agree in with the rest of the trace.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub number: u64,
    pub start: Boundary,
    pub end: Boundary,
    /// What the index will say, but for where the block is.
    pub entry: ChunkInfo,
}

impl Link {
    /// The link of `chunk`, whose content has this digest.
    pub fn of(chunk: &Chunk, digest: Digest) -> Link {
        Link {
            number: chunk.number,
            start: chunk.start.clone(),
            end: chunk.end.clone(),
            entry: ChunkInfo::of(chunk, digest, 0),
        }
    }
}

/// Chunks in order, so far.
#[derive(Debug)]
pub(super) struct Chain {
    /// What the index will say.
    pub chunks: Vec<ChunkInfo>,
    /// Where the next chunk is to start.
    end: Boundary,
}

impl Chain {
    pub fn new(header: &Header) -> Chain {
        let state = header.start.clone();
        let end = Boundary {
            state,
            accesses: 0,
            ecalls: 0,
        };
        Chain {
            chunks: Vec::new(),
            end,
        }
    }

    /// How many chunks there are.
    pub fn len(&self) -> u64 {
        self.chunks.len() as u64
    }

    /// Appends a chunk whose block is at `offset`. It must start where the one before has
    /// ended.
    pub fn append(&mut self, link: &Link, offset: u64) -> Result<(), TraceError> {
        if self.len() == MAX_CHUNKS {
            return Err(TraceError::TooManyChunks);
        }
        let part = Part::Chunk(self.len());
        check(part, [(Quantity::Number, self.len(), link.number)])?;
        check_start(part, &self.end, &link.start)?;
        self.end.clone_from(&link.end);
        self.chunks.push(ChunkInfo {
            offset,
            ..link.entry
        });
        Ok(())
    }
}

fn check_start(part: Part, expected: &Boundary, found: &Boundary) -> Result<(), TraceError> {
    let (before, state) = (&expected.state, &found.state);
    let register = |reg| (Quantity::Register(reg), before.reg(reg), state.reg(reg));
    check(part, Reg::all().map(register))?;
    let MachineState {
        pc,
        insns,
        reservation,
        unaligned_loads,
        unaligned_stores,
        ..
    } = *state;
    check(
        part,
        [
            (Quantity::Pc, before.pc, pc),
            (
                Quantity::Reservation,
                before.reservation.bits(),
                reservation.bits(),
            ),
            (Quantity::Insns, before.insns, insns),
            (
                Quantity::UnalignedLoads,
                before.unaligned_loads,
                unaligned_loads,
            ),
            (
                Quantity::UnalignedStores,
                before.unaligned_stores,
                unaligned_stores,
            ),
            (Quantity::Accesses, expected.accesses, found.accesses),
            (Quantity::Ecalls, expected.ecalls, found.ecalls),
        ],
    )
}

fn check(
    part: Part,
    numbers: impl IntoIterator<Item = (Quantity, u64, u64)>,
) -> Result<(), TraceError> {
    match numbers
        .into_iter()
        .find(|(_, expected, found)| expected != found)
    {
        Some((quantity, expected, found)) => Err(TraceError::Mismatch {
            part,
            quantity,
            expected,
            found,
        }),
        None => Ok(()),
    }
}

pub(super) fn check_digest(part: Part, expected: Digest, found: Digest) -> Result<(), TraceError> {
    if expected == found {
        return Ok(());
    }
    Err(TraceError::DigestMismatch {
        part,
        expected,
        found,
    })
}

/// The root digest of a trace whose blocks have these digests.
pub(super) fn root(head: &Digest, chunks: &[ChunkInfo], tail: &Digest) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(DOMAIN);
    hasher.update(&head.0);
    for chunk in chunks {
        hasher.update(&chunk.digest.0);
    }
    hasher.update(&tail.0);
    Digest(*hasher.finalize().as_bytes())
}
