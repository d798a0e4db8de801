//! Chunks that are exported together.

use std::ops::Range;

use super::group::ROWS;
use crate::trace::{Source, Trace, TraceError};

/// Chunks next to each other. A row group holds rows of one batch: so chunks that
/// have no more instructions and accesses than a group takes rows are put together.
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
    let mut batches: Vec<Batch> = Vec::new();
    let mut room = 0;
    for number in range {
        let info = trace.chunk_info(number)?;
        // A call may access any number of words.
        let rows = info.insns.max(info.accesses).max(1);
        match batches.last_mut() {
            Some(batch) if rows <= room => {
                batch.chunks.end = number + 1;
                room -= rows;
            }
            _ => {
                let chunks = number..number + 1;
                batches.push(Batch { chunks, written });
                room = (ROWS as u64).saturating_sub(rows);
            }
        }
    }
    Ok(batches)
}
