use super::*;

#[test]
fn the_zero_state_permutes_as_published() {
    let mut state = [0; 25];
    permute(&mut state);
    assert_eq!(
        state[..3],
        [
            0xf125_8f79_40e1_dde7,
            0x84d5_ccf9_33c0_478a,
            0xd598_261e_a65a_a9ee
        ]
    );
    permute(&mut state);
    assert_eq!(state[0], 0x2d5c_954d_f96e_cb3c);
}
