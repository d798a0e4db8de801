//! Hook 16: whether a compressed point of edwards25519 can be decompressed.
//!
//! Input: the 32 bytes of the point, then `v`, which is `d y^2 + 1`, in
//! little-endian bytes. Output: 1 if so; 0 alone if y is not reduced; else 0,
//! the inverse of v, and the even root of `2 (y^2 - 1) / v`.

use super::Vectors;
use crate::abi::sp1::precompile::Invalid;
use crate::abi::sp1::precompile::edwards::root_of_ratio;
use crate::abi::sp1::precompile::field::ED25519 as FIELD;
use crate::abi::sp1::precompile::limbs::{from_le, is_zero, to_le};

/// Looks for a root, or proves that there is none.
pub(super) fn decompress(input: &[u8]) -> Vectors {
    let (point, v) = input.split_at_checked(32).ok_or(Invalid::Length)?;
    let mut y: [u64; 4] = from_le(point);
    y[3] &= u64::MAX >> 1;
    if !FIELD.is_reduced(&y) {
        return Ok(vec![vec![0]]);
    }
    let v = denominator(v)?;
    let u = FIELD.sub(&FIELD.product(&y, &y), &[1, 0, 0, 0]);
    // The inverse of 0 counts as 0, and so has a root.
    if is_zero(&v) || root_of_ratio(&u, &v).is_some() {
        return Ok(vec![vec![1]]);
    }
    let root = root_of_ratio(&FIELD.add(&u, &u), &v).ok_or(Invalid::NoRoot)?;
    Ok(vec![
        vec![0],
        to_le(&FIELD.divide(&[1, 0, 0, 0], &v)),
        to_le(&root),
    ])
}

/// A number of as many bytes as there are.
fn denominator(bytes: &[u8]) -> Result<[u64; 4], Invalid> {
    let (low, high) = bytes.split_at(bytes.len().min(32));
    let v = from_le(low);
    if FIELD.is_reduced(&v) && high.iter().all(|&byte| byte == 0) {
        Ok(v)
    } else {
        Err(Invalid::NotReduced)
    }
}
