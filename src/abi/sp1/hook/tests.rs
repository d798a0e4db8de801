use super::*;
use crate::abi::sp1::precompile::field::{
    BLS12_381, ED25519, Modulus, SECP256K1, SECP256K1_ORDER, SECP256R1,
};
use crate::abi::sp1::precompile::limbs::{from_be, from_le, hex, numbers, to_be, to_le};

/// What a hook that there is gives.
fn hook(fd: u32, parts: &[&[u8]]) -> Vectors {
    run(fd, &parts.concat()).unwrap()
}

/// A number in big-endian bytes.
fn number<const N: usize>(small: u64) -> Vec<u8> {
    to_be(&Modulus::<N>::small(small))
}

#[test]
fn there_are_hooks_for_seven_descriptors() {
    assert!((0..15).chain(22..64).all(|fd| run(fd, &[]).is_none()));
    for fd in 15..=21 {
        assert_eq!(run(fd, &[]), Some(Err(Invalid::Length)));
    }
}

/// The y^2 of an x on secp256k1.
fn alpha(x: &[u64; 4]) -> [u64; 4] {
    SECP256K1.add(
        &SECP256K1.product(&SECP256K1.product(x, x), x),
        &[7, 0, 0, 0],
    )
}

#[test]
fn ecrecover_finds_the_y_of_the_parity_and_the_scalar_s_inverse() {
    let x: [u64; 4] = hex("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    let y: [u64; 4] = hex("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8");
    for (first, y) in [(1, y), (0x81, SECP256K1.neg(&y))] {
        let vectors = hook(15, &[&[first], &to_be(&x), &to_be(&alpha(&x))]).unwrap();
        assert_eq!(vectors[..2], [vec![1], to_be(&y)]);
        assert_eq!(
            SECP256K1_ORDER.product(&from_be(&vectors[2]), &x),
            [1, 0, 0, 0]
        );
    }
}

#[test]
fn ecrecover_proves_that_there_is_no_y() {
    // x = 5 is on no point.
    let five = [5, 0, 0, 0];
    let vectors = hook(15, &[&[1], &to_be(&five), &to_be(&alpha(&five))]).unwrap();
    let root = from_be(&vectors[1]);
    assert_eq!((vectors.len(), &vectors[0]), (2, &vec![0]));
    assert_eq!(
        SECP256K1.product(&root, &root),
        SECP256K1.product(&[3, 0, 0, 0], &alpha(&five))
    );
}

#[test]
fn ecrecover_refuses_what_is_out_of_range() {
    let one = number::<4>(1);
    let zero = number::<4>(0);
    let recover = |first: u8, r: &[u8], alpha: &[u8]| hook(15, &[&[first], r, alpha]);
    assert_eq!(recover(0, &one, &one), Err(Invalid::Curve));
    assert_eq!(recover(3, &one, &one), Err(Invalid::Curve));
    assert_eq!(
        recover(1, &to_be(&SECP256K1.value), &one),
        Err(Invalid::NotReduced)
    );
    assert_eq!(
        recover(2, &one, &to_be(&SECP256R1.value)),
        Err(Invalid::NotReduced)
    );
    assert_eq!(
        recover(1, &to_be(&SECP256K1_ORDER.value), &one),
        Err(Invalid::NotReduced)
    );
    assert_eq!(recover(1, &zero, &one), Err(Invalid::Zero));
    // Without a root, r is not inverted.
    assert!(recover(1, &zero, &number::<4>(3)).is_ok());
    assert_eq!(recover(1, &one, &zero), Err(Invalid::Zero));
    assert_eq!(recover(0x82, &one, &zero), Ok(vec![vec![1], zero, one]));
}

#[test]
fn ed_decompress_tells_points_from_others() {
    let base = to_le(&hex::<4>(
        "6666666666666666666666666666666666666666666666666666666666666658",
    ));
    let d: [u64; 4] = hex("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3");
    let v = |y: &[u8]| {
        let y = from_le(y);
        ED25519.add(
            &ED25519.product(&ED25519.product(&y, &y), &d),
            &[1, 0, 0, 0],
        )
    };
    assert_eq!(hook(16, &[&base, &to_le(&v(&base))]), Ok(vec![vec![1]]));

    let two = to_le(&[2u64, 0, 0, 0]);
    let vectors = hook(16, &[&two, &to_le(&v(&two))]).unwrap();
    let (inverse, root): ([u64; 4], [u64; 4]) = (from_le(&vectors[1]), from_le(&vectors[2]));
    assert_eq!((vectors.len(), &vectors[0]), (3, &vec![0]));
    assert_eq!(ED25519.product(&inverse, &v(&two)), [1, 0, 0, 0]);
    // 2 (2^2 - 1) / v
    assert_eq!(
        ED25519.product(&root, &root),
        ED25519.product(&[6, 0, 0, 0], &inverse)
    );
    assert_eq!(root[0] & 1, 0);
}

#[test]
fn ed_decompress_takes_a_v_of_any_length() {
    let two = to_le(&[2u64, 0, 0, 0]);
    let modulus = to_le(&ED25519.value);
    assert_eq!(hook(16, &[&modulus, &modulus]), Ok(vec![vec![0]]));
    assert_eq!(hook(16, &[&two, &modulus]), Err(Invalid::NotReduced));
    assert_eq!(hook(16, &[&two, &[0; 40], &[1]]), Err(Invalid::NotReduced));
    // No v at all is 0.
    assert_eq!(hook(16, &[&two]), Ok(vec![vec![1]]));
    assert_eq!(hook(16, &[&two, &[3]]), hook(16, &[&two, &[3], &[0; 50]]));
    assert_eq!(hook(16, &[&two[..31]]), Err(Invalid::Length));
}

#[test]
fn rsa_divides() {
    for length in [256, 384, 512] {
        // The product is modulus * 3 + 5.
        let mut modulus = vec![0xff; length];
        modulus[0] = 0x43;
        let mut product: Vec<u8> = vec![0; 2 * length];
        let mut carry = 5;
        for (byte, &limb) in product.iter_mut().zip(modulus.iter().chain(&[0])) {
            carry += 3 * u32::from(limb);
            *byte = carry as u8;
            carry >>= 8;
        }
        let small = |byte| [vec![byte], vec![0; length - 1]].concat();
        assert_eq!(
            hook(17, &[&product, &modulus]),
            Ok(vec![small(5), small(3)])
        );
        // A quotient too long loses its upper half.
        assert_eq!(
            hook(17, &[&vec![7; 2 * length], &small(1)]),
            Ok(vec![small(0), vec![7; length]])
        );
        assert_eq!(hook(17, &[&product, &vec![0; length]]), Err(Invalid::Zero));
        assert_eq!(hook(17, &[&product, &modulus[1..]]), Err(Invalid::Length));
    }
}

#[test]
fn bls12_381_roots_are_roots() {
    let mut found = [0, 0];
    for element in numbers::<6>(1)
        .map(|element| BLS12_381.reduce(&element))
        .take(20)
    {
        let vectors = hook(18, &[&to_be(&element)]).unwrap();
        let (status, root) = (vectors[0][0], from_be(&vectors[1]));
        let square = if status == 1 {
            element
        } else {
            BLS12_381.add(&element, &element)
        };
        assert_eq!(BLS12_381.product(&root, &root), square);
        found[usize::from(status)] += 1;
    }
    assert!(found[0] > 0 && found[1] > 0);
}

#[test]
fn bls12_381_elements_need_not_be_reduced() {
    let (zero, one) = (number::<6>(0), number::<6>(1));
    let modulus = to_be(&BLS12_381.value);
    let above = |more: u64| {
        let mut value = BLS12_381.value;
        value[0] += more;
        to_be(&value)
    };
    assert_eq!(hook(18, &[&zero, &[9]]), Ok(vec![vec![1], zero.clone()]));
    assert_eq!(hook(18, &[&modulus]), Ok(vec![vec![0], zero.clone()]));
    // 1 has a root, but p + 1 does not count as 1, and 2 has none.
    assert_eq!(hook(18, &[&above(1)]), Err(Invalid::NoRoot));
    // 2 * 2 has one.
    assert_eq!(hook(18, &[&above(2)]).unwrap()[0], [0]);
    assert_eq!(hook(19, &[&zero]), Err(Invalid::Zero));
    assert_eq!(hook(19, &[&modulus]), Ok(vec![zero]));
    assert_eq!(hook(19, &[&above(1)]), Ok(vec![one]));
    let half = from_be(&hook(19, &[&number::<6>(2)]).unwrap()[0]);
    assert_eq!(BLS12_381.add(&half, &half), [1, 0, 0, 0, 0, 0]);
}

/// What hooks 20 and 21 take: numbers of one byte each.
fn bytes(fd: u32, numbers: &[u8]) -> Vectors {
    let length = [0, 0, 0, 1];
    hook(fd, &[&length, numbers])
}

#[test]
fn small_fields_have_their_inverses() {
    for element in 1..97u64 {
        let inverse = bytes(21, &[element as u8, 97]).unwrap();
        assert_eq!(u64::from(inverse[0][0]) * element % 97, 1);
    }
    assert_eq!(bytes(21, &[0, 97]), Err(Invalid::Zero));
    assert_eq!(bytes(21, &[97, 97]), Ok(vec![vec![0]]));
    assert_eq!(bytes(21, &[5, 1]), Err(Invalid::Modulus));
    assert_eq!(bytes(21, &[5, 0]), Err(Invalid::Modulus));
    // Not a field: 5^(8 - 2) modulo 8.
    assert_eq!(bytes(21, &[5, 8]), Ok(vec![vec![1]]));
    assert_eq!(bytes(21, &[5, 2]), Ok(vec![vec![1]]));
}

#[test]
fn small_fields_have_their_roots() {
    // 97 is 1 modulo 32, and 103 is 3 modulo 4; 5 has no root modulo either.
    for (modulus, nonresidue) in [(97u64, 5u64), (103, 5)] {
        for element in 1..modulus {
            let vectors = bytes(20, &[element as u8, modulus as u8, nonresidue as u8]).unwrap();
            let (status, root) = (vectors[0][0], u64::from(vectors[1][0]));
            let square = if status == 1 {
                element
            } else {
                element * nonresidue % modulus
            };
            assert_eq!(root * root % modulus, square);
        }
    }
    assert_eq!(bytes(20, &[0, 97, 5]), Ok(vec![vec![1], vec![0]]));
    assert_eq!(bytes(20, &[97, 97, 5]), Err(Invalid::NotReduced));
    assert_eq!(bytes(20, &[5, 97, 97]), Err(Invalid::NotReduced));
    // A "non-residue" that has a root, and 0.
    assert_eq!(bytes(20, &[5, 97, 4]), Err(Invalid::NoRoot));
    assert_eq!(bytes(20, &[5, 97, 0]), Err(Invalid::Zero));
}

#[test]
fn an_even_modulus_ends() {
    for modulus in (2..=254).step_by(2) {
        for element in 1..modulus {
            let _ = bytes(20, &[element, modulus, modulus / 2]);
            let _ = bytes(20, &[element, modulus, 1]);
        }
    }
}

#[test]
fn a_field_of_more_limbs_has_inverses_and_roots() {
    let modulus = to_be(&SECP256K1.value);
    let length = 32u32.to_be_bytes();
    for element in numbers::<4>(9)
        .map(|element| SECP256K1.reduce(&element))
        .take(5)
    {
        let inverse = from_be(&hook(21, &[&length, &to_be(&element), &modulus]).unwrap()[0]);
        assert_eq!(SECP256K1.product(&inverse, &element), [1, 0, 0, 0]);
        let vectors = hook(20, &[&length, &to_be(&element), &modulus, &number::<4>(3)]).unwrap();
        let (root, factor) = (from_be(&vectors[1]), if vectors[0] == [1] { 1 } else { 3 });
        assert_eq!(
            SECP256K1.product(&root, &root),
            SECP256K1.product(&[factor, 0, 0, 0], &element)
        );
    }
}

#[test]
fn lengths_must_match_and_be_bounded() {
    assert_eq!(hook(21, &[&[0, 0, 0, 2], &[1, 1, 1]]), Err(Invalid::Length));
    assert_eq!(hook(21, &[&[0xff; 4], &[1, 1]]), Err(Invalid::Length));
    assert_eq!(hook(20, &[&[0, 0, 0], &[]]), Err(Invalid::Length));
    assert_eq!(
        hook(21, &[&513u32.to_be_bytes(), &[1; 1026]]),
        Err(Invalid::TooLarge)
    );
    // Modulo 2^300 + 1, a root of 2^75 would be searched for long.
    let number = |bit: usize, low: u8| {
        let mut bytes = vec![0; 39];
        bytes[38] = low;
        bytes[38 - bit / 8] |= 1 << (bit % 8);
        bytes
    };
    let (modulus, one, element) = (number(300, 1), number(0, 1), number(75, 0));
    let length = 39u32.to_be_bytes();
    let roots = |element: &[u8]| hook(20, &[&length, element, &modulus, &one]);
    assert_eq!(roots(&one), Ok(vec![vec![1], one.clone()]));
    assert_eq!(roots(&element), Err(Invalid::TooLarge));
}
