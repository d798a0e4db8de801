//! The field that coordinates are from: by precompile where it is proven, in plain
//! code where it is not.

use sp1_rt::{precompile, unconstrained};

/// Little-endian words.
pub type Number = [u64; 4];

pub const ONE: Number = [1, 0, 0, 0];

/// 2^256 - `GAP`.
pub const PRIME: Number = [0u64.wrapping_sub(GAP), u64::MAX, u64::MAX, u64::MAX];
const GAP: u64 = 0x1_0000_03d1;

pub fn is_less(x: &Number, y: &Number) -> bool {
    x.iter().rev().lt(y.iter().rev())
}

pub fn multiply(x: &Number, y: &Number) -> Number {
    let mut product = *x;
    let mut y_and_prime = [0; 8];
    y_and_prime[..4].copy_from_slice(y);
    y_and_prime[4..].copy_from_slice(&PRIME);
    precompile::uint256_mul(&mut product, &y_and_prime);
    product
}

/// 1 / x, for an x that is not 0. Nobody vouches for how it came about, so it is
/// multiplied by x.
pub fn inverse(x: &Number) -> Number {
    let hint = unconstrained::compute(|| {
        let inverse = plain_inverse(x).map(u64::to_le_bytes);
        <[u8; 32]>::try_from(inverse.as_flattened()).expect("four words")
    });
    let words: &[[u8; 8]; 4] = hint.as_chunks().0.try_into().expect("four words");
    let inverse = words.map(u64::from_le_bytes);
    assert!(is_less(&inverse, &PRIME), "an inverse that is not reduced");
    assert_eq!(multiply(x, &inverse), ONE, "a wrong inverse");
    inverse
}

/// x to the power of the prime - 2.
fn plain_inverse(x: &Number) -> Number {
    let mut exponent = PRIME;
    exponent[0] -= 2;
    let mut power = ONE;
    for word in exponent.iter().rev() {
        for bit in (0..64).rev() {
            power = plain_multiply(&power, &power);
            if word >> bit & 1 == 1 {
                power = plain_multiply(&power, x);
            }
        }
    }
    power
}

fn plain_multiply(x: &Number, y: &Number) -> Number {
    let mut product = [0; 8];
    for (i, &x) in x.iter().enumerate() {
        let carry = add_product(&mut product[i..i + 4], y, x);
        product[i + 4] = carry;
    }
    // 2^256 is the gap, so the high half counts that many times; and what that
    // carries again.
    let (low, high) = product.split_at_mut(4);
    let low: &mut Number = low.try_into().expect("half of eight words");
    let high: &Number = (&*high).try_into().expect("half of eight words");
    let mut carry = add_product(low, high, GAP);
    while carry != 0 {
        carry = add_product(low, &[carry, 0, 0, 0], GAP);
    }
    if !is_less(low, &PRIME) {
        add_product(low, &ONE, GAP);
    }
    *low
}

/// Adds y * factor to as many words, and returns the carry.
fn add_product(sum: &mut [u64], y: &Number, factor: u64) -> u64 {
    let mut carry = 0;
    for (sum, &y) in sum.iter_mut().zip(y) {
        let wide = u128::from(y) * u128::from(factor) + u128::from(*sum) + u128::from(carry);
        *sum = wide as u64;
        carry = (wide >> 64) as u64;
    }
    carry
}
