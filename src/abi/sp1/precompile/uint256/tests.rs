use super::*;
use crate::abi::sp1::precompile::limbs::numbers;

const MAX: U256 = [u64::MAX; 4];

#[test]
fn sums_carry_as_much_as_two() {
    assert_eq!(
        add_carry(&MAX, &MAX, &MAX),
        ([u64::MAX - 2, u64::MAX, u64::MAX, u64::MAX], [2, 0, 0, 0])
    );
    assert_eq!(
        add_carry(&[1, 0, 0, 0], &[2, 0, 0, 0], &[3, 0, 0, 0]),
        ([6, 0, 0, 0], [0; 4])
    );
    assert_eq!(
        add_carry(&MAX, &[0; 4], &[1, 0, 0, 0]),
        ([0; 4], [1, 0, 0, 0])
    );
}

#[test]
fn products_fill_both_halves() {
    // (2^256 - 1)^2 + 2^256 - 1 = 2^512 - 2^256
    assert_eq!(mul_carry(&MAX, &MAX, &MAX), ([0; 4], MAX));
    assert_eq!(
        mul_carry(&[0, 1, 0, 0], &[0, 0, 0, 1], &[9, 0, 0, 0]),
        ([9, 0, 0, 0], [1, 0, 0, 0])
    );
}

#[test]
fn quotient_times_divisor_plus_remainder_is_the_dividend() {
    for (i, ((a, b), modulus)) in numbers(1)
        .zip(numbers(2))
        .zip(numbers::<4>(3))
        .take(400)
        .enumerate()
    {
        // Divisors of every length, with low limbs that spoil the guess.
        let modulus: U256 = std::array::from_fn(|j| match (j > i % 4, i % 3) {
            (true, _) => 0,
            (false, 0) if j == i % 4 => 1 << 63,
            (false, 0) => u64::MAX,
            _ => modulus[j],
        });
        let rest = mul(&a, &b, &modulus);
        assert!(rest.iter().rev().lt(modulus.iter().rev()));
        assert_eq!(divided(&a, &b, &modulus), rest);
    }
}

/// The remainder of `a b` by shifting and subtracting.
fn divided(a: &U256, b: &U256, modulus: &U256) -> U256 {
    let (low, high) = mul_carry(a, b, &[0; 4]);
    let mut rest = [0; 5];
    for i in (0..512).rev() {
        let limb = if i < 256 {
            low[i / 64]
        } else {
            high[i / 64 - 4]
        };
        for j in (1..5).rev() {
            rest[j] = rest[j] << 1 | rest[j - 1] >> 63;
        }
        rest[0] = rest[0] << 1 | limb >> (i % 64) & 1;
        subtract_if_larger(&mut rest, modulus);
    }
    [rest[0], rest[1], rest[2], rest[3]]
}

fn subtract_if_larger(rest: &mut [u64; 5], modulus: &U256) {
    let modulus = [modulus[0], modulus[1], modulus[2], modulus[3], 0];
    if rest.iter().rev().ge(modulus.iter().rev()) {
        *rest = crate::abi::sp1::precompile::limbs::sub(rest, &modulus).0;
    }
}

#[test]
fn a_modulus_of_zero_is_two_to_the_256() {
    assert_eq!(mul(&MAX, &MAX, &[0; 4]), [1, 0, 0, 0]);
    assert_eq!(mul(&[0, 0, 1, 0], &[0, 0, 1, 0], &[0; 4]), [0; 4]);
}

#[test]
fn small_moduli_work() {
    assert_eq!(mul(&MAX, &MAX, &[1, 0, 0, 0]), [0; 4]);
    // 2^256 - 1 is divisible by 3 and 5, and 2^256 = 4 modulo 7 gives 3 * 3 = 2.
    assert_eq!(mul(&MAX, &MAX, &[15, 0, 0, 0]), [0; 4]);
    assert_eq!(mul(&MAX, &MAX, &[7, 0, 0, 0]), [1, 0, 0, 0]);
    assert_eq!(mul(&MAX, &MAX, &MAX), [0; 4]);
}
