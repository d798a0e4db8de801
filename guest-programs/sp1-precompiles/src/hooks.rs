//! What the host works out on request, each answer checked. Where no square root
//! exists the host gives one of the number times a known number without one.

use core::array;

use alloc::vec::Vec;

use sp1_rt::rng::SplitMix64;
use sp1_rt::syscall::Fd;
use sp1_rt::{input, precompile, unconstrained};

use crate::curves;
use crate::fields;
use crate::numbers::{self, Number, ONE, multiply};
use crate::points::Points;
use crate::report::Report;

pub fn run(points: &Points, rng: &mut SplitMix64, report: &mut Report) {
    ec_recover(&SECP256K1, &points.secp256k1, report);
    ec_recover(&SECP256R1, &points.secp256r1, report);
    ed_decompress(&points.ed25519, rng, report);
    rsa(rng, report);
    bls12381(rng, report);
    prime_fields(rng, report);
}

/// The bytes of a number with the highest first.
fn big_endian<const N: usize>(number: &[u64; N]) -> Vec<u8> {
    let words = number.iter().rev();
    words.flat_map(|word| word.to_be_bytes()).collect()
}

fn little_endian<const N: usize>(number: &[u64; N]) -> Vec<u8> {
    number.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn from_big_endian<const N: usize>(bytes: &[u8]) -> [u64; N] {
    let words: &[[u8; 8]; N] = bytes.as_chunks().0.try_into().expect("a number's bytes");
    let mut number = words.map(u64::from_be_bytes);
    number.reverse();
    number
}

fn from_little_endian<const N: usize>(bytes: &[u8]) -> [u64; N] {
    let words: &[[u8; 8]; N] = bytes.as_chunks().0.try_into().expect("a number's bytes");
    words.map(u64::from_le_bytes)
}

/// An answer that says whether what follows is about the number itself.
fn yes() -> bool {
    let [yes] = input::read_array();
    yes == 1
}

struct Curve {
    name: &'static str,
    id: u8,
    prime: Number,
    order: Number,
}

const SECP256K1: Curve = Curve {
    name: "ecrecover, secp256k1",
    id: 1,
    prime: curves::SECP256K1_PRIME,
    order: curves::SECP256K1_ORDER,
};
const SECP256R1: Curve = Curve {
    name: "ecrecover, secp256r1",
    id: 2,
    prime: curves::SECP256R1_PRIME,
    order: curves::SECP256R1_ORDER,
};

/// From x and y^2, y; and 1 / x modulo the order. 3 has no square root on either.
fn ec_recover(curve: &Curve, point: &[u64; 8], report: &mut Report) {
    let [x, y] = [&point[..4], &point[4..]].map(|half| Number::try_from(half).expect("a half"));
    let square = multiply(&y, &y, &curve.prime);
    let id = curve.id | ((y[0] & 1) as u8) << 7;
    let ask = |square: &Number| {
        let question = [&[id], &*big_endian(&x), &big_endian(square)].concat();
        input::ask(Fd::EcRecover, &question);
        yes()
    };
    assert!(ask(&square), "no y for a point's x");
    let [root, inverse] = array::from_fn(|_| from_big_endian(&input::read_vec()));
    assert_eq!(root, y);
    assert_eq!(multiply(&x, &inverse, &curve.order), ONE);
    report.words(curve.name, &inverse);

    let other = multiply(&square, &[3, 0, 0, 0], &curve.prime);
    assert!(!ask(&other), "a square root where there is none");
    let root = from_big_endian(&input::read_vec());
    let nine = multiply(&square, &[9, 0, 0, 0], &curve.prime);
    assert_eq!(multiply(&root, &root, &curve.prime), nine);
    report.words("ecrecover, no root", &root);
}

/// Whether there is a point with a given y. The question has d * y^2 + 1 as well.
fn ed_decompress(point: &[u64; 8], rng: &mut SplitMix64, report: &mut Report) {
    let prime = &curves::ED25519_PRIME;
    let ask = |y: &Number, odd: u64| {
        let square = multiply(y, y, prime);
        let product = multiply(&square, &curves::ED25519_D, prime);
        let [divisor, _] = precompile::uint256_add_carry(&product, &ONE, &[0; 4]);
        let mut compressed = *y;
        compressed[3] |= odd << 63;
        let question = [little_endian(&compressed), little_endian(&divisor)].concat();
        // A question from within a block is as good as any.
        unconstrained::run(|| input::ask(Fd::EdDecompress, &question));
        (yes(), divisor)
    };
    let y = point[4..].try_into().expect("half a point");
    assert!(ask(&y, point[0] & 1).0, "no x for a point's y");
    loop {
        let mut y = numbers::random(rng);
        y[3] &= u64::MAX >> 2;
        let (yes, divisor) = ask(&y, 0);
        if !yes {
            let inverse = from_little_endian(&input::read_vec());
            let root = input::read_vec();
            assert_eq!(multiply(&inverse, &divisor, prime), ONE);
            report.words("ed decompress hook, inverse", &inverse);
            report.bytes("ed decompress hook, root", &root);
            break;
        }
    }
}

/// The remainder and the quotient of 4096 bits by 2048.
fn rsa(rng: &mut SplitMix64, report: &mut Report) {
    let mut product: [u64; 64] = array::from_fn(|_| rng.next_u64());
    product[63] >>= 2;
    let mut modulus: [u64; 32] = array::from_fn(|_| rng.next_u64());
    modulus[31] |= 1 << 63;
    let question = [little_endian(&product), little_endian(&modulus)].concat();
    input::ask(Fd::RsaMulMod, &question);
    let [remainder, quotient] = array::from_fn(|_| from_little_endian::<32>(&input::read_vec()));
    assert!(remainder.iter().rev().lt(modulus.iter().rev()));
    let mut again = [0; 64];
    again[..32].copy_from_slice(&remainder);
    for (at, &factor) in quotient.iter().enumerate() {
        let mut carry = 0;
        for (sum, &word) in again[at..].iter_mut().zip(modulus.iter().chain(&[0])) {
            let wide = u128::from(word) * u128::from(factor) + u128::from(*sum) + carry;
            *sum = wide as u64;
            carry = wide >> 64;
        }
    }
    assert_eq!(again, product, "quotient * modulus + remainder");
    report.words("rsa, remainder", &remainder);
    report.words("rsa, quotient", &quotient);
}

/// Square roots and inverses in BLS12-381's base field, where 2 has no root.
fn bls12381(rng: &mut SplitMix64, report: &mut Report) {
    let multiply = |x: &[u64; 6], y: &[u64; 6]| {
        let mut product = *x;
        precompile::bls12381_fp_mul(&mut product, y);
        product
    };
    let ask = |square: &[u64; 6]| {
        input::ask(Fd::Bls12381Sqrt, &big_endian(square));
        (yes(), from_big_endian(&input::read_vec()))
    };
    let x = fields::random_bls12381(rng);
    let square = multiply(&x, &x);
    let (yes, root) = ask(&square);
    assert!(yes, "a square has no root");
    assert_eq!(multiply(&root, &root), square);
    report.words("bls12381 sqrt", &root);
    let [two, four] = [2, 4].map(|factor| multiply(&square, &[factor, 0, 0, 0, 0, 0]));
    let (yes, root) = ask(&two);
    assert!(!yes, "a square root where there is none");
    assert_eq!(multiply(&root, &root), four);
    report.words("bls12381 sqrt, no root", &root);

    input::ask(Fd::Bls12381Inverse, &big_endian(&x));
    let inverse = from_big_endian(&input::read_vec());
    assert_eq!(multiply(&x, &inverse), [1, 0, 0, 0, 0, 0]);
    report.words("bls12381 inverse", &inverse);
}

/// Square roots modulo 2^255 - 19, where 2 has none, and an inverse.
fn prime_fields(rng: &mut SplitMix64, report: &mut Report) {
    const LENGTH: [u8; 4] = 32u32.to_be_bytes();
    let prime = &curves::ED25519_PRIME;
    let two = [2, 0, 0, 0];
    let ask = |square: &Number| {
        let numbers = [square, prime, &two].map(big_endian).concat();
        input::ask(Fd::FpSqrt, &[&LENGTH, &*numbers].concat());
        (yes(), from_big_endian(&input::read_vec()))
    };
    let x = multiply(&numbers::random(rng), &ONE, prime);
    let square = multiply(&x, &x, prime);
    let (yes, root) = ask(&square);
    assert!(yes, "a square has no root");
    assert_eq!(multiply(&root, &root, prime), square);
    report.words("fp sqrt", &root);
    let (yes, root) = ask(&multiply(&square, &two, prime));
    assert!(!yes, "a square root where there is none");
    assert_eq!(
        multiply(&root, &root, prime),
        multiply(&square, &[4, 0, 0, 0], prime)
    );
    report.words("fp sqrt, no root", &root);
    assert_eq!(ask(&[0; 4]), (true, [0; 4]));

    let numbers = [&x, prime].map(big_endian).concat();
    input::ask(Fd::FpInverse, &[&LENGTH, &*numbers].concat());
    let inverse = from_big_endian(&input::read_vec());
    assert_eq!(multiply(&x, &inverse, prime), ONE);
    report.words("fp inverse", &inverse);
}
