//! Steps: what an instruction does, or several together.

use crate::isa::{AluOp, BitOp, BitUnaryOp, Inst, MulDivOp, Reg};

/// The low part of a register, extended to all of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::jit) enum Part {
    /// 8 bits, zero-extended.
    Byte,
    /// 16 bits.
    Half { signed: bool },
    /// 32 bits.
    Word { signed: bool },
}

/// What is emitted for one instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::jit) enum Step {
    /// Nothing.
    Nothing,
    /// The instruction, or one that does the same.
    Inst(Inst),
    /// `rd = value`
    Constant { rd: Reg, value: u64 },
    /// `rd = rs1` rotated right; the low half, which is then sign-extended, if `word`.
    Rotate {
        word: bool,
        rd: Reg,
        rs1: Reg,
        right: u8,
    },
    /// `rd = part of rs1`, then shifted left; or right, if negative.
    Extract {
        part: Part,
        rd: Reg,
        rs1: Reg,
        left: i8,
    },
    /// `rd = rs1 + (rs2 << left) + plus`; of the low half of `rs2` if `word`.
    Sum {
        word: bool,
        rd: Reg,
        rs1: Reg,
        rs2: Reg,
        left: u8,
        plus: i32,
    },
    /// `rd = rs1 & !rs2`
    AndNot { rd: Reg, rs1: Reg, rs2: Reg },
    /// `rd = rs1 % rs2`, their quotient being known.
    Remainder {
        word: bool,
        rd: Reg,
        quotient: Reg,
        rs1: Reg,
        rs2: Reg,
    },
}

impl Step {
    /// The register that it writes; not `x0`.
    pub(super) fn rd(self) -> Option<Reg> {
        let rd = match self {
            Step::Nothing => None,
            Step::Inst(inst) => inst.rd(),
            Step::Constant { rd, .. }
            | Step::Rotate { rd, .. }
            | Step::Extract { rd, .. }
            | Step::Sum { rd, .. }
            | Step::AndNot { rd, .. }
            | Step::Remainder { rd, .. } => Some(rd),
        };
        rd.filter(|rd| !rd.is_zero())
    }

    /// The registers that it reads.
    pub(super) fn reads(self) -> [Option<Reg>; 3] {
        match self {
            Step::Nothing | Step::Constant { .. } => [None; 3],
            Step::Inst(inst) => {
                let (_, rs1, rs2) = inst.registers();
                [rs1, rs2, None]
            }
            Step::Rotate { rs1, .. } | Step::Extract { rs1, .. } => [Some(rs1), None, None],
            Step::Sum { rs1, rs2, .. } | Step::AndNot { rs1, rs2, .. } => {
                [Some(rs1), Some(rs2), None]
            }
            Step::Remainder {
                quotient, rs1, rs2, ..
            } => [Some(rs1), Some(rs2), Some(quotient)],
        }
    }

    /// Whether it reads `reg`.
    pub(super) fn is_reading(self, reg: Reg) -> bool {
        self.reads().contains(&Some(reg))
    }

    /// It does nothing but write `rd`; else execution may leave in front of it.
    pub(super) fn is_pure(self) -> bool {
        match self {
            Step::Inst(inst) => matches!(
                inst,
                Inst::Lui { .. }
                    | Inst::Auipc { .. }
                    | Inst::Jal { .. }
                    | Inst::AluImm { .. }
                    | Inst::Alu { .. }
                    | Inst::MulDiv { .. }
                    | Inst::Bit { .. }
                    | Inst::BitImm { .. }
                    | Inst::BitUnary { .. }
                    | Inst::Fence { .. }
            ),
            _ => true,
        }
    }

    /// The result is the sign extension of its low half, which is computed by itself.
    pub(super) fn is_word(self) -> bool {
        match self {
            Step::Inst(Inst::Alu { op, .. } | Inst::AluImm { op, .. }) => op.is_word(),
            Step::Inst(Inst::MulDiv { op, .. }) => matches!(
                op,
                MulDivOp::Mulw
                    | MulDivOp::Divw
                    | MulDivOp::Divuw
                    | MulDivOp::Remw
                    | MulDivOp::Remuw
            ),
            Step::Inst(Inst::Bit { op, .. }) => op.is_word(),
            Step::Rotate { word, .. } | Step::Remainder { word, .. } => word,
            _ => false,
        }
    }

    /// The low half of the result depends on the low halves of what it reads only.
    pub(super) fn keeps_low(self) -> bool {
        match self {
            Step::Inst(Inst::Alu { op, .. }) => matches!(
                op,
                AluOp::Add | AluOp::Sub | AluOp::Xor | AluOp::Or | AluOp::And | AluOp::Sll
            ),
            Step::Inst(Inst::AluImm { op, .. }) => matches!(
                op,
                AluOp::Add | AluOp::Xor | AluOp::Or | AluOp::And | AluOp::Sll
            ),
            Step::Inst(Inst::MulDiv { op, .. }) => op == MulDivOp::Mul,
            Step::Inst(Inst::Bit { op, .. }) => {
                matches!(op, BitOp::Andn | BitOp::Orn | BitOp::Xnor | BitOp::Clmul)
            }
            Step::Sum { .. } | Step::AndNot { .. } => true,
            _ => false,
        }
    }

    /// All of the result depends on the low halves of what it reads only.
    pub(super) fn wants_low(self) -> bool {
        match self {
            Step::Inst(Inst::AluImm {
                op: AluOp::And,
                imm,
                ..
            }) => imm >= 0,
            Step::Inst(Inst::AluImm {
                op: AluOp::Sll,
                imm,
                ..
            }) => imm >= 32,
            Step::Inst(Inst::BitUnary { op, .. }) => matches!(
                op,
                BitUnaryOp::Clzw | BitUnaryOp::Ctzw | BitUnaryOp::Cpopw | BitUnaryOp::SextB
            ),
            Step::Extract { .. } => true,
            _ => self.is_word(),
        }
    }
}
