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

#[cfg(test)]
mod tests {
    use super::*;

    const TOP: u64 = 1 << 63;
    const M1: u64 = u64::MAX;
    /// The lowest 32-bit integer, sign-extended.
    const LOW32: u64 = 0xffff_ffff_8000_0000;

    #[test]
    fn results() {
        let rows = [
            (AluOp::Add, M1, 1, 0),
            (AluOp::Add, TOP, M1, TOP - 1),
            (AluOp::Sub, 0, 1, M1),
            (AluOp::Sub, TOP, 1, TOP - 1),
            (AluOp::Slt, M1, 0, 1),
            (AluOp::Slt, 0, M1, 0),
            (AluOp::Slt, TOP, TOP - 1, 1),
            (AluOp::Sltu, M1, 0, 0),
            (AluOp::Sltu, 0, M1, 1),
            (AluOp::Sltu, 7, 7, 0),
            (AluOp::Xor, 0b1100, 0b1010, 0b0110),
            (AluOp::Or, 0b1100, 0b1010, 0b1110),
            (AluOp::And, 0b1100, 0b1010, 0b1000),
            (AluOp::Addw, 0x7fff_ffff, 1, LOW32),
            (AluOp::Addw, 0x1_0000_0000, 0, 0),
            (AluOp::Addw, 0xffff_ffff, 0, M1),
            (AluOp::Subw, LOW32, 1, 0x7fff_ffff),
            (AluOp::Subw, 0, 0x8000_0000, LOW32),
        ];
        for (op, a, b, want) in rows {
            assert_eq!(alu(op, a, b), want, "{op:?} {a:#x} {b:#x}");
        }
    }

    #[test]
    fn shifts_take_their_amount_modulo_the_width() {
        let rows = [
            (AluOp::Sll, 1, 63, TOP),
            (AluOp::Sll, 1, 64, 1),
            (AluOp::Sll, 1, 65, 2),
            (AluOp::Sll, 1, M1, TOP),
            (AluOp::Srl, TOP, 63, 1),
            (AluOp::Srl, TOP, 64, TOP),
            (AluOp::Sra, TOP, 63, M1),
            (AluOp::Sra, TOP, 64, TOP),
            (AluOp::Sra, TOP - 1, 62, 1),
            (AluOp::Sllw, 1, 31, LOW32),
            (AluOp::Sllw, 1, 32, 1),
            (AluOp::Sllw, 3, 31, LOW32),
            (AluOp::Sllw, 0x1_0000_0001, 4, 16),
            (AluOp::Srlw, M1, 0, M1),
            (AluOp::Srlw, M1, 1, 0x7fff_ffff),
            (AluOp::Srlw, M1, 32, M1),
            (AluOp::Srlw, 0xf_0000_0000, 4, 0),
            (AluOp::Sraw, 0x8000_0000, 31, M1),
            (AluOp::Sraw, 0x8000_0000, 32, LOW32),
            (AluOp::Sraw, 0xf_7fff_ffff, 30, 1),
        ];
        for (op, a, b, want) in rows {
            assert_eq!(alu(op, a, b), want, "{op:?} {a:#x} {b:#x}");
        }
    }

    #[test]
    fn conditions() {
        // Of -1 and 1, then of 1 and -1, then of 5 and 5.
        let rows = [
            (Cond::Eq, [false, false, true]),
            (Cond::Ne, [true, true, false]),
            (Cond::Lt, [true, false, false]),
            (Cond::Ge, [false, true, true]),
            (Cond::Ltu, [false, true, false]),
            (Cond::Geu, [true, false, true]),
        ];
        for (cond, want) in rows {
            let got = [(M1, 1), (1, M1), (5, 5)].map(|(a, b)| taken(cond, a, b));
            assert_eq!(got, want, "{cond:?}");
        }
    }
}
