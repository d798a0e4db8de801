//! What instructions compute, written another way than the library does: by
//! arithmetic on integers that do not overflow, and by magnitude and sign.

use rvjet::isa::{AluOp, AmoOp, Cond, MulDivOp};

const TWO_64: i128 = 1 << 64;
const TWO_32: i128 = 1 << 32;

/// The value of the low `bits` as a signed number.
pub fn signed(value: u64, bits: u32) -> i128 {
    let modulus = 1i128 << bits;
    let low = i128::from(value).rem_euclid(modulus);
    if low * 2 < modulus {
        low
    } else {
        low - modulus
    }
}

pub fn unsigned(value: u64, bits: u32) -> i128 {
    i128::from(value).rem_euclid(1 << bits)
}

/// `value` modulo 2^64.
pub fn wrap(value: i128) -> u64 {
    value.rem_euclid(TWO_64) as u64
}

/// `value` modulo 2^32, its sign extended.
pub fn wrap_word(value: i128) -> u64 {
    wrap(signed(value.rem_euclid(TWO_32) as u64, 32))
}

pub fn bitwise(a: u64, b: u64, rule: impl Fn(bool, bool) -> bool) -> u64 {
    let bit = |value: u64, index: u32| value / 2u64.pow(index) % 2 == 1;
    (0..64)
        .filter(|&i| rule(bit(a, i), bit(b, i)))
        .map(|i| 2u64.pow(i))
        .sum()
}

pub fn alu(op: AluOp, a: u64, b: u64) -> u64 {
    let (sa, sb) = (signed(a, 64), signed(b, 64));
    let (power, power32) = (1i128 << (b % 64), 1i128 << (b % 32));
    match op {
        AluOp::Add => wrap(sa + sb),
        AluOp::Sub => wrap(sa - sb),
        AluOp::Sll => (u128::from(a) << (b % 64)) as u64,
        AluOp::Slt => u64::from(sa < sb),
        AluOp::Sltu => u64::from(unsigned(a, 64) < unsigned(b, 64)),
        AluOp::Xor => bitwise(a, b, |a, b| a != b),
        AluOp::Srl => wrap(unsigned(a, 64) / power),
        AluOp::Sra => wrap(sa.div_euclid(power)),
        AluOp::Or => bitwise(a, b, |a, b| a || b),
        AluOp::And => bitwise(a, b, |a, b| a && b),
        AluOp::Addw => wrap_word(sa + sb),
        AluOp::Subw => wrap_word(sa - sb),
        AluOp::Sllw => wrap_word(unsigned(a, 32) * power32),
        AluOp::Srlw => wrap_word(unsigned(a, 32) / power32),
        AluOp::Sraw => wrap_word(signed(a, 32).div_euclid(power32)),
    }
}

/// The 128-bit product of two unsigned numbers, by halves.
fn product(a: u64, b: u64) -> (u64, u64) {
    let (ah, al, bh, bl) = (a >> 32, a & 0xffff_ffff, b >> 32, b & 0xffff_ffff);
    let middle = ah * bl + ((al * bl) >> 32);
    let middle2 = al * bh + (middle & 0xffff_ffff);
    let high = ah * bh + (middle >> 32) + (middle2 >> 32);
    (high, (middle2 << 32) | ((al * bl) & 0xffff_ffff))
}

/// Quotient towards zero and remainder, as the manual's table has them.
fn division(a: i128, b: i128) -> (i128, i128) {
    if b == 0 {
        return (-1, a);
    }
    let (quotient, remainder) = (a.abs() / b.abs(), a.abs() % b.abs());
    let quotient = if (a < 0) == (b < 0) {
        quotient
    } else {
        -quotient
    };
    (quotient, if a < 0 { -remainder } else { remainder })
}

pub fn muldiv(op: MulDivOp, a: u64, b: u64) -> u64 {
    let (high, low) = product(a, b);
    // A negative number is its bits less 2^64.
    let less = |negative: u64, other: u64| if signed(negative, 64) < 0 { other } else { 0 };
    let signed_pair = |bits: u32| division(signed(a, bits), signed(b, bits));
    let unsigned_pair = |bits: u32| division(unsigned(a, bits), unsigned(b, bits));
    match op {
        MulDivOp::Mul => low,
        MulDivOp::Mulh => high.wrapping_sub(less(a, b)).wrapping_sub(less(b, a)),
        MulDivOp::Mulhsu => high.wrapping_sub(less(a, b)),
        MulDivOp::Mulhu => high,
        MulDivOp::Div => wrap(signed_pair(64).0),
        MulDivOp::Divu => wrap(unsigned_pair(64).0),
        MulDivOp::Rem => wrap(signed_pair(64).1),
        MulDivOp::Remu => wrap(unsigned_pair(64).1),
        MulDivOp::Mulw => wrap_word(i128::from(low)),
        MulDivOp::Divw => wrap_word(signed_pair(32).0),
        MulDivOp::Divuw => wrap_word(unsigned_pair(32).0),
        MulDivOp::Remw => wrap_word(signed_pair(32).1),
        MulDivOp::Remuw => wrap_word(unsigned_pair(32).1),
    }
}

pub fn taken(cond: Cond, a: u64, b: u64) -> bool {
    match cond {
        Cond::Eq => signed(a, 64) - signed(b, 64) == 0,
        Cond::Ne => signed(a, 64) - signed(b, 64) != 0,
        Cond::Lt => signed(a, 64) - signed(b, 64) < 0,
        Cond::Ge => signed(a, 64) - signed(b, 64) >= 0,
        Cond::Ltu => unsigned(a, 64) - unsigned(b, 64) < 0,
        Cond::Geu => unsigned(a, 64) - unsigned(b, 64) >= 0,
    }
}

/// What is in memory after an AMO of `bits`, in the low bits.
pub fn amo(op: AmoOp, bits: u32, old: u64, operand: u64) -> u64 {
    let order = |value: u64, is_signed: bool| match is_signed {
        true => signed(value, bits),
        false => unsigned(value, bits),
    };
    let pick = |is_signed: bool, greater: bool| {
        let takes_old = (order(old, is_signed) > order(operand, is_signed)) == greater;
        if takes_old { old } else { operand }
    };
    let new = match op {
        AmoOp::Swap => operand,
        AmoOp::Add => wrap(signed(old, bits) + signed(operand, bits)),
        AmoOp::Xor => bitwise(old, operand, |a, b| a != b),
        AmoOp::And => bitwise(old, operand, |a, b| a && b),
        AmoOp::Or => bitwise(old, operand, |a, b| a || b),
        AmoOp::Min => pick(true, false),
        AmoOp::Max => pick(true, true),
        AmoOp::Minu => pick(false, false),
        AmoOp::Maxu => pick(false, true),
    };
    unsigned(new, bits) as u64
}

/// The low `bits` of `raw`, sign-extended or not.
pub fn extend(raw: u64, bits: u32, is_signed: bool) -> u64 {
    match is_signed {
        true => wrap(signed(raw, bits)),
        false => wrap(unsigned(raw, bits)),
    }
}
