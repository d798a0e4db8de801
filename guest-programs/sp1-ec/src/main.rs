//! Arithmetic on secp256k1, as a guest does it that checks signatures.
//!
//! Input: a seed, and how many points to make. Each is a random multiple of the
//! generator. Public values: the sum of the points, zeros for infinity, and the
//! product of their slopes y / x. The inverse of each x comes from plain code in an
//! unconstrained block, and is checked.
#![no_std]
#![no_main]

extern crate alloc;

mod curve;
mod field;

use core::array;

use curve::{GENERATOR, ORDER, Point};
use field::{Number, ONE, PRIME};
use sp1_rt::rng::SplitMix64;
use sp1_rt::{input, output, precompile, println};

sp1_rt::entry!(main);

fn main() {
    let mut rng = SplitMix64::new(input::read_u64());
    let count = input::read_u64();
    check_group();
    let (mut sum, mut slopes) = (None, ONE);
    for _ in 0..count {
        let point = curve::multiple(&scalar(&mut rng), &GENERATOR);
        let (x, y) = curve::coordinates(&point.expect("the order divides no scalar"));
        assert!(curve::contains(&x, &y), "a multiple is not on the curve");
        slopes = field::multiply(&slopes, &field::multiply(&y, &field::inverse(&x)));
        sum = curve::add(sum, point);
    }
    let words: Point = sum.unwrap_or_default();
    output::commit(words.map(u64::to_le_bytes).as_flattened());
    output::commit(slopes.map(u64::to_le_bytes).as_flattened());
    println!("{count} points");
}

/// A number from 1 to the order - 1.
fn scalar(rng: &mut SplitMix64) -> Number {
    loop {
        let number = array::from_fn(|_| rng.next_u64());
        if number != [0; 4] && field::is_less(&number, &ORDER) {
            return number;
        }
    }
}

/// The cases for which there is no precompile.
fn check_group() {
    let generator = Some(GENERATOR);
    assert_eq!(curve::multiple(&ORDER, &GENERATOR), None);
    assert_eq!(curve::multiple(&[0; 4], &GENERATOR), None);
    assert_eq!(curve::add(None, generator), generator);
    assert_eq!(
        curve::add(generator, generator),
        curve::multiple(&[2, 0, 0, 0], &GENERATOR)
    );

    let mut before = ORDER;
    before[0] -= 1;
    let negative = curve::multiple(&before, &GENERATOR).expect("less than the order");
    let ((x, y), (same_x, other_y)) = (
        curve::coordinates(&GENERATOR),
        curve::coordinates(&negative),
    );
    assert_eq!(x, same_x);
    let [sum, carry] = precompile::uint256_add_carry(&y, &other_y, &[0; 4]);
    assert_eq!((sum, carry), (PRIME, [0; 4]));
    assert_eq!(curve::add(Some(negative), generator), None);

    let mut behind = ORDER;
    behind[0] += 1;
    assert_eq!(curve::multiple(&behind, &GENERATOR), generator);
}
