use super::*;
use crate::abi::sp1::precompile::limbs::hex;

/// The base point of RFC 8032.
fn base() -> Point {
    [
        hex("216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a"),
        hex("6666666666666666666666666666666666666666666666666666666666666658"),
    ]
}

const NEUTRAL: Point = [[0; 4], ONE];

#[test]
fn sums_match_exact_fractions() {
    let two = [
        hex("36ab384c9f5a046c3d043b7d1833e7ac080d8e4515d7a45f83c5a14e2843ce0e"),
        hex("2260cdf3092329c21da25ee8c9a21f5697390f51643851560e5f46ae6af8a3c9"),
    ];
    let three = [
        hex("67ae9c4a22928f491ff4ae743edac83a6343981981624886ac62485fd3f8e25c"),
        hex("1267b1d177ee69aba126a18e60269ef79f16ec176724030402c3684878f5b4d4"),
    ];
    assert_eq!(add(&base(), &base()), Ok(two));
    assert_eq!(add(&base(), &two), Ok(three));
}

#[test]
fn the_neutral_point_and_negatives_are_points_like_others() {
    let negative = [FIELD.neg(&base()[0]), base()[1]];
    assert_eq!(add(&base(), &NEUTRAL), Ok(base()));
    assert_eq!(add(&NEUTRAL, &NEUTRAL), Ok(NEUTRAL));
    assert_eq!(add(&base(), &negative), Ok(NEUTRAL));
    // (0, -1) has order 2.
    let two_torsion = [[0; 4], FIELD.neg(&ONE)];
    assert_eq!(add(&two_torsion, &two_torsion), Ok(NEUTRAL));
}

#[test]
fn the_base_point_has_the_published_order() {
    let order: Element = hex("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");
    let mut sum = NEUTRAL;
    for i in (0..256).rev() {
        sum = add(&sum, &sum).unwrap();
        if order[i / 64] >> (i % 64) & 1 == 1 {
            sum = add(&sum, &base()).unwrap();
        }
    }
    assert_eq!(sum, NEUTRAL);
}

#[test]
fn an_x_that_is_not_the_curve_s_is_mended() {
    let [x, y] = base();
    let sum = add(&base(), &base());
    assert_eq!(add(&[[0; 4], y], &base()), sum);
    assert_eq!(add(&[[42, 7, 1, u64::MAX], y], &base()), sum);
    // An odd one, or the highest bit of y, choose the other point.
    let other = [FIELD.neg(&x), y];
    assert_eq!(add(&[[1, 0, 0, 0], y], &base()), add(&other, &base()));
    assert_eq!(
        add(&[x, [y[0], y[1], y[2], y[3] | TOP]], &base()),
        add(&other, &base())
    );
    // y may exceed the modulus: this is (0, 1).
    assert_eq!(
        add(
            &[
                [0; 4],
                [0xffff_ffff_ffff_ffee, u64::MAX, u64::MAX, u64::MAX >> 1]
            ],
            &base()
        ),
        Ok(base())
    );
}

#[test]
fn a_y_of_no_point_is_refused() {
    assert_eq!(
        decompress(&[2, 0, 0, 0], 0),
        Err(Invalid::NotDecompressible)
    );
    assert_eq!(
        add(&[[0; 4], [2, 0, 0, 0]], &base()),
        Err(Invalid::NotDecompressible)
    );
    assert_eq!(
        add(&base(), &[[0; 4], [2, 0, 0, 0]]),
        Err(Invalid::NotDecompressible)
    );
}

#[test]
fn decompression_gives_the_x_with_the_sign() {
    let [x, y] = base();
    assert_eq!(decompress(&y, 0), Ok(x));
    assert_eq!(decompress(&y, 1), Ok(FIELD.neg(&x)));
    assert_eq!(decompress(&[y[0], y[1], y[2], y[3] | TOP], 0), Ok(x));
    assert_eq!(decompress(&y, 2), Err(Invalid::Sign));
    assert_eq!(decompress(&y, 1 << 32), Err(Invalid::Sign));
    // 0 is its own negative.
    assert_eq!(decompress(&ONE, 1), Ok([0; 4]));
    // The y of the points of order 4.
    let root: Element = hex("2b8324804fc1df0b2b4d00993dfbd7a72f431806ad2fe478c4ee1b274a0ea0b0");
    assert_eq!(decompress(&[0; 4], 0), Ok(root));
}
