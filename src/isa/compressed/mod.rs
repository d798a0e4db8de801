//! The C extension (ISA manual, "C" Extension for Compressed Instructions), and Zcb.
//!
//! Enters: a 16-bit parcel. Leaves: a [`Compressed`], one value an encoding, and
//! the [`Inst`] that it stands for. HINTs are legal. Of floating-point numbers
//! only those of 64 bits have forms here: RV64 gives those of 32 to `c.ld` and the like.

mod bits;
mod decode;
mod encode;
mod zcb;

pub use zcb::CompressedUnary;

use super::{AluOp, Cond, FReg, Format, FpInst, Inst, LoadOp, Reg, Width};

/// A compressed instruction; immediates are as in [`Inst`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "the fields are those of the ISA manual's formats"
)]
pub enum Compressed {
    /// `c.addi4spn`: `rd = x2 + imm`; `rd` is one of `x8`–`x15`, `imm` is not zero.
    Addi4spn { rd: Reg, imm: i32 },
    /// `c.addi16sp`: `x2 += imm`; `imm` is not zero.
    Addi16sp { imm: i32 },
    /// `c.lw`, `c.ld`: `rd = sext(mem[rs1 + offset])`; both of `x8`–`x15`.
    Load {
        width: Width,
        rd: Reg,
        rs1: Reg,
        offset: i32,
    },
    /// `c.lbu`, `c.lhu`, `c.lh`: `rd = extend(mem[rs1 + offset])`; both of `x8`–`x15`.
    LoadPart {
        op: LoadOp,
        rd: Reg,
        rs1: Reg,
        offset: i32,
    },
    /// `c.sb`, `c.sh`, `c.sw`, `c.sd`: `mem[rs1 + offset] = rs2`; both of `x8`–`x15`.
    Store {
        width: Width,
        rs1: Reg,
        rs2: Reg,
        offset: i32,
    },
    /// `c.lwsp`, `c.ldsp`: `rd = sext(mem[x2 + offset])`; `rd` is not `x0`.
    LoadSp { width: Width, rd: Reg, offset: i32 },
    /// `c.swsp`, `c.sdsp`: `mem[x2 + offset] = rs2`.
    StoreSp { width: Width, rs2: Reg, offset: i32 },
    /// `c.fld`: `rd = mem[rs1 + offset]`; `rd` is one of `f8`–`f15`, `rs1` of `x8`–`x15`.
    FpLoad { rd: FReg, rs1: Reg, offset: i32 },
    /// `c.fsd`: `mem[rs1 + offset] = rs2`; `rs1` is one of `x8`–`x15`, `rs2` of `f8`–`f15`.
    FpStore { rs1: Reg, rs2: FReg, offset: i32 },
    /// `c.fldsp`: `rd = mem[x2 + offset]`.
    FpLoadSp { rd: FReg, offset: i32 },
    /// `c.fsdsp`: `mem[x2 + offset] = rs2`.
    FpStoreSp { rs2: FReg, offset: i32 },
    /// `c.li`: `rd = imm`.
    Li { rd: Reg, imm: i32 },
    /// `c.lui`: `rd = imm`; `rd` is not `x2`, `imm` is not zero.
    Lui { rd: Reg, imm: i32 },
    /// `c.addi` (`c.nop` of `x0`), `c.addiw`, `c.andi`, `c.slli`, `c.srli`, `c.srai`:
    /// `rd = rd op imm`.
    AluImm { op: AluOp, rd: Reg, imm: i32 },
    /// `c.add`, `c.sub`, `c.xor`, `c.or`, `c.and`, `c.addw`, `c.subw`: `rd = rd op rs2`.
    Alu { op: AluOp, rd: Reg, rs2: Reg },
    /// `c.mul`: `rd = rd * rs2`; both of `x8`–`x15`.
    Mul { rd: Reg, rs2: Reg },
    /// `c.zext.b`, `c.sext.b`, `c.zext.h`, `c.sext.h`, `c.zext.w`, `c.not`: `rd = op rd`;
    /// `rd` is one of `x8`–`x15`.
    Unary { op: CompressedUnary, rd: Reg },
    /// `c.mv`: `rd = rs2`; `rs2` is not `x0`.
    Mv { rd: Reg, rs2: Reg },
    /// `c.j`: `pc += offset`
    Jump { offset: i32 },
    /// `c.jr`: `pc = rs1 & !1`; `rs1` is not `x0`.
    Jr { rs1: Reg },
    /// `c.jalr`: `x1 = next pc; pc = rs1 & !1`; `rs1` is not `x0`.
    Jalr { rs1: Reg },
    /// `c.beqz`, `c.bnez`: `if rs1 cond 0 { pc += offset }`; `rs1` is one of `x8`–`x15`.
    Branch { cond: Cond, rs1: Reg, offset: i32 },
    /// `c.ebreak`: calls the debugger.
    Ebreak,
}

impl Compressed {
    /// The 32-bit instruction that it abbreviates.
    pub fn expand(self) -> Inst {
        match self {
            Compressed::Addi4spn { rd, imm } => add_imm(rd, Reg::SP, imm),
            Compressed::Addi16sp { imm } => add_imm(Reg::SP, Reg::SP, imm),
            Compressed::Load {
                width,
                rd,
                rs1,
                offset,
            } => load(width, rd, rs1, offset),
            Compressed::LoadPart {
                op,
                rd,
                rs1,
                offset,
            } => Inst::Load {
                op,
                rd,
                rs1,
                offset,
            },
            Compressed::Store {
                width,
                rs1,
                rs2,
                offset,
            } => store(width, rs1, rs2, offset),
            Compressed::LoadSp { width, rd, offset } => load(width, rd, Reg::SP, offset),
            Compressed::StoreSp { width, rs2, offset } => store(width, Reg::SP, rs2, offset),
            Compressed::FpLoad { rd, rs1, offset } => fp_load(rd, rs1, offset),
            Compressed::FpStore { rs1, rs2, offset } => fp_store(rs1, rs2, offset),
            Compressed::FpLoadSp { rd, offset } => fp_load(rd, Reg::SP, offset),
            Compressed::FpStoreSp { rs2, offset } => fp_store(Reg::SP, rs2, offset),
            Compressed::Li { rd, imm } => add_imm(rd, Reg::ZERO, imm),
            Compressed::Lui { rd, imm } => Inst::Lui { rd, imm },
            Compressed::AluImm { op, rd, imm } => Inst::AluImm {
                op,
                rd,
                rs1: rd,
                imm,
            },
            Compressed::Alu { op, rd, rs2 } => alu(op, rd, rd, rs2),
            Compressed::Mul { rd, rs2 } => zcb::expand_mul(rd, rs2),
            Compressed::Unary { op, rd } => zcb::expand_unary(op, rd),
            Compressed::Mv { rd, rs2 } => alu(AluOp::Add, rd, Reg::ZERO, rs2),
            Compressed::Jump { offset } => Inst::Jal {
                rd: Reg::ZERO,
                offset,
            },
            Compressed::Jr { rs1 } => jalr(Reg::ZERO, rs1),
            Compressed::Jalr { rs1 } => jalr(Reg::RA, rs1),
            Compressed::Branch { cond, rs1, offset } => Inst::Branch {
                cond,
                rs1,
                rs2: Reg::ZERO,
                offset,
            },
            Compressed::Ebreak => Inst::Ebreak,
        }
    }
}

/// `rd = rs1 + imm`
fn add_imm(rd: Reg, rs1: Reg, imm: i32) -> Inst {
    let op = AluOp::Add;
    Inst::AluImm { op, rd, rs1, imm }
}

/// `rd = rs1 op rs2`
fn alu(op: AluOp, rd: Reg, rs1: Reg, rs2: Reg) -> Inst {
    Inst::Alu { op, rd, rs1, rs2 }
}

/// `rd = next pc; pc = rs1 & !1`
fn jalr(rd: Reg, rs1: Reg) -> Inst {
    let offset = 0;
    Inst::Jalr { rd, rs1, offset }
}

/// `rd = sext(mem[rs1 + offset])`: the compressed loads of less than 64 bits extend the sign.
fn load(width: Width, rd: Reg, rs1: Reg, offset: i32) -> Inst {
    let op = match width {
        Width::Byte => LoadOp::Lb,
        Width::Half => LoadOp::Lh,
        Width::Word => LoadOp::Lw,
        Width::Double => LoadOp::Ld,
    };
    Inst::Load {
        op,
        rd,
        rs1,
        offset,
    }
}

/// `mem[rs1 + offset] = rs2`
fn store(width: Width, rs1: Reg, rs2: Reg, offset: i32) -> Inst {
    Inst::Store {
        width,
        rs1,
        rs2,
        offset,
    }
}

/// `rd = mem[rs1 + offset]`, 64 bits.
fn fp_load(rd: FReg, rs1: Reg, offset: i32) -> Inst {
    Inst::Fp(FpInst::Load {
        format: Format::Double,
        rd,
        rs1,
        offset,
    })
}

/// `mem[rs1 + offset] = rs2`, 64 bits.
fn fp_store(rs1: Reg, rs2: FReg, offset: i32) -> Inst {
    Inst::Fp(FpInst::Store {
        format: Format::Double,
        rs1,
        rs2,
        offset,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(parcel: u16) -> Option<Inst> {
        Compressed::decode(parcel).map(Compressed::expand)
    }

    /// Whether the instruction changes neither registers nor memory nor the flow.
    fn does_nothing(inst: Inst) -> bool {
        match inst {
            Inst::AluImm {
                op: AluOp::Sll | AluOp::Srl | AluOp::Sra,
                rd,
                rs1,
                imm: 0,
            } => rd == rs1,
            Inst::AluImm { rd, .. } | Inst::Alu { rd, .. } | Inst::Lui { rd, .. } => rd.is_zero(),
            _ => false,
        }
    }

    #[test]
    fn hints_expand_to_nothing() {
        let hints = [
            0x0005, // c.nop 1
            0x4015, // c.li x0, 5
            0x6005, // c.lui x0, 1
            0x0006, // c.slli x0, 1
            0x0082, // c.slli x1, 0
            0x8001, // c.srli x8, 0
            0x8401, // c.srai x8, 0
            0x8006, // c.mv x0, x1
            0x9006, // c.add x0, x1
            0x0001, // c.nop
        ];
        for parcel in hints {
            assert!(expanded(parcel).is_some_and(does_nothing), "{parcel:#06x}");
        }
    }

    #[test]
    fn a_move_and_an_addition_stay_apart() {
        let (rd, rs2) = (Reg::A0, Reg::A1);
        let op = AluOp::Add;
        assert_eq!(Compressed::decode(0x852e), Some(Compressed::Mv { rd, rs2 }));
        assert_eq!(
            Compressed::decode(0x952e),
            Some(Compressed::Alu { op, rd, rs2 })
        );
    }
}
