//! Constants, by as few instructions as lui, addi and slli allow.

use alloc::vec::Vec;

use super::encode::{ImmOp, Reg, addiw, immediate, lui, slli};

/// `value` if it fits the immediate of an I- or S-type instruction.
pub fn fits(value: i64) -> Option<i32> {
    (-0x800..0x800).contains(&value).then_some(value as i32)
}

/// `d = value`
pub fn load(code: &mut Vec<u32>, d: Reg, value: i64) {
    if let Some(value) = fits(value) {
        return code.push(immediate(ImmOp::Addi, d, Reg::Zero, value));
    }
    // The low part is signed, so the high part makes up for it.
    let low = (value << 52 >> 52) as i32;
    if let Ok(value) = i32::try_from(value) {
        code.push(lui(d, value.wrapping_sub(low)));
        if low != 0 {
            code.push(addiw(d, d, low));
        }
        return;
    }
    let high = value.wrapping_sub(i64::from(low)) >> 12;
    let zeros = high.trailing_zeros();
    load(code, d, high >> zeros);
    code.push(slli(d, d, 12 + zeros));
    if low != 0 {
        code.push(immediate(ImmOp::Addi, d, d, low));
    }
}
