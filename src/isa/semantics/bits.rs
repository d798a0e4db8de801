//! Bit manipulation ("B", "Zbc", "Zicond").

use super::sext32;
use crate::isa::{BitImmOp, BitOp, BitUnaryOp};

/// `a op b`; shift amounts and numbers of bits are taken modulo the width.
pub const fn bit(op: BitOp, a: u64, b: u64) -> u64 {
    let (low, amount, mask) = (a as u32, b as u32, 1 << (b & 63));
    match op {
        BitOp::AddUw => b.wrapping_add(low as u64),
        BitOp::Sh1add => b.wrapping_add(a << 1),
        BitOp::Sh1addUw => b.wrapping_add((low as u64) << 1),
        BitOp::Sh2add => b.wrapping_add(a << 2),
        BitOp::Sh2addUw => b.wrapping_add((low as u64) << 2),
        BitOp::Sh3add => b.wrapping_add(a << 3),
        BitOp::Sh3addUw => b.wrapping_add((low as u64) << 3),
        BitOp::Andn => a & !b,
        BitOp::Orn => a | !b,
        BitOp::Xnor => !(a ^ b),
        BitOp::Max => if_else((a as i64) < b as i64, b, a),
        BitOp::Maxu => if_else(a < b, b, a),
        BitOp::Min => if_else((a as i64) < b as i64, a, b),
        BitOp::Minu => if_else(a < b, a, b),
        BitOp::Rol => a.rotate_left(amount & 63),
        BitOp::Rolw => sext32(low.rotate_left(amount & 31) as u64),
        BitOp::Ror => a.rotate_right(amount & 63),
        BitOp::Rorw => sext32(low.rotate_right(amount & 31) as u64),
        BitOp::Bclr => a & !mask,
        BitOp::Bext => (a & mask != 0) as u64,
        BitOp::Binv => a ^ mask,
        BitOp::Bset => a | mask,
        BitOp::Clmul => carryless(a, b) as u64,
        BitOp::Clmulh => (carryless(a, b) >> 64) as u64,
        BitOp::Clmulr => (carryless(a, b) >> 63) as u64,
        BitOp::CzeroEqz => if_else(b == 0, 0, a),
        BitOp::CzeroNez => if_else(b == 0, a, 0),
    }
}

/// `a op shamt`
pub const fn bit_imm(op: BitImmOp, a: u64, shamt: u8) -> u64 {
    let amount = shamt as u64;
    match op {
        BitImmOp::SlliUw => (a as u32 as u64) << (amount & 63),
        BitImmOp::Rori => bit(BitOp::Ror, a, amount),
        BitImmOp::Roriw => bit(BitOp::Rorw, a, amount),
        BitImmOp::Bclri => bit(BitOp::Bclr, a, amount),
        BitImmOp::Bexti => bit(BitOp::Bext, a, amount),
        BitImmOp::Binvi => bit(BitOp::Binv, a, amount),
        BitImmOp::Bseti => bit(BitOp::Bset, a, amount),
    }
}

/// `op a`; the zeros of a number that is zero are as many as it has bits.
pub const fn bit_unary(op: BitUnaryOp, a: u64) -> u64 {
    let low = a as u32;
    match op {
        BitUnaryOp::Clz => a.leading_zeros() as u64,
        BitUnaryOp::Clzw => low.leading_zeros() as u64,
        BitUnaryOp::Ctz => a.trailing_zeros() as u64,
        BitUnaryOp::Ctzw => low.trailing_zeros() as u64,
        BitUnaryOp::Cpop => a.count_ones() as u64,
        BitUnaryOp::Cpopw => low.count_ones() as u64,
        BitUnaryOp::SextB => a as i8 as i64 as u64,
        BitUnaryOp::SextH => a as i16 as i64 as u64,
        BitUnaryOp::ZextH => a as u16 as u64,
        BitUnaryOp::Rev8 => a.swap_bytes(),
        BitUnaryOp::OrcB => or_combined(a),
    }
}

const fn if_else(condition: bool, a: u64, b: u64) -> u64 {
    if condition { a } else { b }
}

/// The product of polynomials over the field of two elements.
const fn carryless(a: u64, b: u64) -> u128 {
    let mut product = 0;
    let mut bit = 0;
    while bit < 64 {
        if b >> bit & 1 != 0 {
            product ^= (a as u128) << bit;
        }
        bit += 1;
    }
    product
}

/// All ones in each byte that is not zero.
const fn or_combined(a: u64) -> u64 {
    let mut bytes = a.to_le_bytes();
    let mut index = 0;
    while index < bytes.len() {
        bytes[index] = if bytes[index] == 0 { 0 } else { 0xff };
        index += 1;
    }
    u64::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOP: u64 = 1 << 63;
    const M1: u64 = u64::MAX;
    /// The lowest 32-bit integer, sign-extended.
    const LOW32: u64 = 0xffff_ffff_8000_0000;

    fn assert_bit(rows: &[(BitOp, u64, u64, u64)]) {
        for &(op, a, b, want) in rows {
            assert_eq!(bit(op, a, b), want, "{op:?} {a:#x} {b:#x}");
        }
    }

    #[test]
    fn scaled_sums_wrap_and_the_uw_forms_take_the_low_half() {
        assert_bit(&[
            (BitOp::AddUw, M1, 1, 0x1_0000_0000),
            (BitOp::AddUw, LOW32, 0, 0x8000_0000),
            (BitOp::Sh1add, TOP | 3, 10, 16),
            (BitOp::Sh2add, M1, 0, M1 - 3),
            (BitOp::Sh3add, 5, M1, 39),
            (BitOp::Sh1addUw, M1, 0, 0x1_ffff_fffe),
            (BitOp::Sh2addUw, LOW32, 1, 0x2_0000_0001),
            (BitOp::Sh3addUw, 0xf_0000_0001, M1, 7),
        ]);
        assert_eq!(bit_imm(BitImmOp::SlliUw, M1, 0), 0xffff_ffff);
        assert_eq!(bit_imm(BitImmOp::SlliUw, M1, 32), 0xffff_ffff_0000_0000);
        assert_eq!(bit_imm(BitImmOp::SlliUw, LOW32 | 1, 63), TOP);
    }

    #[test]
    fn logic_with_an_inverted_operand() {
        assert_bit(&[
            (BitOp::Andn, 0b1100, 0b1010, 0b0100),
            (BitOp::Orn, 0b1100, 0b1010, !0b0010),
            (BitOp::Xnor, 0b1100, 0b1010, !0b0110),
        ]);
    }

    #[test]
    fn minima_and_maxima() {
        assert_bit(&[
            (BitOp::Max, M1, 1, 1),
            (BitOp::Maxu, M1, 1, M1),
            (BitOp::Min, M1, 1, M1),
            (BitOp::Minu, M1, 1, 1),
            (BitOp::Max, TOP, TOP - 1, TOP - 1),
            (BitOp::Min, TOP, TOP - 1, TOP),
            (BitOp::Maxu, 7, 7, 7),
        ]);
    }

    #[test]
    fn rotations_take_their_amount_modulo_the_width() {
        assert_bit(&[
            (BitOp::Rol, TOP | 1, 1, 3),
            (BitOp::Rol, 5, 64, 5),
            (BitOp::Rol, 1, M1, TOP),
            (BitOp::Ror, 1, 1, TOP),
            (BitOp::Ror, 1, 65, TOP),
            (BitOp::Rolw, 0xf_4000_0000, 1, LOW32),
            (BitOp::Rolw, 0x8000_0000, 32, LOW32),
            (BitOp::Rorw, 0xf_0000_0001, 1, LOW32),
            (BitOp::Rorw, 0xf_0000_0001, 33, LOW32),
        ]);
        assert_eq!(bit_imm(BitImmOp::Rori, 1, 0), 1);
        assert_eq!(bit_imm(BitImmOp::Rori, 1, 63), 2);
        assert_eq!(bit_imm(BitImmOp::Roriw, 0xf_8000_0000, 0), LOW32);
        assert_eq!(bit_imm(BitImmOp::Roriw, 0xf_8000_0000, 31), 1);
    }

    #[test]
    fn single_bits_are_numbered_modulo_the_width() {
        assert_bit(&[
            (BitOp::Bset, 0, 63, TOP),
            (BitOp::Bset, 0, 64, 1),
            (BitOp::Bclr, M1, 127, TOP - 1),
            (BitOp::Binv, 1, 64, 0),
            (BitOp::Binv, 0, 3, 8),
            (BitOp::Bext, TOP, 63, 1),
            (BitOp::Bext, TOP, 62, 0),
            (BitOp::Bext, 1, 64, 1),
        ]);
        assert_eq!(bit_imm(BitImmOp::Bseti, 0, 63), TOP);
        assert_eq!(bit_imm(BitImmOp::Bclri, M1, 0), M1 - 1);
        assert_eq!(bit_imm(BitImmOp::Binvi, M1, 63), TOP - 1);
        assert_eq!(bit_imm(BitImmOp::Bexti, TOP, 63), 1);
    }

    #[test]
    fn products_without_carry() {
        assert_bit(&[
            (BitOp::Clmul, 0b11, 0b11, 0b101),
            (BitOp::Clmul, M1, M1, 0x5555_5555_5555_5555),
            (BitOp::Clmulh, M1, M1, 0x5555_5555_5555_5555),
            (BitOp::Clmulr, M1, M1, 0xaaaa_aaaa_aaaa_aaaa),
            (BitOp::Clmulh, TOP, 2, 1),
            (BitOp::Clmulr, TOP, 1, 1),
            (BitOp::Clmulr, TOP, TOP, TOP),
            (BitOp::Clmulh, TOP, TOP, TOP >> 1),
            (BitOp::Clmulh, TOP, 1, 0),
        ]);
    }

    #[test]
    fn conditional_zeros() {
        assert_bit(&[
            (BitOp::CzeroEqz, 7, 0, 0),
            (BitOp::CzeroEqz, 7, TOP, 7),
            (BitOp::CzeroNez, 7, 0, 7),
            (BitOp::CzeroNez, 7, 0x1_0000_0000, 0),
        ]);
    }

    #[test]
    fn zeros_and_ones_are_counted_within_the_width() {
        // Of qemu 7.2, `ctzw` goes on counting in the upper half; the manual has
        // "the number of 0's before the first 1 starting at the least-significant
        // bit", 32 "if the least-significant word is 0".
        let rows = [
            (BitUnaryOp::Clz, 0, 64),
            (BitUnaryOp::Clz, 1, 63),
            (BitUnaryOp::Clz, TOP, 0),
            (BitUnaryOp::Clzw, 0, 32),
            (BitUnaryOp::Clzw, 0xffff_ffff_0000_0000, 32),
            (BitUnaryOp::Clzw, LOW32, 0),
            (BitUnaryOp::Ctz, 0, 64),
            (BitUnaryOp::Ctz, TOP, 63),
            (BitUnaryOp::Ctzw, 0, 32),
            (BitUnaryOp::Ctzw, 0x10_0000_0000, 32),
            (BitUnaryOp::Ctzw, 0x8000_0000, 31),
            (BitUnaryOp::Cpop, M1, 64),
            (BitUnaryOp::Cpop, 0, 0),
            (BitUnaryOp::Cpopw, M1, 32),
            (BitUnaryOp::Cpopw, 0xf_0000_0000, 0),
        ];
        for (op, a, want) in rows {
            assert_eq!(bit_unary(op, a), want, "{op:?} {a:#x}");
        }
    }

    #[test]
    fn parts_and_bytes() {
        let rows = [
            (BitUnaryOp::SextB, 0xf7f, 0x7f),
            (BitUnaryOp::SextB, 0x80, M1 - 0x7f),
            (BitUnaryOp::SextH, 0xf_7fff, 0x7fff),
            (BitUnaryOp::SextH, 0x8000, M1 - 0x7fff),
            (BitUnaryOp::ZextH, M1, 0xffff),
            (
                BitUnaryOp::Rev8,
                0x0102_0304_0506_0708,
                0x0807_0605_0403_0201,
            ),
            (
                BitUnaryOp::OrcB,
                0x0100_8000_0000_1000,
                0xff00_ff00_0000_ff00,
            ),
            (BitUnaryOp::OrcB, M1, M1),
            (BitUnaryOp::OrcB, 0, 0),
        ];
        for (op, a, want) in rows {
            assert_eq!(bit_unary(op, a), want, "{op:?} {a:#x}");
        }
    }
}
