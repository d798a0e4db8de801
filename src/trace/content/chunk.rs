//! A chunk.

use super::boundary::{decode_end, decode_start, encode_end, encode_start};
use super::{Column, Flaw, Input, Output, calls, pages, touches};
use crate::trace::{Chunk, Header, Part, TraceError};

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
    pages::encode_code(out, &chunk.code)?;
    pages::encode_times(out, &chunk.times)
}

/// The chunk in the content of block `part`, of a trace with this header.
pub(in crate::trace) fn decode_chunk(
    part: Part,
    content: &[u8],
    header: &Header,
) -> Result<Chunk, TraceError> {
    Input::all(part, content, |input| decode(input, header.address_space))
}

/// The number of the chunk in the content of block `part`.
pub(in crate::trace) fn number(part: Part, content: &[u8]) -> Result<u64, TraceError> {
    Input::all(part, content, |input| {
        let number = input.varint()?;
        input.take(input.left())?;
        Ok(number)
    })
}

fn decode(input: &mut Input<'_>, space: u64) -> Result<Chunk, Flaw> {
    let number = input.varint()?;
    let start = decode_start(input)?;
    let end = decode_end(input, &start)?;
    let touches = touches::decode_count(input)?;
    let ecalls = input.count(Column::Ecalls, calls::LEAST)?;
    let code = input.count(Column::Code, pages::LEAST_PAGE)?;
    let times = input.count(Column::Times, pages::LEAST_TIME)?;
    let chunk = Chunk {
        number,
        start,
        end,
        touches: touches::decode(input, touches, space)?,
        ecalls: calls::decode(input, ecalls, space)?,
        code: pages::decode_code(input, code, space)?,
        times: pages::decode_times(input, times)?,
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
