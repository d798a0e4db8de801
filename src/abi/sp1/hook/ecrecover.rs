//! Hook 15: what recovering an ECDSA key from a signature takes.
//!
//! Input: a byte with the curve, and in its highest bit whether y is to be odd;
//! the signature's r, which is an x; and `alpha`, the y^2 of that x. Both are
//! big-endian, of 32 bytes. Output: 1, y and the inverse of r as a scalar; or
//! 0 and a root of thrice alpha, if alpha has none.

use std::sync::LazyLock;

use super::Vectors;
use crate::abi::sp1::precompile::Invalid;
use crate::abi::sp1::precompile::field::{
    Modulus, Root, SECP256K1, SECP256K1_ORDER, SECP256R1, SECP256R1_ORDER,
};
use crate::abi::sp1::precompile::limbs::{from_be, is_zero, to_be};

/// A curve's field and the order of its group.
struct Curve {
    field: Modulus<4>,
    order: Modulus<4>,
    /// The candidate for a root of [`NONRESIDUE`].
    candidate: [u64; 4],
}

/// What has no root in either field.
const NONRESIDUE: [u64; 4] = [3, 0, 0, 0];

static K1: LazyLock<Curve> = LazyLock::new(|| Curve {
    field: SECP256K1,
    order: SECP256K1_ORDER,
    candidate: SECP256K1.candidate(&NONRESIDUE),
});

static R1: LazyLock<Curve> = LazyLock::new(|| Curve {
    field: SECP256R1,
    order: SECP256R1_ORDER,
    candidate: SECP256R1.candidate(&NONRESIDUE),
});

/// Looks at the first byte, and does the rest on the curve that it names.
pub(super) fn run(input: &[u8]) -> Vectors {
    let (&[first, ref numbers @ ..], 65) = (input, input.len()) else {
        return Err(Invalid::Length);
    };
    let (r, alpha) = numbers.split_at(32);
    let (r, alpha) = (from_be(r), from_be(alpha));
    let is_odd = first >> 7 == 1;
    match first & 0x7f {
        // On this curve alone, a y of 0 is refused; there is no point with one.
        1 if is_zero(&alpha) => Err(Invalid::Zero),
        1 => K1.recover(&r, &alpha, is_odd),
        2 => R1.recover(&r, &alpha, is_odd),
        _ => Err(Invalid::Curve),
    }
}

impl Curve {
    fn recover(&self, r: &[u64; 4], alpha: &[u64; 4], is_odd: bool) -> Vectors {
        if !self.field.is_reduced(r) || !self.field.is_reduced(alpha) {
            return Err(Invalid::NotReduced);
        }
        let y = match self.field.root(alpha, &NONRESIDUE, &self.candidate) {
            Root::Own(y) => y,
            Root::OfProduct(root) => return Ok(vec![vec![0], to_be(&root)]),
            Root::None => return Err(Invalid::NoRoot),
        };
        let y = if (y[0] & 1 == 1) == is_odd {
            y
        } else {
            self.field.neg(&y)
        };
        Ok(vec![vec![1], to_be(&y), to_be(&self.scalar_inverse(r)?)])
    }

    fn scalar_inverse(&self, r: &[u64; 4]) -> Result<[u64; 4], Invalid> {
        if is_zero(r) {
            Err(Invalid::Zero)
        } else if !self.order.is_reduced(r) {
            Err(Invalid::NotReduced)
        } else {
            Ok(self.order.divide(&[1, 0, 0, 0], r))
        }
    }
}
