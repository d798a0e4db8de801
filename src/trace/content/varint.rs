//! Numbers in as many bytes as they need: LEB128, seven bits a byte, the low ones first.

/// The most bytes a number takes.
pub(super) const MAX_BYTES: usize = 10;

/// A signed number as one that is small if it is near zero: 0, -1, 1, -2, ..
pub(super) const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// The inverse of [`zigzag`].
pub(super) const fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

/// Writes `value` at the start of `out`; returns how many bytes it takes. What
/// follows them in `out` is changed too.
///
/// No loop, and no branch on the length, which is hard to foresee: only on whether
/// five bytes are enough, as they are for differences of addresses.
#[inline]
pub(super) fn put(out: &mut [u8; MAX_BYTES], value: u64) -> usize {
    if value < 1 << 35 {
        let more = [1 << 7, 1 << 14, 1 << 21, 1 << 28].map(|least| u64::from(value >= least));
        let [second, third, fourth, fifth] = more;
        let low = value & 0x7f | (value & 0x3f80) << 1 | (value & 0x1f_c000) << 2;
        let high = (value & 0xfe0_0000) << 3 | (value & 0x7_f000_0000) << 4;
        let flags = second << 7 | third << 15 | fourth << 23 | fifth << 31;
        out[..8].copy_from_slice(&(low | high | flags).to_le_bytes());
        1 + (second + third + fourth + fifth) as usize
    } else {
        put_long(out, value)
    }
}

/// [`put`] of any number.
fn put_long(out: &mut [u8; MAX_BYTES], value: u64) -> usize {
    let bits = 64 - (value | 1).leading_zeros() as usize;
    let length = bits.div_ceil(7);
    let low = spread(value & ((1 << 56) - 1));
    // A bit 7 for all bytes but the last; all eight if two more follow.
    let last = u64::MAX.checked_shl(8 * (length as u32 - 1)).unwrap_or(0);
    let more = 0x8080_8080_8080_8080 & !last;
    out[..8].copy_from_slice(&(low | more).to_le_bytes());
    let high = (value >> 56) as u8;
    out[8] = high & 0x7f | u8::from(length > 9) << 7;
    out[9] = high >> 7;
    length
}

/// The 56 low bits, seven in each byte.
const fn spread(value: u64) -> u64 {
    let x = value & 0x0000_0000_0fff_ffff | (value & 0x00ff_ffff_f000_0000) << 4;
    let x = x & 0x0000_3fff_0000_3fff | (x & 0x0fff_c000_0fff_c000) << 2;
    x & 0x007f_007f_007f_007f | (x & 0x3f80_3f80_3f80_3f80) << 1
}

/// The number that these bytes start with, and how many it takes, if that is at most eight.
#[inline]
pub(super) const fn get(bytes: [u8; 8]) -> Option<(u64, usize)> {
    let word = u64::from_le_bytes(bytes);
    let last = !word & 0x8080_8080_8080_8080;
    if last == 0 {
        return None;
    }
    // All bits up to the flag of the last byte, which is clear.
    let bits = word & (last ^ (last - 1));
    Some((gather(bits), last.trailing_zeros() as usize / 8 + 1))
}

/// The inverse of [`spread`], whatever the bits 7 are.
const fn gather(word: u64) -> u64 {
    let x = (word & 0x007f_007f_007f_007f) | ((word & 0x7f00_7f00_7f00_7f00) >> 1);
    let x = (x & 0x0000_3fff_0000_3fff) | ((x & 0x3fff_0000_3fff_0000) >> 2);
    (x & 0x0000_0000_0fff_ffff) | ((x & 0x0fff_ffff_0000_0000) >> 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(mut value: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        while value >= 0x80 {
            bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        bytes.push(value as u8);
        bytes
    }

    #[test]
    fn the_fast_way_is_the_plain_way() {
        for shift in 0..64 {
            for value in [
                1u64 << shift,
                (1 << shift) - 1,
                u64::MAX >> shift,
                0x5a5a_a5a5_1234_8765 >> shift,
            ] {
                let mut out = [0xee; MAX_BYTES];
                let length = put(&mut out, value);
                assert_eq!(out[..length], plain(value), "{value:#x}");
                let mut bytes = [0xff; 8];
                bytes[..length.min(8)].copy_from_slice(&out[..length.min(8)]);
                let found = (length <= 8).then_some((value, length));
                assert_eq!(get(bytes), found, "{value:#x}");
            }
        }
    }

    #[test]
    fn zigzag_goes_back() {
        for value in [0, -1, 1, i64::MIN, i64::MAX, 63, -64] {
            assert_eq!(unzigzag(zigzag(value)), value);
        }
        assert_eq!([0, -1, 1, -2].map(zigzag), [0, 1, 2, 3]);
    }
}
