//! Reading any chunk of a trace.

use std::fs::File;
use std::io::BufReader;

use super::block::{
    ALIGN, BlockHeader, CHUNK, ELF, HEAD, INDEX, TAIL, fill, read_block, read_line,
};
use super::chain::{self, ChunkInfo, check_digest};
use super::index::decode_index;
use super::preamble::Preamble;
use super::scan::{Scan, Slot};
use super::source::{Cursor, Source};
use super::stream::StreamReader;
use super::trailer::Trailer;
use super::{Damage, Summary, Totals};
use crate::trace::content::{decode_chunk, decode_ending, decode_header};
use crate::trace::{Chunk, Digest, Ending, Header, Part, Quantity, TraceError};

/// How much of a trace there is.
#[derive(Debug)]
pub enum Condition {
    /// All of it, as far as its header, ending and index say. Chunks are looked at
    /// when they are read.
    Complete,
    /// The file ends early. The chunks before that are whole.
    Truncated {
        /// Where what is whole ends, in bytes from the start of the file.
        offset: u64,
    },
    /// Something other than a chunk's content is damaged: the first of it.
    Damaged(TraceError),
}

/// A trace file, of which chunks can be read in any order and by many threads at once.
#[derive(Debug)]
pub struct Trace<S = File> {
    source: S,
    header: Header,
    head: Digest,
    /// Where the block of the ELF file is to start, and all blocks after the header do.
    blocks: u64,
    elf: bool,
    chunks: Chunks,
    ending: Option<(Ending, Totals)>,
    root: Option<Digest>,
    condition: Condition,
}

/// What is known of the chunks.
#[derive(Debug)]
enum Chunks {
    /// From the index.
    Indexed(Vec<ChunkInfo>),
    /// From a look at all blocks.
    Found(Vec<Slot>),
}

impl<S: Source> Trace<S> {
    /// Reads the header and the index; if there is none, looks for the blocks.
    ///
    /// # Errors
    /// If this is no trace, or its header is not whole. What is wrong with the
    /// rest is [its condition](Trace::condition).
    pub fn open(source: S) -> Result<Trace<S>, TraceError> {
        let mut cursor = Cursor::new(&source, 0);
        let mut line = [0; ALIGN];
        let count = fill(&mut cursor, &mut line)?;
        let elf = Preamble::decode(&line[..count])?.elf;
        let offset = ALIGN as u64;
        let (block, content) = read_block(&mut cursor, (Part::Head, HEAD), offset)?;
        let header = decode_header(&content)?;
        let mut trace = Trace {
            source,
            header,
            head: block.digest,
            blocks: offset + block.bytes(),
            elf,
            chunks: Chunks::Found(Vec::new()),
            ending: None,
            root: None,
            condition: Condition::Complete,
        };
        trace.find_chunks()?;
        Ok(trace)
    }

    /// What was run, and how it was recorded.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The ELF file, if the trace has it.
    ///
    /// # Errors
    /// If its block is not whole.
    pub fn elf(&self) -> Result<Option<Vec<u8>>, TraceError> {
        if !self.elf {
            return Ok(None);
        }
        let (block, elf) = self.read((Part::Elf, ELF), self.blocks)?;
        check_digest(Part::Elf, self.header.elf, block)?;
        Ok(Some(elf))
    }

    /// How many chunks there are: of a trace that is not complete, that can be told of.
    pub fn len(&self) -> u64 {
        match &self.chunks {
            Chunks::Indexed(chunks) => chunks.len() as u64,
            Chunks::Found(slots) => slots.len() as u64,
        }
    }

    /// Whether there are no chunks.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads a chunk.
    ///
    /// # Errors
    /// If there is none of that number, or it is damaged.
    pub fn chunk(&self, number: u64) -> Result<Chunk, TraceError> {
        self.read_chunk(number).map(|(chunk, _)| chunk)
    }

    /// What the index says of a chunk; without an index, the chunk is read.
    ///
    /// # Errors
    /// If there is none of that number, or it had to be read and is damaged.
    pub fn chunk_info(&self, number: u64) -> Result<ChunkInfo, TraceError> {
        match &self.chunks {
            Chunks::Indexed(chunks) => self.nth(chunks, number),
            Chunks::Found(_) => self.read_chunk(number).map(|(_, entry)| entry),
        }
    }

    /// How the run ended, unless that is truncated or damaged.
    pub fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref().map(|(ending, _)| ending)
    }

    /// What the chunks add up to, as the ending says.
    pub fn totals(&self) -> Option<Totals> {
        self.ending.as_ref().map(|(_, totals)| *totals)
    }

    /// The root digest of a complete trace.
    pub const fn root(&self) -> Option<Digest> {
        self.root
    }

    /// How much of the trace there is.
    pub const fn condition(&self) -> &Condition {
        &self.condition
    }

    /// The length of a chunk's block in the file.
    ///
    /// # Errors
    /// If there is none of that number, or its block does not start as one does.
    pub fn chunk_bytes(&self, number: u64) -> Result<u64, TraceError> {
        let part = Part::Chunk(number);
        let offset = self.offset_of(number)?;
        let line = read_line(&mut Cursor::new(&self.source, offset), offset)?;
        let block = BlockHeader::decode(&line).map_err(|damage| TraceError::Damaged {
            part,
            offset,
            damage,
        })?;
        Ok(block.bytes())
    }

    /// The length of the file.
    ///
    /// # Errors
    /// What the host says.
    pub fn bytes(&self) -> Result<u64, TraceError> {
        Ok(self.source.length()?)
    }

    /// Whether the trace is [complete](Condition::Complete).
    pub const fn is_complete(&self) -> bool {
        matches!(self.condition, Condition::Complete)
    }

    /// Reads and checks every byte of the file, once: checksums, digests, links between
    /// chunks, totals, index, root digest. Runs nothing.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<Summary, TraceError> {
        let mut reader = StreamReader::new(BufReader::new(Cursor::new(&self.source, 0)))?;
        while reader.next_chunk()?.is_some() {}
        let offset = self.source.length()?;
        reader.summary().ok_or(TraceError::Truncated { offset })
    }

    fn read(&self, block: (Part, [u8; 4]), offset: u64) -> Result<(Digest, Vec<u8>), TraceError> {
        let (header, content) = read_block(&mut Cursor::new(&self.source, offset), block, offset)?;
        Ok((header.digest, content))
    }

    fn read_chunk(&self, number: u64) -> Result<(Chunk, ChunkInfo), TraceError> {
        let part = Part::Chunk(number);
        let offset = self.offset_of(number)?;
        let (digest, content) = self.read((part, CHUNK), offset)?;
        let chunk = decode_chunk(part, &content, &self.header)?;
        let entry = ChunkInfo::of(&chunk, digest, offset);
        if chunk.number != number {
            let (expected, found) = (number, chunk.number);
            return Err(TraceError::Mismatch {
                part,
                quantity: Quantity::Number,
                expected,
                found,
            });
        }
        if let Chunks::Indexed(chunks) = &self.chunks {
            entry.check(part, &self.nth(chunks, number)?)?;
        }
        Ok((chunk, entry))
    }

    fn offset_of(&self, number: u64) -> Result<u64, TraceError> {
        match &self.chunks {
            Chunks::Indexed(chunks) => Ok(self.nth(chunks, number)?.offset),
            Chunks::Found(slots) => match self.nth(slots, number)? {
                Slot::At(offset) => Ok(offset),
                Slot::Lost(hole) => Err(hole.error(Part::Chunk(number))),
            },
        }
    }

    fn nth<T: Copy>(&self, of: &[T], number: u64) -> Result<T, TraceError> {
        let chunks = of.len() as u64;
        let nth = usize::try_from(number)
            .ok()
            .and_then(|number| of.get(number));
        nth.copied().ok_or(TraceError::NoChunk { number, chunks })
    }

    /// Finds the chunks by the index or, if there is none, by looking at all blocks.
    fn find_chunks(&mut self) -> Result<(), TraceError> {
        let length = self.source.length()?;
        let damage = match self.read_index(length) {
            Ok(true) => return Ok(()),
            Ok(false) => None,
            Err(error @ TraceError::Io(_)) => return Err(error),
            Err(damage) => Some(damage),
        };
        let mut scan = Scan::new(&self.source, length, self.elf);
        let condition = scan.run(self.blocks)?;
        let Scan { slots, tail, .. } = scan;
        self.condition = damage.map_or(condition, Condition::Damaged);
        self.chunks = Chunks::Found(slots);
        if let Some(tail) = tail {
            self.read_ending(tail)?;
        }
        Ok(())
    }

    /// Reads what the trailer leads to. Returns whether there is one; an error if
    /// there is, and no index.
    fn read_index(&mut self, length: u64) -> Result<bool, TraceError> {
        let lines = length / ALIGN as u64;
        let end = length.saturating_sub(ALIGN as u64);
        let line = read_line(&mut Cursor::new(&self.source, end), end)?;
        if lines * ALIGN as u64 != length || !Trailer::starts(&line) {
            return Ok(false);
        }
        let damaged = |damage| TraceError::Damaged {
            part: Part::Trailer,
            offset: end,
            damage,
        };
        let trailer = Trailer::decode(&line).map_err(damaged)?;
        for offset in [trailer.index, trailer.tail] {
            if !offset.is_multiple_of(ALIGN as u64) || offset < self.blocks || offset >= end {
                return Err(damaged(Damage::Offset { offset }));
            }
        }
        let (_, content) = self.read((Part::Index, INDEX), trailer.index)?;
        self.chunks = Chunks::Indexed(decode_index(&content, trailer.index)?);
        if let Some(tail) = self.read_ending(trailer.tail)?
            && let Err(error) = self.check_root(&tail, &trailer)
        {
            self.condition = Condition::Damaged(error);
        }
        Ok(true)
    }

    /// Reads the ending; returns its digest, if it is whole.
    fn read_ending(&mut self, offset: u64) -> Result<Option<Digest>, TraceError> {
        let read = self
            .read((Part::Tail, TAIL), offset)
            .and_then(|(digest, content)| Ok((digest, decode_ending(&content)?)));
        match read {
            Ok((digest, ending)) => {
                self.ending = Some(ending);
                Ok(Some(digest))
            }
            Err(error @ TraceError::Io(_)) => Err(error),
            Err(error) => {
                // The first damage is the one to be told.
                if !matches!(self.condition, Condition::Damaged(_)) {
                    self.condition = Condition::Damaged(error);
                }
                Ok(None)
            }
        }
    }

    fn check_root(&mut self, tail: &Digest, trailer: &Trailer) -> Result<(), TraceError> {
        let Chunks::Indexed(chunks) = &self.chunks else {
            return Ok(());
        };
        if let Some((_, totals)) = &self.ending {
            totals.check(Part::Tail, &Totals::of(chunks))?;
        }
        let root = chain::root(&self.head, chunks, tail);
        check_digest(Part::Trailer, root, trailer.root)?;
        self.root = Some(root);
        Ok(())
    }
}
