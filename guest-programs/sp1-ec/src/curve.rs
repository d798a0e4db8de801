//! The group of secp256k1, with the point at infinity as `None`.

use sp1_rt::precompile;

use crate::field::{self, Number};

/// x, then y.
pub type Point = [u64; 8];

pub const GENERATOR: Point = [
    0x59f2_815b_16f8_1798,
    0x029b_fcdb_2dce_28d9,
    0x55a0_6295_ce87_0b07,
    0x79be_667e_f9dc_bbac,
    0x9c47_d08f_fb10_d4b8,
    0xfd17_b448_a685_5419,
    0x5da4_fbfc_0e11_08a8,
    0x483a_da77_26a3_c465,
];

/// How many points there are. It is prime, so no point is its own negative.
pub const ORDER: Number = [
    0xbfd2_5e8c_d036_4141,
    0xbaae_dce6_af48_a03b,
    0xffff_ffff_ffff_fffe,
    0xffff_ffff_ffff_ffff,
];

/// `scalar` times `point`, from the highest bit down.
pub fn multiple(scalar: &Number, point: &Point) -> Option<Point> {
    let mut sum = None;
    for word in scalar.iter().rev() {
        for bit in (0..64).rev() {
            sum = sum.map(double);
            if word >> bit & 1 == 1 {
                sum = add(sum, Some(*point));
            }
        }
    }
    sum
}

/// The precompile adds points of different x only: two of the same x are equal, or
/// negatives of each other.
pub fn add(p: Option<Point>, q: Option<Point>) -> Option<Point> {
    let (Some(mut p), Some(q)) = (p, q) else {
        return p.or(q);
    };
    if p[..4] != q[..4] {
        precompile::secp256k1_add(&mut p, &q);
        Some(p)
    } else if p == q {
        Some(double(p))
    } else {
        None
    }
}

fn double(mut point: Point) -> Point {
    precompile::secp256k1_double(&mut point);
    point
}

pub fn coordinates(point: &Point) -> (Number, Number) {
    let [x, y] = point.as_chunks().0 else {
        unreachable!("a point has two halves")
    };
    (*x, *y)
}

/// Whether y^2 = x^3 + 7.
pub fn contains(x: &Number, y: &Number) -> bool {
    let cube = field::multiply(&field::multiply(x, x), x);
    let [sum, carry] = precompile::uint256_add_carry(&cube, &[7, 0, 0, 0], &[0; 4]);
    assert_eq!(carry, [0; 4], "a cube is below the prime");
    field::multiply(&sum, &field::ONE) == field::multiply(y, y)
}
