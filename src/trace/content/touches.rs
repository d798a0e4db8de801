//! The words that a chunk touched: the addresses of all, then [the values](super::values) of all.
//!
//! An address is the difference of its word's number to the one before, from 0.

use super::varint::{self, MAX_BYTES, zigzag};
use super::{Column, Flaw, Input, Output, values};
use crate::trace::Touch;

/// The most words that a chunk may touch, so that a small file cannot fill the memory.
pub const MAX_TOUCHES: u64 = 1 << 26;

/// Bytes of a word.
pub(super) const WORD: u64 = 8;
/// Addresses that are put together before they are appended.
const BATCH: usize = 256;

pub(super) fn encode(out: &mut Output, touches: &[Touch]) -> Result<(), Flaw> {
    if touches.len() as u64 > MAX_TOUCHES {
        let count = touches.len() as u64;
        return Err(Flaw::TooManyTouches { count });
    }
    // What most take; growing moves all of it.
    out.0.reserve(touches.len() * 10);
    let mut buffer = [0; BATCH * MAX_BYTES];
    let mut previous = 0u64;
    let mut all = 0;
    for batch in touches.chunks(BATCH) {
        let mut at = 0;
        for touch in batch {
            let word = touch.addr / WORD;
            all |= touch.addr;
            let number = zigzag(word.wrapping_sub(previous).cast_signed());
            previous = word;
            if let Some(room) = buffer[at..].first_chunk_mut() {
                at += varint::put(room, number);
            }
        }
        out.0.extend_from_slice(&buffer[..at]);
    }
    if !all.is_multiple_of(WORD) {
        return Err(misaligned(touches));
    }
    values::encode(&mut out.0, touches);
    Ok(())
}

#[cold]
fn misaligned(touches: &[Touch]) -> Flaw {
    let found = touches
        .iter()
        .find(|touch| !touch.addr.is_multiple_of(WORD));
    let addr = found.map_or(0, |touch| touch.addr);
    Flaw::Misaligned { addr, align: WORD }
}

/// How many touches come; there are enough bytes left for so many.
pub(super) fn decode_count(input: &mut Input<'_>) -> Result<u64, Flaw> {
    let count = input.count(Column::Touches, 1)?;
    if count > MAX_TOUCHES {
        return Err(Flaw::TooManyTouches { count });
    }
    Ok(count)
}

/// `count` touches, in `space` bytes of memory.
pub(super) fn decode(input: &mut Input<'_>, count: u64, space: u64) -> Result<Vec<Touch>, Flaw> {
    input.fits(Column::Touches, count + count.div_ceil(2), 1)?;
    let mut touches = Vec::with_capacity(count as usize);
    let mut word = 0;
    let mut ascending = true;
    for _ in 0..count {
        let next = input.change(word)?;
        if next >= space / WORD {
            return Err(Flaw::Outside {
                addr: next.wrapping_mul(WORD),
                bytes: WORD,
            });
        }
        ascending &= next > word;
        word = next;
        touches.push(Touch {
            addr: word * WORD,
            value: 0,
        });
    }
    // The first is not above the 0 it is counted from, if that is what it is.
    if !ascending {
        let words = touches.iter().map(|touch| touch.addr / WORD);
        // Half the memory where it is enough, as it is for 32 GiB.
        let twice = if space / WORD <= 1 << 32 {
            twice(words.map(|word| word as u32)).map(u64::from)
        } else {
            twice(words)
        };
        if let Some(word) = twice {
            return Err(Flaw::Duplicate { addr: word * WORD });
        }
    }
    values::decode(input, &mut touches)?;
    Ok(touches)
}

/// The least word that is there twice.
fn twice<T: Ord + Copy>(words: impl Iterator<Item = T>) -> Option<T> {
    let mut words: Vec<T> = words.collect();
    // Stable, though it need not be: it makes use of the runs that programs touch in.
    words.sort();
    let twice = words.windows(2).find(|pair| pair[0] == pair[1]);
    twice.map(|pair| pair[0])
}
