//! Bit manipulation that is a step of several instructions as well: what compilers
//! make of those in its stead is combined to the same.

use super::{Part, Step};
use crate::isa::{AluOp, BitImmOp, BitOp, BitUnaryOp, Inst, Reg};

impl Step {
    /// `rd = rs1 op rs2`, if that is such a step. `bmi`: the host has BMI1 and BMI2.
    pub(in crate::jit) fn of_bit(
        op: BitOp,
        rd: Reg,
        rs1: Reg,
        rs2: Reg,
        bmi: bool,
    ) -> Option<Step> {
        let (word, left) = match op {
            BitOp::AddUw if rs2.is_zero() => return Some(zero_extended(rd, rs1, 0)),
            BitOp::AddUw => (true, 0),
            BitOp::Sh1add => (false, 1),
            BitOp::Sh2add => (false, 2),
            BitOp::Sh3add => (false, 3),
            BitOp::Sh1addUw => (true, 1),
            BitOp::Sh2addUw => (true, 2),
            BitOp::Sh3addUw => (true, 3),
            BitOp::Andn if bmi => return Some(Step::AndNot { rd, rs1, rs2 }),
            _ => return None,
        };
        // What is shifted comes first here, and second there.
        Some(Step::Sum {
            word,
            rd,
            rs1: rs2,
            rs2: rs1,
            left,
            plus: 0,
        })
    }

    /// `rd = rs1 op shamt`, if that is such a step.
    pub(in crate::jit) fn of_bit_imm(op: BitImmOp, rd: Reg, rs1: Reg, shamt: u8) -> Option<Step> {
        let word = op.is_word();
        match (op, shamt) {
            (BitImmOp::SlliUw, left) => Some(zero_extended(rd, rs1, left)),
            (BitImmOp::Rori | BitImmOp::Roriw, 0) => {
                let op = if word { AluOp::Addw } else { AluOp::Add };
                let imm = 0;
                Some(Step::Inst(Inst::AluImm { op, rd, rs1, imm }))
            }
            (BitImmOp::Rori | BitImmOp::Roriw, right) => Some(Step::Rotate {
                word,
                rd,
                rs1,
                right,
            }),
            _ => None,
        }
    }

    /// `rd = op rs1`, if that is such a step.
    pub(in crate::jit) fn of_bit_unary(op: BitUnaryOp, rd: Reg, rs1: Reg) -> Option<Step> {
        let signed = match op {
            BitUnaryOp::SextH => true,
            BitUnaryOp::ZextH => false,
            _ => return None,
        };
        Some(Step::Extract {
            part: Part::Half { signed },
            rd,
            rs1,
            left: 0,
        })
    }
}

/// `rd = the low half of rs1, zero-extended, shifted left`
fn zero_extended(rd: Reg, rs1: Reg, left: u8) -> Step {
    Step::Extract {
        part: Part::Word { signed: false },
        rd,
        rs1,
        left: left as i8,
    }
}
