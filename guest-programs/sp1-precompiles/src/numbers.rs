//! Numbers of 256 bits.

use core::array;

use sp1_rt::precompile;
use sp1_rt::rng::SplitMix64;

use crate::report::Report;

pub type Number = [u64; 4];

pub const ZERO: Number = [0; 4];
pub const ONE: Number = [1, 0, 0, 0];

pub fn random(rng: &mut SplitMix64) -> Number {
    array::from_fn(|_| rng.next_u64())
}

/// x * y modulo m.
pub fn multiply(x: &Number, y: &Number, m: &Number) -> Number {
    let mut product = *x;
    let mut y_and_m = [0; 8];
    y_and_m[..4].copy_from_slice(y);
    y_and_m[4..].copy_from_slice(m);
    precompile::uint256_mul(&mut product, &y_and_m);
    product
}

pub fn run(rng: &mut SplitMix64, report: &mut Report) {
    let [x, y, z] = array::from_fn(|_| random(rng));
    report.words("uint256 mul", &multiply(&x, &y, &z));
    let low = multiply(&x, &y, &ZERO);
    report.words("uint256 mul, 2^256", &low);
    let [sum, carry] = precompile::uint256_add_carry(&x, &y, &z);
    report.words("uint256 add carry", &sum);
    report.words("uint256 add carry, carry", &carry);
    let [again, high] = precompile::uint256_mul_carry(&x, &y, &ZERO);
    assert_eq!(again, low, "two precompiles multiply differently");
    report.words("uint256 mul carry, high", &high);
    let [all, ones] = [[u64::MAX; 4]; 2];
    let [low, high] = precompile::uint256_mul_carry(&all, &ones, &all);
    assert_eq!((low, high), (ZERO, all), "(2^256 - 1) * 2^256");
}
