//! ADD and DOUBLE on the short Weierstrass curves `y^2 = x^3 + a x + b`, in affine coordinates.
//!
//! secp256k1 takes points of the curve alone. The other curves apply the
//! formulas of chord and tangent to whatever coordinates there are: a vertical
//! line then has slope 0, and coordinates that are not reduced count as they
//! are ([`unreduced`]).

mod unreduced;

use super::Invalid;
use super::field::{self, Modulus};

/// Coordinates x and y.
pub(in crate::abi::sp1) type Point<const N: usize> = [[u64; N]; 2];

/// A curve.
pub(in crate::abi::sp1) struct Curve<const N: usize> {
    /// The field of the coordinates.
    field: Modulus<N>,
    /// The factor of x.
    a: [u64; N],
    /// If points must be on the curve, whose a is then 0: its b, divided by `R^2`.
    checked: Option<[u64; N]>,
}

const ONE: [u64; 4] = [1, 0, 0, 0];

/// secp256k1: SEC 2, 2.4.1.
pub(in crate::abi::sp1) const SECP256K1: Curve<4> = Curve {
    field: field::SECP256K1,
    a: [0; 4],
    checked: Some(field::SECP256K1.mul(&field::SECP256K1.mul(&[7, 0, 0, 0], &ONE), &ONE)),
};

/// secp256r1: SEC 2, 2.4.2.
pub(in crate::abi::sp1) const SECP256R1: Curve<4> = Curve {
    field: field::SECP256R1,
    a: field::SECP256R1.neg(&[3, 0, 0, 0]),
    checked: None,
};

/// BN254.
pub(in crate::abi::sp1) const BN254: Curve<4> = Curve {
    field: field::BN254,
    a: [0; 4],
    checked: None,
};

/// The first group of BLS12-381.
pub(in crate::abi::sp1) const BLS12_381: Curve<6> = Curve {
    field: field::BLS12_381,
    a: [0; 6],
    checked: None,
};

/// `p + q`.
///
/// # Errors
///
/// Where points are checked: [`Invalid::NotOnCurve`], and
/// [`Invalid::PointAtInfinity`] for a point and its negative. Elsewhere:
/// [`Invalid::EqualPoints`], and [`Invalid::Underflow`] for some coordinates
/// that are not reduced.
pub(in crate::abi::sp1) fn add<const N: usize>(
    curve: &Curve<N>,
    p: &Point<N>,
    q: &Point<N>,
) -> Result<Point<N>, Invalid> {
    if curve.checked.is_none() {
        return add_unchecked(curve, p, q);
    }
    if p == q {
        return double(curve, p);
    }
    if !curve.contains(p) || !curve.contains(q) {
        return Err(Invalid::NotOnCurve);
    }
    if p[0] == q[0] {
        return Err(Invalid::PointAtInfinity);
    }
    Ok(chord(&curve.field, p, q))
}

fn add_unchecked<const N: usize>(
    curve: &Curve<N>,
    p: &Point<N>,
    q: &Point<N>,
) -> Result<Point<N>, Invalid> {
    if p == q {
        Err(Invalid::EqualPoints)
    } else if curve.is_reduced(p) && curve.is_reduced(q) {
        Ok(chord(&curve.field, p, q))
    } else {
        unreduced::add(curve, p, q)
    }
}

/// `2 p`.
///
/// # Errors
///
/// Those of [`add`], but for [`Invalid::EqualPoints`].
pub(in crate::abi::sp1) fn double<const N: usize>(
    curve: &Curve<N>,
    p: &Point<N>,
) -> Result<Point<N>, Invalid> {
    if curve.checked.is_some() && !curve.contains(p) {
        Err(Invalid::NotOnCurve)
    } else if curve.is_reduced(p) {
        Ok(tangent(curve, p))
    } else {
        unreduced::double(curve, p)
    }
}

impl<const N: usize> Curve<N> {
    fn is_reduced(&self, point: &Point<N>) -> bool {
        point
            .iter()
            .all(|coordinate| self.field.is_reduced(coordinate))
    }

    /// Whether a point is reduced and satisfies the equation, on a curve where that is checked.
    ///
    /// PERF: both sides are divided by `R^2`, which saves a third of the products.
    fn contains(&self, point: &Point<N>) -> bool {
        let Some(b) = self.checked else { return true };
        if !self.is_reduced(point) {
            return false;
        }
        let ([x, y], field) = (point, &self.field);
        let cube = field.mul(&field.mul(x, x), x);
        let square = field.mul(&field.mul(y, y), &Modulus::<N>::small(1));
        square == field.add(&cube, &b)
    }
}

/// The third point on the line through `p` and `q`, mirrored.
fn chord<const N: usize>(field: &Modulus<N>, p: &Point<N>, q: &Point<N>) -> Point<N> {
    let slope = field.divide(&field.sub(&q[1], &p[1]), &field.sub(&q[0], &p[0]));
    mirrored(field, &slope, p, &q[0])
}

/// The other point on the tangent at `p`, mirrored.
fn tangent<const N: usize>(curve: &Curve<N>, p: &Point<N>) -> Point<N> {
    let field = &curve.field;
    let square = field.product(&p[0], &p[0]);
    let triple = field.add(&field.add(&square, &square), &square);
    let slope = field.divide(&field.add(&triple, &curve.a), &field.add(&p[1], &p[1]));
    mirrored(field, &slope, p, &p[0])
}

/// The third point, mirrored, on the line of this slope through `p` and a point with this x.
fn mirrored<const N: usize>(
    field: &Modulus<N>,
    slope: &[u64; N],
    p: &Point<N>,
    x: &[u64; N],
) -> Point<N> {
    let form = field.form(slope);
    let third = field.sub(&field.sub(&field.mul(&form, slope), &p[0]), x);
    [
        third,
        field.sub(&field.mul(&form, &field.sub(&p[0], &third)), &p[1]),
    ]
}

#[cfg(test)]
mod tests;
