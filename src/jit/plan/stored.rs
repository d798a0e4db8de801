//! Steps that wait until execution leaves, as bytes.

use super::{Part, Repairs, Step};
use crate::isa::{AluOp, Inst, Reg};
use crate::jit::columns::{Input, Output};

const PARTS: [Part; 5] = [
    Part::Byte,
    Part::Half { signed: false },
    Part::Half { signed: true },
    Part::Word { signed: false },
    Part::Word { signed: true },
];

// The kinds of steps.
const ALU_IMM: u8 = 0;
const ALU: u8 = 1;
const CONSTANT: u8 = 2;
const ROTATE: u8 = 3;
const EXTRACT: u8 = 4;
const SUM: u8 = 5;
const AND_NOT: u8 = 6;

impl Repairs {
    pub(in crate::jit) fn write(self, out: &mut Output) {
        out.number(self.count.into());
        if !self.is_empty() {
            out.number(self.first.into());
        }
    }

    /// Reads repairs by some of so many steps.
    pub(in crate::jit) fn read(input: &mut Input<'_>, steps: usize) -> Option<Repairs> {
        let count: u32 = input.number()?;
        let first: u32 = if count > 0 { input.number()? } else { 0 };
        let end = first.checked_add(count)?;
        (end as usize <= steps).then_some(Repairs { first, count })
    }
}

impl Step {
    /// Writes a step that may wait.
    pub(in crate::jit) fn write(self, out: &mut Output) {
        let reg = |reg: Reg| reg.index() as u8;
        match self {
            Step::Inst(Inst::AluImm { op, rd, rs1, imm }) => {
                out.bytes(&[ALU_IMM, number_of(&AluOp::ALL, op), reg(rd), reg(rs1)]);
                out.change(0, imm as u64);
            }
            Step::Inst(Inst::Alu { op, rd, rs1, rs2 }) => {
                let op = number_of(&AluOp::ALL, op);
                out.bytes(&[ALU, op, reg(rd), reg(rs1), reg(rs2)]);
            }
            Step::Constant { rd, value } => {
                out.bytes(&[CONSTANT, reg(rd)]);
                out.number(value);
            }
            Step::Rotate {
                word,
                rd,
                rs1,
                right,
            } => out.bytes(&[ROTATE, word.into(), reg(rd), reg(rs1), right]),
            Step::Extract {
                part,
                rd,
                rs1,
                left,
            } => {
                let part = number_of(&PARTS, part);
                out.bytes(&[EXTRACT, part, reg(rd), reg(rs1), left as u8]);
            }
            Step::Sum {
                word,
                rd,
                rs1,
                rs2,
                left,
                plus,
            } => {
                out.bytes(&[SUM, word.into(), reg(rd), reg(rs1), reg(rs2), left]);
                out.change(0, plus as u64);
            }
            Step::AndNot { rd, rs1, rs2 } => out.bytes(&[AND_NOT, reg(rd), reg(rs1), reg(rs2)]),
            Step::Nothing | Step::Inst(_) | Step::Remainder { .. } => {
                unreachable!("a step that does not wait")
            }
        }
    }

    /// Reads what [`Step::write`] wrote; nothing if that is no step.
    pub(in crate::jit) fn read(input: &mut Input<'_>) -> Option<Step> {
        Some(match input.byte()? {
            ALU_IMM => {
                let (op, rd, rs1) = (read_op(input)?, read_reg(input)?, read_reg(input)?);
                let imm = read_immediate(input)?;
                Step::Inst(Inst::AluImm { op, rd, rs1, imm })
            }
            ALU => {
                let (op, rd) = (read_op(input)?, read_reg(input)?);
                let (rs1, rs2) = (read_reg(input)?, read_reg(input)?);
                Step::Inst(Inst::Alu { op, rd, rs1, rs2 })
            }
            CONSTANT => Step::Constant {
                rd: read_reg(input)?,
                value: input.number()?,
            },
            ROTATE => Step::Rotate {
                word: read_bit(input)?,
                rd: read_reg(input)?,
                rs1: read_reg(input)?,
                right: input.byte().filter(|right| *right < 64)?,
            },
            EXTRACT => Step::Extract {
                part: *PARTS.get(usize::from(input.byte()?))?,
                rd: read_reg(input)?,
                rs1: read_reg(input)?,
                left: Some(input.byte()? as i8).filter(|left| (-63..64).contains(left))?,
            },
            SUM => Step::Sum {
                word: read_bit(input)?,
                rd: read_reg(input)?,
                rs1: read_reg(input)?,
                rs2: read_reg(input)?,
                left: input.byte().filter(|left| *left < 4)?,
                plus: read_immediate(input)?,
            },
            AND_NOT => Step::AndNot {
                rd: read_reg(input)?,
                rs1: read_reg(input)?,
                rs2: read_reg(input)?,
            },
            _ => return None,
        })
    }
}

/// The place of `thing`, which is one of `all`.
fn number_of<T: PartialEq>(all: &[T], thing: T) -> u8 {
    all.iter().position(|one| *one == thing).unwrap_or(0) as u8
}

fn read_op(input: &mut Input<'_>) -> Option<AluOp> {
    AluOp::ALL.get(usize::from(input.byte()?)).copied()
}

fn read_reg(input: &mut Input<'_>) -> Option<Reg> {
    let number = input.byte().filter(|number| *number < 32)?;
    Some(Reg::new(number.into()))
}

fn read_immediate(input: &mut Input<'_>) -> Option<i32> {
    i32::try_from(input.change(0)? as i64).ok()
}

fn read_bit(input: &mut Input<'_>) -> Option<bool> {
    match input.byte()? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_that_waits_goes_there_and_back() {
        let (rd, rs1, rs2) = (Reg::A0, Reg::SP, Reg::RA);
        let mut steps = vec![
            Step::Constant {
                rd,
                value: u64::MAX,
            },
            Step::Constant { rd, value: 0 },
            Step::AndNot { rd, rs1, rs2 },
        ];
        for op in AluOp::ALL {
            steps.push(Step::Inst(Inst::Alu { op, rd, rs1, rs2 }));
            for imm in [i32::MIN, -1, 0, i32::MAX] {
                steps.push(Step::Inst(Inst::AluImm { op, rd, rs1, imm }));
            }
        }
        for word in [false, true] {
            steps.extend([1, 31, 63].map(|right| Step::Rotate {
                word,
                rd,
                rs1,
                right,
            }));
            steps.extend([(0, 7), (3, i32::MIN)].map(|(left, plus)| Step::Sum {
                word,
                rd,
                rs1,
                rs2,
                left,
                plus,
            }));
        }
        for part in PARTS {
            steps.extend([-63, 0, 63].map(|left| Step::Extract {
                part,
                rd,
                rs1,
                left,
            }));
        }
        for step in steps {
            let mut out = Output::default();
            step.write(&mut out);
            let mut input = Input(&out.0);
            assert_eq!(Step::read(&mut input), Some(step));
            assert!(input.0.is_empty(), "{step:?}");
            for len in 0..out.0.len() {
                assert_eq!(Step::read(&mut Input(&out.0[..len])), None, "{step:?}");
            }
        }
    }
}
