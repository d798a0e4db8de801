//! A look at every byte of a trace, by many threads.

use std::io::BufReader;

use rayon::prelude::*;

use super::block::{BlockHeader, CHUNK, read_content, read_line};
use super::chain::{Link, Summary};
use super::source::{Cursor, Source};
use super::stream::StreamReader;
use crate::trace::content::check_chunk;
use crate::trace::{Header, Part, TraceError};

/// Blocks that are found before their chunks are read. The chunks are not kept.
const BATCH: usize = 256;

/// A chunk's block: its number, where it starts, its header.
type Block = (u64, u64, BlockHeader);

/// Checks all of a trace. The error is that of the part that comes first in the file,
/// however many threads there are: chunks are looked at in any order and then put
/// together in theirs, and all else is read as a [`StreamReader`] does.
pub(super) fn check<S: Source>(source: &S) -> Result<Summary, TraceError> {
    let mut reader = StreamReader::new(BufReader::new(Cursor::new(source, 0)))?;
    loop {
        let (number, offset) = reader.place();
        let blocks = find_chunks(source, number, offset);
        if blocks.is_empty() {
            reader.resume(BufReader::new(Cursor::new(source, offset)));
            break;
        }
        let header = reader.header();
        let links: Vec<_> = blocks
            .par_iter()
            .map(|block| read_link(source, header, block))
            .collect();
        for (link, (_, _, block)) in links.into_iter().zip(&blocks) {
            reader.append(&link?, block)?;
        }
    }
    while reader.next_chunk()?.is_some() {}
    let offset = source.length()?;
    reader.summary().ok_or(TraceError::Truncated { offset })
}

/// The next chunks' blocks, up to the first thing that is none.
fn find_chunks<S: Source>(source: &S, number: u64, mut offset: u64) -> Vec<Block> {
    let mut blocks = Vec::new();
    for number in (number..).take(BATCH) {
        let line = read_line(&mut Cursor::new(source, offset), offset);
        let header = line.ok().and_then(|line| BlockHeader::decode(&line).ok());
        match header {
            Some(header) if header.tag == CHUNK => {
                blocks.push((number, offset, header));
                offset += header.bytes();
            }
            _ => break,
        }
    }
    blocks
}

fn read_link<S: Source>(source: &S, header: &Header, block: &Block) -> Result<Link, TraceError> {
    let (number, offset, block) = block;
    let part = Part::Chunk(*number);
    let mut from = Cursor::new(source, offset + (block.bytes() - block.padded()));
    let content = read_content(&mut from, block, part, *offset)?;
    let chunk = check_chunk(part, &content, header)?;
    Ok(Link::of(&chunk, block.digest))
}
