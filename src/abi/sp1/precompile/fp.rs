//! FP_ADD, FP_SUB, FP_MUL and their FP2 kin, for the fields of BN254 and BLS12-381.
//!
//! Operands need not be reduced; results are.

use super::Invalid;
use super::field::Modulus;
use super::limbs::{add as plain_add, compare};

/// What to compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::abi::sp1) enum Op {
    /// The sum.
    Add,
    /// The difference.
    Sub,
    /// The product.
    Mul,
}

/// An element `c0 + c1 u` of the quadratic extension, where `u^2 = -1`.
pub(in crate::abi::sp1) type Fp2<const N: usize> = [[u64; N]; 2];

/// `x op y` in the field.
pub(in crate::abi::sp1) fn fp<const N: usize>(
    field: &Modulus<N>,
    op: Op,
    x: &[u64; N],
    y: &[u64; N],
) -> [u64; N] {
    match op {
        Op::Add => field.add(&field.reduce(x), &field.reduce(y)),
        Op::Sub => field.sub(&field.reduce(x), &field.reduce(y)),
        Op::Mul => field.product(x, y),
    }
}

/// `x op y` in the quadratic extension.
///
/// # Errors
///
/// [`Invalid::Underflow`] if a coefficient of the subtrahend exceeds the
/// other one's by more than the modulus.
pub(in crate::abi::sp1) fn fp2<const N: usize>(
    field: &Modulus<N>,
    op: Op,
    x: &Fp2<N>,
    y: &Fp2<N>,
) -> Result<Fp2<N>, Invalid> {
    match op {
        Op::Mul => return Ok(fp2_mul(field, x, y)),
        Op::Sub if (0..2).any(|i| underflows(field, &x[i], &y[i])) => {
            return Err(Invalid::Underflow);
        }
        Op::Add | Op::Sub => {}
    }
    Ok([fp(field, op, &x[0], &y[0]), fp(field, op, &x[1], &y[1])])
}

/// Whether `x + modulus` is less than `y`.
fn underflows<const N: usize>(field: &Modulus<N>, x: &[u64; N], y: &[u64; N]) -> bool {
    let (sum, carry) = plain_add(x, &field.value);
    !carry && compare(&sum, y).is_lt()
}

fn fp2_mul<const N: usize>(field: &Modulus<N>, x: &Fp2<N>, y: &Fp2<N>) -> Fp2<N> {
    let forms = [field.form(&x[0]), field.form(&x[1])];
    let real = field.sub(&field.mul(&forms[0], &y[0]), &field.mul(&forms[1], &y[1]));
    let imaginary = field.add(&field.mul(&forms[0], &y[1]), &field.mul(&forms[1], &y[0]));
    [real, imaginary]
}

#[cfg(test)]
mod tests;
