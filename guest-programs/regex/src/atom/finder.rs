//! Search for the first byte that is in a set.

use alloc::boxed::Box;

use super::swar::{self, Range};
use super::{memchr, memchr2, memchr3, rank};
use crate::set::ByteSet;

/// A set of bytes to search for, got ready once.
#[derive(Clone, Debug)]
pub struct ByteFinder(Way);

/// How it is searched for.
#[derive(Clone, Debug)]
enum Way {
    Never,
    Always,
    One(u8),
    Two(u8, u8),
    Three(u8, u8, u8),
    /// From the first to the last, both ASCII.
    Range(u8, u8),
    /// Byte for byte; a member's entry is not zero.
    Table(Box<[u8; 256]>),
}

/// How many bytes go through a table between two looks at where the haystack ends.
const UNROLLED: usize = 8;

impl ByteFinder {
    /// Gets ready to search for bytes of `set`.
    pub fn new(set: &ByteSet) -> Self {
        let common = set.iter().any(rank::is_frequent);
        Self(match (set.len(), bounds(set)) {
            (0, _) => Way::Never,
            (256, _) => Way::Always,
            _ if common => Way::Table(table(set)),
            (1, (a, _)) => Way::One(a),
            (2, (a, b)) => Way::Two(a, b),
            (len, (a, b)) if b < 0x80 && len == usize::from(b - a) + 1 => Way::Range(a, b),
            (3, (a, b)) => Way::Three(a, middle(set), b),
            _ => Way::Table(table(set)),
        })
    }

    /// Where the first byte of the set at or behind `at` is.
    #[inline]
    pub fn find(&self, haystack: &[u8], at: usize) -> Option<usize> {
        match self.0 {
            Way::Never => None,
            Way::Always => (at < haystack.len()).then_some(at),
            Way::One(a) => memchr(a, haystack, at),
            Way::Two(a, b) => memchr2(a, b, haystack, at),
            Way::Three(a, b, c) => memchr3(a, b, c, haystack, at),
            Way::Range(first, last) => swar::scan(&Range(first, last), haystack, at),
            Way::Table(ref table) => in_table(table, haystack, at),
        }
    }
}

/// The least and the greatest byte.
fn bounds(set: &ByteSet) -> (u8, u8) {
    let least = set.iter().next().unwrap_or(0);
    (least, set.iter().last().unwrap_or(0))
}

/// The second byte.
fn middle(set: &ByteSet) -> u8 {
    set.iter().nth(1).unwrap_or(0)
}

fn table(set: &ByteSet) -> Box<[u8; 256]> {
    let mut table = Box::new([0; 256]);
    set.iter().for_each(|byte| table[usize::from(byte)] = 1);
    table
}

fn in_table(table: &[u8; 256], haystack: &[u8], at: usize) -> Option<usize> {
    let is_member = |&byte: &u8| table[usize::from(byte)] != 0;
    let (blocks, rest) = haystack.get(at..)?.as_chunks::<UNROLLED>();
    for (i, block) in blocks.iter().enumerate() {
        if let Some(found) = block.iter().position(is_member) {
            return Some(at + i * UNROLLED + found);
        }
    }
    Some(at + blocks.len() * UNROLLED + rest.iter().position(is_member)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn way(bytes: &[u8]) -> Way {
        ByteFinder::new(&bytes.iter().copied().collect()).0
    }

    #[test]
    fn each_set_is_searched_for_in_the_cheapest_way() {
        assert!(matches!(way(b""), Way::Never));
        assert!(matches!(ByteFinder::new(&ByteSet::ALL).0, Way::Always));
        assert!(matches!(way(b"z"), Way::One(b'z')));
        assert!(matches!(way(b"zx"), Way::Two(b'x', b'z')));
        assert!(matches!(way(b"qXz"), Way::Three(b'X', b'q', b'z')));
        assert!(matches!(way(b"0123456789"), Way::Range(b'0', b'9')));
        assert!(matches!(way(b"e"), Way::Table(_)));
        assert!(matches!(way(b"ez"), Way::Table(_)));
        assert!(matches!(way(b"\xc3\xc4\xc5\xc6"), Way::Table(_)));
    }

    proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(12), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn the_first_member_is_found(
            haystack: std::vec::Vec<u8>, at in 0..100usize, members: std::vec::Vec<u8>, from: u8, to: u8, few in 0..5usize,
        ) {
            let few: ByteSet = members.iter().copied().take(few).collect();
            let range = ByteSet::range(from, to);
            for set in [few, few.complement(), range, range.union(&few)] {
                let naive = (at..haystack.len()).find(|&i| set.contains(haystack[i]));
                prop_assert_eq!(ByteFinder::new(&set).find(&haystack, at), naive);
            }
        }
    }
}
