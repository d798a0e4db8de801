use super::*;
use crate::abi::sp1::precompile::limbs::hex;

const G_K1: [&str; 2] = [
    "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
    "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
];
const G_R1: [&str; 2] = [
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
];
const G_BLS: [&str; 2] = [
    "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb",
    "08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1",
];
const BN_ORDER: &str = "30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001";
const BLS_ORDER: &str = "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001";

fn point<const N: usize>(coordinates: [&str; 2]) -> Point<N> {
    coordinates.map(hex)
}

/// BN254's generator.
const G_BN: Point<4> = [[1, 0, 0, 0], [2, 0, 0, 0]];

/// `(scalar - 1) p`, by double and add.
fn before<const N: usize>(curve: &Curve<N>, p: &Point<N>, scalar: &[u64; 4]) -> Point<N> {
    let bits = (0..256)
        .rev()
        .map(|i| (scalar[i / 64] - u64::from(i < 64)) >> (i % 64) & 1);
    let mut sum: Option<Point<N>> = None;
    for bit in bits {
        sum = sum.map(|sum| double(curve, &sum).unwrap());
        if bit == 1 {
            sum = Some(sum.map_or(*p, |sum| add(curve, &sum, p).unwrap()));
        }
    }
    sum.unwrap()
}

#[test]
fn multiples_of_the_generators_are_the_published_ones() {
    let g = point(G_K1);
    let two = point([
        "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5",
        "1ae168fea63dc339a3c58419466ceaeef7f632653266d0e1236431a950cfe52a",
    ]);
    let three = point([
        "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
        "388f7b0f632de8140fe337e62a37f3566500a99934c2231b6cb9fd7584b8e672",
    ]);
    assert_eq!(double(&SECP256K1, &g), Ok(two));
    assert_eq!(add(&SECP256K1, &g, &two), Ok(three));
    assert_eq!(
        double(&SECP256R1, &point(G_R1)),
        Ok(point([
            "7cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978",
            "07775510db8ed040293d9ac69f7430dbba7dade63ce982299e04b79d227873d1",
        ]))
    );
    assert_eq!(
        double(&BN254, &G_BN),
        Ok(point([
            "030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3",
            "15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4",
        ]))
    );
    assert_eq!(
        double(&BLS12_381, &point(G_BLS)),
        Ok(point([
            "0572cbea904d67468808c8eb50a9450c9721db309128012543902d0ac358a62ae28f75bb8f1c7c42c39a8c5529bf0f4e",
            "166a9d8cabc673a322fda673779d8e3822ba3ecb8670e461f73bb9021d5fd76a4c56d9d4cd16bd1bba86881979749d28",
        ]))
    );
}

/// Whether one time less than the order gives the negative.
fn has_order<const N: usize>(curve: &Curve<N>, g: Point<N>, order: [u64; 4]) {
    assert_eq!(before(curve, &g, &order), [g[0], curve.field.neg(&g[1])]);
}

#[test]
fn the_generators_have_the_published_orders() {
    has_order(&SECP256K1, point(G_K1), field::SECP256K1_ORDER.value);
    has_order(&SECP256R1, point(G_R1), field::SECP256R1_ORDER.value);
    has_order(&BN254, G_BN, hex(BN_ORDER));
    has_order(&BLS12_381, point(G_BLS), hex(BLS_ORDER));
}

#[test]
fn secp256k1_takes_points_of_the_curve_alone() {
    let g: Point<4> = point(G_K1);
    let mirrored = [g[0], field::SECP256K1.neg(&g[1])];
    assert_eq!(add(&SECP256K1, &g, &g), double(&SECP256K1, &g));
    assert_eq!(
        add(&SECP256K1, &g, &mirrored),
        Err(Invalid::PointAtInfinity)
    );
    for wrong in [[[0; 4]; 2], [g[0], [1, 0, 0, 0]], [[u64::MAX; 4], g[1]]] {
        assert_eq!(add(&SECP256K1, &g, &wrong), Err(Invalid::NotOnCurve));
        assert_eq!(add(&SECP256K1, &wrong, &g), Err(Invalid::NotOnCurve));
        assert_eq!(double(&SECP256K1, &wrong), Err(Invalid::NotOnCurve));
    }
}

#[test]
fn the_other_curves_apply_the_formulas_to_anything() {
    let small = |x, y| [[x, 0, 0, 0], [y, 0, 0, 0]];
    let negative = |x: u64| field::BN254.neg(&[x, 0, 0, 0]);
    // The slope of (5, 7) and (11, 13) is 1.
    assert_eq!(
        add(&BN254, &small(5, 7), &small(11, 13)),
        Ok([negative(15), [13, 0, 0, 0]])
    );
    // A vertical line and a flat tangent count as slope 0.
    assert_eq!(
        add(&BN254, &small(5, 7), &[[5, 0, 0, 0], negative(7)]),
        Ok([negative(10), negative(7)])
    );
    assert_eq!(double(&BN254, &small(5, 0)), Ok([negative(10), [0; 4]]));
    assert_eq!(double(&BN254, &small(0, 0)), Ok(small(0, 0)));
    assert_eq!(add(&BN254, &G_BN, &G_BN), Err(Invalid::EqualPoints));
    assert_eq!(
        add(&BLS12_381, &[[0; 6]; 2], &[[0; 6]; 2]),
        Err(Invalid::EqualPoints)
    );
}

#[test]
fn coordinates_that_exceed_the_modulus_count_modulo_it_unless_a_difference_is_negative() {
    let modulus = field::BN254.value;
    let above = |x: u64| [modulus[0] + x, modulus[1], modulus[2], modulus[3]];
    let two = double(&BN254, &G_BN).unwrap();
    let three = add(&BN254, &G_BN, &two).unwrap();
    assert_eq!(add(&BN254, &[above(1), [2, 0, 0, 0]], &two), Ok(three));
    assert_eq!(double(&BN254, &[above(1), above(2)]), Ok(two));
    // The same point, but not the same numbers.
    assert_eq!(
        add(&BN254, &[above(1), [2, 0, 0, 0]], &G_BN),
        Ok([
            field::BN254.neg(&[2, 0, 0, 0]),
            field::BN254.neg(&[2, 0, 0, 0])
        ])
    );
    // p.x exceeds q.x by more than the modulus.
    assert_eq!(
        add(&BN254, &[above(2), [2, 0, 0, 0]], &G_BN),
        Err(Invalid::Underflow)
    );
    assert_eq!(
        add(&BN254, &[[1, 0, 0, 0], above(3)], &G_BN),
        Err(Invalid::Underflow)
    );
    // The slope is 0, so nothing makes up for twice x.
    assert_eq!(double(&BN254, &[above(1), [0; 4]]), Err(Invalid::Underflow));
}
