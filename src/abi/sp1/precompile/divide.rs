//! Division modulo a prime, in variable time.
//!
//! The algorithm is Bernstein and Yang's ("Fast constant-time gcd computation
//! and modular inversion", 2019), whose division steps need the low bits of the
//! two numbers only: 62 of them are run on single words, and give a matrix that
//! is then applied to the whole numbers. Steps that only halve are taken
//! together, and up to six low bits are cancelled at once, since no secret is
//! divided here. Numbers are signed, in limbs of 62 bits.

use super::field::{Modulus, inverse_of_limb};

/// Bits of a limb.
const BITS: u32 = 62;
/// The bits of a limb.
const MASK: i64 = (1 << BITS) - 1;
/// Limbs that hold the largest modulus, its double and a sign.
const CAPACITY: usize = 7;

/// A signed number: limbs of [`BITS`] bits, of which the last one has the sign.
type Signed = [i64; CAPACITY];

/// What [`BITS`] division steps do to the pair they start with, times 2^[`BITS`].
struct Matrix {
    /// The first number's factors of the old first and second one.
    first: [i64; 2],
    /// The second number's.
    second: [i64; 2],
}

/// Limbs of 62 bits that `N` limbs of 64 and a sign need.
const fn length<const N: usize>() -> usize {
    (64 * N + 1).div_ceil(BITS as usize)
}

impl<const N: usize> Modulus<N> {
    /// `numerator / denominator`, both reduced, modulo this prime; 0 if the denominator is.
    pub(in crate::abi::sp1) fn divide(
        &self,
        numerator: &[u64; N],
        denominator: &[u64; N],
    ) -> [u64; N] {
        let modulus = split(&self.value);
        let inverse = inverse_of_limb(self.value[0]) as i64 & MASK;
        // Throughout, first * denominator = x * numerator and second * denominator = y * numerator.
        let (mut first, mut second) = (modulus, split(denominator));
        let (mut x, mut y) = ([0; CAPACITY], split(numerator));
        let (mut eta, mut used) = (-1, length::<N>());
        while second[..used].iter().any(|&limb| limb != 0) {
            let matrix = steps(&mut eta, first[0], second[0]);
            apply_modulo::<N>(&matrix, &mut x, &mut y, &modulus, inverse);
            apply(&matrix, &mut first[..used], &mut second[..used]);
            used = shorten(&mut first, &mut second, used);
        }
        join(&normalise::<N>(x, first[used - 1] < 0, &modulus))
    }
}

/// The number in limbs of 62 bits.
fn split<const N: usize>(limbs: &[u64; N]) -> Signed {
    std::array::from_fn(|i| {
        let (limb, shift) = (i * BITS as usize / 64, i * BITS as usize % 64);
        let low = limbs.get(limb).map_or(0, |value| value >> shift);
        let high = limbs
            .get(limb + 1)
            .map_or(0, |value| value << 1 << (63 - shift));
        (low | high) as i64 & MASK
    })
}

/// A number that is not negative, in limbs of 64 bits.
fn join<const N: usize>(limbs: &Signed) -> [u64; N] {
    std::array::from_fn(|i| {
        let (limb, shift) = (i * 64 / BITS as usize, i * 64 % BITS as usize);
        let low = limbs[limb] as u64 >> shift;
        let high = limbs
            .get(limb + 1)
            .map_or(0, |&value| (value as u64) << (BITS as usize - shift));
        low | high
    })
}

/// Runs [`BITS`] division steps on the low bits of two numbers. `eta` is the negated delta.
#[inline]
fn steps(eta: &mut i64, first: i64, second: i64) -> Matrix {
    let (mut f, mut g) = (first as u64, second as u64);
    let (mut u, mut v, mut q, mut r) = (1i64, 0i64, 0i64, 1i64);
    let mut left = BITS;
    loop {
        // A marker above the bits that are left bounds the zeros.
        let zeros = (g | u64::MAX << left).trailing_zeros();
        g >>= zeros;
        (u, v) = (u << zeros, v << zeros);
        *eta -= i64::from(zeros);
        left -= zeros;
        if left == 0 {
            return Matrix {
                first: [u, v],
                second: [q, r],
            };
        }
        // `factor * f` cancels this many low bits of g, none beyond `eta`'s next change of sign.
        let (factor, known) = if *eta < 0 {
            *eta = -*eta;
            (f, g) = (g, f.wrapping_neg());
            (u, q) = (q, -u);
            (v, r) = (r, -v);
            (
                f.wrapping_mul(g)
                    .wrapping_mul(f.wrapping_mul(f).wrapping_sub(2)),
                6,
            )
        } else {
            (
                f.wrapping_add((f.wrapping_add(1) & 4) << 1)
                    .wrapping_mul(g.wrapping_neg()),
                4,
            )
        };
        let cancelled = (*eta + 1).min(i64::from(left)).min(known) as u32;
        let factor = factor & ((1 << cancelled) - 1);
        g = g.wrapping_add(f.wrapping_mul(factor));
        q += u * factor as i64;
        r += v * factor as i64;
    }
}

/// `factors . (a, b)`, in double width.
#[inline]
fn combine(factors: &[i64; 2], a: i64, b: i64) -> i128 {
    i128::from(factors[0]) * i128::from(a) + i128::from(factors[1]) * i128::from(b)
}

/// Replaces the pair by the matrix times it, divided by 2^[`BITS`], which leaves no rest.
#[inline]
fn apply(matrix: &Matrix, first: &mut [i64], second: &mut [i64]) {
    let (mut f, mut g) = (0, 0);
    for i in 0..first.len() {
        let (old_f, old_g) = (first[i], second[i]);
        f += combine(&matrix.first, old_f, old_g);
        g += combine(&matrix.second, old_f, old_g);
        if i > 0 {
            (first[i - 1], second[i - 1]) = (f as i64 & MASK, g as i64 & MASK);
        }
        (f, g) = (f >> BITS, g >> BITS);
    }
    if let (Some(last_f), Some(last_g)) = (first.last_mut(), second.last_mut()) {
        (*last_f, *last_g) = (f as i64, g as i64);
    }
}

/// The same modulo the modulus: `x` and `y` stay above its double negated, and below it.
#[inline]
fn apply_modulo<const N: usize>(
    matrix: &Matrix,
    x: &mut Signed,
    y: &mut Signed,
    modulus: &Signed,
    inverse: i64,
) {
    let last = length::<N>() - 1;
    let (x_multiple, mut next_x) = cleared(&matrix.first, x, y, modulus, inverse, last);
    let (y_multiple, mut next_y) = cleared(&matrix.second, x, y, modulus, inverse, last);
    for i in 1..=last {
        let (old_x, old_y) = (x[i], y[i]);
        next_x +=
            combine(&matrix.first, old_x, old_y) + i128::from(modulus[i]) * i128::from(x_multiple);
        next_y +=
            combine(&matrix.second, old_x, old_y) + i128::from(modulus[i]) * i128::from(y_multiple);
        (x[i - 1], y[i - 1]) = (next_x as i64 & MASK, next_y as i64 & MASK);
        (next_x, next_y) = (next_x >> BITS, next_y >> BITS);
    }
    (x[last], y[last]) = (next_x as i64, next_y as i64);
}

/// The multiple of the modulus that makes one row's lowest limb zero, and the carry out of it.
#[inline]
fn cleared(
    factors: &[i64; 2],
    x: &Signed,
    y: &Signed,
    modulus: &Signed,
    inverse: i64,
    last: usize,
) -> (i64, i128) {
    // First as many as make up for negative numbers, lest the result sink below the bound.
    let signs = (factors[0] & x[last] >> 63) + (factors[1] & y[last] >> 63);
    let lowest = combine(factors, x[0], y[0]);
    let excess = inverse.wrapping_mul(lowest as i64).wrapping_add(signs) & MASK;
    let multiple = signs - excess;
    (
        multiple,
        (lowest + i128::from(modulus[0]) * i128::from(multiple)) >> BITS,
    )
}

/// Drops the last limbs if they hold signs only, and gives how many are used.
#[inline]
fn shorten(first: &mut Signed, second: &mut Signed, used: usize) -> usize {
    let last = used - 1;
    let is_sign = |limb: i64| limb == limb >> 63;
    if last == 0 || !is_sign(first[last]) || !is_sign(second[last]) {
        return used;
    }
    first[last - 1] |= first[last] << BITS;
    second[last - 1] |= second[last] << BITS;
    last
}

/// `x`, or `-x`, reduced.
fn normalise<const N: usize>(mut x: Signed, negate: bool, modulus: &Signed) -> Signed {
    let last = length::<N>() - 1;
    lift(&mut x, modulus, last);
    if negate {
        x = x.map(|limb| -limb);
        carry(&mut x, last);
    }
    lift(&mut x, modulus, last);
    x
}

/// Adds the modulus to a negative number.
fn lift(x: &mut Signed, modulus: &Signed, last: usize) {
    if x[last] < 0 {
        for (limb, modulus) in x.iter_mut().zip(modulus) {
            *limb += modulus;
        }
        carry(x, last);
    }
}

/// Brings every limb but the last into its range.
fn carry(x: &mut Signed, last: usize) {
    for i in 0..last {
        x[i + 1] += x[i] >> BITS;
        x[i] &= MASK;
    }
}

#[cfg(test)]
mod tests;
