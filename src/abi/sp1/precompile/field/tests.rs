use super::*;
use crate::abi::sp1::precompile::limbs::{hex, numbers};
use crate::abi::sp1::precompile::uint256;

const FOUR: [&Modulus<4>; 6] = [
    &SECP256K1,
    &SECP256R1,
    &SECP256K1_ORDER,
    &SECP256R1_ORDER,
    &ED25519,
    &BN254,
];

#[test]
fn a_product_is_the_remainder_of_the_long_product() {
    for modulus in FOUR {
        for (a, b) in numbers(1).zip(numbers(2)).take(100) {
            assert_eq!(
                modulus.product(&a, &b),
                uint256::mul(&a, &b, &modulus.value)
            );
        }
    }
}

#[test]
fn the_largest_factors_are_reduced() {
    for modulus in FOUR {
        let all = [u64::MAX; 4];
        assert_eq!(
            modulus.product(&all, &all),
            uint256::mul(&all, &all, &modulus.value)
        );
    }
}

#[test]
fn squares_distribute() {
    for (a, b) in numbers::<6>(3).zip(numbers::<6>(4)).take(50) {
        let (a, b) = (BLS12_381.reduce(&a), BLS12_381.reduce(&b));
        let (sum, difference) = (BLS12_381.add(&a, &b), BLS12_381.sub(&a, &b));
        let squares = BLS12_381.sub(&BLS12_381.product(&a, &a), &BLS12_381.product(&b, &b));
        assert_eq!(BLS12_381.product(&sum, &difference), squares);
    }
}

#[test]
fn sums_wrap_at_the_modulus() {
    for modulus in FOUR {
        let last = modulus.sub(&[0; 4], &[1, 0, 0, 0]);
        assert_eq!(modulus.add(&last, &[1, 0, 0, 0]), [0; 4]);
        assert_eq!(modulus.add(&last, &last), modulus.neg(&[2, 0, 0, 0]));
        assert_eq!(modulus.neg(&[0; 4]), [0; 4]);
        assert!(modulus.is_reduced(&last));
        assert!(!modulus.is_reduced(&modulus.value));
        assert_eq!(modulus.reduce(&modulus.value), [0; 4]);
    }
}

#[test]
fn fermat_s_theorem_holds() {
    for modulus in FOUR {
        let exponent = modulus.neg(&[1, 0, 0, 0]);
        for a in numbers(5).take(3) {
            assert_eq!(modulus.pow(&a, &exponent), [1, 0, 0, 0]);
        }
        assert_eq!(modulus.pow(&[0; 4], &exponent), [0; 4]);
        assert_eq!(modulus.pow(&[7, 0, 0, 0], &[0; 4]), [1, 0, 0, 0]);
    }
}

#[test]
fn a_power_matches_a_published_one() {
    // 3^(2^255 - 20 - 1) modulo 2^255 - 19 is the inverse of 3.
    let exponent = ED25519.neg(&[2, 0, 0, 0]);
    let third = hex("5555555555555555555555555555555555555555555555555555555555555549");
    assert_eq!(ED25519.pow(&[3, 0, 0, 0], &exponent), third);
}

#[test]
fn a_number_or_its_product_with_a_non_residue_has_a_root() {
    let two = [2, 0, 0, 0, 0, 0];
    let candidate = BLS12_381.candidate(&two);
    let mut owned = 0;
    for a in numbers::<6>(6).map(|a| BLS12_381.reduce(&a)).take(40) {
        let (root, square) = match BLS12_381.root(&a, &two, &candidate) {
            Root::Own(root) => (root, a),
            Root::OfProduct(root) => (root, BLS12_381.add(&a, &a)),
            Root::None => panic!("no root of {a:x?}"),
        };
        owned += usize::from(square == a);
        assert_eq!(BLS12_381.product(&root, &root), square);
    }
    assert!((10..30).contains(&owned));
}
