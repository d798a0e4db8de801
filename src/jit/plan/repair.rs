//! What is still to be computed where execution leaves a path.

use super::{Point, Step};
use crate::isa::{Reg, semantics};
use crate::jit::plan::Part;
use crate::machine::MachineState;

/// Steps to be done when execution leaves: some that follow each other in a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::jit) struct Repairs {
    pub(super) first: u32,
    pub(super) count: u32,
}

impl Repairs {
    /// The indices in the pool.
    pub(in crate::jit) fn range(self) -> std::ops::Range<usize> {
        self.first as usize..(self.first + self.count) as usize
    }

    pub(in crate::jit) fn is_empty(self) -> bool {
        self.count == 0
    }
}

/// The repairs of a path, collected from its start on.
#[derive(Default)]
pub(super) struct Pool {
    pub(super) steps: Vec<Step>,
    /// What is still to be computed of registers' present values.
    pending: Vec<(Reg, Step)>,
    /// The repairs of the last point, if nothing has changed since.
    last: Option<Repairs>,
}

impl Pool {
    /// What is to be done by someone who leaves at `point`.
    pub(super) fn at(&mut self, point: Point) -> Repairs {
        if point == Point::Inner || self.pending.is_empty() {
            return Repairs::default();
        }
        if let Some(last) = self.last {
            return last;
        }
        let repairs = Repairs {
            first: self.steps.len() as u32,
            count: self.pending.len() as u32,
        };
        self.steps.extend(self.pending.iter().map(|(_, step)| step));
        self.last = Some(repairs);
        repairs
    }

    /// `rd` has a new value. `later`: what is still to be done for it; `waits`:
    /// which is all of it.
    pub(super) fn written(&mut self, rd: Option<Reg>, later: Option<Step>, waits: bool) {
        let Some(rd) = rd else {
            return;
        };
        let before = self.pending.len();
        let builds_on_it = |step: Step| waits && step.is_reading(rd);
        if !later.is_some_and(builds_on_it) {
            self.pending.retain(|(reg, _)| *reg != rd);
        }
        self.pending.extend(later.map(|step| (rd, step)));
        if before != self.pending.len() || later.is_some() {
            self.last = None;
        }
    }
}

impl Step {
    /// Does it to registers, as emitted code would.
    pub(in crate::jit) fn execute(self, state: &mut MachineState) {
        if let (Some(rd), Some(value)) = (self.rd(), self.value(state)) {
            state.set_reg(rd, value);
        }
    }

    /// What it computes, if it may wait until execution leaves.
    fn value(self, state: &MachineState) -> Option<u64> {
        use crate::isa::Inst;
        let x = |reg| state.reg(reg);
        Some(match self {
            Step::Inst(Inst::AluImm { op, rs1, imm, .. }) => semantics::alu(op, x(rs1), imm as u64),
            Step::Inst(Inst::Alu { op, rs1, rs2, .. }) => semantics::alu(op, x(rs1), x(rs2)),
            Step::Constant { value, .. } => value,
            Step::Rotate {
                word, rs1, right, ..
            } => match word {
                true => (x(rs1) as u32).rotate_right(right.into()) as i32 as u64,
                false => x(rs1).rotate_right(right.into()),
            },
            Step::Extract {
                part, rs1, left, ..
            } => extract(part, x(rs1), left),
            Step::Sum {
                word,
                rs1,
                rs2,
                left,
                plus,
                ..
            } => {
                let index = if word { x(rs2) as u32 as u64 } else { x(rs2) };
                let base = x(rs1).wrapping_add_signed(plus.into());
                base.wrapping_add(index << left)
            }
            Step::AndNot { rs1, rs2, .. } => x(rs1) & !x(rs2),
            Step::Nothing | Step::Inst(_) | Step::Remainder { .. } => return None,
        })
    }

    /// It may be left to whoever leaves the path: cheap, and known to [`Step::execute`].
    pub(super) fn may_wait(self) -> bool {
        use crate::isa::Inst;
        match self {
            Step::Inst(inst) => matches!(inst, Inst::AluImm { .. } | Inst::Alu { .. }),
            Step::Nothing | Step::Remainder { .. } => false,
            _ => true,
        }
    }
}

/// `part` of `value`, shifted left or, by a negative amount, right.
fn extract(part: Part, value: u64, left: i8) -> u64 {
    let extended = match part {
        Part::Byte => u64::from(value as u8),
        Part::Half { signed: true } => value as i16 as u64,
        Part::Half { .. } => u64::from(value as u16),
        Part::Word { signed: true } => value as i32 as u64,
        Part::Word { .. } => u64::from(value as u32),
    };
    match u32::try_from(left) {
        Ok(left) => extended << left,
        // Zero-extended values are not negative.
        Err(_) => (extended as i64 >> left.unsigned_abs()) as u64,
    }
}
