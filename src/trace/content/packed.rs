//! Numbers in groups: all of a group in as many bytes as its greatest needs.
//!
//! That there is one width for many numbers makes both ways loops without branches
//! over arrays of a fixed length. The price is that one great number makes its
//! neighbours long: few of what programs touch have such neighbours.

use super::{Flaw, Input};

/// Numbers in a group, but for the last.
///
/// More make one great number dearer, fewer leave less work between two branches.
pub(super) const GROUP: usize = 64;

/// The most bytes that a number takes.
const MOST: usize = 8;

/// The bytes that a number needs; of several numbers, those that their bitwise or needs.
pub(super) const fn width(number: u64) -> usize {
    MOST - (number.leading_zeros() / 8) as usize
}

/// Appends the first `count` numbers of a group, each as its low `width` bytes.
pub(super) fn pack(out: &mut Vec<u8>, group: &[u64; GROUP], count: usize, width: usize) {
    match width {
        0 => {}
        1 => pack_in::<1>(out, group, count),
        2 => pack_in::<2>(out, group, count),
        3 => pack_in::<3>(out, group, count),
        4 => pack_in::<4>(out, group, count),
        5 => pack_in::<5>(out, group, count),
        6 => pack_in::<6>(out, group, count),
        7 => pack_in::<7>(out, group, count),
        _ => pack_in::<8>(out, group, count),
    }
}

#[inline]
fn pack_in<const WIDTH: usize>(out: &mut Vec<u8>, group: &[u64; GROUP], count: usize) {
    let packed: [[u8; WIDTH]; GROUP] = std::array::from_fn(|at| {
        let mut low = [0; WIDTH];
        low.copy_from_slice(&group[at].to_le_bytes()[..WIDTH]);
        low
    });
    out.extend_from_slice(packed[..count].as_flattened());
}

/// Reads `count` numbers of `width` bytes into the start of a group. One of them needs
/// that width.
pub(super) fn unpack(
    input: &mut Input<'_>,
    group: &mut [u64; GROUP],
    count: usize,
    width: usize,
) -> Result<(), Flaw> {
    let packed = input.take((count * width) as u64)?;
    let needed = match width {
        0 => {
            *group = [0; GROUP];
            0
        }
        1 => unpack_in::<1>(packed, group),
        2 => unpack_in::<2>(packed, group),
        3 => unpack_in::<3>(packed, group),
        4 => unpack_in::<4>(packed, group),
        5 => unpack_in::<5>(packed, group),
        6 => unpack_in::<6>(packed, group),
        7 => unpack_in::<7>(packed, group),
        _ => unpack_in::<8>(packed, group),
    };
    match self::width(needed) {
        needed if needed == width => Ok(()),
        _ => Err(Flaw::Overlong),
    }
}

/// Returns the bitwise or of the numbers.
#[inline]
fn unpack_in<const WIDTH: usize>(packed: &[u8], group: &mut [u64; GROUP]) -> u64 {
    let mut all = 0;
    for (packed, number) in packed.as_chunks::<WIDTH>().0.iter().zip(group) {
        let mut bytes = [0; MOST];
        bytes[..WIDTH].copy_from_slice(packed);
        *number = u64::from_le_bytes(bytes);
        all |= *number;
    }
    all
}

/// The two widths of a group in one byte: the first in its low half.
pub(super) const fn join(widths: [usize; 2]) -> u8 {
    (widths[0] | widths[1] << 4) as u8
}

/// The inverse of [`join`].
pub(super) fn split(byte: u8) -> Result<[usize; 2], Flaw> {
    let widths = [byte & 15, byte >> 4];
    match widths.into_iter().find(|width| usize::from(*width) > MOST) {
        Some(width) => Err(Flaw::Width { width }),
        None => Ok(widths.map(usize::from)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_need_their_bytes() {
        let numbers = [0, 1, 0xff, 0x100, 0xffff, 0x1_0000, u64::MAX >> 8, u64::MAX];
        assert_eq!(numbers.map(width), [0, 1, 1, 2, 2, 3, 7, 8]);
    }

    #[test]
    fn all_widths_go_back() {
        for (first, second) in (0..=MOST).flat_map(|a| (0..=MOST).map(move |b| (a, b))) {
            assert_eq!(split(join([first, second])), Ok([first, second]));
        }
        assert_eq!(split(0x93), Err(Flaw::Width { width: 9 }));
        assert_eq!(split(0x3a), Err(Flaw::Width { width: 10 }));
    }
}
