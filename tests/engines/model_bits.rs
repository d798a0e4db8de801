//! What bit manipulation computes, written another way than the library does: a bit
//! at a time, or by arithmetic that does not overflow.

use rvjet::isa::{BitImmOp, BitOp, BitUnaryOp};

use crate::model::{bitwise, signed, unsigned, wrap, wrap_word};

fn bit_of(value: u64, index: u64) -> bool {
    index < 64 && value / 2u64.pow(index as u32) % 2 == 1
}

/// The number of which `rule` says the bits.
fn of_bits(rule: impl Fn(u64) -> bool) -> u64 {
    (0..64)
        .filter(|&i| rule(i))
        .map(|i| 2u64.pow(i as u32))
        .sum()
}

/// Bit `index` of the product of polynomials: the parity of the pairs that make it.
fn product_bit(a: u64, b: u64, index: u64) -> bool {
    let both = |i: &u64| *i <= index && bit_of(a, *i) && bit_of(b, index - i);
    (0..64).filter(both).count() % 2 == 1
}

/// The word whose bits are those of `a`, from bit `by` on.
fn rotated_word(a: u64, by: u64) -> u64 {
    wrap_word(of_bits(|i| i < 32 && bit_of(a, (i + by) % 32)).into())
}

pub fn bit(op: BitOp, a: u64, b: u64) -> u64 {
    let (sa, sb) = (signed(a, 64), signed(b, 64));
    let (ua, ub) = (unsigned(a, 64), unsigned(b, 64));
    let one = |i| i == b % 64;
    match op {
        BitOp::AddUw => wrap(unsigned(a, 32) + ub),
        BitOp::Sh1add => wrap(2 * ua + ub),
        BitOp::Sh1addUw => wrap(2 * unsigned(a, 32) + ub),
        BitOp::Sh2add => wrap(4 * ua + ub),
        BitOp::Sh2addUw => wrap(4 * unsigned(a, 32) + ub),
        BitOp::Sh3add => wrap(8 * ua + ub),
        BitOp::Sh3addUw => wrap(8 * unsigned(a, 32) + ub),
        BitOp::Andn => bitwise(a, b, |a, b| a && !b),
        BitOp::Orn => bitwise(a, b, |a, b| a || !b),
        BitOp::Xnor => bitwise(a, b, |a, b| a == b),
        BitOp::Max => wrap(sa.max(sb)),
        BitOp::Maxu => wrap(ua.max(ub)),
        BitOp::Min => wrap(sa.min(sb)),
        BitOp::Minu => wrap(ua.min(ub)),
        BitOp::Rol => of_bits(|i| bit_of(a, (i + 64 - b % 64) % 64)),
        BitOp::Rolw => rotated_word(a, 32 - b % 32),
        BitOp::Ror => of_bits(|i| bit_of(a, (i + b % 64) % 64)),
        BitOp::Rorw => rotated_word(a, b % 32),
        BitOp::Bclr => of_bits(|i| bit_of(a, i) && !one(i)),
        BitOp::Bext => u64::from(bit_of(a, b % 64)),
        BitOp::Binv => of_bits(|i| bit_of(a, i) != one(i)),
        BitOp::Bset => of_bits(|i| bit_of(a, i) || one(i)),
        BitOp::Clmul => of_bits(|i| product_bit(a, b, i)),
        BitOp::Clmulh => of_bits(|i| product_bit(a, b, i + 64)),
        BitOp::Clmulr => of_bits(|i| product_bit(a, b, i + 63)),
        BitOp::CzeroEqz => [0, a][usize::from(b > 0)],
        BitOp::CzeroNez => [a, 0][usize::from(b > 0)],
    }
}

pub fn bit_imm(op: BitImmOp, a: u64, shamt: u8) -> u64 {
    let op = match op {
        BitImmOp::SlliUw => return wrap(unsigned(a, 32) * (1 << shamt)),
        BitImmOp::Rori => BitOp::Ror,
        BitImmOp::Roriw => BitOp::Rorw,
        BitImmOp::Bclri => BitOp::Bclr,
        BitImmOp::Bexti => BitOp::Bext,
        BitImmOp::Binvi => BitOp::Binv,
        BitImmOp::Bseti => BitOp::Bset,
    };
    bit(op, a, shamt.into())
}

pub fn bit_unary(op: BitUnaryOp, a: u64) -> u64 {
    let zero = |i: &u64| !bit_of(a, *i);
    let leading = |width: u64| (0..width).rev().take_while(zero).count() as u64;
    let trailing = |width: u64| (0..width).take_while(zero).count() as u64;
    let ones = |width: u64| (0..width).filter(|&i| bit_of(a, i)).count() as u64;
    match op {
        BitUnaryOp::Clz => leading(64),
        BitUnaryOp::Clzw => leading(32),
        BitUnaryOp::Ctz => trailing(64),
        BitUnaryOp::Ctzw => trailing(32),
        BitUnaryOp::Cpop => ones(64),
        BitUnaryOp::Cpopw => ones(32),
        BitUnaryOp::SextB => wrap(signed(a, 8)),
        BitUnaryOp::SextH => wrap(signed(a, 16)),
        BitUnaryOp::ZextH => wrap(unsigned(a, 16)),
        BitUnaryOp::Rev8 => of_bits(|i| bit_of(a, 56 - i / 8 * 8 + i % 8)),
        BitUnaryOp::OrcB => of_bits(|i| (0..8).any(|n| bit_of(a, i / 8 * 8 + n))),
    }
}
