//! The words that a chunk touched: the widths of all [groups](super::packed), the places
//! of all words, the values of all.
//!
//! The place of a word is how far it is from the word after the one before, so that it
//! is nothing where a program goes through memory.

use super::packed::{GROUP, join, pack, split, unpack, width};
use super::varint::{unzigzag, zigzag};
use super::{Column, Flaw, Input, Output};
use crate::trace::Touch;

/// The most words that a chunk may touch, so that a small file cannot fill the memory.
pub const MAX_TOUCHES: u64 = 1 << 26;

/// Bytes of a word.
pub(super) const WORD: u64 = 8;
/// The most bytes that a touch takes, but for its part of the widths.
const MOST: usize = 16;

// PERF: places and values are two passes over the touches, which takes a fifth longer than
// one that writes them group by group. With them apart, zstd takes up to a third less time
// over chunks that touch much, and finds a little more. Numbers of any width are up to a
// tenth fewer bytes without zstd than those of 1, 2, 4 or 8 bytes, in the same time.
pub(super) fn encode(out: &mut Output, touches: &[Touch]) -> Result<(), Flaw> {
    let count = touches.len() as u64;
    check_count(count)?;
    let out = &mut out.0;
    let groups = touches.len().div_ceil(GROUP);
    // Growing may move all of it; room that is not used is not touched.
    out.reserve(groups + touches.len() * MOST);
    let at = out.len();
    out.resize(at + groups, 0);
    let mut numbers = [0; GROUP];
    let (mut next, mut addrs) = (0u64, 0);
    for (group, touches) in touches.chunks(GROUP).enumerate() {
        let mut all = 0;
        for (touch, place) in touches.iter().zip(&mut numbers) {
            let word = touch.addr / WORD;
            *place = zigzag(word.wrapping_sub(next).cast_signed());
            all |= *place;
            addrs |= touch.addr;
            next = word + 1;
        }
        out[at + group] = join([width(all), 0]);
        pack(out, &numbers, touches.len(), width(all));
    }
    for (group, touches) in touches.chunks(GROUP).enumerate() {
        let mut all = 0;
        for (touch, value) in touches.iter().zip(&mut numbers) {
            *value = touch.value;
            all |= touch.value;
        }
        out[at + group] |= join([0, width(all)]);
        pack(out, &numbers, touches.len(), width(all));
    }
    if !addrs.is_multiple_of(WORD) {
        return Err(misaligned(touches));
    }
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

fn check_count(count: u64) -> Result<(), Flaw> {
    if count > MAX_TOUCHES {
        return Err(Flaw::TooMany {
            column: Column::Touches,
            count,
            limit: MAX_TOUCHES,
        });
    }
    Ok(())
}

/// How many touches come; there are enough bytes left for the widths of so many.
pub(super) fn decode_count(input: &mut Input<'_>) -> Result<u64, Flaw> {
    let count = input.varint()?;
    check_count(count)?;
    input.fits(Column::Groups, count.div_ceil(GROUP as u64), 1)?;
    Ok(count)
}

/// `count` touches, in `space` bytes of memory. A word may be there twice.
pub(super) fn decode(input: &mut Input<'_>, count: u64, space: u64) -> Result<Vec<Touch>, Flaw> {
    let widths = input.take(count.div_ceil(GROUP as u64))?;
    let [places, values] = column_bytes(count, widths)?;
    // Nothing is allocated before there are the bytes of both.
    let mut packed = [input.part(places)?, input.part(values)?];
    let mut touches = Vec::with_capacity(count as usize);
    let (mut places, mut values) = ([0; GROUP], [0; GROUP]);
    let mut next = 0;
    for byte in widths {
        let count = GROUP.min(count as usize - touches.len());
        let [place, value] = split(*byte)?;
        unpack(&mut packed[0], &mut places, count, place)?;
        unpack(&mut packed[1], &mut values, count, value)?;
        next = find_words(&mut places[..count], next, space / WORD)?;
        let group = places[..count].iter().zip(&values);
        touches.extend(group.map(|(word, value)| Touch {
            addr: word * WORD,
            value: *value,
        }));
    }
    Ok(touches)
}

/// The bytes that the places take, and the values, of `count` touches in groups of
/// these widths.
fn column_bytes(count: u64, widths: &[u8]) -> Result<[u64; 2], Flaw> {
    let mut bytes = [0; 2];
    let mut left = count;
    for byte in widths {
        let group = left.min(GROUP as u64);
        for (bytes, width) in bytes.iter_mut().zip(split(*byte)?) {
            *bytes += group * width as u64;
        }
        left -= group;
    }
    Ok(bytes)
}

/// Makes words of places, the first against `next`, all of them below `end`. Returns the
/// word after the last.
#[inline]
fn find_words(places: &mut [u64], mut next: u64, end: u64) -> Result<u64, Flaw> {
    let mut last = 0;
    for place in places.iter_mut() {
        let word = next.wrapping_add_signed(unzigzag(*place));
        *place = word;
        last = word.max(last);
        next = word.wrapping_add(1);
    }
    if last >= end && !places.is_empty() {
        return Err(outside(places, end));
    }
    Ok(next)
}

#[cold]
fn outside(words: &[u64], end: u64) -> Flaw {
    let word = words.iter().find(|word| **word >= end);
    Flaw::Outside {
        addr: word.map_or(0, |word| word.wrapping_mul(WORD)),
        bytes: WORD,
    }
}

/// [`decode`], and no word is there twice. That takes many times as long.
pub(super) fn decode_distinct(
    input: &mut Input<'_>,
    count: u64,
    space: u64,
) -> Result<Vec<Touch>, Flaw> {
    let touches = decode(input, count, space)?;
    check_distinct(&touches, space)?;
    Ok(touches)
}

fn check_distinct(touches: &[Touch], space: u64) -> Result<(), Flaw> {
    if touches.is_sorted_by(|before, touch| before.addr < touch.addr) {
        return Ok(());
    }
    let words = touches.iter().map(|touch| touch.addr / WORD);
    // Half the memory where it is enough, as it is for 32 GiB.
    let twice = if space / WORD <= 1 << 32 {
        twice(words.map(|word| word as u32)).map(u64::from)
    } else {
        twice(words)
    };
    match twice {
        Some(word) => Err(Flaw::Duplicate { addr: word * WORD }),
        None => Ok(()),
    }
}

/// The least word that is there twice.
fn twice<T: Ord + Copy>(words: impl Iterator<Item = T>) -> Option<T> {
    let mut words: Vec<T> = words.collect();
    // Stable, though it need not be: it makes use of the runs that programs touch in.
    words.sort();
    let twice = words.windows(2).find(|pair| pair[0] == pair[1]);
    twice.map(|pair| pair[0])
}
