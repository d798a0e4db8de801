//! Floating-point numbers at which instructions go wrong.

use crate::random::Random;

/// The bits above a boxed single.
pub const BOX: u64 = 0xffff_ffff_0000_0000;

/// A format: the width of its fraction, the largest exponent field.
#[derive(Clone, Copy)]
pub struct Shape {
    fraction: u32,
    exponents: u64,
}

pub const SINGLE: Shape = Shape {
    fraction: 23,
    exponents: 0xff,
};

pub const DOUBLE: Shape = Shape {
    fraction: 52,
    exponents: 0x7ff,
};

impl Shape {
    fn put(self, negative: bool, exponent: u64, fraction: u64) -> u64 {
        let sign = u64::from(negative) * (self.exponents + 1);
        (sign | exponent) << self.fraction | fraction
    }

    fn bias(self) -> u64 {
        self.exponents / 2
    }

    /// A fraction: empty, full, nearly so, with few bits, or any.
    fn fraction(self, random: &mut Random) -> u64 {
        let mask = (1u64 << self.fraction) - 1;
        let bit = 1u64 << random.below(self.fraction.into());
        mask & match random.below(10) {
            0 => 0,
            1 => mask,
            2 => 1,
            3 => mask - 1,
            4 => bit,
            5 => mask ^ bit,
            6 => bit.wrapping_neg(),
            7 => random.next() << random.below(self.fraction.into()),
            _ => random.next(),
        }
    }

    /// A number by itself: zeros, subnormals, both ends of the normal numbers, numbers
    /// as large as integers, infinities, NaNs of both kinds.
    pub fn any(self, random: &mut Random) -> u64 {
        let negative = random.one_in(2);
        let top = self.exponents;
        let exponent = match random.below(16) {
            0 | 1 => 0,
            2 => return self.put(negative, 0, 0),
            3 => return self.put(negative, top, 0),
            4 => top,
            5 => 1 + random.below(3),
            6 => top - 1 - random.below(3),
            7 => self.bias() / 2 + random.below(4),
            8 => self.bias() * 3 / 2 - random.below(4),
            9..12 => self.bias() - 2 + random.below(70),
            12 => return self.half_integer(negative, random),
            13 if self.fraction == DOUBLE.fraction => narrow(random),
            _ => random.below(top),
        };
        let fraction = self.fraction(random);
        self.put(negative, exponent, fraction)
    }

    /// A multiple of a half or a quarter, or next to one: a tie where it is rounded to an
    /// integer; or such a number next to the end of an integer format.
    fn half_integer(self, negative: bool, random: &mut Random) -> u64 {
        let quarters = match random.below(3) {
            0 => random.below(64),
            1 => 4 << random.pick(&[31, 32]),
            _ => random.next() >> (63 - random.below(self.fraction.into())),
        };
        let near = (quarters as i64 + random.within(-6, 6)) as f64 / 4.0;
        let bits = match self.fraction {
            23 => (near as f32).to_bits().into(),
            _ => near.to_bits(),
        };
        let sign = u64::from(negative) << self.fraction << (self.exponents + 1).trailing_zeros();
        (bits ^ sign).wrapping_add_signed(random.within(-1, 1)) & self.all()
    }

    fn all(self) -> u64 {
        u64::MAX >> (63 - self.fraction - (self.exponents + 1).trailing_zeros())
    }

    /// A number that makes something of `other`: it, its neighbours, its negation, one about
    /// a precision away, one with which the product or quotient is at an end of the range.
    fn near(self, other: u64, random: &mut Random) -> u64 {
        let exponent = other >> self.fraction & self.exponents;
        let negative = random.one_in(2);
        let away = random.within(-3, 3);
        let far = i64::from(self.fraction) + 1;
        let (bias, exponent, top) = (self.bias() as i64, exponent as i64, self.exponents as i64);
        let exponent = match random.below(8) {
            0 => return other ^ (u64::from(negative) * (self.exponents + 1)) << self.fraction,
            1 => return other.wrapping_add_signed(away) & self.all(),
            2 => exponent + away,
            3 => exponent + far + away,
            4 => exponent - far + away,
            5 => bias - exponent + 1 + away,
            6 => bias - exponent + 1 - far + away,
            _ => 3 * bias - exponent + away,
        };
        let fraction = self.fraction(random);
        self.put(negative, exponent.clamp(0, top - 1) as u64, fraction)
    }

    /// Three operands, half of them related.
    pub fn three(self, random: &mut Random) -> [u64; 3] {
        let a = self.any(random);
        let b = match random.one_in(2) {
            true => self.near(a, random),
            false => self.any(random),
        };
        let c = match random.below(4) {
            0 => self.any(random),
            1 => self.near(a, random),
            2 => self.near(b, random),
            _ => self.near_product(a, b, random),
        };
        [a, b, c]
    }

    /// A number about as large as `a × b`, or a precision below.
    fn near_product(self, a: u64, b: u64, random: &mut Random) -> u64 {
        let exponent = |bits: u64| (bits >> self.fraction & self.exponents) as i64;
        let product = exponent(a) + exponent(b) - self.bias() as i64;
        let places = i64::from(self.fraction) + 1;
        let below = random.pick(&[0, 0, places, -places, 2 * places]);
        let exponent = product - below + random.within(-2, 2);
        let exponent = exponent.clamp(0, self.exponents as i64 - 1) as u64;
        let (negative, fraction) = (random.one_in(2), self.fraction(random));
        self.put(negative, exponent, fraction)
    }
}

/// An exponent at which a double becomes a single that is subnormal, or too large.
fn narrow(random: &mut Random) -> u64 {
    let (bias, single) = (DOUBLE.bias(), SINGLE.bias());
    match random.below(4) {
        0 => bias + single - 1 + random.below(3),
        1 => bias - single - 1 + random.below(4),
        _ => bias - single - random.below(26),
    }
}

/// A register for `single`: boxed, but seldom.
pub fn boxed(single: u64, random: &mut Random) -> u64 {
    match random.below(48) {
        0 => single,
        1 => single | random.next() << 32,
        2 => single | BOX << 1,
        _ => single | BOX,
    }
}

/// An integer: near a power of two or any, of any width.
pub fn integer(random: &mut Random) -> u64 {
    let power = 1u64 << random.below(64);
    match random.below(4) {
        0 => power.wrapping_add_signed(random.within(-3, 3)),
        1 => power
            .wrapping_neg()
            .wrapping_add_signed(random.within(-3, 3)),
        // About a tie: a precision below the leading bit.
        2 => (power | power >> 24 | power >> 53).wrapping_add_signed(random.within(-1, 1)),
        _ => (random.next() as i64 >> random.below(64)) as u64,
    }
}
