//! Finding the blocks of a file that has no index: one that was not finished, or was damaged.

use std::io::BufReader;

use super::block::{ALIGN, BlockHeader, CHUNK, ELF, INDEX, TAIL, read_block, read_line, resembles};
use super::source::Cursor;
use super::trailer::Trailer;
use super::{Condition, Damage, Source};
use crate::trace::{Part, TraceError, content};

/// The least bytes of a chunk's block.
const LEAST: u64 = 2 * ALIGN as u64;

/// A chunk's place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// Where its block starts.
    At(u64),
    /// Where blocks cannot be told apart, and it must have been.
    Lost(Hole),
}

/// Where no block starts, though one should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hole {
    pub offset: u64,
    pub damage: Damage,
}

impl Hole {
    pub const fn error(self, part: Part) -> TraceError {
        let Hole { offset, damage } = self;
        TraceError::Damaged {
            part,
            offset,
            damage,
        }
    }
}

/// What is found in a file, block by block.
#[derive(Debug)]
pub(super) struct Scan<'a, S> {
    source: &'a S,
    length: u64,
    /// Whether the ELF file comes first, and its block has not been seen.
    elf: bool,
    /// Where blocks could not be told apart, just before where the scan is.
    hole: Option<Hole>,
    /// The first thing that is wrong.
    damage: Option<TraceError>,
    /// The chunks.
    pub slots: Vec<Slot>,
    /// Where the block of the ending starts.
    pub tail: Option<u64>,
    index: bool,
}

impl<'a, S: Source> Scan<'a, S> {
    /// Looks through a file of this length, from the end of its header on; `elf` if
    /// the ELF file is to be there.
    pub fn new(source: &'a S, length: u64, elf: bool) -> Scan<'a, S> {
        let (slots, damage) = (Vec::new(), None);
        Scan {
            source,
            length,
            elf,
            hole: None,
            damage,
            slots,
            tail: None,
            index: false,
        }
    }

    /// Finds what there is, from `offset` on.
    pub fn run(&mut self, mut offset: u64) -> Result<Condition, TraceError> {
        while let Some(next) = self.step(offset)? {
            offset = next;
        }
        Ok(match self.damage.take() {
            Some(damage) => Condition::Damaged(damage),
            None => Condition::Truncated { offset },
        })
    }

    /// Looks at what is at `offset`; returns where to go on.
    fn step(&mut self, offset: u64) -> Result<Option<u64>, TraceError> {
        if self.length.saturating_sub(offset) < ALIGN as u64 {
            return Ok(None);
        }
        let line = read_line(&mut Cursor::new(self.source, offset), offset)?;
        if Trailer::starts(&line) {
            self.trailer(&line, offset);
            return Ok(None);
        }
        match BlockHeader::decode(&line) {
            Ok(block) if block.bytes() > self.length - offset => Ok(None),
            Ok(block) => {
                self.block(&block, offset)?;
                Ok(Some(offset + block.bytes()))
            }
            Err(damage) => self.skip(Hole { offset, damage }, &line),
        }
    }

    fn trailer(&mut self, line: &[u8; ALIGN], offset: u64) {
        let end = offset + ALIGN as u64;
        match Trailer::decode(line) {
            Err(damage) => self.note(Hole { offset, damage }.error(Part::Trailer)),
            Ok(_) if end < self.length => self.note(TraceError::Trailing { offset: end }),
            Ok(_) => {}
        }
    }

    fn block(&mut self, block: &BlockHeader, offset: u64) -> Result<(), TraceError> {
        match block.tag {
            ELF if self.elf => {}
            CHUNK if self.tail.is_none() => {
                if let Some(hole) = self.hole.take() {
                    let number = self.number_at(offset)?;
                    self.lose(hole, offset, number);
                }
                self.slots.push(Slot::At(offset));
            }
            TAIL if self.tail.is_none() => {
                if let Some(hole) = self.hole.take() {
                    let chunks = self.chunks_at(offset)?;
                    self.lose(hole, offset, chunks);
                }
                self.tail = Some(offset);
            }
            INDEX if !self.index && self.tail.is_some() => self.index = true,
            found => self.note(TraceError::Misplaced { offset, found }),
        }
        self.elf = false;
        Ok(())
    }

    /// Takes the chunks up to `number` for lost, between the hole and `offset`.
    fn lose(&mut self, hole: Hole, offset: u64, number: Option<u64>) {
        let known = self.slots.len() as u64;
        let room = (offset - hole.offset) / LEAST;
        let lost = number.and_then(|number| number.checked_sub(known));
        let lost = lost.unwrap_or(1).min(room);
        self.slots.extend((0..lost).map(|_| Slot::Lost(hole)));
    }

    /// The number of the chunk at `offset`, if its block is whole.
    fn number_at(&self, offset: u64) -> Result<Option<u64>, TraceError> {
        let part = Part::Chunk(self.slots.len() as u64);
        let content = self.content_at(part, CHUNK, offset)?;
        Ok(content.and_then(|content| content::number(part, &content).ok()))
    }

    /// The number of chunks that the ending at `offset` says there are, if its block is whole.
    fn chunks_at(&self, offset: u64) -> Result<Option<u64>, TraceError> {
        let content = self.content_at(Part::Tail, TAIL, offset)?;
        let ending = content.and_then(|content| content::decode_ending(&content).ok());
        Ok(ending.map(|(_, totals)| totals.chunks))
    }

    fn content_at(
        &self,
        part: Part,
        tag: [u8; 4],
        offset: u64,
    ) -> Result<Option<Vec<u8>>, TraceError> {
        match read_block(&mut Cursor::new(self.source, offset), (part, tag), offset) {
            Ok((_, content)) => Ok(Some(content)),
            Err(error @ TraceError::Io(_)) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// Notes a hole; returns where the next block starts after it.
    fn skip(&mut self, hole: Hole, line: &[u8; ALIGN]) -> Result<Option<u64>, TraceError> {
        self.note(hole.error(self.part_of(line)));
        self.elf = false;
        // The first hole of several in a row is where the chunks between were.
        self.hole.get_or_insert(hole);
        let mut offset = hole.offset + ALIGN as u64;
        let mut lines = BufReader::with_capacity(1 << 16, Cursor::new(self.source, offset));
        while self.length.saturating_sub(offset) >= ALIGN as u64 {
            let line = read_line(&mut lines, offset)?;
            if self.is_start(&line, offset) {
                return Ok(Some(offset));
            }
            offset += ALIGN as u64;
        }
        if let (Some(hole), None) = (self.hole.take(), self.tail) {
            self.slots.push(Slot::Lost(hole));
        }
        Ok(None)
    }

    /// What the block of this header was, most likely.
    fn part_of(&self, line: &[u8; ALIGN]) -> Part {
        match self.tail {
            Some(_) if self.index => Part::Trailer,
            Some(_) => Part::Index,
            None if self.elf => Part::Elf,
            None if resembles(line, TAIL) => Part::Tail,
            None => Part::Chunk(self.slots.len() as u64),
        }
    }

    fn is_start(&self, line: &[u8; ALIGN], offset: u64) -> bool {
        let block = BlockHeader::decode(line);
        Trailer::starts(line) || block.is_ok_and(|block| block.bytes() <= self.length - offset)
    }

    fn note(&mut self, damage: TraceError) {
        self.damage.get_or_insert(damage);
    }
}
