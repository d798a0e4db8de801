//! Sums, products, quotients and square roots.

use super::number::{infinity, nan};
use super::round::round;
use super::{Finite, Flags, Number, RoundingMode};
use crate::isa::{Format, FpOp, FusedOp};

/// Where sums have the leading bits of their operands: a carry fits above, and below
/// even a product there are bits to spare.
const TOP: u32 = 125;

/// `a op b`
pub fn fp_alu(op: FpOp, format: Format, a: u64, b: u64, mode: RoundingMode) -> (u64, Flags) {
    let (a, b) = (Number::of(format, a), Number::of(format, b));
    let (a, b) = match (a, b) {
        (Number::Nan { .. }, _) | (_, Number::Nan { .. }) => return no_number(format, &[a, b]),
        _ => (a, b.negated_if(matches!(op, FpOp::Sub))),
    };
    match op {
        FpOp::Add | FpOp::Sub => sum(format, a, b, mode),
        FpOp::Mul => match product(a, b) {
            Some(Number::Finite(exact)) => round(format, exact, mode),
            Some(Number::Infinity { negative }) => (infinity(format, negative), Flags::NONE),
            Some(Number::Nan { .. }) | None => invalid(format),
        },
        FpOp::Div => quotient(format, a, b, mode),
    }
}

/// `±(a × b) ± c`
pub fn fp_fused(
    op: FusedOp,
    format: Format,
    [a, b, c]: [u64; 3],
    mode: RoundingMode,
) -> (u64, Flags) {
    let (negate, subtract) = match op {
        FusedOp::Madd => (false, false),
        FusedOp::Msub => (false, true),
        FusedOp::Nmsub => (true, false),
        FusedOp::Nmadd => (true, true),
    };
    let a = Number::of(format, a).negated_if(negate);
    let b = Number::of(format, b);
    let c = Number::of(format, c).negated_if(subtract);
    match product(a, b) {
        // Even if what is added is a quiet NaN.
        None => invalid(format),
        Some(Number::Nan { .. }) => no_number(format, &[a, b, c]),
        Some(_) if c.nan().is_some() => no_number(format, &[c]),
        Some(product) => sum(format, product, c, mode),
    }
}

/// `√a`
pub fn fp_sqrt(format: Format, a: u64, mode: RoundingMode) -> (u64, Flags) {
    let number = Number::of(format, a);
    match number {
        Number::Nan { .. } => no_number(format, &[number]),
        Number::Finite(zero) if zero.is_zero() => round(format, zero, mode),
        Number::Finite(Finite { negative: true, .. }) | Number::Infinity { negative: true } => {
            invalid(format)
        }
        Number::Infinity { negative } => (infinity(format, negative), Flags::NONE),
        Number::Finite(finite) => round(format, root(finite), mode),
    }
}

/// The result where an operand is a NaN.
pub(super) fn no_number(format: Format, operands: &[Number]) -> (u64, Flags) {
    let signalling = operands.iter().any(|number| number.nan() == Some(true));
    (nan(format), Flags::INVALID.when(signalling))
}

/// The result where there is none.
fn invalid(format: Format) -> (u64, Flags) {
    (nan(format), Flags::INVALID)
}

/// `a × b`, exactly; `None` for infinity times zero.
fn product(a: Number, b: Number) -> Option<Number> {
    Some(match (a, b) {
        (nan @ Number::Nan { .. }, _) | (_, nan @ Number::Nan { .. }) => nan,
        (Number::Infinity { negative }, Number::Infinity { negative: other }) => Number::Infinity {
            negative: negative ^ other,
        },
        (Number::Infinity { negative }, Number::Finite(finite))
        | (Number::Finite(finite), Number::Infinity { negative }) => {
            if finite.is_zero() {
                return None;
            }
            Number::Infinity {
                negative: negative ^ finite.negative,
            }
        }
        (Number::Finite(a), Number::Finite(b)) => Number::Finite(Finite {
            negative: a.negative ^ b.negative,
            exp: a.exp + b.exp,
            sig: a.sig * b.sig,
        }),
    })
}

/// `a + b`, neither of which is a NaN.
fn sum(format: Format, a: Number, b: Number, mode: RoundingMode) -> (u64, Flags) {
    match (a, b) {
        (Number::Infinity { negative }, Number::Infinity { negative: other })
            if negative != other =>
        {
            invalid(format)
        }
        (Number::Infinity { negative }, _) | (_, Number::Infinity { negative }) => {
            (infinity(format, negative), Flags::NONE)
        }
        (Number::Finite(a), Number::Finite(b)) => round(format, add(a, b, mode), mode),
        (Number::Nan { .. }, _) | (_, Number::Nan { .. }) => no_number(format, &[a, b]),
    }
}

/// `a + b`, what is below the lowest bit collected in that.
///
/// No bit gets lost where leading bits cancel out: then the operands are at most one
/// place apart, and have that many zeros at the end.
fn add(a: Finite, b: Finite, mode: RoundingMode) -> Finite {
    let cancelled = Finite::zero(mode == RoundingMode::Rdn);
    match (a.is_zero(), b.is_zero()) {
        (true, true) if a.negative != b.negative => return cancelled,
        (true, _) => return b,
        (false, true) => return a,
        (false, false) => {}
    }
    let (a, b) = (a.with_top(TOP), b.with_top(TOP));
    let (large, small) = match (a.exp, a.sig) >= (b.exp, b.sig) {
        true => (a, b),
        false => (b, a),
    };
    let shifted = shift_right(small.sig, (large.exp - small.exp) as u32);
    let sig = match large.negative == small.negative {
        true => large.sig + shifted,
        false => large.sig - shifted,
    };
    match sig {
        0 => cancelled,
        _ => Finite { sig, ..large },
    }
}

/// `sig >> count`, the lowest bit set if one that is lost was.
fn shift_right(sig: u128, count: u32) -> u128 {
    match count {
        ..128 => sig >> count | u128::from(sig >> count << count != sig),
        _ => u128::from(sig != 0),
    }
}

/// `a / b`, neither of which is a NaN.
fn quotient(format: Format, a: Number, b: Number, mode: RoundingMode) -> (u64, Flags) {
    match (a, b) {
        (Number::Infinity { negative }, Number::Finite(b)) => {
            (infinity(format, negative ^ b.negative), Flags::NONE)
        }
        (Number::Finite(a), Number::Infinity { negative }) => {
            round(format, Finite::zero(a.negative ^ negative), mode)
        }
        (Number::Finite(a), Number::Finite(b)) => match (a.is_zero(), b.is_zero()) {
            (true, true) => invalid(format),
            (true, false) => round(format, Finite::zero(a.negative ^ b.negative), mode),
            (false, true) => {
                let negative = a.negative ^ b.negative;
                (infinity(format, negative), Flags::DIVISION_BY_ZERO)
            }
            (false, false) => round(format, divide(a, b), mode),
        },
        _ => invalid(format),
    }
}

/// `a / b`, neither of which is zero: to more bits than any format has, what is below
/// collected in the lowest.
fn divide(a: Finite, b: Finite) -> Finite {
    let a = a.with_top(126);
    let (ratio, rest) = (a.sig / b.sig, a.sig % b.sig);
    Finite {
        negative: a.negative ^ b.negative,
        exp: a.exp - b.exp,
        sig: ratio | u128::from(rest != 0),
    }
}

/// `√a` of what is above zero: to more bits than any format has, what is below collected
/// in the lowest.
fn root(a: Finite) -> Finite {
    let a = a.with_top(TOP);
    let (exp, sig) = match a.exp % 2 {
        0 => (a.exp, a.sig),
        _ => (a.exp - 1, a.sig << 1),
    };
    let root = sig.isqrt();
    Finite {
        negative: false,
        exp: exp / 2,
        sig: root | u128::from(root * root != sig),
    }
}
