use crate::abi::sp1::precompile::field::{
    BLS12_381, BN254, ED25519, Modulus, SECP256K1, SECP256K1_ORDER, SECP256R1, SECP256R1_ORDER,
};
use crate::abi::sp1::precompile::limbs::numbers;

/// Checks `numerator / denominator` by multiplying back.
fn check<const N: usize>(modulus: &Modulus<N>, numerator: &[u64; N], denominator: &[u64; N]) {
    let quotient = modulus.divide(numerator, denominator);
    assert!(modulus.is_reduced(&quotient));
    assert_eq!(modulus.product(&quotient, denominator), *numerator);
}

/// Divides random numbers, and those with a single bit or with all but a few.
fn check_all<const N: usize>(modulus: &Modulus<N>) {
    for (a, b) in numbers(1).zip(numbers(2)).take(200) {
        check(modulus, &modulus.reduce(&a), &modulus.reduce(&b));
    }
    for bit in 0..modulus
        .value
        .map(|limb| 64 - limb.leading_zeros())
        .iter()
        .sum::<u32>()
        - 1
    {
        let mut power = [0; N];
        power[bit as usize / 64] = 1 << (bit % 64);
        let power = modulus.reduce(&power);
        check(modulus, &Modulus::small(1), &power);
        check(
            modulus,
            &modulus.neg(&Modulus::small(3)),
            &modulus.neg(&power),
        );
    }
}

#[test]
fn a_quotient_times_the_denominator_is_the_numerator() {
    for modulus in [
        SECP256K1,
        SECP256K1_ORDER,
        SECP256R1,
        SECP256R1_ORDER,
        ED25519,
        BN254,
    ] {
        check_all(&modulus);
    }
    check_all(&BLS12_381);
}

#[test]
fn nothing_divided_by_zero_is_zero() {
    assert_eq!(SECP256R1.divide(&[5, 0, 0, 0], &[0; 4]), [0; 4]);
    assert_eq!(BLS12_381.divide(&[5, 0, 0, 0, 0, 0], &[0; 6]), [0; 6]);
    assert_eq!(BN254.divide(&[0; 4], &[5, 0, 0, 0]), [0; 4]);
}

#[test]
fn small_primes_fill_few_limbs() {
    for prime in [3, 5, 7, 97, 0x7f00_0001] {
        let modulus = Modulus::new([prime, 0, 0, 0]);
        for denominator in (1..prime).take(100) {
            check(&modulus, &[1, 0, 0, 0], &[denominator, 0, 0, 0]);
        }
    }
}
