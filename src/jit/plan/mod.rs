//! What is emitted for each instruction of a path, decided by looking at several at once.
//!
//! Enters: a path, and where its segments start. Leaves: a [`Plan`]. Must hold:
//! wherever execution may leave the path to someone else (at an access to memory,
//! a branch, an indirect jump, the start of a segment, the end) each register has
//! the value that the path's instructions give it, once the [`Repairs`] of that
//! point are done: by code on the way out, or by the engine after a fault.
//!
//! `combine` goes forward and makes one step from several instructions where the
//! host can; `demand` goes backward and marks what nobody looks at, or nobody but
//! who leaves; `repair` is what those have to do.
//!
//! PERF: of the peers' C kernels (`benches/peers`), sha256 takes 0.63 of the time:
//! 0.87 by rotates and dropped writes, of that 0.90 by sign extensions left out, of
//! that 0.81 by what is left to who leaves. The bytecode loop takes 0.92, by scaled
//! sums most of all; the others do not change. Compiling takes 1.06 of the time.
#![forbid(unsafe_code)]

mod bits;
mod combine;
mod demand;
mod repair;
mod step;
mod stored;

use std::ops::Range;

pub(super) use repair::Repairs;
pub(super) use step::{Part, Step};

use super::path::{End, Path};
use crate::isa::Inst;

/// What is emitted for a path.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// For each of its instructions.
    pub(super) steps: Vec<Planned>,
    /// What [`Repairs`] number.
    pub(super) repairs: Vec<Step>,
}

/// What is emitted for an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    pub(super) step: Step,
    /// Nobody on the path looks at the upper half of its result, which may be anything.
    pub(super) low: bool,
    /// What is to be done if execution leaves in front of it, or at it.
    pub(super) repairs: Repairs,
}

/// What is in front of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Point {
    /// Nothing but the instruction before.
    Inner,
    /// A place where execution may leave, seldom.
    Leaving,
    /// A place where everything has to be as it should.
    Exact,
}

/// Whether execution may leave at `inst`, which does not jump.
fn may_leave(inst: Inst) -> bool {
    inst.is_access() || matches!(inst, Inst::Fp(_) | Inst::Csr { .. })
}

/// Plans `path`, which is paid for in `segments`. `likely`: execution hardly ever
/// leaves it by a branch. `bmi`: the host has BMI1 and BMI2.
pub(super) fn plan(path: &Path, segments: &[Range<usize>], likely: bool, bmi: bool) -> Plan {
    let label = match path.end {
        End::Repeat(index) => Some(index),
        _ => None,
    };
    let starts = |index: usize| segments.iter().any(|segment| segment.start == index);
    let points: Vec<Point> = path
        .insns
        .iter()
        .enumerate()
        .map(|(index, fetched)| {
            let jumps = matches!(fetched.inst, Inst::Branch { .. } | Inst::Jalr { .. });
            let last = index + 1 == path.insns.len();
            let leaves = jumps || starts(index);
            if label == Some(index) || (jumps && last) || (leaves && !likely) {
                Point::Exact
            } else if leaves || may_leave(fetched.inst) {
                Point::Leaving
            } else {
                Point::Inner
            }
        })
        .collect();
    let steps = combine::combine(&path.insns, &points, label, bmi);
    demand::demand(&steps, &points)
}
