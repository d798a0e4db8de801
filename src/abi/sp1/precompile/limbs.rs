//! Numbers of a fixed count of 64-bit limbs, least significant first.

use std::cmp::Ordering;

/// `a + b + carry` and the carry. The standard library's own is not `const`.
#[inline]
pub(super) const fn add_limbs(a: u64, b: u64, carry: bool) -> (u64, bool) {
    let (sum, over) = a.overflowing_add(b);
    let (sum, again) = sum.overflowing_add(carry as u64);
    (sum, over | again)
}

/// `a - b - borrow` and the borrow.
#[inline]
const fn sub_limbs(a: u64, b: u64, borrow: bool) -> (u64, bool) {
    let (difference, under) = a.overflowing_sub(b);
    let (difference, again) = difference.overflowing_sub(borrow as u64);
    (difference, under | again)
}

/// `a b + c + d`: the low limb and the high one.
#[inline]
pub(super) const fn mul_limbs(a: u64, b: u64, c: u64, d: u64) -> (u64, u64) {
    let sum = a as u128 * b as u128 + c as u128 + d as u128;
    (sum as u64, (sum >> 64) as u64)
}

/// `a + b` and the carry.
#[inline]
pub(super) const fn add<const N: usize>(a: &[u64; N], b: &[u64; N]) -> ([u64; N], bool) {
    let (mut sum, mut carry, mut i) = ([0; N], false, 0);
    while i < N {
        (sum[i], carry) = add_limbs(a[i], b[i], carry);
        i += 1;
    }
    (sum, carry)
}

/// `a - b` and the borrow.
#[inline]
pub(super) const fn sub<const N: usize>(a: &[u64; N], b: &[u64; N]) -> ([u64; N], bool) {
    let (mut difference, mut borrow, mut i) = ([0; N], false, 0);
    while i < N {
        (difference[i], borrow) = sub_limbs(a[i], b[i], borrow);
        i += 1;
    }
    (difference, borrow)
}

/// How `a` compares with `b`.
#[inline]
pub(in crate::abi::sp1) fn compare<const N: usize>(a: &[u64; N], b: &[u64; N]) -> Ordering {
    a.iter().rev().cmp(b.iter().rev())
}

/// Whether `a` is zero.
#[inline]
pub(in crate::abi::sp1) fn is_zero<const N: usize>(a: &[u64; N]) -> bool {
    a.iter().all(|&limb| limb == 0)
}

/// The limbs of as many little-endian bytes.
pub(in crate::abi::sp1) fn from_le<const N: usize>(bytes: &[u8]) -> [u64; N] {
    let mut limbs = [0; N];
    for (limb, chunk) in limbs.iter_mut().zip(bytes.chunks(8)) {
        *limb = chunk
            .iter()
            .rev()
            .fold(0, |value, &byte| value << 8 | u64::from(byte));
    }
    limbs
}

/// The limbs of as many big-endian bytes.
pub(in crate::abi::sp1) fn from_be<const N: usize>(bytes: &[u8]) -> [u64; N] {
    let mut limbs = [0; N];
    for (limb, chunk) in limbs.iter_mut().zip(bytes.rchunks(8)) {
        *limb = chunk
            .iter()
            .fold(0, |value, &byte| value << 8 | u64::from(byte));
    }
    limbs
}

/// Little-endian bytes.
pub(in crate::abi::sp1) fn to_le<const N: usize>(limbs: &[u64; N]) -> Vec<u8> {
    limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect()
}

/// Big-endian bytes.
pub(in crate::abi::sp1) fn to_be<const N: usize>(limbs: &[u64; N]) -> Vec<u8> {
    limbs
        .iter()
        .rev()
        .flat_map(|limb| limb.to_be_bytes())
        .collect()
}

/// The number that hexadecimal digits give, for tests.
#[cfg(test)]
pub(in crate::abi::sp1) fn hex<const N: usize>(digits: &str) -> [u64; N] {
    let mut limbs = [0; N];
    for (i, digit) in digits.bytes().rev().enumerate() {
        let value = char::from(digit).to_digit(16).unwrap_or_default();
        limbs[i / 16] |= u64::from(value) << (i % 16 * 4);
    }
    limbs
}

/// Numbers that look random and are the same each time, for tests.
#[cfg(test)]
pub(in crate::abi::sp1) fn numbers<const N: usize>(seed: u64) -> impl Iterator<Item = [u64; N]> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        std::array::from_fn(|_| {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            state ^ state >> 32
        })
    })
}
