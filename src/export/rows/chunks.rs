//! The table `chunks`.

use crate::export::group::Row;
use crate::trace::{Boundary, Chunk, ChunkInfo, ClockModel};

/// A chunk.
pub(in crate::export) fn chunk(
    mut row: Row<'_>,
    chunk: &Chunk,
    info: &ChunkInfo,
    model: &ClockModel,
) {
    let clock = |at: &Boundary| model.at(at.state.insns, at.ecalls);
    let (start, end) = (&chunk.start, &chunk.end);
    row.put(chunk.number);
    row.put(start.state.insns);
    row.put(chunk.insns());
    row.put(chunk.accesses());
    row.put(chunk.touches.len() as u64);
    row.put(chunk.ecalls.len() as u64);
    row.put(chunk.code.len() as u64);
    row.put(chunk.times.len() as u64);
    row.put(start.state.pc);
    row.put(end.state.pc);
    row.put(clock(start));
    row.put(clock(end));
    let (before, after) = (&start.state, &end.state);
    row.put(after.unaligned_loads.wrapping_sub(before.unaligned_loads));
    row.put(after.unaligned_stores.wrapping_sub(before.unaligned_stores));
    row.put(info.offset);
    row.put(info.digest.to_string());
}
