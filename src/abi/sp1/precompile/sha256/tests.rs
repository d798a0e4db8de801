use super::*;
use crate::abi::sp1::precompile::limbs::numbers;

/// The initial hash value of FIPS 180-4, 5.3.3.
const START: [u64; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];
/// The hash of "abc".
const ABC: [u64; 8] = [
    0xba78_16bf,
    0x8f01_cfea,
    0x4141_40de,
    0x5dae_2223,
    0xb003_61a3,
    0x9617_7a9c,
    0xb410_ff61,
    0xf200_15ad,
];

/// The block of the message "abc".
fn abc() -> [u64; 64] {
    let mut w = [0; 64];
    (w[0], w[15]) = (0x6162_6380, 24);
    w
}

#[test]
fn a_message_has_the_published_hash() {
    let (mut w, mut h) = (abc(), START);
    extend(&mut w);
    compress(&w, &mut h);
    assert_eq!(h, ABC);
}

#[test]
fn upper_halves_are_ignored_and_cleared_where_written() {
    let junk = 0xdead_beef << 32;
    let (mut w, mut h) = (abc().map(|word| word | junk), START.map(|word| word | junk));
    extend(&mut w);
    assert!(w[..16].iter().all(|word| word & junk == junk));
    assert!(w[16..].iter().all(|word| word >> 32 == 0));
    compress(&w.map(|word| word | junk), &mut h);
    assert_eq!(h, ABC);
}

#[test]
fn the_rounds_and_the_host_s_instructions_agree() {
    for mut w in numbers::<64>(1).take(50) {
        extend(&mut w);
        let (mut h, mut words) = (START, START.map(|word| word as u32));
        compress(&w, &mut h);
        rounds(&w.map(|word| word as u32), &mut words);
        assert_eq!(h, words.map(u64::from));
    }
}

#[test]
fn a_schedule_need_not_be_an_extended_one() {
    let mut w = abc();
    extend(&mut w);
    for i in 0..64 {
        let mut changed = w;
        changed[i] ^= 1;
        let (mut h, mut words) = (START, START.map(|word| word as u32));
        compress(&changed, &mut h);
        rounds(&changed.map(|word| word as u32), &mut words);
        assert_eq!(h, words.map(u64::from), "word {i}");
        assert_ne!(h, ABC, "word {i}");
    }
}
