//! Floating-point numbers, put together and taken apart.

use crate::isa::Format;

/// The bits above a boxed single-precision number.
const BOX: u64 = 0xffff_ffff_0000_0000;

/// How the bits of a format are divided up, and the exponents that it has.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// Bits of a significand, the hidden one included.
    pub(super) precision: u32,
    /// The exponent of the smallest normal number: of its leading bit.
    pub(super) least: i32,
    /// The bits of positive infinity: all ones in the exponent field.
    pub(super) infinity: u64,
    /// The sign bit.
    pub(super) sign: u64,
}

impl Layout {
    pub(super) const fn of(format: Format) -> Layout {
        let (precision, least, width) = match format {
            Format::Single => (24, -126, 32),
            Format::Double => (53, -1022, 64),
        };
        let sign = 1 << (width - 1);
        let fraction = (1 << (precision - 1)) - 1;
        Layout {
            precision,
            least,
            infinity: (sign - 1) & !fraction,
            sign,
        }
    }

    /// The highest bit of the fraction, which quiet NaNs have.
    pub(super) const fn quiet(self) -> u64 {
        1 << (self.precision - 2)
    }

    /// The canonical NaN: positive, quiet, no payload.
    pub(super) const fn nan(self) -> u64 {
        self.infinity | self.quiet()
    }
}

/// The register that holds a number of these bits; what is above the format is ignored.
pub const fn fp_box(format: Format, bits: u64) -> u64 {
    match format {
        Format::Single => BOX | bits as u32 as u64,
        Format::Double => bits,
    }
}

/// The bits that a move or a store takes from a register, boxed or not, sign-extended.
pub const fn fp_bits(format: Format, register: u64) -> u64 {
    match format {
        Format::Single => register as i32 as i64 as u64,
        Format::Double => register,
    }
}

/// The bits of the number that a register holds: of what is not boxed, the canonical NaN.
pub(super) const fn unbox(format: Format, register: u64) -> u64 {
    match format {
        Format::Double => register,
        Format::Single if register & BOX == BOX => register & !BOX,
        Format::Single => Layout::of(format).nan(),
    }
}

/// The register of the canonical NaN.
pub(super) const fn nan(format: Format) -> u64 {
    fp_box(format, Layout::of(format).nan())
}

/// The register of an infinity.
pub(super) const fn infinity(format: Format, negative: bool) -> u64 {
    let layout = Layout::of(format);
    let sign = if negative { layout.sign } else { 0 };
    fp_box(format, sign | layout.infinity)
}

/// A number taken apart.
#[derive(Clone, Copy)]
pub(super) enum Number {
    Nan { signalling: bool },
    Infinity { negative: bool },
    Finite(Finite),
}

/// `±sig × 2^exp`; a zero has its sign.
#[derive(Clone, Copy)]
pub(super) struct Finite {
    pub(super) negative: bool,
    pub(super) exp: i32,
    pub(super) sig: u128,
}

impl Number {
    /// The number that a register holds.
    pub(super) fn of(format: Format, register: u64) -> Number {
        let (layout, bits) = (Layout::of(format), unbox(format, register));
        let negative = bits & layout.sign != 0;
        let magnitude = bits & !layout.sign;
        if magnitude > layout.infinity {
            let signalling = magnitude & layout.quiet() == 0;
            return Number::Nan { signalling };
        }
        if magnitude == layout.infinity {
            return Number::Infinity { negative };
        }
        let hidden = 1 << (layout.precision - 1);
        let fraction = magnitude & (hidden - 1);
        let (field, sig) = match magnitude >> (layout.precision - 1) {
            0 => (1, fraction),
            field => (field, fraction | hidden),
        };
        Number::Finite(Finite {
            negative,
            exp: field as i32 - layout.precision as i32 + layout.least,
            sig: sig.into(),
        })
    }

    /// With the opposite sign if `negate`; a NaN has none that counts.
    pub(super) fn negated_if(self, negate: bool) -> Number {
        match self {
            Number::Nan { .. } => self,
            Number::Infinity { negative } => Number::Infinity {
                negative: negative ^ negate,
            },
            Number::Finite(finite) => Number::Finite(Finite {
                negative: finite.negative ^ negate,
                ..finite
            }),
        }
    }

    /// If it is a NaN: whether a signalling one.
    pub(super) fn nan(self) -> Option<bool> {
        match self {
            Number::Nan { signalling } => Some(signalling),
            Number::Infinity { .. } | Number::Finite(_) => None,
        }
    }
}

impl Finite {
    pub(super) const fn zero(negative: bool) -> Finite {
        Finite {
            negative,
            exp: 0,
            sig: 0,
        }
    }

    pub(super) const fn is_zero(self) -> bool {
        self.sig == 0
    }

    /// The same number, the leading bit of its significand at `top`. It is neither zero
    /// nor has it bits above.
    pub(super) const fn with_top(self, top: u32) -> Finite {
        let shift = top - (127 - self.sig.leading_zeros());
        Finite {
            negative: self.negative,
            exp: self.exp - shift as i32,
            sig: self.sig << shift,
        }
    }
}
