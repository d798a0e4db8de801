//! Multiplication and division (chapter "M"). Division never traps: by zero it
//! gives all ones and the dividend as the remainder; the one signed quotient that
//! does not fit wraps to the dividend, with remainder zero.

use super::sext32;
use crate::isa::MulDivOp;

/// `a op b`.
pub const fn muldiv(op: MulDivOp, a: u64, b: u64) -> u64 {
    match op {
        MulDivOp::Mul => a.wrapping_mul(b),
        MulDivOp::Mulh => ((a as i64 as i128 * b as i64 as i128) >> 64) as u64,
        MulDivOp::Mulhsu => ((a as i64 as i128 * b as i128) >> 64) as u64,
        MulDivOp::Mulhu => ((a as u128 * b as u128) >> 64) as u64,
        MulDivOp::Div => div(a as i64, b as i64) as u64,
        MulDivOp::Divu => divu(a, b),
        MulDivOp::Rem => rem(a as i64, b as i64) as u64,
        MulDivOp::Remu => remu(a, b),
        MulDivOp::Mulw => sext32(a.wrapping_mul(b)),
        // 64-bit division of the extended operands has no overflow, and its
        // low half is right: -2^31 / -1 = 2^31 extends to -2^31.
        MulDivOp::Divw => sext32(div(a as i32 as i64, b as i32 as i64) as u64),
        MulDivOp::Divuw => sext32(divu(a as u32 as u64, b as u32 as u64)),
        MulDivOp::Remw => sext32(rem(a as i32 as i64, b as i32 as i64) as u64),
        MulDivOp::Remuw => sext32(remu(a as u32 as u64, b as u32 as u64)),
    }
}

const fn div(a: i64, b: i64) -> i64 {
    if b == 0 { -1 } else { a.wrapping_div(b) }
}

const fn divu(a: u64, b: u64) -> u64 {
    match a.checked_div(b) {
        Some(quotient) => quotient,
        None => u64::MAX,
    }
}

const fn rem(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { a.wrapping_rem(b) }
}

const fn remu(a: u64, b: u64) -> u64 {
    match a.checked_rem(b) {
        Some(remainder) => remainder,
        None => a,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOP: u64 = 1 << 63;
    const M1: u64 = u64::MAX;
    /// The lowest 32-bit integer, sign-extended.
    const LOW32: u64 = 0xffff_ffff_8000_0000;

    fn check(rows: &[(MulDivOp, u64, u64, u64)]) {
        for &(op, a, b, want) in rows {
            assert_eq!(muldiv(op, a, b), want, "{op:?} {a:#x} {b:#x}");
        }
    }

    #[test]
    fn products() {
        check(&[
            (MulDivOp::Mul, M1, M1, 1),
            (MulDivOp::Mul, TOP, 2, 0),
            (MulDivOp::Mulh, M1, M1, 0),
            (MulDivOp::Mulh, M1, 1, M1),
            (MulDivOp::Mulh, TOP, TOP, 1 << 62),
            (MulDivOp::Mulh, TOP, M1, 0),
            (MulDivOp::Mulhu, M1, M1, M1 - 1),
            (MulDivOp::Mulhu, TOP, 2, 1),
            (MulDivOp::Mulhsu, M1, M1, M1),
            (MulDivOp::Mulhsu, M1, 1, M1),
            (MulDivOp::Mulhsu, 1, M1, 0),
            (MulDivOp::Mulhsu, TOP, M1, TOP),
            (MulDivOp::Mulw, 0xffff_ffff, 0xffff_ffff, 1),
            (MulDivOp::Mulw, 0x1_0000_8000, 0x1_0000, LOW32),
        ]);
    }

    #[test]
    fn quotients_round_towards_zero_and_remainders_have_the_dividend_s_sign() {
        let minus = |n: u64| n.wrapping_neg();
        check(&[
            (MulDivOp::Div, 7, minus(2), minus(3)),
            (MulDivOp::Rem, 7, minus(2), 1),
            (MulDivOp::Div, minus(7), 2, minus(3)),
            (MulDivOp::Rem, minus(7), 2, M1),
            (MulDivOp::Divu, minus(7), 2, TOP - 4),
            (MulDivOp::Remu, minus(7), 2, 1),
            (MulDivOp::Divw, 0xf_0000_0007, minus(2), minus(3)),
            (MulDivOp::Remw, 0xffff_fff9, 2, M1),
            (MulDivOp::Divuw, 0xf_ffff_ffff, 1, M1),
            (MulDivOp::Remuw, 0xffff_fffe, 0xffff_ffff, M1 - 1),
        ]);
    }

    /// The manual's table "Semantics for division by zero and division overflow".
    #[test]
    fn division_by_zero_and_overflow() {
        check(&[
            (MulDivOp::Div, 5, 0, M1),
            (MulDivOp::Divu, 5, 0, M1),
            (MulDivOp::Rem, TOP, 0, TOP),
            (MulDivOp::Remu, 5, 0, 5),
            (MulDivOp::Divw, 5, 0, M1),
            (MulDivOp::Divuw, 5, 0, M1),
            (MulDivOp::Remw, 0x8000_0000, 0, LOW32),
            (MulDivOp::Remuw, 0x8000_0000, 0, LOW32),
            (MulDivOp::Divw, 5, 0x1_0000_0000, M1),
            (MulDivOp::Div, TOP, M1, TOP),
            (MulDivOp::Rem, TOP, M1, 0),
            (MulDivOp::Divw, LOW32, M1, LOW32),
            (MulDivOp::Remw, LOW32, M1, 0),
            (MulDivOp::Divu, TOP, M1, 0),
            (MulDivOp::Remu, TOP, M1, TOP),
        ]);
    }
}
