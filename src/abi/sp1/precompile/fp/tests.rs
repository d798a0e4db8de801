use super::*;
use crate::abi::sp1::precompile::field::{BLS12_381, BN254};
use crate::abi::sp1::precompile::limbs::numbers;

const OPS: [Op; 3] = [Op::Add, Op::Sub, Op::Mul];

#[test]
fn small_numbers_and_the_modulus_behave() {
    let (last, one) = (BN254.neg(&[1, 0, 0, 0]), [1, 0, 0, 0]);
    assert_eq!(fp(&BN254, Op::Add, &last, &one), [0; 4]);
    assert_eq!(fp(&BN254, Op::Sub, &[0; 4], &one), last);
    assert_eq!(fp(&BN254, Op::Mul, &last, &last), one);
    assert_eq!(fp(&BN254, Op::Sub, &[0; 4], &BN254.value), [0; 4]);
}

#[test]
fn operands_need_not_be_reduced() {
    for (x, y) in numbers::<6>(1).zip(numbers::<6>(2)).take(50) {
        for op in OPS {
            let reduced = fp(&BLS12_381, op, &BLS12_381.reduce(&x), &BLS12_381.reduce(&y));
            assert!(BLS12_381.is_reduced(&reduced));
            assert_eq!(fp(&BLS12_381, op, &x, &y), reduced);
        }
    }
}

#[test]
fn the_extension_s_unit_squares_to_minus_one() {
    let unit = [[0; 4], [1, 0, 0, 0]];
    assert_eq!(
        fp2(&BN254, Op::Mul, &unit, &unit),
        Ok([BN254.neg(&[1, 0, 0, 0]), [0; 4]])
    );
    // (1 + 2u)(3 + 4u) = -5 + 10u
    let (x, y) = ([[1, 0, 0, 0], [2, 0, 0, 0]], [[3, 0, 0, 0], [4, 0, 0, 0]]);
    assert_eq!(
        fp2(&BN254, Op::Mul, &x, &y),
        Ok([BN254.neg(&[5, 0, 0, 0]), [10, 0, 0, 0]])
    );
    assert_eq!(
        fp2(&BN254, Op::Add, &x, &y),
        Ok([[4, 0, 0, 0], [6, 0, 0, 0]])
    );
    assert_eq!(
        fp2(&BN254, Op::Sub, &x, &y),
        Ok([BN254.neg(&[2, 0, 0, 0]); 2])
    );
}

#[test]
fn products_in_the_extension_distribute() {
    let pairs = |seed| {
        numbers::<6>(seed)
            .zip(numbers::<6>(seed + 1))
            .map(|(a, b)| [BLS12_381.reduce(&a), BLS12_381.reduce(&b)])
    };
    for ((x, y), z) in pairs(1).zip(pairs(3)).zip(pairs(5)).take(20) {
        let op = |op, x: &Fp2<6>, y: &Fp2<6>| fp2(&BLS12_381, op, x, y).unwrap();
        let whole = op(Op::Mul, &op(Op::Add, &x, &y), &z);
        assert_eq!(
            whole,
            op(Op::Add, &op(Op::Mul, &x, &z), &op(Op::Mul, &y, &z))
        );
    }
}

#[test]
fn a_subtrahend_may_exceed_by_the_modulus_and_no_more() {
    let modulus = BN254.value;
    let above = [modulus[0] + 1, modulus[1], modulus[2], modulus[3]];
    assert_eq!(
        fp2(&BN254, Op::Sub, &[[0; 4]; 2], &[modulus; 2]),
        Ok([[0; 4]; 2])
    );
    assert_eq!(
        fp2(&BN254, Op::Sub, &[[0; 4]; 2], &[[0; 4], above]),
        Err(Invalid::Underflow)
    );
    assert_eq!(
        fp2(&BN254, Op::Sub, &[[0; 4]; 2], &[above, [0; 4]]),
        Err(Invalid::Underflow)
    );
    assert_eq!(
        fp2(&BN254, Op::Sub, &[[1, 0, 0, 0]; 2], &[above; 2]),
        Ok([[0; 4]; 2])
    );
    // In the prime field operands are reduced first.
    assert_eq!(
        fp(&BN254, Op::Sub, &[0; 4], &above),
        BN254.neg(&[1, 0, 0, 0])
    );
}
