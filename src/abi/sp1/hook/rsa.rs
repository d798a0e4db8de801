//! Hook 17: a product modulo an RSA modulus.
//!
//! Input: the product, of twice the modulus' length, and the modulus, which has
//! 2048, 3072 or 4096 bits, all little-endian. Output: the remainder and the
//! low half of the quotient, both as long as the modulus.

use super::Vectors;
use crate::abi::sp1::precompile::Invalid;
use crate::abi::sp1::precompile::uint256::div_rem;

/// Bytes that the modulus may have.
const LENGTHS: [usize; 3] = [256, 384, 512];

/// Divides the product by the modulus.
pub(super) fn mul_mod(input: &[u8]) -> Vectors {
    let length = LENGTHS
        .into_iter()
        .find(|length| input.len() == 3 * length)
        .ok_or(Invalid::Length)?;
    let (product, modulus) = input.split_at(2 * length);
    let (mut rest, mut modulus) = (limbs(product), limbs(modulus));
    if modulus.iter().all(|&limb| limb == 0) {
        return Err(Invalid::Zero);
    }
    rest.push(0);
    let mut quotient = vec![0; rest.len()];
    div_rem(&mut rest, &mut modulus, |i, limb| quotient[i] = limb);
    Ok(vec![bytes(&rest, length), bytes(&quotient, length)])
}

fn limbs(bytes: &[u8]) -> Vec<u64> {
    bytes
        .as_chunks()
        .0
        .iter()
        .map(|&chunk| u64::from_le_bytes(chunk))
        .collect()
}

/// The lowest bytes of a number.
fn bytes(limbs: &[u64], length: usize) -> Vec<u8> {
    limbs
        .iter()
        .flat_map(|limb| limb.to_le_bytes())
        .take(length)
        .collect()
}
