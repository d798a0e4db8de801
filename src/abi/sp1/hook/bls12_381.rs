//! Hooks 18 and 19: roots and inverses in the field of BLS12-381.
//!
//! Input: an element in 48 big-endian bytes; what follows is ignored. It need
//! not be reduced, but then counts as one without a root.

use std::sync::LazyLock;

use super::Vectors;
use crate::abi::sp1::precompile::Invalid;
use crate::abi::sp1::precompile::field::{BLS12_381 as FIELD, Root};
use crate::abi::sp1::precompile::limbs::{from_be, is_zero, to_be};

/// The number without a root that SP1 multiplies by, and its candidate for one.
static NONRESIDUE: LazyLock<[[u64; 6]; 2]> =
    LazyLock::new(|| [[2, 0, 0, 0, 0, 0], FIELD.candidate(&[2, 0, 0, 0, 0, 0])]);

/// Gives 1 and the root, or 0 and a root of the element's double.
pub(super) fn sqrt(input: &[u8]) -> Vectors {
    let element = element(input)?;
    let [two, candidate] = &*NONRESIDUE;
    let (status, root) = match FIELD.root(&FIELD.reduce(&element), two, candidate) {
        Root::Own(root) if FIELD.is_reduced(&element) => (1, root),
        Root::Own(root) if is_zero(&root) => (0, root),
        // Twice another square is none.
        Root::Own(_) | Root::None => return Err(Invalid::NoRoot),
        Root::OfProduct(root) => (0, root),
    };
    Ok(vec![vec![status], to_be(&root)])
}

/// Gives the inverse; that of the modulus is 0.
pub(super) fn inverse(input: &[u8]) -> Vectors {
    let element = element(input)?;
    if is_zero(&element) {
        return Err(Invalid::Zero);
    }
    Ok(vec![to_be(
        &FIELD.divide(&[1, 0, 0, 0, 0, 0], &FIELD.reduce(&element)),
    )])
}

fn element(input: &[u8]) -> Result<[u64; 6], Invalid> {
    input.get(..48).map(from_be).ok_or(Invalid::Length)
}
