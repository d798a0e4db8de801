//! Boyer and Moore's search as Horspool made it simple: the haystack's byte under the
//! needle's last one says how far the needle can move.

use alloc::boxed::Box;

use super::badness::Badness;
use super::{Bad, common_prefix, rank};

/// How far the needle moves for the byte under its last one: not at all if it is the same,
/// else up to the byte's last occurrence in the needle. Farther moves are cut to what
/// fits; they stay right.
pub(super) type Skips = [u8; 256];

/// How many moves are made with one branch.
const MOVES: usize = 4;

/// So many bytes the moves cannot leave: the compiler sees it, too, and leaves bounds
/// checks out.
const WINDOW: usize = MOVES * u8::MAX as usize + 1;

/// A needle is crowded whose last two occurrences of the last byte have less than this part
/// of its length between them.
const CROWD: usize = 8;

/// The table, and the state of the search.
#[derive(Clone, Debug)]
pub(super) struct Horspool {
    skips: Box<Skips>,
    /// How far the needle moves if its last byte was the same.
    after: usize,
    /// Where the needle's rarest byte is, which is compared before the others.
    guard: usize,
    /// Whether it can be bad to be led to the needle's last byte alone. If the byte is not
    /// close before it again, such stops are cheaper than their price.
    crowded: bool,
    badness: Badness,
}

impl Horspool {
    /// For `needle`, which is not empty.
    pub(super) fn new(needle: &[u8]) -> Self {
        let last = needle.len() - 1;
        let before = needle[..last]
            .iter()
            .rposition(|&byte| byte == needle[last]);
        let after = before.map_or(needle.len(), |before| last - before);
        Self {
            skips: skips(needle),
            after,
            crowded: after < needle.len() / CROWD,
            guard: rank::rarest(needle),
            badness: Badness::of_skips(needle),
        }
    }

    /// As [`super::Atom::find`], as long as it goes well.
    pub(super) fn find(
        &mut self,
        needle: &[u8],
        haystack: &[u8],
        at: usize,
    ) -> Result<Option<usize>, Bad> {
        let last = needle.len() - 1;
        let guard = needle[self.guard];
        let mut progress_from = at;
        let mut end = at + last;
        while !self.badness.is_bad() {
            let Some(candidate) = skip(&self.skips, haystack, end) else {
                return Ok(None);
            };
            let start = candidate - last;
            end = candidate + self.after;
            if haystack[start + self.guard] != guard {
                if self.crowded {
                    self.badness.stop(self.after);
                }
                continue;
            }
            let same = common_prefix(needle, &haystack[start..=candidate]);
            if same == needle.len() {
                return Ok(Some(start));
            }
            self.badness.stop(start - progress_from);
            self.badness.compare(same);
            progress_from = start;
        }
        Err(Bad { at: end - last })
    }
}

/// The table for `needle`, which is not empty.
pub(super) fn skips(needle: &[u8]) -> Box<Skips> {
    let fitting = |distance: usize| u8::try_from(distance).unwrap_or(u8::MAX);
    let mut skips = Box::new([fitting(needle.len()); 256]);
    for (i, &byte) in needle.iter().enumerate() {
        skips[usize::from(byte)] = fitting(needle.len() - 1 - i);
    }
    skips
}

/// From `end`, where the needle's last byte would be, moves to where it is.
#[inline(always)]
pub(super) fn skip(skips: &Skips, haystack: &[u8], mut end: usize) -> Option<usize> {
    let mut rest = haystack.get(end..)?;
    while let Some(window) = rest.first_chunk::<WINDOW>() {
        // Where the byte is the needle's last one, the moves behind it are none.
        let mut moved = 0;
        for _ in 1..MOVES {
            moved += usize::from(skips[usize::from(window[moved])]);
        }
        let last_move = usize::from(skips[usize::from(window[moved])]);
        moved += last_move;
        if last_move == 0 {
            return Some(haystack.len() - rest.len() + moved);
        }
        rest = &rest[moved..];
    }
    end = haystack.len() - rest.len();
    loop {
        let &byte = haystack.get(end)?;
        match skips[usize::from(byte)] {
            0 => return Some(end),
            distance => end += usize::from(distance),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skip_leads_to_the_last_occurrence() {
        let skips = skips(b"abcab");
        assert_eq!(
            [b'a', b'b', b'c', b'd'].map(|byte| skips[usize::from(byte)]),
            [1, 0, 2, 5]
        );
    }

    #[test]
    fn a_long_needle_moves_as_far_as_fits() {
        let skips = skips(&[b'x'; 1000]);
        assert_eq!(
            (skips[usize::from(b'y')], skips[usize::from(b'x')]),
            (u8::MAX, 0)
        );
    }

    #[test]
    fn the_moves_with_one_branch_end_where_the_careful_ones_do() {
        let skips = skips(b"wxyz");
        for length in 0..2 * WINDOW {
            let mut haystack = std::vec![b'-'; 2 * WINDOW];
            haystack[length] = b'z';
            for end in (length % 4..=length).step_by(4) {
                assert_eq!(skip(&skips, &haystack, end), Some(length), "from {end}");
            }
            assert_eq!(skip(&skips, &haystack, length + 1), None);
        }
    }
}
