//! Writing a trace.

use std::io::Write;

use super::block::{self, ALIGN, ELF, HEAD, INDEX, TAIL, Tag};
use super::chain::{self, Chain, check_digest};
use super::index::encode_index;
use super::preamble::Preamble;
use super::trailer::Trailer;
use super::{Codec, EncodedChunk, Summary, Totals};
use crate::trace::content::{Output, encode_ending, encode_header};
use crate::trace::{Digest, Ending, Header, Part, TraceError};

/// Writes a trace, from its start to its end, to a file or a pipe.
///
/// Each block is one call of [`Write::write_all`], so that a writer that is stopped at
/// any moment loses no chunk that was appended, unless `W` keeps bytes back.
#[derive(Debug)]
pub struct Writer<W: Write> {
    out: W,
    offset: u64,
    broken: bool,
    codec: Codec,
    head: Digest,
    chain: Chain,
}

impl<W: Write> Writer<W> {
    /// Starts a trace. With the ELF file itself, it can be verified with nothing else.
    ///
    /// `codec` is that of all blocks but the chunks, each of which has its own.
    ///
    /// # Errors
    /// If writing fails, if the header cannot be written, or if `elf` is not
    /// the file whose digest it has.
    pub fn create(
        mut out: W,
        header: &Header,
        elf: Option<&[u8]>,
        codec: Codec,
    ) -> Result<Writer<W>, TraceError> {
        let mut bytes = Preamble { elf: elf.is_some() }.encode().to_vec();
        let mut content = block::unsealed(Vec::new());
        encode_header(&mut content, header)?;
        let (block, head) = block::seal(Part::Head, HEAD, content, codec)?;
        bytes.extend_from_slice(&block);
        if let Some(elf) = elf {
            bytes.extend_from_slice(&seal_elf(elf, header, codec)?);
        }
        out.write_all(&bytes)?;
        Ok(Writer {
            out,
            offset: bytes.len() as u64,
            broken: false,
            codec,
            head,
            chain: Chain::new(header),
        })
    }

    /// Appends a chunk.
    ///
    /// # Errors
    /// If writing fails, after which nothing more can be written; or if the
    /// chunk does not start where the one before has ended.
    pub fn append(&mut self, chunk: &EncodedChunk) -> Result<(), TraceError> {
        if self.broken {
            return Err(TraceError::Broken);
        }
        self.chain.append(chunk.link(), self.offset)?;
        self.write(chunk.bytes())
    }

    /// Ends the trace.
    ///
    /// # Errors
    /// If writing fails, now or earlier.
    pub fn finish(mut self, ending: &Ending) -> Result<Summary, TraceError> {
        if self.broken {
            return Err(TraceError::Broken);
        }
        let totals = Totals::of(&self.chain.chunks);
        let tail = self.offset;
        let digest =
            self.write_block(Part::Tail, TAIL, |out| encode_ending(out, ending, &totals))?;
        let root = chain::root(&self.head, &self.chain.chunks, &digest);
        let index = self.offset;
        let chunks = std::mem::take(&mut self.chain.chunks);
        self.write_block(Part::Index, INDEX, |out| encode_index(out, &chunks))?;
        self.write(&Trailer { index, tail, root }.encode())?;
        self.out.flush()?;
        Ok(Summary {
            root,
            totals,
            bytes: self.offset,
        })
    }

    fn write_block(
        &mut self,
        part: Part,
        tag: Tag,
        encode: impl FnOnce(&mut Output),
    ) -> Result<Digest, TraceError> {
        let mut content = block::unsealed(Vec::new());
        encode(&mut content);
        let (block, digest) = block::seal(part, tag, content, self.codec)?;
        self.write(&block)?;
        Ok(digest)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), TraceError> {
        self.broken = true;
        self.out.write_all(bytes)?;
        self.broken = false;
        self.offset += bytes.len() as u64;
        Ok(())
    }
}

fn seal_elf(elf: &[u8], header: &Header, codec: Codec) -> Result<Vec<u8>, TraceError> {
    check_digest(Part::Elf, header.elf, Digest::of(elf))?;
    let mut content = Vec::with_capacity((ALIGN + elf.len()).next_multiple_of(ALIGN));
    content.resize(ALIGN, 0);
    content.extend_from_slice(elf);
    block::seal(Part::Elf, ELF, Output(content), codec).map(|(block, _)| block)
}
