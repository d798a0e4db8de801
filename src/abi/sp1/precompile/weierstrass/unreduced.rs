//! Chord and tangent for coordinates that are not all reduced.
//!
//! SP1 computes with natural numbers: it adds the modulus, or its double, once
//! before it subtracts, and reduces afterwards. So an operand too large makes
//! a difference negative, which is an error, and otherwise counts modulo the
//! modulus. Which of the two depends on the numbers themselves, of which the
//! slope is the only one that has been reduced before it is used.

use num_bigint::BigUint;

use super::{Curve, Point};
use crate::abi::sp1::precompile::Invalid;

/// The numbers that the formulas take.
struct Line<'a, const N: usize> {
    curve: &'a Curve<N>,
    modulus: BigUint,
}

/// `p + q`, of different points.
pub(super) fn add<const N: usize>(
    curve: &Curve<N>,
    p: &Point<N>,
    q: &Point<N>,
) -> Result<Point<N>, Invalid> {
    let line = Line::new(curve);
    let ([px, py], [qx, qy]) = (p.map(natural), q.map(natural));
    let numerator = minus(&line.modulus + qy, &py)?;
    let denominator = minus(&line.modulus + &qx, &px)?;
    line.mirrored(numerator, denominator, &px, &py, &qx)
}

/// `2 p`.
pub(super) fn double<const N: usize>(curve: &Curve<N>, p: &Point<N>) -> Result<Point<N>, Invalid> {
    let [x, y] = p.map(natural);
    let numerator = natural(curve.a) + &x * &x * 3u32;
    Line::new(curve).mirrored(numerator, &y * 2u32, &x, &y, &x)
}

impl<'a, const N: usize> Line<'a, N> {
    fn new(curve: &'a Curve<N>) -> Self {
        Self {
            curve,
            modulus: natural(curve.field.value),
        }
    }

    /// The third point, mirrored, on the line through (x, y) and a point with x `other`.
    fn mirrored(
        &self,
        numerator: BigUint,
        denominator: BigUint,
        x: &BigUint,
        y: &BigUint,
        other: &BigUint,
    ) -> Result<Point<N>, Invalid> {
        let slope = self
            .curve
            .field
            .divide(&self.reduced(numerator), &self.reduced(denominator));
        let slope = natural(slope);
        let third = self.reduced(minus(&slope * &slope + &self.modulus * 2u32, &(x + other))?);
        let run = minus(&self.modulus + x, &natural(third))?;
        Ok([third, self.reduced(minus(slope * run + &self.modulus, y)?)])
    }

    fn reduced(&self, number: BigUint) -> [u64; N] {
        let rest = number % &self.modulus;
        let mut limbs = rest.iter_u64_digits();
        std::array::from_fn(|_| limbs.next().unwrap_or(0))
    }
}

fn natural<const N: usize>(limbs: [u64; N]) -> BigUint {
    limbs
        .iter()
        .rev()
        .fold(BigUint::ZERO, |number, &limb| (number << 64u32) + limb)
}

fn minus(a: BigUint, b: &BigUint) -> Result<BigUint, Invalid> {
    if a < *b {
        Err(Invalid::Underflow)
    } else {
        Ok(a - b)
    }
}
