//! What takes one of two numbers, compares them, or tells what a number is: nothing is
//! rounded.

use super::number::{Layout, fp_box, unbox};
use super::{Flags, Number};
use crate::isa::{Format, FpCompare, FpPick};

/// `a op b`: a sign injection, minimum or maximum.
pub fn fp_pick(op: FpPick, format: Format, a: u64, b: u64) -> (u64, Flags) {
    let sign = Layout::of(format).sign;
    let (bits, other) = (unbox(format, a), unbox(format, b));
    let with_sign = |of: u64| (fp_box(format, bits & !sign | of & sign), Flags::NONE);
    match op {
        FpPick::Sgnj => with_sign(other),
        FpPick::Sgnjn => with_sign(!other),
        FpPick::Sgnjx => with_sign(bits ^ other),
        FpPick::Min => extreme(format, bits, other, |a, b| a < b),
        FpPick::Max => extreme(format, bits, other, |a, b| a > b),
    }
}

/// The one of two that comes first in an order in which -0 is below +0. A NaN comes last,
/// a signalling one raises; of two NaNs the result is the canonical one.
fn extreme(format: Format, a: u64, b: u64, first: fn(i64, i64) -> bool) -> (u64, Flags) {
    let nans = [a, b].map(|bits| Number::of(format, fp_box(format, bits)).nan());
    let bits = match nans {
        [Some(_), Some(_)] => Layout::of(format).nan(),
        [Some(_), None] => b,
        [None, Some(_)] => a,
        [None, None] if first(rank(format, a), rank(format, b)) => a,
        [None, None] => b,
    };
    let signalling = nans.contains(&Some(true));
    (fp_box(format, bits), Flags::INVALID.when(signalling))
}

/// The place of a number in the order of all that are no NaNs; -0 is just below +0.
const fn rank(format: Format, bits: u64) -> i64 {
    let sign = Layout::of(format).sign;
    let magnitude = (bits & !sign) as i64;
    if bits & sign != 0 {
        !magnitude
    } else {
        magnitude
    }
}

/// Whether `a op b`, as 0 or 1: never if one is a NaN.
pub fn fp_compare(op: FpCompare, format: Format, a: u64, b: u64) -> (u64, Flags) {
    let nans = [a, b].map(|register| Number::of(format, register).nan());
    let invalid = match op {
        FpCompare::Eq => nans.contains(&Some(true)),
        FpCompare::Lt | FpCompare::Le => nans != [None; 2],
    };
    let (a, b) = (unbox(format, a), unbox(format, b));
    let zeros = (a | b) & !Layout::of(format).sign == 0;
    let (left, right) = (rank(format, a), rank(format, b));
    let holds = match op {
        FpCompare::Eq => left == right || zeros,
        FpCompare::Lt => left < right && !zeros,
        FpCompare::Le => left <= right || zeros,
    };
    let holds = holds && nans == [None; 2];
    (holds.into(), Flags::INVALID.when(invalid))
}

/// What kind of number it is, as the manual's table numbers them: one bit set.
pub fn fp_class(format: Format, register: u64) -> u64 {
    let (layout, bits) = (Layout::of(format), unbox(format, register));
    let number = Number::of(format, register);
    if let Some(signalling) = number.nan() {
        return if signalling { 1 << 8 } else { 1 << 9 };
    }
    let magnitude = bits & !layout.sign;
    let from_zero = match magnitude {
        0 => 0,
        _ if magnitude >> (layout.precision - 1) == 0 => 1,
        _ if magnitude < layout.infinity => 2,
        _ => 3,
    };
    match bits & layout.sign {
        0 => 1 << (4 + from_zero),
        _ => 1 << (3 - from_zero),
    }
}
