//! What the instructions compute, against unbounded integers.
//!
//! The model knows numbers, not bits: operands are read as signed or unsigned
//! `i128`s, the manual's sentence is computed on them, and the result is taken
//! modulo the width. Every operation meets every pair of the edge operands.

#![forbid(unsafe_code)]

use rvjet::isa::semantics::{alu, amo, extend, muldiv, sign_extend, taken};
use rvjet::isa::{AluOp, AmoOp, Cond, LoadOp, MulDivOp, Width};

/// Zero, one and minus one, the extremes of both widths and their neighbours,
/// shift amounts about the widths, and patterns.
const EDGES: [u64; 42] = [
    0,
    1,
    2,
    3,
    7,
    31,
    32,
    33,
    62,
    63,
    64,
    65,
    95,
    96,
    127,
    128,
    0xff,
    0x8000,
    0xffff,
    0x7fff_fffe,
    0x7fff_ffff,
    0x8000_0000,
    0x8000_0001,
    0xffff_fffe,
    0xffff_ffff,
    0x1_0000_0000,
    0x1_0000_0001,
    0x1_8000_0000,
    0x7fff_ffff_ffff_fffe,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0x8000_0000_0000_0001,
    0xffff_fffe_ffff_ffff,
    0xffff_ffff_0000_0000,
    0xffff_ffff_7fff_ffff,
    0xffff_ffff_8000_0000,
    0xffff_ffff_8000_0001,
    0xffff_ffff_ffff_fffe,
    0xffff_ffff_ffff_ffff,
    0x0123_4567_89ab_cdef,
    0xfedc_ba98_7654_3210,
    0x5555_5555_aaaa_aaaa,
];

fn pairs() -> impl Iterator<Item = (u64, u64)> {
    EDGES
        .into_iter()
        .flat_map(|a| EDGES.into_iter().map(move |b| (a, b)))
}

/// `value` modulo `2^width`, as the unsigned number.
fn unsigned(width: u32, value: i128) -> i128 {
    value.rem_euclid(1 << width)
}

/// `value` modulo `2^width`, as the signed number.
fn signed(width: u32, value: i128) -> i128 {
    let value = unsigned(width, value);
    if value >= 1 << (width - 1) {
        value - (1 << width)
    } else {
        value
    }
}

/// The register that holds `value`, a result of `width` bits.
fn register(width: u32, value: i128) -> u64 {
    unsigned(64, signed(width, value)) as u64
}

/// Each bit of the result from the two bits, by `rule`.
fn bitwise(a: i128, b: i128, rule: fn(i128, i128) -> bool) -> i128 {
    (0..64)
        .map(|bit| 1 << bit)
        .filter(|power| rule(a / power % 2, b / power % 2))
        .sum()
}

fn model_alu(op: AluOp, a: u64, b: u64) -> u64 {
    let width = if op.is_word() { 32 } else { 64 };
    let (a, b) = (i128::from(a), i128::from(b));
    let power = 1 << (b % i128::from(width));
    let value = match op {
        AluOp::Add | AluOp::Addw => a + b,
        AluOp::Sub | AluOp::Subw => a - b,
        AluOp::Sll | AluOp::Sllw => unsigned(width, a) * power,
        AluOp::Srl | AluOp::Srlw => unsigned(width, a) / power,
        AluOp::Sra | AluOp::Sraw => signed(width, a).div_euclid(power),
        AluOp::Slt => i128::from(signed(64, a) < signed(64, b)),
        AluOp::Sltu => i128::from(a < b),
        AluOp::Xor => bitwise(a, b, |a, b| a + b == 1),
        AluOp::Or => bitwise(a, b, |a, b| a + b > 0),
        AluOp::And => bitwise(a, b, |a, b| a + b == 2),
    };
    register(width, value)
}

/// `floor(a * b / 2^64)`; `b` is not negative. The halves of `b` keep it in range.
fn high_product(a: i128, b: i128) -> i128 {
    let half = 1 << 32;
    let low = (a * (b % half)).div_euclid(half);
    (a * (b / half) + low).div_euclid(half)
}

/// The quotient, rounded towards zero, of magnitudes.
fn quotient(a: i128, b: i128) -> i128 {
    let magnitude = a.abs() / b.abs();
    if (a < 0) == (b < 0) {
        magnitude
    } else {
        -magnitude
    }
}

fn model_div(a: i128, b: i128) -> i128 {
    if b == 0 { -1 } else { quotient(a, b) }
}

fn model_rem(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { a - quotient(a, b) * b }
}

fn model_muldiv(op: MulDivOp, a: u64, b: u64) -> u64 {
    let (a, b) = (i128::from(a), i128::from(b));
    let (signed_a, signed_b) = (signed(64, a), signed(64, b));
    let (word_a, word_b) = (signed(32, a), signed(32, b));
    let (uword_a, uword_b) = (unsigned(32, a), unsigned(32, b));
    match op {
        MulDivOp::Mul => register(64, signed_a * signed_b),
        MulDivOp::Mulh => register(64, (signed_a * signed_b).div_euclid(1 << 64)),
        MulDivOp::Mulhsu => register(64, high_product(signed_a, b)),
        MulDivOp::Mulhu => register(64, high_product(a, b)),
        MulDivOp::Div => register(64, model_div(signed_a, signed_b)),
        MulDivOp::Divu => register(64, model_div(a, b)),
        MulDivOp::Rem => register(64, model_rem(signed_a, signed_b)),
        MulDivOp::Remu => register(64, model_rem(a, b)),
        MulDivOp::Mulw => register(32, word_a * word_b),
        MulDivOp::Divw => register(32, model_div(word_a, word_b)),
        MulDivOp::Divuw => register(32, model_div(uword_a, uword_b)),
        MulDivOp::Remw => register(32, model_rem(word_a, word_b)),
        MulDivOp::Remuw => register(32, model_rem(uword_a, uword_b)),
    }
}

fn model_taken(cond: Cond, a: u64, b: u64) -> bool {
    let (a, b) = (i128::from(a), i128::from(b));
    let difference = a - b;
    let signed_difference = signed(64, a) - signed(64, b);
    match cond {
        Cond::Eq => difference == 0,
        Cond::Ne => difference != 0,
        Cond::Lt => signed_difference < 0,
        Cond::Ge => signed_difference >= 0,
        Cond::Ltu => difference < 0,
        Cond::Geu => difference >= 0,
    }
}

fn model_amo(op: AmoOp, width: u32, old: u64, operand: u64) -> u64 {
    let (a, b) = (i128::from(old), i128::from(operand));
    let (signed_a, signed_b) = (signed(width, a), signed(width, b));
    let (unsigned_a, unsigned_b) = (unsigned(width, a), unsigned(width, b));
    let value = match op {
        AmoOp::Swap => b,
        AmoOp::Add => a + b,
        AmoOp::Xor => bitwise(a, b, |a, b| a + b == 1),
        AmoOp::Or => bitwise(a, b, |a, b| a + b > 0),
        AmoOp::And => bitwise(a, b, |a, b| a + b == 2),
        AmoOp::Min => signed_a.min(signed_b),
        AmoOp::Max => signed_a.max(signed_b),
        AmoOp::Minu => unsigned_a.min(unsigned_b),
        AmoOp::Maxu => unsigned_a.max(unsigned_b),
    };
    register(width, value)
}

#[test]
fn integer_operations() {
    for op in AluOp::ALL {
        for (a, b) in pairs() {
            let want = model_alu(op, a, b);
            assert_eq!(alu(op, a, b), want, "{op:?} {a:#x} {b:#x}");
        }
    }
}

#[test]
fn multiplications_and_divisions() {
    for op in MulDivOp::ALL {
        for (a, b) in pairs() {
            let want = model_muldiv(op, a, b);
            assert_eq!(muldiv(op, a, b), want, "{op:?} {a:#x} {b:#x}");
        }
    }
}

#[test]
fn branches() {
    for cond in Cond::ALL {
        for (a, b) in pairs() {
            let want = model_taken(cond, a, b);
            assert_eq!(taken(cond, a, b), want, "{cond:?} {a:#x} {b:#x}");
        }
    }
}

#[test]
fn atomics() {
    for op in AmoOp::ALL {
        for (old, operand) in pairs() {
            for (width, bits) in [(Width::Word, 32), (Width::Double, 64)] {
                let want = model_amo(op, bits, old, operand);
                let got = amo(op, width, old, operand);
                assert_eq!(got, want, "{op:?} {width:?} {old:#x} {operand:#x}");
            }
        }
    }
}

#[test]
fn extensions() {
    for value in EDGES {
        for width in Width::ALL {
            let want = register(8 * width.bytes() as u32, i128::from(value));
            assert_eq!(sign_extend(width, value), want, "{width:?} {value:#x}");
        }
        for op in LoadOp::ALL {
            let bits = 8 * op.width().bytes() as u32;
            let raw = unsigned(bits, i128::from(value));
            let want = match op {
                LoadOp::Lbu | LoadOp::Lhu | LoadOp::Lwu => raw as u64,
                LoadOp::Lb | LoadOp::Lh | LoadOp::Lw | LoadOp::Ld => register(bits, raw),
            };
            assert_eq!(extend(op, raw as u64), want, "{op:?} {raw:#x}");
        }
    }
}
