//! From one state to the next: what the automaton does in all of its states at once.

use alloc::vec;
use alloc::vec::Vec;

use super::super::compile::Direction;
use super::super::nfa::{Nfa, State, StateId};
use super::super::side::{Assertion, Open, Outcome, Side, Sides};
use super::super::sparse::SparseSet;
use super::cache::Key;
use super::id::{DEAD, FINAL, Id, MATCH, START};

/// In [`Key::kind`]: the list has not been completed, as what it leads to without a byte
/// depends on the next one. Only then are there a side and an outcome.
const INCOMPLETE: u32 = 1;

/// Where the kind has the [`Side`] that is behind the position.
const SIDE: u32 = 1;

/// Where the kind has the index of the [`Outcome`], plus one; zero without one.
const OUTCOME: u32 = 8;

/// Makes keys, one at a time.
#[derive(Clone, Debug)]
pub(super) struct Subset {
    direction: Direction,
    sides: Sides,
    open: Open,
    /// The key of the state that waits for a match to begin, if that is of interest.
    waiting: Option<Vec<StateId>>,
    kind: u32,
    list: Vec<StateId>,
    /// The states that were entered over a byte.
    entered: SparseSet,
    /// Those and all that they lead to without one.
    seen: SparseSet,
    /// Of these, the ones that lead on over a byte, or are a match; by priority.
    complete: Vec<StateId>,
    stack: Vec<StateId>,
}

/// An assertion is left open by the two sides of the position.
pub(super) struct IsOpen;

impl Subset {
    pub(super) fn new(nfa: &Nfa, direction: Direction, sides: Sides, wait: bool) -> Self {
        let mut subset = Self {
            direction,
            sides,
            open: Open::new(&nfa.assertions),
            waiting: None,
            kind: 0,
            list: vec![],
            entered: SparseSet::new(nfa.states.len()),
            seen: SparseSet::new(nfa.states.len()),
            complete: vec![],
            stack: vec![],
        };
        if wait {
            subset.start(nfa, Side::Edge);
            subset.waiting = Some(subset.list.clone());
        }
        subset
    }

    /// Tells the state that waits for a match to begin from others no more.
    pub(super) fn wait_no_more(&mut self) {
        self.waiting = None;
    }

    /// The key that was made last.
    pub(super) fn key(&self) -> Key<'_> {
        Key {
            kind: self.kind,
            list: &self.list,
        }
    }

    /// Whether that key is of a state that leads nowhere.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What there is instead of such a state.
    pub(super) fn end(&self) -> Id {
        if self.kind & MATCH != 0 { FINAL } else { DEAD }
    }

    /// Makes the key of the state that a search begins in with `behind` behind it.
    pub(super) fn start(&mut self, nfa: &Nfa, behind: Side) {
        self.entered.clear();
        self.entered.insert(match self.direction {
            Direction::Forward => nfa.anywhere,
            Direction::Backward => nfa.start,
        });
        self.make(nfa, behind, false);
    }

    /// Makes the key of the state that `byte` leads to from that of `key`.
    pub(super) fn step(&mut self, nfa: &Nfa, key: Key<'_>, byte: u8) -> Result<(), IsOpen> {
        self.complete_key(nfa, key, Side::of(byte))?;
        self.entered.clear();
        let mut matched = false;
        for &state in &self.complete {
            match nfa.state(state) {
                State::Edges(edges) => nfa.all_over(edges, byte).for_each(|to| {
                    self.entered.insert(to);
                }),
                _ => matched = true,
            }
        }
        self.make(nfa, Side::of(byte), matched);
        Ok(())
    }

    /// Whether a match is complete in the state of `key` if nothing follows.
    pub(super) fn ends(&mut self, nfa: &Nfa, key: Key<'_>) -> Result<bool, IsOpen> {
        self.complete_key(nfa, key, Side::Edge)?;
        let is_match = |&state: &StateId| matches!(nfa.state(state), State::Match);
        Ok(self.complete.iter().any(is_match))
    }

    /// What is so at `at` of that which sides may leave open.
    pub(super) fn outcome(&self, haystack: &[u8], at: usize) -> Outcome {
        self.open.outcome(haystack, at)
    }

    /// Makes the key of the state that differs from that of `key` in that assertions are
    /// decided that its sides leave open.
    pub(super) fn decide(&mut self, key: Key<'_>, outcome: Outcome) {
        self.kind = key.kind | (outcome.index() as u32 + 1) << OUTCOME;
        self.list.clear();
        self.list.extend_from_slice(key.list);
    }

    /// Completes the list of `key`, with `ahead` next.
    fn complete_key(&mut self, nfa: &Nfa, key: Key<'_>, ahead: Side) -> Result<(), IsOpen> {
        if key.kind & INCOMPLETE == 0 {
            self.complete.clear();
            self.complete.extend_from_slice(key.list);
            return Ok(());
        }
        let behind = Side::ALL[(key.kind >> SIDE & 7) as usize];
        let outcome = (key.kind >> OUTCOME & 0xff)
            .checked_sub(1)
            .map(Outcome::from_index);
        let direction = self.direction;
        self.complete(nfa, key.list, |assertion| {
            let decided = match direction {
                Direction::Forward => assertion.decide(behind, ahead),
                Direction::Backward => assertion.decide(ahead, behind),
            };
            decided.or_else(|| outcome.map(|outcome| outcome.says(assertion)))
        })
    }

    /// Makes the key of the states that were entered.
    fn make(&mut self, nfa: &Nfa, behind: Side, matched: bool) {
        self.list.clear();
        self.list.extend_from_slice(self.entered.as_slice());
        let list = core::mem::take(&mut self.list);
        let completed = self.complete(nfa, &list, |_| None);
        self.list = list;
        self.kind = if matched { MATCH } else { 0 };
        match completed {
            Ok(()) => self.list.clone_from(&self.complete),
            Err(IsOpen) => self.kind |= INCOMPLETE | (self.behind(behind) as u32) << SIDE,
        }
        if self.direction == Direction::Backward {
            self.list.sort_unstable();
        }
        if !matched && self.waiting.as_ref() == Some(&self.list) {
            self.kind |= START;
        }
    }

    fn behind(&self, side: Side) -> Side {
        match self.direction {
            Direction::Forward => self.sides.before(side),
            Direction::Backward => self.sides.after(side),
        }
    }

    /// Completes `list`. Forward, it ends with the first match: what has lower priority
    /// than that is of no interest. Backward, the longest match is wanted.
    fn complete(
        &mut self,
        nfa: &Nfa,
        list: &[StateId],
        decide: impl Fn(Assertion) -> Option<bool>,
    ) -> Result<(), IsOpen> {
        self.complete.clear();
        self.seen.clear();
        self.stack.clear();
        self.stack.extend(list.iter().rev());
        while let Some(state) = self.stack.pop() {
            if !self.seen.insert(state) {
                continue;
            }
            match nfa.state(state) {
                State::Edges(_) => self.complete.push(state),
                State::Split(first, second, _) => self.stack.extend([second, first]),
                State::Save(_, next) => self.stack.push(next),
                State::Assert(assertion, next) => {
                    if decide(assertion).ok_or(IsOpen)? {
                        self.stack.push(next);
                    }
                }
                State::Match => {
                    self.complete.push(state);
                    if self.direction == Direction::Forward {
                        break;
                    }
                }
            }
        }
        Ok(())
    }
}
