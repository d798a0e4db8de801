//! From a parcel to [`Compressed`].

use super::Compressed;
use super::bits::{self, fs2, high, low, low_fp, rs2};
use crate::isa::field::{Layout, fd, rd};
use crate::isa::{AluOp, Cond, Reg, Width};

impl Compressed {
    /// The instruction in `parcel`, or `None` if it is reserved or the
    /// start of a longer one.
    pub fn decode(parcel: u16) -> Option<Compressed> {
        let p = u32::from(parcel);
        match p & bits::MASK {
            bits::ADDI4SPN => addi4spn(p),
            bits::FLD => Some(fp_load(p)),
            bits::LW => Some(load(Width::Word, bits::WORD, p)),
            bits::LD => Some(load(Width::Double, bits::DOUBLE, p)),
            bits::FSD => Some(fp_store(p)),
            bits::SW => Some(store(Width::Word, bits::WORD, p)),
            bits::SD => Some(store(Width::Double, bits::DOUBLE, p)),
            bits::ADDI => Some(alu_imm(AluOp::Add, rd(p), bits::IMM, p)),
            bits::ADDIW => not_zero(rd(p)).map(|rd| alu_imm(AluOp::Addw, rd, bits::IMM, p)),
            bits::LI => Some(li(p)),
            bits::LUI => lui(p),
            bits::ARITH => arith(p),
            bits::J => Some(jump(p)),
            bits::BEQZ => Some(branch(Cond::Eq, p)),
            bits::BNEZ => Some(branch(Cond::Ne, p)),
            bits::SLLI => Some(alu_imm(AluOp::Sll, rd(p), bits::SHAMT, p)),
            bits::FLDSP => Some(fp_load_sp(p)),
            bits::LWSP => load_sp(Width::Word, bits::LOAD_SP_WORD, p),
            bits::LDSP => load_sp(Width::Double, bits::LOAD_SP_DOUBLE, p),
            bits::MOVES => moves(p),
            bits::FSDSP => Some(fp_store_sp(p)),
            bits::SWSP => Some(store_sp(Width::Word, bits::STORE_SP_WORD, p)),
            bits::SDSP => Some(store_sp(Width::Double, bits::STORE_SP_DOUBLE, p)),
            _ => None,
        }
    }
}

/// `reg` unless it is `x0`.
fn not_zero(reg: Reg) -> Option<Reg> {
    (!reg.is_zero()).then_some(reg)
}

/// The immediate unless it is zero, which the formats that use this reserve.
fn nonzero(layout: Layout, p: u32) -> Option<i32> {
    Some(layout.get(p)).filter(|&imm| imm != 0)
}

fn addi4spn(p: u32) -> Option<Compressed> {
    let imm = nonzero(bits::SP_OFFSET, p)?;
    Some(Compressed::Addi4spn { rd: low(p), imm })
}

fn load(width: Width, layout: Layout, p: u32) -> Compressed {
    Compressed::Load {
        width,
        rd: low(p),
        rs1: high(p),
        offset: layout.get(p),
    }
}

fn store(width: Width, layout: Layout, p: u32) -> Compressed {
    Compressed::Store {
        width,
        rs1: high(p),
        rs2: low(p),
        offset: layout.get(p),
    }
}

fn load_sp(width: Width, layout: Layout, p: u32) -> Option<Compressed> {
    let rd = not_zero(rd(p))?;
    let offset = layout.get(p);
    Some(Compressed::LoadSp { width, rd, offset })
}

fn store_sp(width: Width, layout: Layout, p: u32) -> Compressed {
    let (rs2, offset) = (rs2(p), layout.get(p));
    Compressed::StoreSp { width, rs2, offset }
}

fn fp_load(p: u32) -> Compressed {
    let (rd, rs1, offset) = (low_fp(p), high(p), bits::DOUBLE.get(p));
    Compressed::FpLoad { rd, rs1, offset }
}

fn fp_store(p: u32) -> Compressed {
    let (rs1, rs2, offset) = (high(p), low_fp(p), bits::DOUBLE.get(p));
    Compressed::FpStore { rs1, rs2, offset }
}

fn fp_load_sp(p: u32) -> Compressed {
    let (rd, offset) = (fd(p), bits::LOAD_SP_DOUBLE.get(p));
    Compressed::FpLoadSp { rd, offset }
}

fn fp_store_sp(p: u32) -> Compressed {
    let (rs2, offset) = (fs2(p), bits::STORE_SP_DOUBLE.get(p));
    Compressed::FpStoreSp { rs2, offset }
}

fn alu_imm(op: AluOp, rd: Reg, layout: Layout, p: u32) -> Compressed {
    let imm = layout.get(p);
    Compressed::AluImm { op, rd, imm }
}

fn li(p: u32) -> Compressed {
    let (rd, imm) = (rd(p), bits::IMM.get(p));
    Compressed::Li { rd, imm }
}

/// `c.lui`, or `c.addi16sp` which takes its place for `x2`.
fn lui(p: u32) -> Option<Compressed> {
    match rd(p) {
        Reg::SP => {
            let imm = nonzero(bits::SP_ADJUST, p)?;
            Some(Compressed::Addi16sp { imm })
        }
        rd => {
            let imm = nonzero(bits::UPPER, p)?;
            Some(Compressed::Lui { rd, imm })
        }
    }
}

fn arith(p: u32) -> Option<Compressed> {
    match p & bits::ARITH_MASK {
        bits::SRLI => Some(alu_imm(AluOp::Srl, high(p), bits::SHAMT, p)),
        bits::SRAI => Some(alu_imm(AluOp::Sra, high(p), bits::SHAMT, p)),
        bits::ANDI => Some(alu_imm(AluOp::And, high(p), bits::IMM, p)),
        _ => arith_rr(p),
    }
}

fn arith_rr(p: u32) -> Option<Compressed> {
    let op = match p & bits::ARITH_RR_MASK {
        bits::SUB => AluOp::Sub,
        bits::XOR => AluOp::Xor,
        bits::OR => AluOp::Or,
        bits::AND => AluOp::And,
        bits::SUBW => AluOp::Subw,
        bits::ADDW => AluOp::Addw,
        _ => return None,
    };
    let (rd, rs2) = (high(p), low(p));
    Some(Compressed::Alu { op, rd, rs2 })
}

fn jump(p: u32) -> Compressed {
    let offset = bits::JUMP.get(p);
    Compressed::Jump { offset }
}

fn branch(cond: Cond, p: u32) -> Compressed {
    let (rs1, offset) = (high(p), bits::BRANCH.get(p));
    Compressed::Branch { cond, rs1, offset }
}

/// The register moves and jumps: `rs2` zero makes a jump, both zero a breakpoint.
fn moves(p: u32) -> Option<Compressed> {
    let (rd, rs2) = (rd(p), rs2(p));
    let link = p & bits::LINK != 0;
    match (link, rd.is_zero(), rs2.is_zero()) {
        (false, true, true) => None,
        (true, true, true) => Some(Compressed::Ebreak),
        (false, false, true) => Some(Compressed::Jr { rs1: rd }),
        (true, false, true) => Some(Compressed::Jalr { rs1: rd }),
        (false, _, false) => Some(Compressed::Mv { rd, rs2 }),
        (true, _, false) => {
            let op = AluOp::Add;
            Some(Compressed::Alu { op, rd, rs2 })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_parcels_are_illegal() {
        let parcels = [
            0x0000, // all zeros
            0x0004, // c.addi4spn 0
            0x8000, // quadrant 0, funct3 4
            0x2001, // c.addiw x0
            0x6081, // c.lui x1, 0
            0x6001, // c.lui x0, 0
            0x6101, // c.addi16sp 0
            0x9c41, // c.subw's row, code 2
            0x9c61, // c.subw's row, code 3
            0x4002, // c.lwsp x0
            0x6002, // c.ldsp x0
            0x8002, // c.jr x0
            0x0003, // not compressed
        ];
        for parcel in parcels {
            assert_eq!(Compressed::decode(parcel), None, "{parcel:#06x}");
        }
    }
}
