//! ED_ADD and ED_DECOMPRESS on edwards25519, `-x^2 + y^2 = 1 + d x^2 y^2` (RFC 8032, 5.1).

use super::Invalid;
use super::field::ED25519 as FIELD;

/// A coordinate, or another element of the field.
pub(in crate::abi::sp1) type Element = [u64; 4];
/// Coordinates x and y.
pub(in crate::abi::sp1) type Point = [Element; 2];

/// The curve's d, times `R`.
const D: Element = FIELD.form(&[
    0x75eb_4dca_1359_78a3,
    0x0070_0a4d_4141_d8ab,
    0x8cc7_4079_7779_e898,
    0x5203_6cee_2b6f_fe73,
]);
/// A root of -1, times `R`.
const ROOT_OF_MINUS_ONE: Element = FIELD.form(&[
    0xc4ee_1b27_4a0e_a0b0,
    0x2f43_1806_ad2f_e478,
    0x2b4d_0099_3dfb_d7a7,
    0x2b83_2480_4fc1_df0b,
]);
/// `(p - 5) / 8`.
const ROOT_EXPONENT: Element = [0xffff_ffff_ffff_fffd, u64::MAX, u64::MAX, u64::MAX >> 4];
const ONE: Element = [1, 0, 0, 0];
/// The bit of the last limb that a coordinate never has.
const TOP: u64 = 1 << 63;

/// `p + q`, which may be the same point.
///
/// Of a point, only y and the lowest bit of x are looked at: another x than the
/// curve's with that bit is mended. The highest bit of y joins x's lowest.
///
/// # Errors
///
/// [`Invalid::NotDecompressible`] if y is that of no point.
pub(in crate::abi::sp1) fn add(p: &Point, q: &Point) -> Result<Point, Invalid> {
    let ([x1, y1], [x2, y2]) = (mended(p)?, mended(q)?);
    let (x1, y1) = (FIELD.form(&x1), FIELD.form(&y1));
    let (cross, other_cross) = (FIELD.mul(&x1, &y2), FIELD.mul(&y1, &x2));
    let x = FIELD.add(&cross, &other_cross);
    let y = FIELD.add(&FIELD.mul(&y1, &y2), &FIELD.mul(&x1, &x2));
    let skew = FIELD.mul(&D, &FIELD.product(&cross, &other_cross));
    let (plus, minus) = (FIELD.add(&ONE, &skew), FIELD.sub(&ONE, &skew));
    let (plus_form, minus_form) = (FIELD.form(&plus), FIELD.form(&minus));
    // Both denominators are inverted at once: neither is zero, since d is not a square.
    let inverse = FIELD.form(&FIELD.divide(&ONE, &FIELD.mul(&plus_form, &minus)));
    let (x, y) = (FIELD.mul(&minus_form, &x), FIELD.mul(&plus_form, &y));
    Ok([FIELD.mul(&inverse, &x), FIELD.mul(&inverse, &y)])
}

/// The x of the point with this y and this lowest bit of x; 0 is given for both bits.
///
/// The highest bit of y is ignored.
///
/// # Errors
///
/// [`Invalid::Sign`], and [`Invalid::NotDecompressible`] if y is that of no point.
pub(in crate::abi::sp1) fn decompress(y: &Element, sign: u64) -> Result<Element, Invalid> {
    if sign > 1 {
        return Err(Invalid::Sign);
    }
    let [y0, y1, y2, y3] = *y;
    let square = FIELD.product(&[y0, y1, y2, y3 & !TOP], &[y0, y1, y2, y3 & !TOP]);
    let numerator = FIELD.sub(&square, &ONE);
    let denominator = FIELD.add(&FIELD.mul(&D, &square), &ONE);
    let x = root_of_ratio(&numerator, &denominator).ok_or(Invalid::NotDecompressible)?;
    Ok(if sign == 1 { FIELD.neg(&x) } else { x })
}

/// The even root of `numerator / denominator`, both reduced, if there is one.
pub(in crate::abi::sp1) fn root_of_ratio(
    numerator: &Element,
    denominator: &Element,
) -> Option<Element> {
    let form = FIELD.form(denominator);
    let cube = FIELD.mul(&form, &FIELD.mul(&form, denominator));
    let seventh = FIELD.mul(&form, &FIELD.product(&cube, &cube));
    let start = FIELD.product(numerator, &cube);
    let power = FIELD.pow(&FIELD.product(numerator, &seventh), &ROOT_EXPONENT);
    let candidate = FIELD.product(&start, &power);
    let square = FIELD.mul(&form, &FIELD.product(&candidate, &candidate));
    let root = if square == *numerator {
        candidate
    } else if square == FIELD.neg(numerator) {
        FIELD.mul(&ROOT_OF_MINUS_ONE, &candidate)
    } else {
        return None;
    };
    Some(if root[0] & 1 == 1 {
        FIELD.neg(&root)
    } else {
        root
    })
}

/// The point that is meant by `point`, reduced.
///
/// PERF: a point of the curve is recognized by its equation, at a hundredth of the cost of a root.
fn mended(point: &Point) -> Result<Point, Invalid> {
    let [x, [y0, y1, y2, y3]] = *point;
    let y = FIELD.reduce(&[y0, y1, y2, y3 & !TOP]);
    let sign = x[0] & 1 | y3 >> 63;
    if sign == x[0] & 1 && FIELD.is_reduced(&x) && satisfies(&x, &y) {
        return Ok([x, y]);
    }
    Ok([decompress(&y, sign)?, y])
}

/// Whether reduced coordinates satisfy the curve's equation.
fn satisfies(x: &Element, y: &Element) -> bool {
    let (x, y) = (FIELD.product(x, x), FIELD.product(y, y));
    FIELD.sub(&y, &x) == FIELD.add(&ONE, &FIELD.mul(&D, &FIELD.product(&x, &y)))
}

#[cfg(test)]
mod tests;
