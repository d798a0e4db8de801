//! The values of the words that a chunk touched.
//!
//! Words of memory are often zero, small, or addresses, and otherwise strings,
//! hashes, pairs of numbers and floats that need all eight bytes. So a value is
//! as many of its low bytes as it needs, none for zero; the lengths stand before
//! all values, four bits each, the first of a pair in the low half. Against LEB128
//! this is smaller for zeros and for all that is longer than 56 bits, keeps bytes
//! together for zstd to find again, and takes no loop over bytes either way.

use super::{Flaw, Input};
use crate::trace::Touch;

/// Values that are put together before they are appended.
const BATCH: usize = 256;
const WORD: usize = 8;

pub(super) fn encode(out: &mut Vec<u8>, touches: &[Touch]) {
    out.extend(touches.chunks(2).map(|pair| match *pair {
        [first, second] => (length(first.value) | length(second.value) << 4) as u8,
        [first] => length(first.value) as u8,
        _ => 0,
    }));
    let mut buffer = [0; BATCH * WORD];
    for batch in touches.chunks(BATCH) {
        let mut at = 0;
        for touch in batch {
            buffer[at..at + WORD].copy_from_slice(&touch.value.to_le_bytes());
            at += length(touch.value);
        }
        out.extend_from_slice(&buffer[..at]);
    }
}

/// Fills in the values of `touches`.
pub(super) fn decode(input: &mut Input<'_>, touches: &mut [Touch]) -> Result<(), Flaw> {
    let lengths = input.take(touches.len().div_ceil(2) as u64)?;
    let halves = lengths.iter().flat_map(|byte| [byte & 15, byte >> 4]);
    for (touch, length) in touches.iter_mut().zip(halves) {
        touch.value = decode_value(input, length)?;
    }
    match lengths.last() {
        Some(last) if !touches.len().is_multiple_of(2) && last >> 4 != 0 => {
            Err(Flaw::ValueLength { length: last >> 4 })
        }
        _ => Ok(()),
    }
}

#[inline]
fn decode_value(input: &mut Input<'_>, length: u8) -> Result<u64, Flaw> {
    if usize::from(length) > WORD {
        return Err(Flaw::ValueLength { length });
    }
    let value = input.low_bytes(length)?;
    let least = 1u64
        .checked_shl(8 * u32::from(length).saturating_sub(1))
        .unwrap_or(0);
    if length > 0 && value < least {
        return Err(Flaw::Overlong);
    }
    Ok(value)
}

/// The bytes that a value needs.
const fn length(value: u64) -> usize {
    WORD - (value.leading_zeros() / 8) as usize
}
