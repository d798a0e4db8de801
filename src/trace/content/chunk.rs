//! A chunk.

use super::boundary::{decode_end, decode_start, encode_end, encode_start};
use super::{Column, Flaw, Input, Output, calls, pages, times, touches};
use crate::trace::{Chunk, Header, Part, Touch, TraceError};

pub use super::pages::MAX_CODE_PAGES;
pub use super::touches::MAX_TOUCHES;

/// Appends the content of a chunk's block.
pub(in crate::trace) fn encode_chunk(out: &mut Output, chunk: &Chunk) -> Result<(), TraceError> {
    let part = Part::Chunk(chunk.number);
    encode(out, chunk).map_err(|flaw| TraceError::Unfit { part, flaw })
}

fn encode(out: &mut Output, chunk: &Chunk) -> Result<(), Flaw> {
    check_late(chunk)?;
    out.varint(chunk.number);
    encode_start(out, &chunk.start)?;
    encode_end(out, &chunk.start, &chunk.end)?;
    out.varint(chunk.touches.len() as u64);
    out.varint(chunk.ecalls.len() as u64);
    out.varint(chunk.code.len() as u64);
    out.varint(chunk.times.len() as u64);
    touches::encode(out, &chunk.touches)?;
    calls::encode(out, &chunk.ecalls)?;
    pages::encode(out, &chunk.code)?;
    times::encode(out, &chunk.times)
}

/// The chunk in the content of block `part`, of a trace with this header. It may touch
/// a word first twice.
pub(in crate::trace) fn decode_chunk(
    part: Part,
    content: &[u8],
    header: &Header,
) -> Result<Chunk, TraceError> {
    let space = header.address_space;
    Input::all(part, content, |input| decode(input, space, touches::decode))
}

/// [`decode_chunk`], and it touches no word first twice.
pub(in crate::trace) fn check_chunk(
    part: Part,
    content: &[u8],
    header: &Header,
) -> Result<Chunk, TraceError> {
    let space = header.address_space;
    Input::all(part, content, |input| {
        decode(input, space, touches::decode_distinct)
    })
}

/// The number of the chunk in the content of block `part`.
pub(in crate::trace) fn number(part: Part, content: &[u8]) -> Result<u64, TraceError> {
    Input::all(part, content, |input| {
        let number = input.varint()?;
        input.take(input.left())?;
        Ok(number)
    })
}

fn decode(
    input: &mut Input<'_>,
    space: u64,
    decode_touches: impl Fn(&mut Input<'_>, u64, u64) -> Result<Vec<Touch>, Flaw>,
) -> Result<Chunk, Flaw> {
    let number = input.varint()?;
    let start = decode_start(input)?;
    let end = decode_end(input, &start)?;
    let touches = touches::decode_count(input)?;
    let ecalls = input.count(Column::Ecalls, calls::LEAST)?;
    let code = pages::decode_count(input)?;
    let looks = input.count(Column::Times, times::LEAST)?;
    let chunk = Chunk {
        number,
        start,
        end,
        touches: decode_touches(input, touches, space)?,
        ecalls: calls::decode(input, ecalls, space)?,
        code: pages::decode(input, code, space)?,
        times: times::decode(input, looks)?,
    };
    check_late(&chunk)?;
    Ok(chunk)
}

/// Nothing happens after the last instruction. The order of each column is
/// checked where it is read, so its last element stands for all.
fn check_late(chunk: &Chunk) -> Result<(), Flaw> {
    let insns = chunk.insns();
    let last = [
        (Column::Ecalls, chunk.ecalls.last().map(|call| call.at)),
        (Column::Code, chunk.code.last().map(|page| page.at)),
        (Column::Times, chunk.times.last().map(|time| time.at)),
    ];
    for (column, at) in last {
        if let Some(at) = at.filter(|at| *at > insns) {
            return Err(Flaw::Late { column, at, insns });
        }
    }
    Ok(())
}
