//! Conversions.

use super::arith::no_number;
use super::number::infinity;
use super::round::{round, round_off};
use super::{Finite, Flags, Number, RoundingMode};
use crate::isa::{Format, IntFormat};

/// A number of the other format in format `to`.
pub fn fp_convert(to: Format, register: u64, mode: RoundingMode) -> (u64, Flags) {
    let from = match to {
        Format::Single => Format::Double,
        Format::Double => Format::Single,
    };
    match Number::of(from, register) {
        nan @ Number::Nan { .. } => no_number(to, &[nan]),
        Number::Infinity { negative } => (infinity(to, negative), Flags::NONE),
        Number::Finite(finite) => round(to, finite, mode),
    }
}

/// An integer as a number; of 32-bit formats the low half counts.
pub fn int_to_fp(to: Format, from: IntFormat, integer: u64, mode: RoundingMode) -> (u64, Flags) {
    let integer = match from {
        IntFormat::W => i128::from(integer as i32),
        IntFormat::Wu => i128::from(integer as u32),
        IntFormat::L => i128::from(integer as i64),
        IntFormat::Lu => i128::from(integer),
    };
    let exact = Finite {
        negative: integer < 0,
        exp: 0,
        sig: integer.unsigned_abs(),
    };
    round(to, exact, mode)
}

/// A number as an integer, 32-bit ones sign-extended. What is not in the range is invalid
/// and gives the end of it that is nearest; a NaN gives the upper one.
pub fn fp_to_int(to: IntFormat, from: Format, register: u64, mode: RoundingMode) -> (u64, Flags) {
    let (least, most) = range(to);
    let (integer, inexact) = match Number::of(from, register) {
        Number::Nan { .. } => return (extended(to, most), Flags::INVALID),
        Number::Infinity { negative } => {
            let end = if negative { least } else { most };
            return (extended(to, end), Flags::INVALID);
        }
        Number::Finite(finite) => integer(finite, mode),
    };
    let nearest = integer.clamp(least, most);
    let flags = match nearest == integer {
        true => Flags::INEXACT.when(inexact),
        false => Flags::INVALID,
    };
    (extended(to, nearest), flags)
}

/// The least and the greatest integer of a format.
const fn range(format: IntFormat) -> (i128, i128) {
    match format {
        IntFormat::W => (i32::MIN as i128, i32::MAX as i128),
        IntFormat::Wu => (0, u32::MAX as i128),
        IntFormat::L => (i64::MIN as i128, i64::MAX as i128),
        IntFormat::Lu => (0, u64::MAX as i128),
    }
}

/// The integer register that holds an integer of a format.
const fn extended(format: IntFormat, integer: i128) -> u64 {
    match format {
        IntFormat::W | IntFormat::Wu => integer as i32 as i64 as u64,
        IntFormat::L | IntFormat::Lu => integer as u64,
    }
}

/// The number, rounded to an integer, and whether that makes a difference. One that is
/// beyond every format is another such one of the same sign.
fn integer(number: Finite, mode: RoundingMode) -> (i128, bool) {
    /// More bits than an integer has; with those of a significand, fewer than fit.
    const FAR: i32 = 70;
    let Finite { negative, exp, sig } = number;
    let (magnitude, inexact) = match exp {
        0.. => (sig << exp.min(FAR), false),
        _ => round_off(sig, exp.unsigned_abs().min(127), negative, mode),
    };
    let magnitude = magnitude as i128;
    (if negative { -magnitude } else { magnitude }, inexact)
}
