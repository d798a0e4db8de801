//! Hooks 20 and 21: roots and inverses modulo any number, which is meant to be prime.
//!
//! Input: a length, big-endian in four bytes, then the element and the modulus
//! (and for a root a non-residue) in as many big-endian bytes each. Output: the
//! inverse; or 1 and a root, or 0 and a root of the product with the
//! non-residue. If the modulus is not prime, what the formulas give counts.

use num_bigint::BigUint;

use super::Vectors;
use crate::abi::sp1::precompile::Invalid;
use crate::abi::sp1::precompile::field::{
    BLS12_381, BN254, ED25519, Modulus, SECP256K1, SECP256K1_ORDER, SECP256R1, SECP256R1_ORDER,
};

/// Bytes that a number may have: more than any field or RSA modulus that guests compute with.
const LONGEST: usize = 512;
/// How often two may divide the order of the group: a root's time grows with the square of it.
const TWO_ADICITY: u32 = 256;

/// Primes that guests invert by.
static PRIMES: [Modulus<4>; 6] = [
    SECP256K1,
    SECP256K1_ORDER,
    SECP256R1,
    SECP256R1_ORDER,
    BN254,
    ED25519,
];

/// Fermat's inverse, `element^(modulus - 2)`.
pub(super) fn inverse(input: &[u8]) -> Vectors {
    let (length, [element, modulus]) = numbers(input)?;
    if element == BigUint::ZERO {
        return Err(Invalid::Zero);
    }
    if modulus < BigUint::from(2u32) {
        return Err(Invalid::Modulus);
    }
    let inverse = inverse_modulo_known(&element, &modulus)
        .unwrap_or_else(|| pow(&element, &(&modulus - 2u32), &modulus));
    Ok(vec![padded(&inverse, length)])
}

/// PERF: modulo a number known to be prime, dividing gives the same in a sixth of the time.
fn inverse_modulo_known(element: &BigUint, modulus: &BigUint) -> Option<BigUint> {
    if modulus.bits() < 254 {
        return None;
    }
    let element = element % modulus;
    if *modulus == natural(&BLS12_381.value) {
        return Some(natural(
            &BLS12_381.divide(&[1, 0, 0, 0, 0, 0], &limbs(&element)),
        ));
    }
    let prime = PRIMES
        .iter()
        .find(|prime| *modulus == natural(&prime.value))?;
    Some(natural(&prime.divide(&[1, 0, 0, 0], &limbs(&element))))
}

/// A root of the element, or else of its product with the non-residue.
pub(super) fn sqrt(input: &[u8]) -> Vectors {
    let (length, [element, modulus, nonresidue]) = numbers(input)?;
    if element >= modulus || nonresidue >= modulus {
        return Err(Invalid::NotReduced);
    }
    if element == BigUint::ZERO {
        return Ok(vec![vec![1], vec![0; length]]);
    }
    if let Some(root) = root(&element, &modulus, &nonresidue)? {
        return Ok(vec![vec![1], padded(&root, length)]);
    }
    let product = &nonresidue * &element % &modulus;
    let root = root(&product, &modulus, &nonresidue)?.ok_or(Invalid::NoRoot)?;
    Ok(vec![vec![0], padded(&root, length)])
}

/// The length, and the numbers of that length.
fn numbers<const COUNT: usize>(input: &[u8]) -> Result<(usize, [BigUint; COUNT]), Invalid> {
    let (length, rest) = input.split_first_chunk().ok_or(Invalid::Length)?;
    let length = u32::from_be_bytes(*length) as usize;
    if rest.len() != COUNT * length {
        return Err(Invalid::Length);
    }
    if length > LONGEST {
        return Err(Invalid::TooLarge);
    }
    Ok((
        length,
        std::array::from_fn(|i| BigUint::from_bytes_be(&rest[i * length..(i + 1) * length])),
    ))
}

fn padded(number: &BigUint, length: usize) -> Vec<u8> {
    let mut bytes = number.to_bytes_le();
    bytes.resize(length, 0);
    bytes.reverse();
    bytes
}

/// `base^exponent` modulo a number that is not 0.
fn pow(base: &BigUint, exponent: &BigUint, modulus: &BigUint) -> BigUint {
    match modulus.bits() {
        129..=256 if modulus.bit(0) => pow_in_limbs::<4>(base, exponent, modulus),
        257..=384 if modulus.bit(0) => pow_in_limbs::<6>(base, exponent, modulus),
        _ => base.modpow(exponent, modulus),
    }
}

/// PERF: of the sizes of elliptic curves' fields, three times as fast as with numbers on the heap.
fn pow_in_limbs<const N: usize>(base: &BigUint, exponent: &BigUint, modulus: &BigUint) -> BigUint {
    natural(&Modulus::new(limbs(modulus)).pow(&limbs::<N>(&(base % modulus)), &limbs(exponent)))
}

fn natural<const N: usize>(limbs: &[u64; N]) -> BigUint {
    limbs
        .iter()
        .rev()
        .fold(BigUint::ZERO, |number, &limb| (number << 64u32) + limb)
}

/// The lowest limbs of a number.
fn limbs<const N: usize>(number: &BigUint) -> [u64; N] {
    let mut digits = number.iter_u64_digits();
    std::array::from_fn(|_| digits.next().unwrap_or(0))
}

/// A root of an element, if it has one.
fn root(
    element: &BigUint,
    modulus: &BigUint,
    nonresidue: &BigUint,
) -> Result<Option<BigUint>, Invalid> {
    if modulus.bit(0) && modulus.bit(1) {
        let root = pow(element, &((modulus + 1u32) >> 2u32), modulus);
        return Ok((&root * &root % modulus == *element).then_some(root));
    }
    if *element == BigUint::ZERO {
        return Err(Invalid::Zero);
    }
    // Euler's criterion.
    if pow(element, &((modulus - 1u32) >> 1u32), modulus) != BigUint::from(1u32) {
        return Ok(None);
    }
    tonelli_shanks(element, modulus, nonresidue)
}

/// The algorithm of Tonelli and Shanks. If the modulus is not prime it may find no root.
fn tonelli_shanks(
    element: &BigUint,
    modulus: &BigUint,
    nonresidue: &BigUint,
) -> Result<Option<BigUint>, Invalid> {
    let one = BigUint::from(1u32);
    let order = modulus - 1u32;
    let mut twos = order.trailing_zeros().unwrap_or(0) as u32;
    let odd = order >> twos;
    let mut generator = pow(nonresidue, &odd, modulus);
    let mut root = pow(element, &((&odd + 1u32) >> 1u32), modulus);
    let mut rest = pow(element, &odd, modulus);
    while rest != one {
        let Some(steps) = squarings_to_one(&rest, modulus, twos)? else {
            return Ok(None);
        };
        let factor = (steps + 1..twos).fold(generator, |factor, _| &factor * &factor % modulus);
        root = root * &factor % modulus;
        generator = &factor * &factor % modulus;
        rest = rest * &generator % modulus;
        twos = steps;
    }
    Ok(Some(root))
}

/// How often a number other than 1 must be squared to give 1, if less than `limit` times.
///
/// # Errors
///
/// [`Invalid::Modulus`] if the limit is 0, as it is for an even modulus, whose
/// powers may never come to 1, and [`Invalid::TooLarge`].
fn squarings_to_one(
    number: &BigUint,
    modulus: &BigUint,
    limit: u32,
) -> Result<Option<u32>, Invalid> {
    match limit {
        0 => return Err(Invalid::Modulus),
        1..=TWO_ADICITY => {}
        _ => return Err(Invalid::TooLarge),
    }
    let one = BigUint::from(1u32);
    let mut square = number.clone();
    for steps in 1..limit {
        square = &square * &square % modulus;
        if square == one {
            return Ok(Some(steps));
        }
    }
    Ok(None)
}
