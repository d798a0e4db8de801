//! The automaton made deterministic, as far as haystacks ask for it.
//!
//! An [`Nfa`] and a haystack enter, the end of a match (or backward, its beginning)
//! leaves. A state is a list of the `Nfa`'s, in a [`cache`] with a row of cells, one for
//! each byte, which name the next state once it is known. What holds:
//!
//! - a state is complete, that is, its list has all that can be reached without a byte,
//!   unless an assertion is in the way. Then it has the states behind the last byte, and
//!   they are completed when the next byte is there to decide. In either case nothing is
//!   lost of the order in which [`Pike`](super::Pike) would enter them;
//! - hence a match is noticed one byte late, by a state with the tag [`MATCH`](id::MATCH);
//! - what not even two bytes decide, a word boundary beside what is not ASCII, is decided
//!   by the haystack, and there are states for the outcomes;
//! - a cache that is full is emptied. Where that happens before it has paid, time and
//!   again, the search has [`GaveUp`].

mod cache;
mod classes;
mod id;
mod run;
mod search;
mod subset;

use alloc::boxed::Box;

use self::cache::{AtEdge, Cache};
use self::classes::Classes;
use self::id::{Id, OPEN, UNKNOWN, place};
use self::run::Pair;
use self::subset::{IsOpen, Subset};
use super::compile::Direction;
use super::nfa::Nfa;
use super::side::{Side, Sides};
use super::skip::Skip;

/// A deterministic automaton, of one [`Nfa`] all its life.
#[derive(Clone, Debug)]
pub(super) struct Dfa {
    cache: Cache,
    subset: Subset,
    classes: Classes,
    /// Where a search begins, by the byte behind it; the last is for the edge.
    starts: Box<[Id; 257]>,
    skip: Option<Skip>,
    /// The bytes that searches have gone over since the cache was empty, but for this one.
    gone: usize,
    /// Where this search has begun, or the cache has last been empty in it.
    mark: usize,
    /// How many times in a row the cache was full too early.
    wasted: u32,
}

/// The cache is no use for this haystack.
#[derive(Debug)]
pub(super) struct GaveUp;

/// Where [`Dfa::starts`] has the state behind `byte`.
#[inline]
fn number(byte: Option<u8>) -> usize {
    byte.map_or(256, usize::from)
}

/// How many bytes a state is to be good for.
const WORTH: usize = 8;

/// How often a cache may be full too early before a search gives up.
const PATIENCE: u32 = 3;

impl Dfa {
    /// That of an automaton, in at most `limit` bytes. Where it waits for a match to
    /// begin, it is quicker to `skip`, if that is given.
    pub(super) fn new(nfa: &Nfa, direction: Direction, limit: usize, skip: Option<Skip>) -> Self {
        let sides = Sides::new(&nfa.assertions);
        Self {
            cache: Cache::new(limit),
            subset: Subset::new(nfa, direction, sides, skip.is_some()),
            classes: Classes::new(nfa, &sides),
            starts: Box::new([UNKNOWN; 257]),
            skip,
            gone: 0,
            mark: 0,
            wasted: 0,
        }
    }

    /// The state that a search begins in behind `byte`, or at the haystack's edge.
    fn start(&mut self, nfa: &Nfa, byte: Option<u8>, at: usize) -> Result<Id, GaveUp> {
        match self.known_start(byte) {
            UNKNOWN => self.make_start(nfa, byte, at),
            known => Ok(known),
        }
    }

    /// As [`Dfa::start`], if it has been made.
    #[inline]
    fn known_start(&self, byte: Option<u8>) -> Id {
        self.starts[number(byte)]
    }

    #[cold]
    fn make_start(&mut self, nfa: &Nfa, byte: Option<u8>, at: usize) -> Result<Id, GaveUp> {
        self.subset.start(nfa, byte.map_or(Side::Edge, Side::of));
        let (start, _) = self.intern(at)?;
        self.starts[number(byte)] = start;
        Ok(start)
    }

    /// The state that `byte` leads to where a run has ended with what is not one yet.
    /// `position` is between that byte and the one before it.
    #[inline(never)]
    fn next(
        &mut self,
        nfa: &Nfa,
        haystack: &[u8],
        position: usize,
        last: Pair,
        byte: u8,
    ) -> Result<Id, GaveUp> {
        let (state, mut next) = (last.previous(), last.state());
        if next == UNKNOWN {
            next = self.cell(nfa, position, state, byte)?;
        }
        if next == OPEN {
            let state = self.decided(haystack, position, state)?;
            next = self.cell(nfa, position, state, byte)?;
        }
        Ok(next)
    }

    /// The cell of `state` for `byte`, made if need be.
    #[inline]
    fn cell(&mut self, nfa: &Nfa, position: usize, state: Id, byte: u8) -> Result<Id, GaveUp> {
        match self.cache.table[place(state) + usize::from(byte)] {
            UNKNOWN => self.make_cell(nfa, position, state, byte),
            known => Ok(known),
        }
    }

    #[inline(never)]
    fn make_cell(&mut self, nfa: &Nfa, position: usize, state: Id, byte: u8) -> Result<Id, GaveUp> {
        let (next, is_kept) = match self.subset.step(nfa, self.cache.key(state), byte) {
            Err(IsOpen) => (OPEN, true),
            Ok(()) if self.subset.is_empty() => (self.subset.end(), true),
            Ok(()) => self.intern(position)?,
        };
        if is_kept {
            let row = &mut self.cache.table[place(state)..];
            row[self.classes.of(byte)].fill(next);
        }
        Ok(next)
    }

    /// `state` with all assertions decided, as they are at `position`.
    fn decided(&mut self, haystack: &[u8], position: usize, state: Id) -> Result<Id, GaveUp> {
        let outcome = self.subset.outcome(haystack, position);
        let known = self.cache.known(state).decided[outcome.index()];
        if known != UNKNOWN {
            return Ok(known);
        }
        self.subset.decide(self.cache.key(state), outcome);
        let (decided, is_kept) = self.intern(position)?;
        if is_kept {
            self.cache.known_mut(state).decided[outcome.index()] = decided;
        }
        Ok(decided)
    }

    /// Whether a match is complete in `state` at the edge of the haystack.
    fn ends(
        &mut self,
        nfa: &Nfa,
        haystack: &[u8],
        position: usize,
        state: Id,
    ) -> Result<bool, GaveUp> {
        match self.at_edge(nfa, state) {
            AtEdge::Open => {
                let state = self.decided(haystack, position, state)?;
                Ok(self.at_edge(nfa, state) == AtEdge::Match)
            }
            at_edge => Ok(at_edge == AtEdge::Match),
        }
    }

    fn at_edge(&mut self, nfa: &Nfa, state: Id) -> AtEdge {
        if self.cache.known(state).at_edge == AtEdge::Unknown {
            let at_edge = match self.subset.ends(nfa, self.cache.key(state)) {
                Ok(true) => AtEdge::Match,
                Ok(false) => AtEdge::Fail,
                Err(IsOpen) => AtEdge::Open,
            };
            self.cache.known_mut(state).at_edge = at_edge;
        }
        self.cache.known(state).at_edge
    }

    /// The state of the key that was made last, and whether other states are still there.
    fn intern(&mut self, at: usize) -> Result<(Id, bool), GaveUp> {
        let key = self.subset.key();
        if let Some(known) = self.cache.find(key).or_else(|| self.cache.insert(key)) {
            return Ok((known, true));
        }
        self.empty(at)?;
        let made = self.cache.insert(self.subset.key());
        made.map(|made| (made, false)).ok_or(GaveUp)
    }

    /// Forgets all states.
    fn forget(&mut self) {
        self.cache.clear();
        self.starts.fill(UNKNOWN);
    }

    /// Makes the state that waits for a match to begin a state like others.
    #[cold]
    fn wait_no_more(&mut self) {
        self.skip = None;
        self.subset.wait_no_more();
        self.forget();
    }

    fn empty(&mut self, at: usize) -> Result<(), GaveUp> {
        let bytes = self.gone + at.abs_diff(self.mark);
        let is_early = bytes < WORTH * self.cache.len();
        (self.gone, self.mark) = (0, at);
        self.forget();
        self.wasted = if is_early { self.wasted + 1 } else { 0 };
        match self.wasted <= PATIENCE {
            true => Ok(()),
            false => {
                self.wasted = 0;
                Err(GaveUp)
            }
        }
    }
}

#[cfg(test)]
impl Dfa {
    pub(super) fn waits(&self) -> bool {
        self.skip.is_some()
    }

    pub(super) fn cramp(&mut self) {
        self.cache = Cache::new(0);
    }
}
