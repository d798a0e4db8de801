//! Searches for bytes, a word's worth at once ("SIMD within a register").
//!
//! With `b` in all bytes of a word, `x = word ^ b` has a zero byte where the haystack has
//! `b`. Two tests find it:
//!
//! - *near*: `x - 01..01` has the top bit of a zero byte set. It has others set, too, but
//!   only of bytes that are not ASCII if `b` is, and behind a zero byte. It costs two
//!   instructions a word, and several words can be tested with one branch;
//! - *exact*: `(x & 7f..7f) + 7f..7f` does not carry from one byte into the next.
//!
//! The loop goes over blocks of words with the near test and looks at a block with the
//! exact one where the near one calls.

use super::words::{self, WORD};

const LOW: u64 = u64::from_ne_bytes([0x01; WORD]);
const HIGH: u64 = u64::from_ne_bytes([0x80; WORD]);

/// How many words are tested with one branch.
const BLOCK: usize = 4;

/// What is searched for.
pub(super) trait Test {
    /// Has a bit of [`HIGH`] set if a byte of `word` passes, and maybe if none does.
    fn near(&self, word: u64) -> u64;
    /// Has the bits of [`HIGH`] set whose bytes pass, in little-endian order.
    fn exact(&self, word: u64) -> u64;
    /// Whether `byte` passes.
    fn byte(&self, byte: u8) -> bool;
}

/// Where the first `byte` at or behind `at` is.
#[inline]
pub fn memchr(byte: u8, haystack: &[u8], at: usize) -> Option<usize> {
    scan(&One(byte), haystack, at)
}

/// Where the first at or behind `at` is that is one of the two bytes.
#[inline]
pub fn memchr2(a: u8, b: u8, haystack: &[u8], at: usize) -> Option<usize> {
    scan(&Two(One(a), One(b)), haystack, at)
}

/// Where the first at or behind `at` is that is one of the three bytes.
#[inline]
pub fn memchr3(a: u8, b: u8, c: u8, haystack: &[u8], at: usize) -> Option<usize> {
    scan(&Two(One(a), Two(One(b), One(c))), haystack, at)
}

/// Where the first byte at or behind `at` is that passes.
#[inline]
pub(super) fn scan(test: &impl Test, haystack: &[u8], at: usize) -> Option<usize> {
    let (head, words, tail) = words::split(haystack.get(at..)?);
    if let Some(found) = in_bytes(test, head) {
        return Some(at + found);
    }
    if let Some(found) = in_words(test, words) {
        return Some(at + head.len() + found);
    }
    Some(haystack.len() - tail.len() + in_bytes(test, tail)?)
}

#[inline]
fn in_bytes(test: &impl Test, bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|&byte| test.byte(byte))
}

/// A function of its own: where bytes are near to each other, the caller does without the
/// registers that the loop takes, and most searches end before it.
#[inline(never)]
fn in_words(test: &impl Test, words: &[u64]) -> Option<usize> {
    let (blocks, rest) = words.as_chunks::<BLOCK>();
    for (i, block) in blocks.iter().enumerate() {
        let near = block
            .iter()
            .fold(0, |near, &word| near | test.near(u64::from_le(word)));
        if near & HIGH != 0
            && let Some(found) = one_by_one(test, block)
        {
            return Some(i * BLOCK * WORD + found);
        }
    }
    Some(blocks.len() * BLOCK * WORD + one_by_one(test, rest)?)
}

#[inline]
fn one_by_one(test: &impl Test, words: &[u64]) -> Option<usize> {
    words.iter().enumerate().find_map(|(i, &word)| {
        let passed = test.exact(u64::from_le(word));
        (passed != 0).then(|| i * WORD + first(passed))
    })
}

/// The index of the lowest byte of which the top bit is set. The base instruction set
/// cannot count zeros: a multiplication adds up a one for each byte below.
#[inline]
fn first(passed: u64) -> usize {
    let below = (passed >> 7).wrapping_sub(1) & !(passed >> 7) & LOW;
    (below.wrapping_mul(LOW) >> 56) as usize
}

/// `byte` in every byte of a word.
#[inline]
fn splat(byte: u8) -> u64 {
    u64::from(byte) * LOW
}

#[inline]
fn near_zero(word: u64) -> u64 {
    word.wrapping_sub(LOW)
}

#[inline]
fn exact_zero(word: u64) -> u64 {
    !(((word & !HIGH) + !HIGH) | word) & HIGH
}

/// A byte.
pub(super) struct One(pub(super) u8);

impl Test for One {
    #[inline]
    fn near(&self, word: u64) -> u64 {
        near_zero(word ^ splat(self.0))
    }

    #[inline]
    fn exact(&self, word: u64) -> u64 {
        exact_zero(word ^ splat(self.0))
    }

    #[inline]
    fn byte(&self, byte: u8) -> bool {
        byte == self.0
    }
}

/// What passes either test.
pub(super) struct Two<A, B>(pub(super) A, pub(super) B);

impl<A: Test, B: Test> Test for Two<A, B> {
    #[inline]
    fn near(&self, word: u64) -> u64 {
        self.0.near(word) | self.1.near(word)
    }

    #[inline]
    fn exact(&self, word: u64) -> u64 {
        self.0.exact(word) | self.1.exact(word)
    }

    #[inline]
    fn byte(&self, byte: u8) -> bool {
        self.0.byte(byte) || self.1.byte(byte)
    }
}

/// The bytes from the first to the last, both of them ASCII.
pub(super) struct Range(pub(super) u8, pub(super) u8);

impl Test for Range {
    /// The seven low bits of a byte reach the top bit by one sum if they are not below the
    /// range and by the other if they are above it.
    #[inline]
    fn near(&self, word: u64) -> u64 {
        let low = word & !HIGH;
        (low + splat(0x80 - self.0)) ^ (low + splat(0x7f - self.1))
    }

    #[inline]
    fn exact(&self, word: u64) -> u64 {
        self.near(word) & !word & HIGH
    }

    #[inline]
    fn byte(&self, byte: u8) -> bool {
        (self.0..=self.1).contains(&byte)
    }
}

/// A byte with another beside it. Where the other one would be outside of the word, it
/// passes without.
pub(super) struct Pair {
    pub(super) byte: u8,
    pub(super) beside: u8,
    pub(super) side: Side,
}

/// Where the other byte of a [`Pair`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    Behind,
}

impl Pair {
    /// Has a zero byte where it is.
    #[inline]
    fn differences(&self, word: u64) -> u64 {
        let beside = match self.side {
            Side::Before => (word ^ splat(self.beside)) << 8,
            Side::Behind => (word ^ splat(self.beside)) >> 8,
        };
        (word ^ splat(self.byte)) | beside
    }
}

impl Test for Pair {
    #[inline]
    fn near(&self, word: u64) -> u64 {
        near_zero(self.differences(word))
    }

    #[inline]
    fn exact(&self, word: u64) -> u64 {
        exact_zero(self.differences(word))
    }

    #[inline]
    fn byte(&self, byte: u8) -> bool {
        byte == self.byte
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::set::ByteSet;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn naive(set: &ByteSet, haystack: &[u8], at: usize) -> Option<usize> {
        (at..haystack.len()).find(|&i| set.contains(haystack[i]))
    }

    fn bytes() -> impl Strategy<Value = std::vec::Vec<u8>> {
        let few = prop::sample::select(&[b'a', b'`', b'b', 0x00, 0x7f, 0x80, 0xe1, 0xff][..]);
        prop::collection::vec(prop_oneof![few, any::<u8>()], 0..200)
    }

    proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(13), failure_persistence: None, ..ProptestConfig::default() })]
        /// `shift` tries all alignments, as the haystack's beginning moves.
        #[test]
        fn the_first_of_some_bytes_is_found(
            text in bytes(), shift in 0..9usize, at in 0..220usize, b in prop::array::uniform3(any::<u8>()),
        ) {
            let haystack = text.get(shift..).unwrap_or(&[]);
            let mut all = std::vec![(b[0], b[1], b[2])];
            all.extend(haystack.last().map(|&last| (last, last ^ 1, last ^ 0x80)));
            for (a, b, c) in all {
                let set = |of: &[u8]| of.iter().copied().collect::<ByteSet>();
                prop_assert_eq!(memchr(a, haystack, at), naive(&set(&[a]), haystack, at));
                prop_assert_eq!(memchr2(a, b, haystack, at), naive(&set(&[a, b]), haystack, at));
                prop_assert_eq!(memchr3(a, b, c, haystack, at), naive(&set(&[a, b, c]), haystack, at));
                let (from, to) = (a.min(b) & 0x7f, a.max(b) & 0x7f);
                if from <= to {
                    let range = scan(&Range(from, to), haystack, at);
                    prop_assert_eq!(range, naive(&ByteSet::range(from, to), haystack, at));
                }
            }
        }

        /// All that the exact test passes is right, and the near test misses none of it.
        #[test]
        fn the_tests_of_a_word_say_what_the_test_of_a_byte_says(word: [u8; WORD], a: u8, i in 0..WORD) {
            fn check(test: &impl Test, bytes: [u8; WORD]) -> Result<(), TestCaseError> {
                let word = u64::from_le_bytes(bytes);
                let passed = bytes.map(|byte| if test.byte(byte) { 0x80 } else { 0 });
                prop_assert_eq!(test.exact(word).to_le_bytes(), passed);
                prop_assert!(test.near(word) & HIGH != 0 || passed == [0; WORD]);
                Ok(())
            }
            let b = word[i];
            check(&One(a), word)?;
            check(&One(b), word)?;
            check(&Two(One(a), One(b)), word)?;
            check(&Range(a.min(b) >> 1, a.max(b) >> 1), word)?;
        }

        #[test]
        fn a_pair_is_passed_where_both_are_or_one_is_at_the_edge(word: [u8; WORD], i in 0..WORD, j in 0..WORD) {
            for side in [Side::Before, Side::Behind] {
                let pair = Pair { byte: word[i], beside: word[j], side };
                let passed: [u8; WORD] = core::array::from_fn(|k| {
                    let other = match side {
                        Side::Before => k.checked_sub(1).map(|k| word[k]),
                        Side::Behind => word.get(k + 1).copied(),
                    };
                    let both = word[k] == pair.byte && other.is_none_or(|other| other == pair.beside);
                    if both { 0x80 } else { 0 }
                });
                let word = u64::from_le_bytes(word);
                prop_assert_eq!(pair.exact(word).to_le_bytes(), passed);
                prop_assert!(pair.near(word) & HIGH != 0 || passed == [0; WORD]);
            }
        }
    }

    #[test]
    fn the_first_bit_is_the_lowest() {
        for i in 0..WORD {
            assert_eq!(first(HIGH << (8 * i)), i);
            assert_eq!(first(0x80 << (8 * i)), i);
        }
    }
}
