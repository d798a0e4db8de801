//! Several instructions made one step, in place of the last of them.
//!
//! The values that instructions compute are tracked from definition to use. Where
//! a step can be computed from what an earlier one was computed from, and that is
//! still there, it is; the earlier step is left to be dropped if nobody looks at
//! its result (`demand`). One that has overwritten its own source is dropped at once.

use super::Point;
use super::step::{Part, Step};
use crate::isa::{AluOp, Inst, MulDivOp, Reg, semantics};
use crate::jit::path::Fetched;

/// How far behind a combined step its result is looked for being overwritten.
const AHEAD: usize = 24;

/// Who wrote a register last: the index of the step, plus one; or 0.
type Version = u16;

/// Combines what can be, `points` telling what is in front of
/// each instruction; back to `label` execution jumps. `bmi`: the host has BMI1 and BMI2.
pub(super) fn combine(
    path: &[Fetched],
    points: &[Point],
    label: Option<usize>,
    bmi: bool,
) -> Vec<Step> {
    let mut combiner = Combiner::new(path, points, bmi);
    for (index, fetched) in path.iter().enumerate() {
        if label == Some(index) {
            combiner.pass_label(index);
        }
        combiner.add(index, fetched);
    }
    combiner.steps
}

struct Combiner<'a> {
    points: &'a [Point],
    bmi: bool,
    steps: Vec<Step>,
    /// Of the registers that each step read, in the order of [`Step::reads`].
    sources: Vec<[Version; 3]>,
    /// What each step's register was before.
    before: Vec<Version>,
    versions: [Version; 32],
    /// Older definitions are out of sight.
    label: usize,
    constants: [Option<u64>; 32],
}

/// A step that computed a register's value.
#[derive(Clone, Copy)]
struct Definition {
    index: usize,
    step: Step,
    sources: [Version; 3],
}

impl<'a> Combiner<'a> {
    fn new(path: &[Fetched], points: &'a [Point], bmi: bool) -> Combiner<'a> {
        let mut constants = [None; 32];
        constants[0] = Some(0);
        Combiner {
            points,
            bmi,
            steps: path
                .iter()
                .map(|fetched| Step::Inst(fetched.inst))
                .collect(),
            sources: Vec::with_capacity(path.len()),
            before: Vec::with_capacity(path.len()),
            versions: [0; 32],
            label: 0,
            constants,
        }
    }

    /// Execution gets here from elsewhere, too.
    fn pass_label(&mut self, index: usize) {
        self.label = index;
        self.constants = [None; 32];
        self.constants[0] = Some(0);
    }

    fn add(&mut self, index: usize, fetched: &Fetched) {
        let step = self.folded(fetched);
        self.steps[index] = step;
        let step = self.combined(index, step).unwrap_or(step);
        self.steps[index] = step;
        let version = |reg: Option<Reg>| reg.map_or(0, |reg| self.versions[reg.index()]);
        self.sources.push(step.reads().map(version));
        let rd = step.rd();
        self.before.push(version(rd));
        if let Some(rd) = rd {
            self.versions[rd.index()] = index as Version + 1;
            self.constants[rd.index()] = match step {
                Step::Constant { value, .. } => Some(value),
                _ => None,
            };
        }
    }

    fn constant(&self, reg: Reg) -> Option<u64> {
        self.constants[reg.index()]
    }

    /// The instruction with what is known of its operands.
    fn folded(&self, fetched: &Fetched) -> Step {
        let constant = |rd, value| Step::Constant { rd, value };
        match fetched.inst {
            Inst::Lui { rd, imm } => constant(rd, imm as u64),
            Inst::Auipc { rd, imm } => constant(rd, fetched.pc.wrapping_add_signed(imm.into())),
            Inst::Jal { rd, .. } => constant(rd, fetched.next),
            Inst::AluImm { op, rd, rs1, imm } => match self.constant(rs1) {
                Some(a) => constant(rd, semantics::alu(op, a, imm as u64)),
                None => Step::Inst(fetched.inst),
            },
            Inst::Alu { op, rd, rs1, rs2 } => match (self.constant(rs1), self.constant(rs2)) {
                (Some(a), Some(b)) => Some(constant(rd, semantics::alu(op, a, b))),
                (None, Some(b)) => with_immediate(op, rd, rs1, b),
                (Some(a), None) if op.is_commutative() => with_immediate(op, rd, rs2, a),
                _ => None,
            }
            .unwrap_or(Step::Inst(fetched.inst)),
            Inst::Bit { op, rd, rs1, rs2 } => match (self.constant(rs1), self.constant(rs2)) {
                (Some(a), Some(b)) => constant(rd, semantics::bit(op, a, b)),
                _ => Step::of_bit(op, rd, rs1, rs2, self.bmi).unwrap_or(Step::Inst(fetched.inst)),
            },
            Inst::BitImm { op, rd, rs1, shamt } => match self.constant(rs1) {
                Some(a) => constant(rd, semantics::bit_imm(op, a, shamt)),
                None => Step::of_bit_imm(op, rd, rs1, shamt).unwrap_or(Step::Inst(fetched.inst)),
            },
            Inst::BitUnary { op, rd, rs1 } => match self.constant(rs1) {
                Some(a) => constant(rd, semantics::bit_unary(op, a)),
                None => Step::of_bit_unary(op, rd, rs1).unwrap_or(Step::Inst(fetched.inst)),
            },
            inst => Step::Inst(inst),
        }
    }

    /// The step of this index, if it can be one with others before it.
    fn combined(&mut self, index: usize, step: Step) -> Option<Step> {
        match step {
            Step::Inst(Inst::Alu { op, rd, rs1, rs2 }) if !rd.is_zero() => {
                let found = match op {
                    AluOp::Or | AluOp::Xor | AluOp::Add => self.rotate(index, rd, [rs1, rs2]),
                    AluOp::And if self.bmi => self.and_not(index, rd, [rs1, rs2]),
                    _ => None,
                };
                match op {
                    AluOp::Add => found.or_else(|| self.add_sum(index, rd, [rs1, rs2])),
                    _ => found,
                }
            }
            Step::Inst(Inst::AluImm { op, rd, rs1, imm }) if !rd.is_zero() => match op {
                AluOp::Srl | AluOp::Sra => self.extract(index, op, rd, rs1, imm),
                AluOp::Add => self.add_to_sum(index, rd, rs1, imm),
                _ => None,
            },
            Step::Inst(Inst::MulDiv { op, rd, rs1, rs2 }) => {
                self.remainder(index, op, rd, [rs1, rs2])
            }
            _ => None,
        }
    }

    /// `or rd, (rs1 >> n), (rs1 << width - n)`
    fn rotate(&mut self, index: usize, rd: Reg, parts: [Reg; 2]) -> Option<Step> {
        let [first, second] = self.definitions(parts)?;
        let (right, left) = match is_shift(first.step, AluOp::Srl, AluOp::Srlw) {
            true => (first, second),
            false => (second, first),
        };
        let (op, rs1, right_by) = shift(right.step)?;
        let (left_op, source, left_by) = shift(left.step)?;
        let (word, width) = match (op, left_op) {
            (AluOp::Srlw, AluOp::Sllw) => (true, 32),
            (AluOp::Srl, AluOp::Sll) => (false, 64),
            _ => return None,
        };
        let same = (rs1, right.sources[0]) == (source, left.sources[0]);
        if !same || right_by == 0 || right_by + left_by != width {
            return None;
        }
        let of = [first, second].map(|definition| definition.index);
        if !self.is_dropped(of[0], parts[0], index, rd)
            && !self.is_dropped(of[1], parts[1], index, rd)
        {
            return None;
        }
        self.recover(right, None, index, rd)?;
        let right = right_by as u8;
        Some(Step::Rotate {
            word,
            rd,
            rs1,
            right,
        })
    }

    /// `srli rd, (rs1 << n), m` and `srai`
    fn extract(&mut self, index: usize, op: AluOp, rd: Reg, by: Reg, right: i32) -> Option<Step> {
        let inner = self.definition(by)?;
        let (AluOp::Sll, rs1, left) = shift(inner.step)? else {
            return None;
        };
        let signed = op == AluOp::Sra;
        let part = match (left, signed) {
            (32, signed) => Part::Word { signed },
            (48, signed) => Part::Half { signed },
            (56, false) => Part::Byte,
            _ => return None,
        };
        if left != right && !self.is_dropped(inner.index, by, index, rd) {
            return None;
        }
        self.recover(inner, None, index, rd)?;
        let left = (left - right) as i8;
        Some(Step::Extract {
            part,
            rd,
            rs1,
            left,
        })
    }

    /// `add rd, a, b`, one of which is a sum or a product with a power of two itself.
    fn add_sum(&mut self, index: usize, rd: Reg, [a, b]: [Reg; 2]) -> Option<Step> {
        [(a, b), (b, a)].into_iter().find_map(|(rs1, by)| {
            let inner = self.definition(by)?;
            let (word, rs2, left, plus) = match inner.step {
                Step::Inst(Inst::AluImm {
                    op: AluOp::Sll,
                    rs1,
                    imm: left @ 1..=3,
                    ..
                }) => (false, rs1, left as u8, 0),
                Step::Inst(Inst::AluImm {
                    op: AluOp::Add,
                    rs1,
                    imm,
                    ..
                }) => (false, rs1, 0, imm),
                Step::Extract {
                    part: Part::Word { signed: false },
                    rs1,
                    left: left @ 1..=3,
                    ..
                } => (true, rs1, left as u8, 0),
                Step::Sum {
                    word,
                    rs1: Reg::ZERO,
                    rs2,
                    left,
                    plus,
                    ..
                } => (word, rs2, left, plus),
                _ => return None,
            };
            if a == b || !self.is_dropped(inner.index, by, index, rd) {
                return None;
            }
            self.recover(inner, Some(rs1), index, rd)?;
            if (word, left, plus) == (false, 0, 0) {
                let op = AluOp::Add;
                return Some(Step::Inst(Inst::Alu { op, rd, rs1, rs2 }));
            }
            Some(Step::Sum {
                word,
                rd,
                rs1,
                rs2,
                left,
                plus,
            })
        })
    }

    /// `addi rd, by, imm` of a sum or a product with a power of two.
    fn add_to_sum(&mut self, index: usize, rd: Reg, by: Reg, imm: i32) -> Option<Step> {
        let inner = self.definition(by)?;
        let sum = |word, rs1, rs2, left, plus| Step::Sum {
            word,
            rd,
            rs1,
            rs2,
            left,
            plus,
        };
        let step = match inner.step {
            Step::Inst(Inst::AluImm {
                op, rs1, imm: by, ..
            }) => match (op, by) {
                (AluOp::Sll, 1..=3) => sum(false, Reg::ZERO, rs1, by as u8, imm),
                (AluOp::Add, _) => Step::Inst(Inst::AluImm {
                    op: AluOp::Add,
                    rd,
                    rs1,
                    imm: imm.checked_add(by)?,
                }),
                _ => return None,
            },
            Step::Inst(Inst::Alu {
                op: AluOp::Add,
                rs1,
                rs2,
                ..
            }) => sum(false, rs1, rs2, 0, imm),
            Step::Sum {
                word,
                rs1,
                rs2,
                left,
                plus,
                ..
            } => sum(word, rs1, rs2, left, plus.checked_add(imm)?),
            _ => return None,
        };
        if imm == 0 || !self.is_dropped(inner.index, by, index, rd) {
            return None;
        }
        self.recover(inner, None, index, rd)?;
        Some(step)
    }

    /// `and rd, rs1, (xori rs2, -1)`
    fn and_not(&mut self, index: usize, rd: Reg, [a, b]: [Reg; 2]) -> Option<Step> {
        [(a, b), (b, a)].into_iter().find_map(|(rs1, inverted)| {
            let inner = self.definition(inverted)?;
            let Step::Inst(Inst::AluImm {
                op: AluOp::Xor,
                rs1: rs2,
                imm: -1,
                ..
            }) = inner.step
            else {
                return None;
            };
            if a == b || !self.is_dropped(inner.index, inverted, index, rd) {
                return None;
            }
            self.recover(inner, Some(rs1), index, rd)?;
            Some(Step::AndNot { rd, rs1, rs2 })
        })
    }

    /// `rem rd, rs1, rs2` behind `div quotient, rs1, rs2`
    fn remainder(
        &mut self,
        index: usize,
        op: MulDivOp,
        rd: Reg,
        [rs1, rs2]: [Reg; 2],
    ) -> Option<Step> {
        let (wanted, word) = match op {
            MulDivOp::Rem => (MulDivOp::Div, false),
            MulDivOp::Remu => (MulDivOp::Divu, false),
            MulDivOp::Remw => (MulDivOp::Divw, true),
            MulDivOp::Remuw => (MulDivOp::Divuw, true),
            _ => return None,
        };
        let operands = [rs1, rs2].map(|reg| self.versions[reg.index()]);
        let first = index.saturating_sub(4).max(self.label);
        (first..index).rev().find_map(|at| {
            let Step::Inst(Inst::MulDiv {
                op,
                rd: quotient,
                rs1: a,
                rs2: b,
            }) = self.steps[at]
            else {
                return None;
            };
            let same = op == wanted
                && [a, b] == [rs1, rs2]
                && self.sources[at][..2] == operands
                && !quotient.is_zero()
                && self.versions[quotient.index()] == at as Version + 1;
            same.then_some(Step::Remainder {
                word,
                rd,
                quotient,
                rs1,
                rs2,
            })
        })
    }

    /// What computed `reg`.
    fn definition(&self, reg: Reg) -> Option<Definition> {
        let index = usize::from(self.versions[reg.index()].checked_sub(1)?);
        (index >= self.label).then(|| Definition {
            index,
            step: self.steps[index],
            sources: self.sources[index],
        })
    }

    fn definitions(&self, [a, b]: [Reg; 2]) -> Option<[Definition; 2]> {
        (a != b).then_some([self.definition(a)?, self.definition(b)?])
    }

    /// Whether nobody on the path looks at what step `from` wrote to `reg`, if
    /// `index`, which writes `rd`, does not. For all but a few that is the end of it.
    fn is_dropped(&self, from: usize, reg: Reg, index: usize, rd: Reg) -> bool {
        if self.is_read(from, reg, index) || self.points(from, index).contains(&Point::Exact) {
            return false;
        }
        if reg == rd {
            return true;
        }
        for (step, point) in self
            .steps
            .iter()
            .zip(self.points)
            .skip(index + 1)
            .take(AHEAD)
        {
            if *point == Point::Exact || step.is_reading(reg) {
                return false;
            }
            if step.rd() == Some(reg) {
                return true;
            }
        }
        false
    }

    /// Whether a step between `from` and `index` reads `reg`.
    fn is_read(&self, from: usize, reg: Reg, index: usize) -> bool {
        let mut between = self.steps[from + 1..index].iter();
        between.any(|step| step.is_reading(reg))
    }

    /// What is between the steps `from` and `index`.
    fn points(&self, from: usize, index: usize) -> &[Point] {
        &self.points[from + 1..=index]
    }

    /// Sees to it that what `definition` read is still there when `index` reads it,
    /// which writes `rd` and reads `other` as it is now: drops a step that has
    /// changed it for nothing.
    fn recover(
        &mut self,
        definition: Definition,
        other: Option<Reg>,
        index: usize,
        rd: Reg,
    ) -> Option<()> {
        let reads = definition.step.reads();
        let sources = reads.iter().zip(definition.sources);
        let sources = sources.filter_map(|(reg, version)| Some(((*reg)?, version)));
        let is_stale = |(reg, version): &(Reg, Version)| self.versions[reg.index()] != *version;
        let Some((reg, version)) = sources.clone().find(is_stale) else {
            return Some(());
        };
        // What is brought back is all that is missing, and nothing else is lost.
        let fits = |source: (Reg, Version)| match source.0 == reg {
            true => source.1 == version,
            false => !is_stale(&source),
        };
        let from = usize::from(self.versions[reg.index()].checked_sub(1)?);
        let inner = |point: &Point| *point == Point::Inner;
        let in_vain = reg == rd
            && other != Some(reg)
            && self.before[from] == version
            && self.steps[from].is_pure()
            && !self.is_read(from, reg, index)
            && self.points(from, index).iter().all(inner);
        if !in_vain || !sources.clone().all(fits) {
            return None;
        }
        self.steps[from] = Step::Nothing;
        Some(())
    }
}

/// `rd = rs1 op value`, if that is an immediate.
fn with_immediate(op: AluOp, rd: Reg, rs1: Reg, value: u64) -> Option<Step> {
    let (op, value) = match op {
        AluOp::Sub => (AluOp::Add, value.wrapping_neg()),
        AluOp::Subw => (AluOp::Addw, value.wrapping_neg()),
        op if op.is_shift() => (op, value & if op.is_word() { 31 } else { 63 }),
        op => (op, value),
    };
    let imm = i32::try_from(value as i64).ok()?;
    Some(Step::Inst(Inst::AluImm { op, rd, rs1, imm }))
}

/// The operation, source and amount of a shift by an immediate.
fn shift(step: Step) -> Option<(AluOp, Reg, i32)> {
    match step {
        Step::Inst(Inst::AluImm { op, rs1, imm, .. }) if op.is_shift() => Some((op, rs1, imm)),
        _ => None,
    }
}

fn is_shift(step: Step, op: AluOp, word: AluOp) -> bool {
    shift(step).is_some_and(|(found, ..)| found == op || found == word)
}
