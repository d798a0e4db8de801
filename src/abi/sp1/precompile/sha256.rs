//! SHA_EXTEND and SHA_COMPRESS: the two halves of SHA-256's block function (FIPS 180-4, 6.2.2).
//!
//! A 32-bit word has a 64-bit slot of its own: the upper half of a slot is
//! ignored, and zero in what is written.

/// The sigma of words fifteen back.
#[inline]
fn sigma0(w: u32) -> u32 {
    w.rotate_right(7) ^ w.rotate_right(18) ^ (w >> 3)
}

/// The sigma of words two back.
#[inline]
fn sigma1(w: u32) -> u32 {
    w.rotate_right(17) ^ w.rotate_right(19) ^ (w >> 10)
}

/// Extends the first 16 words of the message schedule to 64. The 16 stay as they are.
pub(in crate::abi::sp1) fn extend(slots: &mut [u64; 64]) {
    let mut w = slots.map(|slot| slot as u32);
    for i in 16..64 {
        w[i] = scheduled(&w, i);
        slots[i] = u64::from(w[i]);
    }
}

/// Word `i` of the schedule, from those before it.
#[inline]
fn scheduled(w: &[u32; 64], i: usize) -> u32 {
    sigma1(w[i - 2])
        .wrapping_add(w[i - 7])
        .wrapping_add(sigma0(w[i - 15]))
        .wrapping_add(w[i - 16])
}

/// Compresses the 64 words of a schedule, which need not be an extended one, into the state.
pub(in crate::abi::sp1) fn compress(slots: &[u64; 64], state: &mut [u64; 8]) {
    let w = slots.map(|slot| slot as u32);
    let mut h = state.map(|slot| slot as u32);
    if is_extended(&w) {
        sha2::block_api::compress256(&mut h, &[block(&w)]);
    } else {
        rounds(&w, &mut h);
    }
    *state = h.map(u64::from);
}

/// Whether the words are the schedule of their first 16.
///
/// PERF: nearly always they are, and then the host's SHA instructions, which
/// extend by themselves, compute the block. Unlike extending, this has no word
/// wait for another.
fn is_extended(w: &[u32; 64]) -> bool {
    (16..64).fold(0, |difference, i| difference | (w[i] ^ scheduled(w, i))) == 0
}

/// The message block of a schedule.
fn block(w: &[u32; 64]) -> [u8; 64] {
    let mut bytes = [0; 64];
    for (bytes, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(w) {
        *bytes = word.to_be_bytes();
    }
    bytes
}

/// The 64 rounds on any words.
fn rounds(w: &[u32; 64], state: &mut [u32; 8]) {
    let mut now = *state;
    for (w, k) in w.iter().zip(ROUND_CONSTANTS) {
        now = round(now, w.wrapping_add(k));
    }
    for (state, now) in state.iter_mut().zip(now) {
        *state = state.wrapping_add(now);
    }
}

/// One round, with the sum of its word and its constant.
#[inline]
fn round([a, b, c, d, e, f, g, h]: [u32; 8], wk: u32) -> [u32; 8] {
    let sum1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
    let choice = g ^ (e & (f ^ g));
    let first = h.wrapping_add(sum1).wrapping_add(choice).wrapping_add(wk);
    let sum0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
    let majority = (a & b) | (c & (a | b));
    let second = sum0.wrapping_add(majority);
    [
        first.wrapping_add(second),
        a,
        b,
        c,
        d.wrapping_add(first),
        e,
        f,
        g,
    ]
}

/// The constants of FIPS 180-4, 4.2.2.
#[rustfmt::skip]
const ROUND_CONSTANTS: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

#[cfg(test)]
mod tests;
