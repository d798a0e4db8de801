//! Boyer and Moore's search, whole: where a comparison from the needle's end fails, what
//! was the same says how far the needle can move, too.
//!
//! Up to the first match the comparisons from the end are at most three times as many as
//! the haystack has bytes, as Cole has shown; a skip moves the needle each time. So it is
//! linear also with all matches that do not overlap, and Galil's rule, which remembers from
//! one match to the next, would save nothing but the comparison of the needle itself.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use super::horspool::{self, Skips};

/// The tables.
#[derive(Clone, Debug)]
pub(super) struct BoyerMoore {
    /// Moves for the byte under the needle's last one; where that differs, no less than
    /// `suffixes` says.
    skips: Box<Skips>,
    /// Moves for the index at which a comparison has failed.
    suffixes: Box<[usize]>,
}

impl BoyerMoore {
    /// For `needle`, which is not empty.
    pub(super) fn new(needle: &[u8]) -> Self {
        let suffixes = good_suffixes(needle);
        let mut skips = horspool::skips(needle);
        let least = suffixes
            .last()
            .map_or(1, |&least| u8::try_from(least).unwrap_or(u8::MAX));
        skips
            .iter_mut()
            .filter(|skip| **skip != 0)
            .for_each(|skip| *skip = least.max(*skip));
        Self { skips, suffixes }
    }

    /// As [`super::Atom::find`].
    pub(super) fn find(&self, needle: &[u8], haystack: &[u8], at: usize) -> Option<usize> {
        let last = needle.len() - 1;
        let mut end = at + last;
        loop {
            end = horspool::skip(&self.skips, haystack, end)?;
            let start = end - last;
            let mut pairs = needle.iter().zip(&haystack[start..=end]);
            let Some(differ) = pairs.rposition(|(a, b)| a != b) else {
                return Some(start);
            };
            end += self.suffixes[differ];
        }
    }
}

/// For each index, how far the needle moves if the byte there was the first from the end to
/// differ: what was the same is the same again, and the byte before it another one.
fn good_suffixes(needle: &[u8]) -> Box<[usize]> {
    let length = needle.len();
    let mut moves = vec![0; length + 1];
    let borders = borders_of_suffixes(needle, &mut moves);
    // What is left moves to where only the end of what was the same is the needle's beginning.
    let mut border = borders[0];
    for (start, distance) in moves.iter_mut().enumerate() {
        if *distance == 0 {
            *distance = border;
        }
        if start == border {
            border = borders[border];
        }
    }
    moves.drain(..1);
    moves.into()
}

/// For the suffix from each index, where the longest one begins that it begins and ends
/// with. On the way, where such a beginning cannot be longer, `moves` gets the distance of
/// the two: the bytes before them differ.
fn borders_of_suffixes(needle: &[u8], moves: &mut [usize]) -> Vec<usize> {
    let length = needle.len();
    let mut borders = vec![length + 1; length + 1];
    let mut border = length + 1;
    for start in (0..length).rev() {
        while border <= length && needle[start] != needle[border - 1] {
            if moves[border] == 0 {
                moves[border] = border - start - 1;
            }
            border = borders[border];
        }
        border -= 1;
        borders[start] = border;
    }
    borders
}
