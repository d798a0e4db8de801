//! Linear search: from one occurrence of the needle's rarest byte to the next, and a
//! comparison at each. It needs no table, so it is what every search begins with.

use super::badness::{self, Badness};
use super::{Bad, common_prefix, rank, short, swar};

/// The state of the search.
#[derive(Clone, Debug)]
pub(super) struct Linear {
    /// Where the needle's rarest byte is.
    rare: usize,
    badness: Badness,
}

impl Linear {
    /// For `needle`, which is not empty.
    pub(super) fn new(needle: &[u8]) -> Self {
        let next = if short::serves(needle) {
            badness::PAIR
        } else {
            badness::horspool(needle)
        };
        Self {
            rare: rank::rarest(needle),
            badness: Badness::new(badness::BYTE, next, needle),
        }
    }

    /// As [`super::Atom::find`], as long as it goes well.
    pub(super) fn find(
        &mut self,
        needle: &[u8],
        haystack: &[u8],
        at: usize,
    ) -> Result<Option<usize>, Bad> {
        let byte = needle[self.rare];
        let mut from = at + self.rare;
        while !self.badness.is_bad() {
            let limit = self.badness.limit(from, haystack.len());
            let Some(candidate) = swar::memchr(byte, &haystack[..limit], from) else {
                self.badness.advance(limit.saturating_sub(from));
                if limit == haystack.len() {
                    return Ok(None);
                }
                from = limit;
                continue;
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
