//! From [`FpInst`] to its 32 bits.

use super::field::{put_fd, put_fs1, put_fs2, put_fs3, put_rd, put_rs1};
use super::{FReg, FpInst, Rounding, opcode};

/// The bits of a valid instruction; of others, any.
pub(super) fn float(inst: FpInst) -> u32 {
    match inst {
        FpInst::Load {
            format,
            rd,
            rs1,
            offset,
        } => opcode::fp_load(format) | put_fd(rd) | put_rs1(rs1) | opcode::I_IMM.put(offset),
        FpInst::Store {
            format,
            rs1,
            rs2,
            offset,
        } => opcode::fp_store(format) | put_rs1(rs1) | put_fs2(rs2) | opcode::S_IMM.put(offset),
        FpInst::Alu {
            op,
            format,
            rd,
            rs1,
            rs2,
            rounding,
        } => opcode::fp_alu(op, format) | put_fd(rd) | sources(rs1, rs2) | rm(rounding),
        FpInst::Fused {
            op,
            format,
            rd,
            rs1,
            rs2,
            rs3,
            rounding,
        } => {
            let code = opcode::fused(op, format) | rm(rounding);
            code | put_fd(rd) | sources(rs1, rs2) | put_fs3(rs3)
        }
        FpInst::Pick {
            op,
            format,
            rd,
            rs1,
            rs2,
        } => opcode::fp_pick(op, format) | put_fd(rd) | sources(rs1, rs2),
        FpInst::Compare {
            op,
            format,
            rd,
            rs1,
            rs2,
        } => opcode::fp_compare(op, format) | put_rd(rd) | sources(rs1, rs2),
        _ => unary(inst),
    }
}

/// Of an instruction with one operand.
fn unary(inst: FpInst) -> u32 {
    match inst {
        FpInst::Sqrt {
            format,
            rd,
            rs1,
            rounding,
        } => opcode::fp_sqrt(format) | put_fd(rd) | put_fs1(rs1) | rm(rounding),
        FpInst::Convert {
            to,
            rd,
            rs1,
            rounding,
        } => opcode::fp_convert(to) | put_fd(rd) | put_fs1(rs1) | rm(rounding),
        FpInst::ToInt {
            to,
            from,
            rd,
            rs1,
            rounding,
        } => opcode::fp_to_int(to, from) | put_rd(rd) | put_fs1(rs1) | rm(rounding),
        FpInst::FromInt {
            to,
            from,
            rd,
            rs1,
            rounding,
        } => opcode::int_to_fp(to, from) | put_fd(rd) | put_rs1(rs1) | rm(rounding),
        FpInst::Class { format, rd, rs1 } => opcode::fp_class(format) | put_rd(rd) | put_fs1(rs1),
        FpInst::ToBits { format, rd, rs1 } => {
            opcode::fp_to_bits(format) | put_rd(rd) | put_fs1(rs1)
        }
        FpInst::FromBits { format, rd, rs1 } => {
            opcode::fp_from_bits(format) | put_fd(rd) | put_rs1(rs1)
        }
        _ => unreachable!("the other shapes have more operands"),
    }
}

/// `rs1` and `rs2` in place.
fn sources(rs1: FReg, rs2: FReg) -> u32 {
    put_fs1(rs1) | put_fs2(rs2)
}

/// The rounding mode in place.
fn rm(rounding: Rounding) -> u32 {
    rounding.bits() << 12
}
