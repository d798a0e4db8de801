//! The base fields of the pairing curves, and their quadratic extensions.

use core::array;

use sp1_rt::precompile as by;
use sp1_rt::rng::SplitMix64;

use crate::report::Report;

/// The high word of an element that is surely below the prime.
const BLS12381_HIGH: u64 = 0x0fff_ffff_ffff_ffff;
const BN254_HIGH: u64 = 0x1fff_ffff_ffff_ffff;

/// An element of one or two parts of `part` words each.
fn random<const N: usize>(rng: &mut SplitMix64, part: usize, high: u64) -> [u64; N] {
    array::from_fn(|at| {
        let word = rng.next_u64();
        if at % part == part - 1 {
            word & high
        } else {
            word
        }
    })
}

/// An element of BLS12-381's base field.
pub fn random_bls12381(rng: &mut SplitMix64) -> [u64; 6] {
    random(rng, 6, BLS12381_HIGH)
}

pub fn run(rng: &mut SplitMix64, report: &mut Report) {
    let [x, y] = array::from_fn(|_| random_bls12381(rng));
    let operations: [Operation<6>; 3] = [
        ("bls12381 fp add", by::bls12381_fp_add),
        ("bls12381 fp sub", by::bls12381_fp_sub),
        ("bls12381 fp mul", by::bls12381_fp_mul),
    ];
    each(report, operations, x, y);
    let [x, y] = array::from_fn(|_| random(rng, 6, BLS12381_HIGH));
    let operations: [Operation<12>; 3] = [
        ("bls12381 fp2 add", by::bls12381_fp2_add),
        ("bls12381 fp2 sub", by::bls12381_fp2_sub),
        ("bls12381 fp2 mul", by::bls12381_fp2_mul),
    ];
    each(report, operations, x, y);
    let [x, y] = array::from_fn(|_| random(rng, 4, BN254_HIGH));
    let operations: [Operation<4>; 3] = [
        ("bn254 fp add", by::bn254_fp_add),
        ("bn254 fp sub", by::bn254_fp_sub),
        ("bn254 fp mul", by::bn254_fp_mul),
    ];
    each(report, operations, x, y);
    let [x, y] = array::from_fn(|_| random(rng, 4, BN254_HIGH));
    let operations: [Operation<8>; 3] = [
        ("bn254 fp2 add", by::bn254_fp2_add),
        ("bn254 fp2 sub", by::bn254_fp2_sub),
        ("bn254 fp2 mul", by::bn254_fp2_mul),
    ];
    each(report, operations, x, y);
}

type Operation<const N: usize> = (&'static str, fn(&mut [u64; N], &[u64; N]));

/// x op y, and y op what that comes to.
fn each<const N: usize>(
    report: &mut Report,
    operations: [Operation<N>; 3],
    x: [u64; N],
    y: [u64; N],
) {
    for (name, operation) in operations {
        let (mut first, mut second) = (x, y);
        operation(&mut first, &y);
        operation(&mut second, &first);
        report.words(name, &second);
    }
}
