//! Going over what no match begins with.

use crate::atom::ByteFinder;
use crate::set::ByteSet;

/// A search for the bytes that matches begin with, which is to be quicker than an
/// automaton that stays in its first state. Whether it is depends on the haystacks.
#[derive(Clone, Debug)]
pub(super) struct Skip {
    finder: ByteFinder,
    /// How many bytes were skipped, less what the skips are worth that were made.
    balance: isize,
}

/// How many bytes the automaton would have gone over in the time that a skip takes.
const COST: isize = 64;

/// The balance that a skip begins with, which is as much as it may waste.
const CREDIT: isize = 4096;

/// How many different bytes it may pay to look for.
const MANY: usize = 16;

impl Skip {
    /// A search for `bytes`, unless they are so many that it cannot pay.
    pub(super) fn new(bytes: &ByteSet) -> Option<Self> {
        let skip = || Self {
            finder: ByteFinder::new(bytes),
            balance: CREDIT,
        };
        (bytes.len() <= MANY).then(skip)
    }

    /// Where the first of the bytes is, at `at` or behind it.
    #[inline]
    pub(super) fn find(&mut self, haystack: &[u8], at: usize) -> Option<usize> {
        let found = self.finder.find(haystack, at)?;
        self.balance = self.balance.saturating_add((found - at) as isize - COST);
        Some(found)
    }

    /// Whether it has not paid.
    pub(super) fn is_waste(&self) -> bool {
        self.balance < 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_waste_where_the_bytes_are_everywhere() {
        let mut skip = Skip::new(&ByteSet::range(b'a', b'b')).unwrap();
        let haystack = &[b'a'; CREDIT as usize];
        let skips = (0..haystack.len()).take_while(|&at| {
            assert_eq!(skip.find(haystack, at), Some(at));
            !skip.is_waste()
        });
        assert_eq!(skips.count(), (CREDIT / COST) as usize);
    }

    #[test]
    fn it_is_none_where_they_are_far_between() {
        let mut skip = Skip::new(&ByteSet::range(b'x', b'x')).unwrap();
        let mut haystack = [b' '; 100];
        haystack[99] = b'x';
        for _ in 0..CREDIT {
            assert_eq!(skip.find(&haystack, 5), Some(99));
        }
        assert!(!skip.is_waste());
        assert_eq!(skip.find(&haystack, 100), None);
        assert!(Skip::new(&ByteSet::ALL).is_none());
    }
}
