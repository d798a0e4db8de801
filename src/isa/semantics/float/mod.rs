//! Floating-point arithmetic (chapters "F" and "D"), in integers alone.
//!
//! Enters: the bits of floating-point registers and how to round. Leaves: the bits of
//! the result, boxed, and the exceptions that `fflags` accrues. An operand is taken
//! apart into a [`Number`], the result computed exactly (or so far that what is missing
//! cannot change how it rounds), and rounded once, in `round`.

mod arith;
mod convert;
mod number;
mod order;
mod round;

pub use arith::{fp_alu, fp_fused, fp_sqrt};
pub use convert::{fp_convert, fp_to_int, int_to_fp};
pub use number::{fp_bits, fp_box};
pub use order::{fp_class, fp_compare, fp_pick};
pub use round::RoundingMode;

use std::ops::BitOr;

use number::{Finite, Number};

/// Exceptions that an operation raises: bits of `fflags`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(u8);

impl Flags {
    /// None.
    pub const NONE: Flags = Flags(0);
    /// `NX`: the result is not exact.
    pub const INEXACT: Flags = Flags(1);
    /// `UF`: the result is tiny after rounding, and not exact.
    pub const UNDERFLOW: Flags = Flags(2);
    /// `OF`: the result is beyond the largest number.
    pub const OVERFLOW: Flags = Flags(4);
    /// `DZ`: a division of a finite number by zero.
    pub const DIVISION_BY_ZERO: Flags = Flags(8);
    /// `NV`: there is no result, or an operand is a signalling NaN.
    pub const INVALID: Flags = Flags(16);

    /// The bits, as in `fflags`.
    pub const fn bits(self) -> u64 {
        self.0 as u64
    }

    /// These if `raised`.
    const fn when(self, raised: bool) -> Flags {
        if raised { self } else { Flags::NONE }
    }
}

impl BitOr for Flags {
    type Output = Flags;

    fn bitor(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}

#[cfg(test)]
mod tests;
