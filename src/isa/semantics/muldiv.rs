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
