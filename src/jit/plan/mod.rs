//! What is emitted for each instruction of a path, decided by looking at several at once.
//!
//! Enters: a path, and where its segments start. Leaves: a [`Planned`] step for
//! each instruction. Must hold: at every *observation point* each register has
//! the value that the path's instructions give it, for there execution may leave
//! it to someone else: at an access to memory, a branch, an indirect jump, the
//! start of a segment and the end of the path.
//!
//! `combine` goes forward and makes one step from several instructions where the
//! host can; `demand` goes backward and marks what nobody looks at.
#![forbid(unsafe_code)]

mod combine;
mod demand;
mod step;

use std::ops::Range;

pub(super) use step::{Part, Step};

use super::path::{End, Path};

/// What is emitted for an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    pub(super) step: Step,
    /// Nobody looks at the upper half of its result, which may be anything.
    pub(super) low: bool,
}

/// Plans `path`, where execution may leave before each of `segments`.
pub(super) fn plan(path: &Path, segments: &[Range<usize>], bmi: bool) -> Vec<Planned> {
    let mut starts = vec![false; path.insns.len()];
    segments.iter().for_each(|range| starts[range.start] = true);
    let label = match path.end {
        End::Repeat(index) => Some(index),
        _ => None,
    };
    let steps = combine::combine(&path.insns, &starts, label, bmi);
    demand::demand(steps, &starts)
}
