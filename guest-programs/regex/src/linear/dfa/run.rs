//! The loops that go over the haystack.
//!
//! PERF: to load a byte, to find its cell, and to load that are five instructions; the check
//! that the cell is within the table is one, and it is all there is to notice that the
//! state is not an ordinary one. The loops are no part of their callers so that these have
//! no use for the registers in them, and a [`Stop`] is returned in two.

use super::id::{Id, MATCH};

/// How many bytes there are between two checks of whether the haystack goes on.
const BLOCK: usize = 16;

/// Where a run has ended: how many bytes it has gone over, and its last two states.
pub(super) type Stop = (usize, Pair);

/// A state, and the one before it in the upper half.
#[derive(Clone, Copy)]
pub(super) struct Pair(u64);

impl Pair {
    #[inline(always)]
    pub(super) fn new(previous: Id, state: Id) -> Self {
        Self(u64::from(previous) << 32 | u64::from(state))
    }

    #[inline]
    pub(super) fn state(self) -> Id {
        self.0 as Id
    }

    #[inline]
    pub(super) fn previous(self) -> Id {
        (self.0 >> 32) as Id
    }
}

/// Which states a run stays in.
pub(super) trait Stay {
    /// The tag of their names.
    const TAG: Id;
}

/// In those without a tag.
pub(super) struct Plain;

impl Stay for Plain {
    const TAG: Id = 0;
}

/// In those that are entered behind a match.
pub(super) struct Matching;

impl Stay for Matching {
    const TAG: Id = MATCH;
}

/// Which way a search goes.
pub(super) trait Way {
    /// Goes over bytes between `at` and `bound`, as long as it may stay.
    fn run<S: Stay>(table: &[Id], haystack: &[u8], at: usize, bound: usize, state: Id) -> Stop;

    /// Where a search is that has gone over `bytes` from `at`.
    fn ahead(at: usize, bytes: usize) -> usize;

    /// Where a search was that is at `at`, before the last `bytes`.
    fn back(at: usize, bytes: usize) -> usize;

    /// The byte that came last, at `at`, if there is one.
    fn last(haystack: &[u8], at: usize) -> Option<u8>;
}

/// Toward the end of the haystack.
pub(super) struct Forward;

impl Way for Forward {
    #[inline]
    fn run<S: Stay>(table: &[Id], haystack: &[u8], at: usize, bound: usize, state: Id) -> Stop {
        forward::<S>(table, &haystack[at..bound], state)
    }

    #[inline]
    fn ahead(at: usize, bytes: usize) -> usize {
        at + bytes
    }

    #[inline]
    fn back(at: usize, bytes: usize) -> usize {
        at - bytes
    }

    #[inline]
    fn last(haystack: &[u8], at: usize) -> Option<u8> {
        haystack.get(at.wrapping_sub(1)).copied()
    }
}

/// Toward the beginning.
pub(super) struct Backward;

impl Way for Backward {
    #[inline]
    fn run<S: Stay>(table: &[Id], haystack: &[u8], at: usize, bound: usize, state: Id) -> Stop {
        backward::<S>(table, &haystack[bound..at], state)
    }

    #[inline]
    fn ahead(at: usize, bytes: usize) -> usize {
        at - bytes
    }

    #[inline]
    fn back(at: usize, bytes: usize) -> usize {
        at + bytes
    }

    #[inline]
    fn last(haystack: &[u8], at: usize) -> Option<u8> {
        haystack.get(at).copied()
    }
}

#[inline(never)]
fn forward<S: Stay>(table: &[Id], bytes: &[u8], state: Id) -> Stop {
    let (mut previous, mut state) = (state as usize, state as usize);
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    for (block, number) in blocks.iter().zip(0..) {
        for (&byte, offset) in block.iter().zip(0..) {
            let Some(next) = next::<S>(table, state, byte) else {
                return (
                    number * BLOCK + offset,
                    Pair::new(previous as Id, state as Id),
                );
            };
            (previous, state) = (state, next);
        }
    }
    let mut over = blocks.len() * BLOCK;
    for &byte in rest {
        let Some(next) = next::<S>(table, state, byte) else {
            break;
        };
        (previous, state) = (state, next);
        over += 1;
    }
    (over, Pair::new(previous as Id, state as Id))
}

#[inline(never)]
fn backward<S: Stay>(table: &[Id], bytes: &[u8], state: Id) -> Stop {
    let (mut previous, mut state) = (state as usize, state as usize);
    let (rest, blocks) = bytes.as_rchunks::<BLOCK>();
    for (block, number) in blocks.iter().rev().zip(0..) {
        for (&byte, offset) in block.iter().rev().zip(0..) {
            let Some(next) = next::<S>(table, state, byte) else {
                return (
                    number * BLOCK + offset,
                    Pair::new(previous as Id, state as Id),
                );
            };
            (previous, state) = (state, next);
        }
    }
    let mut over = blocks.len() * BLOCK;
    for &byte in rest.iter().rev() {
        let Some(next) = next::<S>(table, state, byte) else {
            break;
        };
        (previous, state) = (state, next);
        over += 1;
    }
    (over, Pair::new(previous as Id, state as Id))
}

/// Where `byte` leads from a state, unless that is one to stop at.
#[inline(always)]
fn next<S: Stay>(table: &[Id], state: usize, byte: u8) -> Option<usize> {
    let cell = (state + usize::from(byte)).wrapping_sub(S::TAG as usize);
    table.get(cell).map(|&next| next as usize)
}

#[cfg(test)]
mod tests {
    use super::super::id::{DEAD, ROW};
    use super::*;
    use std::vec;

    /// Two states, of which bytes lead to the first, to the second with a tag, or nowhere.
    fn table() -> std::vec::Vec<Id> {
        let mut table = vec![0; 2 * ROW];
        for row in table.chunks_mut(ROW) {
            row[usize::from(b'm')] = ROW as Id | MATCH;
            row[usize::from(b'x')] = DEAD;
        }
        table
    }

    fn parts((bytes, last): Stop) -> (usize, Id, Id) {
        (bytes, last.previous(), last.state())
    }

    #[test]
    fn a_run_ends_behind_the_byte_that_leads_away() {
        let (table, matching) = (table(), ROW as Id | MATCH);
        for before in 0..40 {
            for behind in 0..40 {
                let around = [vec![b'a'; before], vec![b'm'], vec![b'a'; behind]].concat();
                let stop = Forward::run::<Plain>(&table, &around, 0, around.len(), 0);
                assert_eq!(parts(stop), (before + 1, 0, matching));
                let stop = Backward::run::<Plain>(&table, &around, around.len(), 0, 0);
                assert_eq!(parts(stop), (behind + 1, 0, matching));
                let around = [vec![b'm'; before], vec![b'x'], vec![b'm'; behind]].concat();
                let stop = Forward::run::<Matching>(&table, &around, 0, around.len(), matching);
                assert_eq!(parts(stop), (before + 1, matching, DEAD));
                let stop = Backward::run::<Matching>(&table, &around, around.len(), 0, matching);
                assert_eq!(parts(stop), (behind + 1, matching, DEAD));
            }
        }
    }

    #[test]
    fn a_run_ends_at_its_bound() {
        let table = table();
        for length in 0..40 {
            let bytes = vec![b'a'; 50];
            assert_eq!(
                parts(Forward::run::<Plain>(&table, &bytes, 5, 5 + length, 0)),
                (length, 0, 0)
            );
            assert_eq!(
                parts(Backward::run::<Plain>(&table, &bytes, 5 + length, 5, 0)),
                (length, 0, 0)
            );
        }
        assert_eq!(
            parts(Forward::run::<Plain>(&table, b"a", 0, 1, MATCH)),
            (0, MATCH, MATCH),
            "a state to stop at"
        );
    }
}
