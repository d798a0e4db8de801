use super::*;

/// What `sp1-core-executor` gives.
#[test]
fn states_permute_as_in_sp1() {
    let mut zero = [0; 8];
    permute(&mut zero);
    assert_eq!(
        zero,
        [
            0x6fd2_1fd2_08ad_846c,
            0x1dc3_8dbd_675d_d8e6,
            0x2381_ae75_2822_7f64,
            0x07d9_b3ae_101d_106d,
            0x40b1_fafc_49b7_e2a9,
            0x7726_81b6_7b20_9658,
            0x605c_ffd0_7aec_7a2c,
            0x2cac_c752_135c_40d7,
        ]
    );
    let mut count = std::array::from_fn(|i| 2 * i as u64 + ((2 * i as u64 + 1) << 32));
    permute(&mut count);
    assert_eq!(
        count,
        [
            0x4fa2_19ff_3d4c_2bf0,
            0x1af8_adfb_4a57_2976,
            0x0171_27a7_225b_5399,
            0x38b1_fce7_1d97_424d,
            0x5275_734b_67a8_adf7,
            0x67ce_3dc7_4719_17ce,
            0x33c5_4e50_1093_6c78,
            0x0743_00ce_567a_c675,
        ]
    );
}

#[test]
fn elements_that_are_not_reduced_count_modulo_the_prime() {
    let mut full = [u64::MAX; 8];
    permute(&mut full);
    let rest = u64::from(u32::MAX) % P;
    let mut reduced = [rest | rest << 32; 8];
    permute(&mut reduced);
    assert_eq!(full, reduced);
    assert_eq!(full[0], 0x6aa7_aeb2_0283_4134);

    let (mut prime, mut zero) = ([P | P << 32; 8], [0; 8]);
    permute(&mut prime);
    permute(&mut zero);
    assert_eq!(prime, zero);
}

/// The bounds that the functions state are those that they need.
#[test]
fn bounds_hold() {
    let after_two_folds = fold(fold(63 << 31));
    assert!(after_two_folds < (1 << 31) + (1 << 25));
    let top = (1 << 31) + (1 << 25);
    let cubed = (reduce_bound(reduce_bound(top * top) * top)) as f64;
    assert!(cubed < 1.76 * f64::from(1u32 << 31));
    // A mixed state with its constant is below what two folds are for.
    assert!(35.0 * cubed + (P as f64) < 63.0 * f64::from(1u32 << 31));
}

/// The most that [`reduce`] gives, for the most that it takes.
fn reduce_bound(x: u64) -> u64 {
    assert!(x.checked_add(P << 32).is_some());
    (x >> 32) + P + 1
}
