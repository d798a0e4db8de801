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

#[cfg(test)]
mod tests {
    use super::*;

    const M1: u64 = u64::MAX;

    #[test]
    fn loads_fill_the_register() {
        let rows = [
            (LoadOp::Lb, 0x80, 0xffff_ffff_ffff_ff80),
            (LoadOp::Lb, 0x7f, 0x7f),
            (LoadOp::Lbu, 0x80, 0x80),
            (LoadOp::Lh, 0x8000, 0xffff_ffff_ffff_8000),
            (LoadOp::Lhu, 0x8000, 0x8000),
            (LoadOp::Lw, 0x8000_0000, 0xffff_ffff_8000_0000),
            (LoadOp::Lwu, 0x8000_0000, 0x8000_0000),
            (LoadOp::Ld, M1 - 1, M1 - 1),
        ];
        for (op, raw, want) in rows {
            assert_eq!(extend(op, raw), want, "{op:?}");
        }
    }

    #[test]
    fn atomics_store() {
        // Of -1 in memory and 1 in the register, as words under other high
        // halves and as doublewords.
        let rows = [
            (AmoOp::Swap, 1),
            (AmoOp::Add, 0),
            (AmoOp::Xor, M1 - 1),
            (AmoOp::And, 1),
            (AmoOp::Or, M1),
            (AmoOp::Min, M1),
            (AmoOp::Max, 1),
            (AmoOp::Minu, 1),
            (AmoOp::Maxu, M1),
        ];
        for (op, want) in rows {
            assert_eq!(amo(op, Width::Double, M1, 1), want, "{op:?}");
            let word = amo(op, Width::Word, 0xffff_ffff, 0x8000_0000_0000_0001);
            assert_eq!(word, want, "{op:?}");
        }
    }

    #[test]
    fn an_atomic_addition_wraps_at_its_width() {
        let (low32, most32) = (0xffff_ffff_8000_0000, 0x7fff_ffff);
        assert_eq!(amo(AmoOp::Add, Width::Word, most32, 1), low32);
        assert_eq!(amo(AmoOp::Add, Width::Double, most32, 1), 0x8000_0000);
    }
}
