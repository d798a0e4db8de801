//! Integer arithmetic and the branch conditions ("RV32I", "RV64I").

use super::sext32;
use crate::isa::{AluOp, Cond};

/// `a op b`; an immediate operand comes sign-extended.
pub const fn alu(op: AluOp, a: u64, b: u64) -> u64 {
    let (shift, shift32) = (b & 63, b & 31);
    match op {
        AluOp::Add => a.wrapping_add(b),
        AluOp::Sub => a.wrapping_sub(b),
        AluOp::Sll => a << shift,
        AluOp::Slt => ((a as i64) < b as i64) as u64,
        AluOp::Sltu => (a < b) as u64,
        AluOp::Xor => a ^ b,
        AluOp::Srl => a >> shift,
        AluOp::Sra => (a as i64 >> shift) as u64,
        AluOp::Or => a | b,
        AluOp::And => a & b,
        AluOp::Addw => sext32(a.wrapping_add(b)),
        AluOp::Subw => sext32(a.wrapping_sub(b)),
        AluOp::Sllw => sext32(a << shift32),
        AluOp::Srlw => sext32((a as u32 >> shift32) as u64),
        AluOp::Sraw => (a as i32 >> shift32) as i64 as u64,
    }
}

/// Whether a branch of this condition is taken.
pub const fn taken(cond: Cond, a: u64, b: u64) -> bool {
    match cond {
        Cond::Eq => a == b,
        Cond::Ne => a != b,
        Cond::Lt => (a as i64) < b as i64,
        Cond::Ge => a as i64 >= b as i64,
        Cond::Ltu => a < b,
        Cond::Geu => a >= b,
    }
}
