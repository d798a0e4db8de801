//! Chunks that are exported together.

use std::ops::Range;

use super::group::ROWS;
use crate::trace::{Source, Trace, TraceError};

/// Chunks next to each other. A row group holds rows of one batch: so batches of
/// small chunks have as many instructions as a group takes rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) chunks: Range<u64>,
    /// Whether they become rows. Otherwise they are only what later accesses are linked to.
    pub(super) written: bool,
}

/// The chunks of `range` in batches.
pub(super) fn batches<S: Source>(
    trace: &Trace<S>,
    range: Range<u64>,
    written: bool,
) -> Result<Vec<Batch>, TraceError> {
    let mut batches = Vec::new();
    let mut start = range.start;
    let mut insns = 0;
    for number in range.clone() {
        insns += trace.chunk_info(number)?.insns.min(ROWS as u64);
        if insns >= ROWS as u64 || number + 1 == range.end {
            let chunks = start..number + 1;
            batches.push(Batch { chunks, written });
            start = number + 1;
            insns = 0;
        }
    }
    Ok(batches)
}
