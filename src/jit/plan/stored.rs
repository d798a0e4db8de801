//! What is done where execution leaves, as bytes: as much of it as the engine does
//! after a fault.

use super::{Part, Repairs, Step};
use crate::isa::{self, Inst, Reg};
use crate::jit::columns::{Input, Output};

const PARTS: [Part; 5] = [
    Part::Byte,
    Part::Half { signed: false },
    Part::Half { signed: true },
    Part::Word { signed: false },
    Part::Word { signed: true },
];

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
    /// Writes it, or what [`Step::execute`] does as little as for this.
    pub(in crate::jit) fn write(self, out: &mut Output) {
        match self {
            Step::Inst(Inst::Alu { op, rd, rs1, rs2 }) => {
                let inst = Inst::Alu { op, rd, rs1, rs2 };
                numbers(out, 1, &[], word(inst).into());
            }
            // The planner's immediates need not fit an instruction.
            Step::Inst(Inst::AluImm { op, rd, rs1, imm }) => {
                let rs2 = Reg::ZERO;
                let inst = Inst::Alu { op, rd, rs1, rs2 };
                numbers(out, 2, &[], word(inst).into());
                out.change(0, imm as u64);
            }
            Step::Constant { rd, value } => numbers(out, 3, &[rd], value),
            Step::Rotate {
                word,
                rd,
                rs1,
                right,
            } => numbers(out, 4 + u8::from(word), &[rd, rs1], right.into()),
            Step::Extract {
                part,
                rd,
                rs1,
                left,
            } => {
                let part = PARTS.iter().position(|known| *known == part);
                numbers(out, 6, &[rd, rs1], part.unwrap_or(0) as u64);
                out.byte(left.cast_unsigned());
            }
            Step::AddShifted {
                word,
                rd,
                rs1,
                rs2,
                left,
            } => numbers(out, 7 + u8::from(word), &[rd, rs1, rs2], left.into()),
            Step::AndNot { rd, rs1, rs2 } => numbers(out, 9, &[rd, rs1, rs2], 0),
            Step::Nothing | Step::Inst(_) | Step::Remainder { .. } => out.byte(0),
        }
    }

    pub(in crate::jit) fn read(input: &mut Input<'_>) -> Option<Step> {
        let tag = input.byte()?;
        Some(match tag {
            0 => Step::Nothing,
            1 | 2 => {
                let decoded = isa::decode(input.number()?)?;
                let Inst::Alu { op, rd, rs1, rs2 } = decoded.inst else {
                    return None;
                };
                Step::Inst(match tag {
                    1 => Inst::Alu { op, rd, rs1, rs2 },
                    _ => {
                        let imm = i32::try_from(input.change(0)?.cast_signed()).ok()?;
                        Inst::AluImm { op, rd, rs1, imm }
                    }
                })
            }
            3 => Step::Constant {
                rd: reg(input)?,
                value: input.number()?,
            },
            4 | 5 => Step::Rotate {
                word: tag == 5,
                rd: reg(input)?,
                rs1: reg(input)?,
                right: input.number().filter(|&right| right < 64)?,
            },
            6 => Step::Extract {
                rd: reg(input)?,
                rs1: reg(input)?,
                part: *PARTS.get(usize::from(input.byte()?))?,
                left: Some(input.byte()?.cast_signed()).filter(|left| left.unsigned_abs() < 64)?,
            },
            7 | 8 => Step::AddShifted {
                word: tag == 8,
                rd: reg(input)?,
                rs1: reg(input)?,
                rs2: reg(input)?,
                left: input.number().filter(|&left| left < 64)?,
            },
            9 => Step::AndNot {
                rd: reg(input)?,
                rs1: reg(input)?,
                rs2: reg(input).filter(|_| input.byte() == Some(0))?,
            },
            _ => return None,
        })
    }
}

fn numbers(out: &mut Output, tag: u8, regs: &[Reg], number: u64) {
    out.byte(tag);
    regs.iter().for_each(|reg| out.byte(reg.index() as u8));
    out.number(number);
}

/// The word of an instruction of the R type, which every one has.
fn word(inst: Inst) -> u32 {
    isa::encode(inst).unwrap_or(0)
}

fn reg(input: &mut Input<'_>) -> Option<Reg> {
    let index = input.byte().filter(|&index| index < 32)?;
    Some(Reg::new(index.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::{AluOp, MulDivOp};

    const A: Reg = Reg::new(10);
    const B: Reg = Reg::new(31);
    const C: Reg = Reg::new(1);

    fn bytes(step: Step) -> Vec<u8> {
        let mut out = Output::default();
        step.write(&mut out);
        out.0
    }

    fn read(bytes: &[u8]) -> Option<Step> {
        let mut input = Input(bytes);
        Step::read(&mut input).filter(|_| input.0.is_empty())
    }

    fn may_wait() -> Vec<Step> {
        let (rd, rs1, rs2) = (A, B, C);
        let mut steps = vec![Step::Nothing, Step::AndNot { rd, rs1, rs2 }];
        for op in [AluOp::Add, AluOp::Sub, AluOp::Sraw, AluOp::Sltu] {
            steps.push(Step::Inst(Inst::Alu { op, rd, rs1, rs2 }));
            for imm in [0, -1, 2048, i32::MIN, i32::MAX] {
                steps.push(Step::Inst(Inst::AluImm { op, rd, rs1, imm }));
            }
        }
        for value in [0, 1, u64::MAX] {
            steps.push(Step::Constant { rd, value });
        }
        for word in [false, true] {
            let right = 31;
            steps.push(Step::Rotate {
                word,
                rd,
                rs1,
                right,
            });
            let left = 3;
            steps.push(Step::AddShifted {
                word,
                rd,
                rs1,
                rs2,
                left,
            });
        }
        for part in PARTS {
            for left in [-63, -1, 0, 63] {
                steps.push(Step::Extract {
                    part,
                    rd,
                    rs1,
                    left,
                });
            }
        }
        steps
    }

    #[test]
    fn what_may_wait_is_read_as_it_was_written() {
        for step in may_wait() {
            let written = bytes(step);
            assert_eq!(read(&written), Some(step));
            for len in 0..written.len() {
                assert_eq!(read(&written[..len]), None, "{step:?}");
            }
        }
        let (op, rd, rs1, rs2) = (MulDivOp::Mul, A, B, C);
        let product = Step::Inst(Inst::MulDiv { op, rd, rs1, rs2 });
        assert_eq!(read(&bytes(product)), Some(Step::Nothing));
    }

    /// Whatever is read can be executed.
    #[test]
    fn other_bytes_are_none() {
        let mut state = crate::machine::MachineState::new(0);
        for step in may_wait() {
            let written = bytes(step);
            for at in 0..written.len() {
                for value in 0..=255 {
                    let mut changed = written.clone();
                    changed[at] = value;
                    if let Some(step) = read(&changed) {
                        step.execute(&mut state);
                    }
                }
            }
        }
    }

    #[test]
    fn repairs_are_of_steps_that_there_are() {
        for (first, count) in [(0, 0), (3, 2), (0, 5)] {
            let mut out = Output::default();
            let repairs = Repairs { first, count };
            repairs.write(&mut out);
            let read = |steps| Repairs::read(&mut Input(&out.0), steps);
            assert_eq!(read(5), Some(repairs));
            assert_eq!(read(4).is_some(), count == 0);
        }
    }
}
