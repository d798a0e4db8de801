//! Search for short needles: two neighbouring bytes at once.

use super::badness::{self, Badness};
use super::swar::{self, Pair, Side, Test};
use super::{Bad, common_prefix, rank};

/// Whether pairs are cheaper than skips, as long as there are not too many of them.
pub(super) fn serves(needle: &[u8]) -> bool {
    badness::PAIR < badness::horspool(needle)
}

/// Which two bytes, and the state of the search.
#[derive(Clone, Debug)]
pub(super) struct Short {
    /// Where the rarest byte is.
    rare: usize,
    /// Where the rarer one of its neighbours is.
    beside: usize,
    badness: Badness,
}

impl Short {
    /// For `needle`, which has at least two bytes.
    pub(super) fn new(needle: &[u8]) -> Self {
        let rare = rank::rarest(needle);
        let neighbours = [rare.wrapping_sub(1), rare + 1];
        let inside = neighbours.into_iter().filter(|&i| i < needle.len());
        let beside = inside
            .min_by_key(|&i| rank::common(needle[i]))
            .unwrap_or(rare);
        let badness = Badness::new(badness::PAIR, badness::horspool(needle), needle);
        Self {
            rare,
            beside,
            badness,
        }
    }

    /// As [`super::Atom::find`], as long as it goes well.
    pub(super) fn find(
        &mut self,
        needle: &[u8],
        haystack: &[u8],
        at: usize,
    ) -> Result<Option<usize>, Bad> {
        let (byte, beside) = (needle[self.rare], needle[self.beside]);
        if self.beside < self.rare {
            self.find_pair(
                &Pair {
                    byte,
                    beside,
                    side: Side::Before,
                },
                needle,
                haystack,
                at,
            )
        } else {
            self.find_pair(
                &Pair {
                    byte,
                    beside,
                    side: Side::Behind,
                },
                needle,
                haystack,
                at,
            )
        }
    }

    #[inline]
    fn find_pair(
        &mut self,
        pair: &impl Test,
        needle: &[u8],
        haystack: &[u8],
        at: usize,
    ) -> Result<Option<usize>, Bad> {
        let mut from = at + self.rare;
        while !self.badness.is_bad() {
            let Some(candidate) = swar::scan(pair, haystack, from) else {
                return Ok(None);
            };
            self.badness.advance(candidate - from);
            let start = candidate - self.rare;
            let same = common_prefix(needle, &haystack[start..]);
            self.badness.candidate(same);
            if same == needle.len() {
                return Ok(Some(start));
            }
            from = candidate + 1;
        }
        Err(Bad {
            at: from - self.rare,
        })
    }
}
