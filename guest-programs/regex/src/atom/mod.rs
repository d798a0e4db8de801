//! Search for a literal, and for single bytes: no pattern is simpler, and the other
//! engines use it to get from one candidate to the next.
//!
//! In goes a needle of any bytes, once, and then haystack after haystack; out comes where
//! the needle is. The algorithm follows from the needle's length and from what the
//! haystacks turn out to be like:
//!
//! ```text
//! no byte ───► every position
//! one byte ──► swar: eight bytes in a word; a common one byte for byte
//! more ──────► linear: the rarest byte by swar, then a comparison
//!                 │ too many candidates, or a needle that is worth a table
//!                 ├─► short: two neighbouring bytes by swar
//!                 │      │ too many candidates
//!                 └──────┴─► horspool: skips by the byte under the needle's last one
//!                               │ too many comparisons that come to nothing
//!                               └─► boyer_moore: skips by what was compared, too
//! ```
//!
//! What holds: a switch is kept for later searches and never undone. To find all matches
//! that do not overlap, each search from the end of the match before, takes time in
//! proportion to the haystack's length. A search from within that match may have to compare
//! the whole needle again.

mod badness;
mod boyer_moore;
mod finder;
mod horspool;
mod linear;
mod rank;
mod short;
mod swar;
mod words;

use alloc::boxed::Box;

use boyer_moore::BoyerMoore;
pub use finder::ByteFinder;
use horspool::Horspool;
use linear::Linear;
use short::Short;
pub use swar::{memchr, memchr2, memchr3};

/// A literal to search for. It learns from the haystacks which algorithm serves.
#[derive(Clone, Debug)]
pub struct Atom {
    needle: Box<[u8]>,
    search: Search,
}

/// What the needle's length leaves to choose from.
#[derive(Clone, Debug)]
enum Search {
    Empty,
    Byte(u8),
    /// A byte that is common.
    Common(u8),
    Adaptive(Adaptive),
}

/// The algorithm, with its tables.
#[derive(Clone, Debug)]
enum Adaptive {
    Linear(Linear),
    Short(Short),
    Horspool(Horspool),
    BoyerMoore(BoyerMoore),
}

/// The algorithm does badly here: another one should go on.
#[derive(Debug, PartialEq, Eq)]
struct Bad {
    /// Before this position no match begins.
    at: usize,
}

impl Atom {
    /// Gets ready to search for `needle`. An empty one is at every position.
    pub fn new(needle: &[u8]) -> Self {
        let search = match *needle {
            [] => Search::Empty,
            [byte] if rank::is_frequent(byte) => Search::Common(byte),
            [byte] => Search::Byte(byte),
            _ => Search::Adaptive(Adaptive::Linear(Linear::new(needle))),
        };
        Self {
            needle: needle.into(),
            search,
        }
    }

    /// What is searched for.
    pub fn needle(&self) -> &[u8] {
        &self.needle
    }

    /// Where the first occurrence that begins at `at` or behind it begins.
    #[inline]
    pub fn find(&mut self, haystack: &[u8], at: usize) -> Option<usize> {
        match &mut self.search {
            Search::Empty => (at <= haystack.len()).then_some(at),
            Search::Byte(byte) => memchr(*byte, haystack, at),
            Search::Common(byte) => find_common(*byte, haystack, at),
            Search::Adaptive(adaptive) => adaptive.find(&self.needle, haystack, at),
        }
    }
}

impl Adaptive {
    fn find(&mut self, needle: &[u8], haystack: &[u8], mut at: usize) -> Option<usize> {
        if needle.len() > haystack.len().checked_sub(at)? {
            return None;
        }
        loop {
            match self.attempt(needle, haystack, at) {
                Ok(found) => return found,
                Err(bad) => at = bad.at,
            }
            self.replace(needle);
        }
    }

    #[inline]
    fn attempt(&mut self, needle: &[u8], haystack: &[u8], at: usize) -> Result<Option<usize>, Bad> {
        match self {
            Self::Linear(linear) => linear.find(needle, haystack, at),
            Self::Short(short) => short.find(needle, haystack, at),
            Self::Horspool(horspool) => horspool.find(needle, haystack, at),
            Self::BoyerMoore(boyer_moore) => Ok(boyer_moore.find(needle, haystack, at)),
        }
    }

    /// Takes the next algorithm in the place of one that did badly.
    #[cold]
    fn replace(&mut self, needle: &[u8]) {
        *self = match self {
            Self::Linear(_) if short::serves(needle) => Self::Short(Short::new(needle)),
            Self::Linear(_) | Self::Short(_) => Self::Horspool(Horspool::new(needle)),
            _ => Self::BoyerMoore(BoyerMoore::new(needle)),
        };
    }
}

/// As [`memchr`], for a byte that is not far.
#[inline]
fn find_common(byte: u8, haystack: &[u8], at: usize) -> Option<usize> {
    let distance = haystack
        .get(at..)?
        .iter()
        .position(|&other| other == byte)?;
    Some(at + distance)
}

/// How many bytes at the beginning of both are the same.
#[inline]
fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    let differ = a.iter().zip(b).position(|(a, b)| a != b);
    differ.unwrap_or(a.len().min(b.len()))
}

#[cfg(test)]
mod tests;
