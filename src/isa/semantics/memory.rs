//! What loads make of memory and what atomics put back (chapters "RV64I", "A").

use crate::isa::{AmoOp, LoadOp, Width};

/// The low `width` of `raw`, sign-extended.
pub const fn sign_extend(width: Width, raw: u64) -> u64 {
    match width {
        Width::Byte => raw as i8 as i64 as u64,
        Width::Half => raw as i16 as i64 as u64,
        Width::Word => raw as i32 as i64 as u64,
        Width::Double => raw,
    }
}

/// What a load writes to `rd`; `raw` holds the bytes read in its low bits.
pub const fn extend(op: LoadOp, raw: u64) -> u64 {
    match op {
        LoadOp::Lb | LoadOp::Lh | LoadOp::Lw | LoadOp::Ld => sign_extend(op.width(), raw),
        LoadOp::Lbu => raw as u8 as u64,
        LoadOp::Lhu => raw as u16 as u64,
        LoadOp::Lwu => raw as u32 as u64,
    }
}

/// What an AMO stores: `old op operand`, sign-extended from `width`.
///
/// Both operands count by their low `width`. They are sign-extended for the
/// unsigned comparisons too: that keeps the order of unsigned numbers.
pub const fn amo(op: AmoOp, width: Width, old: u64, operand: u64) -> u64 {
    let (a, b) = (sign_extend(width, old), sign_extend(width, operand));
    let stored = match op {
        AmoOp::Swap => b,
        AmoOp::Add => a.wrapping_add(b),
        AmoOp::Xor => a ^ b,
        AmoOp::And => a & b,
        AmoOp::Or => a | b,
        AmoOp::Min => pick((a as i64) < b as i64, a, b),
        AmoOp::Max => pick(a as i64 > b as i64, a, b),
        AmoOp::Minu => pick(a < b, a, b),
        AmoOp::Maxu => pick(a > b, a, b),
    };
    sign_extend(width, stored)
}

const fn pick(first: bool, a: u64, b: u64) -> u64 {
    if first { a } else { b }
}
