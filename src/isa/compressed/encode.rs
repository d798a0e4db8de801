//! From [`Compressed`] to its parcel.

use super::Compressed;
use super::bits::{self, put_fs2, put_high, put_low, put_low_fp, put_rs2};
use crate::isa::field::{put_fd, put_rd};
use crate::isa::{AluOp, Cond, Reg, Width};

impl Compressed {
    /// The parcel, or `None` if a field is out of range or the form does not exist.
    pub fn encode(self) -> Option<u16> {
        let parcel = self.loose_bits()? as u16;
        // What does not fit is cut off or lands in another field: either shows here.
        (Compressed::decode(parcel) == Some(self)).then_some(parcel)
    }

    /// The bits of a valid instruction; of others, any.
    fn loose_bits(self) -> Option<u32> {
        Some(match self {
            Compressed::Addi4spn { rd, imm } => {
                bits::ADDI4SPN | put_low(rd) | bits::SP_OFFSET.put(imm)
            }
            Compressed::Addi16sp { imm } => bits::LUI | put_rd(Reg::SP) | bits::SP_ADJUST.put(imm),
            Compressed::Load {
                width,
                rd,
                rs1,
                offset,
            } => put_high(rs1) | put_low(rd) | load(width, offset)?,
            Compressed::Store {
                width,
                rs1,
                rs2,
                offset,
            } => put_high(rs1) | put_low(rs2) | store(width, offset)?,
            Compressed::LoadSp { width, rd, offset } => put_rd(rd) | load_sp(width, offset)?,
            Compressed::StoreSp { width, rs2, offset } => put_rs2(rs2) | store_sp(width, offset)?,
            Compressed::FpLoad { rd, rs1, offset } => {
                bits::FLD | put_high(rs1) | put_low_fp(rd) | bits::DOUBLE.put(offset)
            }
            Compressed::FpStore { rs1, rs2, offset } => {
                bits::FSD | put_high(rs1) | put_low_fp(rs2) | bits::DOUBLE.put(offset)
            }
            Compressed::FpLoadSp { rd, offset } => {
                bits::FLDSP | put_fd(rd) | bits::LOAD_SP_DOUBLE.put(offset)
            }
            Compressed::FpStoreSp { rs2, offset } => {
                bits::FSDSP | put_fs2(rs2) | bits::STORE_SP_DOUBLE.put(offset)
            }
            Compressed::Li { rd, imm } => bits::LI | put_rd(rd) | bits::IMM.put(imm),
            Compressed::Lui { rd, imm } => bits::LUI | put_rd(rd) | bits::UPPER.put(imm),
            Compressed::AluImm { op, rd, imm } => alu_imm(op, rd, imm)?,
            Compressed::Alu { op, rd, rs2 } => alu(op, rd, rs2)?,
            Compressed::Mv { rd, rs2 } => bits::MOVES | put_rd(rd) | put_rs2(rs2),
            Compressed::Jump { offset } => bits::J | bits::JUMP.put(offset),
            Compressed::Jr { rs1 } => bits::MOVES | put_rd(rs1),
            Compressed::Jalr { rs1 } => bits::MOVES | bits::LINK | put_rd(rs1),
            Compressed::Branch { cond, rs1, offset } => {
                branch(cond)? | put_high(rs1) | bits::BRANCH.put(offset)
            }
            Compressed::Ebreak => bits::MOVES | bits::LINK,
        })
    }
}

fn load(width: Width, offset: i32) -> Option<u32> {
    match width {
        Width::Word => Some(bits::LW | bits::WORD.put(offset)),
        Width::Double => Some(bits::LD | bits::DOUBLE.put(offset)),
        Width::Byte | Width::Half => None,
    }
}

fn store(width: Width, offset: i32) -> Option<u32> {
    match width {
        Width::Word => Some(bits::SW | bits::WORD.put(offset)),
        Width::Double => Some(bits::SD | bits::DOUBLE.put(offset)),
        Width::Byte | Width::Half => None,
    }
}

fn load_sp(width: Width, offset: i32) -> Option<u32> {
    match width {
        Width::Word => Some(bits::LWSP | bits::LOAD_SP_WORD.put(offset)),
        Width::Double => Some(bits::LDSP | bits::LOAD_SP_DOUBLE.put(offset)),
        Width::Byte | Width::Half => None,
    }
}

fn store_sp(width: Width, offset: i32) -> Option<u32> {
    match width {
        Width::Word => Some(bits::SWSP | bits::STORE_SP_WORD.put(offset)),
        Width::Double => Some(bits::SDSP | bits::STORE_SP_DOUBLE.put(offset)),
        Width::Byte | Width::Half => None,
    }
}

fn alu_imm(op: AluOp, rd: Reg, imm: i32) -> Option<u32> {
    match op {
        AluOp::Add => Some(bits::ADDI | put_rd(rd) | bits::IMM.put(imm)),
        AluOp::Addw => Some(bits::ADDIW | put_rd(rd) | bits::IMM.put(imm)),
        AluOp::And => Some(bits::ANDI | put_high(rd) | bits::IMM.put(imm)),
        AluOp::Sll => Some(bits::SLLI | put_rd(rd) | bits::SHAMT.put(imm)),
        AluOp::Srl => Some(bits::SRLI | put_high(rd) | bits::SHAMT.put(imm)),
        AluOp::Sra => Some(bits::SRAI | put_high(rd) | bits::SHAMT.put(imm)),
        _ => None,
    }
}

fn alu(op: AluOp, rd: Reg, rs2: Reg) -> Option<u32> {
    let code = match op {
        AluOp::Add => return Some(bits::MOVES | bits::LINK | put_rd(rd) | put_rs2(rs2)),
        AluOp::Sub => bits::SUB,
        AluOp::Xor => bits::XOR,
        AluOp::Or => bits::OR,
        AluOp::And => bits::AND,
        AluOp::Subw => bits::SUBW,
        AluOp::Addw => bits::ADDW,
        _ => return None,
    };
    Some(code | put_high(rd) | put_low(rs2))
}

fn branch(cond: Cond) -> Option<u32> {
    match cond {
        Cond::Eq => Some(bits::BEQZ),
        Cond::Ne => Some(bits::BNEZ),
        Cond::Lt | Cond::Ge | Cond::Ltu | Cond::Geu => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::FReg;

    #[test]
    fn every_legal_parcel_comes_back() {
        for parcel in 0..=u16::MAX {
            if let Some(compressed) = Compressed::decode(parcel) {
                assert_eq!(compressed.encode(), Some(parcel), "{parcel:#06x}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_has_no_parcel() {
        let (a0, x3, zero) = (Reg::A0, Reg::new(3), Reg::ZERO);
        let word = Width::Word;
        let misfits = [
            Compressed::Addi4spn { rd: a0, imm: 0 },
            Compressed::Addi4spn { rd: a0, imm: 1024 },
            Compressed::Addi4spn { rd: x3, imm: 8 },
            Compressed::Addi16sp { imm: 8 },
            Compressed::Addi16sp { imm: 512 },
            Compressed::Li { rd: a0, imm: 32 },
            Compressed::Lui {
                rd: Reg::SP,
                imm: 4096,
            },
            Compressed::Lui {
                rd: a0,
                imm: 1 << 17,
            },
            Compressed::LoadSp {
                width: word,
                rd: zero,
                offset: 0,
            },
            Compressed::LoadSp {
                width: word,
                rd: a0,
                offset: 2,
            },
            Compressed::StoreSp {
                width: Width::Half,
                rs2: a0,
                offset: 0,
            },
            Compressed::FpLoad {
                rd: FReg::new(3),
                rs1: a0,
                offset: 0,
            },
            Compressed::FpStoreSp {
                rs2: FReg::new(3),
                offset: 4,
            },
            Compressed::AluImm {
                op: AluOp::Srl,
                rd: x3,
                imm: 1,
            },
            Compressed::AluImm {
                op: AluOp::Sll,
                rd: x3,
                imm: 64,
            },
            Compressed::AluImm {
                op: AluOp::Or,
                rd: a0,
                imm: 1,
            },
            Compressed::Alu {
                op: AluOp::Sub,
                rd: x3,
                rs2: a0,
            },
            Compressed::Mv { rd: a0, rs2: zero },
            Compressed::Jump { offset: 2048 },
            Compressed::Jump { offset: 1 },
            Compressed::Jr { rs1: zero },
            Compressed::Jalr { rs1: zero },
            Compressed::Branch {
                cond: Cond::Lt,
                rs1: a0,
                offset: 0,
            },
            Compressed::Branch {
                cond: Cond::Eq,
                rs1: a0,
                offset: 256,
            },
        ];
        for compressed in misfits {
            assert_eq!(compressed.encode(), None, "{compressed:?}");
        }
    }
}
