//! Reading a trace from its start to its end.

use std::io::Read;

use super::block::{
    self, ALIGN, BlockHeader, CHUNK, ELF, HEAD, INDEX, TAIL, fill, read_block, read_content,
    read_line, resembles,
};
use super::chain::{self, Chain, Link, check_digest};
use super::index::decode_index;
use super::preamble::Preamble;
use super::trailer::Trailer;
use super::{ChunkInfo, Summary, Totals};
use crate::trace::content::{decode_chunk, decode_ending, decode_header};
use crate::trace::{Chunk, Digest, Ending, Header, Part, Quantity, TraceError};

/// Reads a trace from a pipe: the header, then one chunk after another.
///
/// Everything is checked on the way: checksums, digests, that each chunk starts
/// where the one before has ended, and at last the totals, index and root digest;
/// but not whether a chunk touches a word first twice, as [`Trace::check`](super::Trace::check)
/// does.
/// It reads small pieces as well as large ones, so give it something buffered.
#[derive(Debug)]
pub struct StreamReader<R: Read> {
    from: R,
    offset: u64,
    header: Header,
    head: Digest,
    elf: Option<Vec<u8>>,
    chain: Chain,
    ended: bool,
    end: Option<(Ending, Summary)>,
}

impl<R: Read> StreamReader<R> {
    /// Reads the header, and the ELF file if it is there.
    ///
    /// # Errors
    /// Why this is not the start of a trace.
    pub fn new(mut from: R) -> Result<StreamReader<R>, TraceError> {
        let mut bytes = [0; ALIGN];
        let count = fill(&mut from, &mut bytes)?;
        let preamble = Preamble::decode(&bytes[..count])?;
        let mut offset = ALIGN as u64;
        let (block, content) = read_block(&mut from, (Part::Head, HEAD), offset)?;
        let header = decode_header(&content)?;
        offset += block.bytes();
        let mut elf = None;
        if preamble.elf {
            let (block, content) = read_block(&mut from, (Part::Elf, ELF), offset)?;
            check_digest(Part::Elf, header.elf, block.digest)?;
            offset += block.bytes();
            elf = Some(content);
        }
        let chain = Chain::new(&header);
        let head = block.digest;
        Ok(StreamReader {
            from,
            offset,
            header,
            head,
            elf,
            chain,
            ended: false,
            end: None,
        })
    }

    /// What was run, and how it was recorded.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The ELF file, if the trace has it.
    pub fn elf(&self) -> Option<&[u8]> {
        self.elf.as_deref()
    }

    /// How many bytes have been read and found right.
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// What the index is to say of the chunks that have been read.
    pub fn chunks(&self) -> &[ChunkInfo] {
        &self.chain.chunks
    }

    /// How the run ended, after all chunks have been read.
    pub fn ending(&self) -> Option<&Ending> {
        self.end.as_ref().map(|(ending, _)| ending)
    }

    /// Root digest and totals, after all chunks have been read.
    pub fn summary(&self) -> Option<Summary> {
        self.end.as_ref().map(|(_, summary)| *summary)
    }

    /// The next chunk, or `None` at the end of a trace that is whole, and after an error.
    ///
    /// # Errors
    /// The first thing that is wrong: [`TraceError::Truncated`] if the trace just ends.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, TraceError> {
        if self.ended {
            return Ok(None);
        }
        // Whatever goes wrong, there is no going on after it.
        self.ended = true;
        let line = read_line(&mut self.from, self.offset)?;
        let part = if resembles(&line, TAIL) {
            Part::Tail
        } else {
            Part::Chunk(self.chain.len())
        };
        let offset = self.offset;
        let header = BlockHeader::decode(&line).map_err(|damage| TraceError::Damaged {
            part,
            offset,
            damage,
        })?;
        match header.tag {
            CHUNK => {
                let chunk = self.read_chunk(&header, part)?;
                self.ended = false;
                Ok(Some(chunk))
            }
            TAIL => {
                self.end = Some(self.read_end(&header)?);
                Ok(None)
            }
            found => Err(TraceError::Misplaced { offset, found }),
        }
    }

    fn read_chunk(&mut self, block: &BlockHeader, part: Part) -> Result<Chunk, TraceError> {
        let content = read_content(&mut self.from, block, part, self.offset)?;
        let chunk = decode_chunk(part, &content, &self.header)?;
        self.append(&Link::of(&chunk, block.digest), block)?;
        Ok(chunk)
    }

    /// Goes on after a chunk that has been read.
    pub(super) fn append(&mut self, link: &Link, block: &BlockHeader) -> Result<(), TraceError> {
        self.chain.append(link, self.offset)?;
        self.offset += block.bytes();
        Ok(())
    }

    /// The number of the next chunk, and where its block would start.
    pub(super) fn place(&self) -> (u64, u64) {
        (self.chain.len(), self.offset)
    }

    /// Reads what follows from elsewhere: the bytes from the next block on.
    pub(super) fn resume(&mut self, from: R) {
        self.from = from;
    }

    /// Reads the ending, whose header has been read, and all that follows.
    fn read_end(&mut self, block: &BlockHeader) -> Result<(Ending, Summary), TraceError> {
        let tail = self.offset;
        let content = read_content(&mut self.from, block, Part::Tail, tail)?;
        let (ending, totals) = decode_ending(&content)?;
        totals.check(Part::Tail, &Totals::of(&self.chain.chunks))?;
        self.offset += block.bytes();
        let index = self.offset;
        self.read_index()?;
        let root = chain::root(&self.head, &self.chain.chunks, &block.digest);
        self.read_trailer(&Trailer { index, tail, root })?;
        let bytes = self.offset;
        Ok((
            ending,
            Summary {
                root,
                totals,
                bytes,
            },
        ))
    }

    fn read_index(&mut self) -> Result<(), TraceError> {
        let (block, content) = read_block(&mut self.from, (Part::Index, INDEX), self.offset)?;
        let entries = decode_index(&content, self.offset)?;
        let chunks = &self.chain.chunks;
        if entries.len() != chunks.len() {
            return Err(TraceError::Mismatch {
                part: Part::Index,
                quantity: Quantity::Chunks,
                expected: chunks.len() as u64,
                found: entries.len() as u64,
            });
        }
        for (number, (entry, chunk)) in (0..).zip(entries.iter().zip(chunks)) {
            entry.check(Part::Entry(number), chunk)?;
        }
        self.offset += block.bytes();
        Ok(())
    }

    fn read_trailer(&mut self, expected: &Trailer) -> Result<(), TraceError> {
        let (part, offset) = (Part::Trailer, self.offset);
        let line = read_line(&mut self.from, offset)?;
        let trailer = Trailer::decode(&line).map_err(|damage| TraceError::Damaged {
            part,
            offset,
            damage,
        })?;
        trailer.check(expected)?;
        self.offset += ALIGN as u64;
        match block::fill(&mut self.from, &mut [0])? {
            0 => Ok(()),
            _ => Err(TraceError::Trailing {
                offset: self.offset,
            }),
        }
    }
}

impl<R: Read> Iterator for StreamReader<R> {
    type Item = Result<Chunk, TraceError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_chunk().transpose()
    }
}
