//! The automaton in all its states at once, each with its own slots.

use alloc::vec;
use alloc::vec::Vec;
use core::mem::size_of;

use super::compile::{Direction, compile};
use super::error::NotLinear;
use super::first::{first_bytes, is_anchored};
use super::graph::Graphs;
use super::nfa::{Nfa, State, StateId};
use super::sparse::SparseSet;
use crate::atom::ByteFinder;
use crate::budget::Budget;
use crate::hir::Hir;
use crate::{NONE, Span};

/// A search by simulation of the automaton. It needs no memory but for its states, and
/// it is the slowest.
#[derive(Clone, Debug)]
pub struct Pike {
    nfa: Nfa,
    anchored: bool,
    first: Option<ByteFinder>,
    now: Threads,
    next: Threads,
    stack: Vec<Frame>,
    slots: Vec<usize>,
    steps: u64,
}

/// The states that the automaton is in, by priority.
#[derive(Clone, Debug)]
struct Threads {
    states: SparseSet,
    /// The slots of the states that lead over a byte or to a match, by state.
    slots: Vec<usize>,
}

/// What is left to do to complete a set of states.
#[derive(Clone, Copy, Debug)]
enum Frame {
    Enter(StateId),
    Restore(usize, usize),
}

impl Pike {
    /// The automaton of a pattern.
    ///
    /// # Errors
    ///
    /// The pattern is not regular, or too large for [`Budget::memory`].
    pub fn new(hir: &Hir, budget: Budget) -> Result<Self, NotLinear> {
        Self::with_graphs(hir, budget, &mut Graphs::default())
    }

    pub(super) fn with_graphs<'h>(
        hir: &'h Hir,
        budget: Budget,
        graphs: &mut Graphs<'h>,
    ) -> Result<Self, NotLinear> {
        let nfa = compile(hir, Direction::Forward, budget.memory / 8, graphs)?;
        let (states, slots) = (nfa.states.len(), 2 * hir.groups.len());
        let limit = budget.memory / 4;
        if states
            .saturating_mul(slots)
            .saturating_mul(2 * size_of::<usize>())
            > limit
        {
            return Err(NotLinear::TooLarge { limit });
        }
        Ok(Self {
            anchored: is_anchored(&hir.root),
            first: first_bytes(&nfa).map(|bytes| ByteFinder::new(&bytes)),
            now: Threads::new(states),
            next: Threads::new(states),
            stack: vec![],
            slots: vec![],
            steps: 0,
            nfa,
        })
    }

    /// The first match that begins at `at` or behind it.
    pub fn find(&mut self, haystack: &[u8], at: usize) -> Option<Span> {
        let mut slots = [NONE; 2];
        let [start, end] = match self.captures(haystack, at, &mut slots) {
            true => slots,
            false => return None,
        };
        Some(Span { start, end })
    }

    /// Whether there is a match that begins at `at` or behind it, and for each group where
    /// it begins and ends, [`usize::MAX`] if it has no part in the match. There may be
    /// fewer slots than two for each group; what they are too few for is not written.
    pub fn captures(&mut self, haystack: &[u8], at: usize, slots: &mut [usize]) -> bool {
        if at > haystack.len() || self.anchored && at > 0 {
            slots.fill(NONE);
            return false;
        }
        let whole = Search {
            haystack,
            from: at,
            to: haystack.len(),
            fixed: self.anchored,
        };
        self.search(whole, slots)
    }

    /// As [`Pike::captures`], for a match that is known to be at `span`.
    pub(super) fn captures_of(&mut self, haystack: &[u8], span: Span, slots: &mut [usize]) -> bool {
        let Span {
            start: from,
            end: to,
        } = span;
        self.search(
            Search {
                haystack,
                from,
                to,
                fixed: true,
            },
            slots,
        )
    }

    /// How many states the searches so far have been in, each counted once for each
    /// position where it was.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    pub(super) fn nfa(&self) -> &Nfa {
        &self.nfa
    }

    fn search(&mut self, search: Search<'_>, slots: &mut [usize]) -> bool {
        let Search {
            haystack,
            from,
            to,
            fixed,
        } = search;
        self.reset(slots.len());
        slots.fill(NONE);
        let mut found = false;
        let mut at = from;
        while at <= to {
            if self.now.states.as_slice().is_empty() {
                if found || fixed && at > from {
                    break;
                }
                match self.skip_to(&haystack[..to], at) {
                    Some(start) if !fixed || start == from => at = start,
                    _ => break,
                }
            }
            if !found && (!fixed || at == from) {
                self.slots.fill(NONE);
                self.enter(self.nfa.start, haystack, at, false);
            }
            found |= self.advance(haystack, at, at < to, slots);
            at += 1;
        }
        found
    }

    fn reset(&mut self, slots: usize) {
        let states = self.nfa.states.len();
        self.slots.resize(slots, NONE);
        for threads in [&mut self.now, &mut self.next] {
            threads.states.clear();
            threads.slots.resize(states * slots, NONE);
        }
    }

    fn skip_to(&self, haystack: &[u8], at: usize) -> Option<usize> {
        self.first
            .as_ref()
            .map_or(Some(at), |first| first.find(haystack, at))
    }

    /// Goes over the byte at `at`, if there `is_byte` one, with all states. Whether one of
    /// them is a match, which then ends all of lower priority.
    fn advance(&mut self, haystack: &[u8], at: usize, is_byte: bool, slots: &mut [usize]) -> bool {
        let width = slots.len();
        self.steps += self.now.states.as_slice().len() as u64;
        let mut matched = false;
        for thread in 0..self.now.states.as_slice().len() {
            let state = self.now.states.as_slice()[thread];
            let own = state as usize * width..(state as usize + 1) * width;
            match self.nfa.state(state) {
                State::Edges(edges) if is_byte => {
                    if let Some(to) = self.nfa.over(edges, haystack[at]) {
                        copy(&mut self.slots, &self.now.slots[own]);
                        self.enter(to, haystack, at + 1, true);
                    }
                }
                State::Match => {
                    copy(slots, &self.now.slots[own]);
                    matched = true;
                    break;
                }
                _ => {}
            }
        }
        core::mem::swap(&mut self.now, &mut self.next);
        self.next.states.clear();
        matched
    }

    /// Puts a state, and all that lead on from it without a byte, behind those that are
    /// there.
    #[inline]
    fn enter(&mut self, mut state: StateId, haystack: &[u8], at: usize, ahead: bool) {
        let threads = if ahead { &mut self.next } else { &mut self.now };
        loop {
            while threads.states.insert(state) {
                state = match self.nfa.state(state) {
                    State::Split(first, second, _) => {
                        self.stack.push(Frame::Enter(second));
                        first
                    }
                    State::Assert(assertion, next) if assertion.holds(haystack, at) => next,
                    State::Assert(..) => break,
                    State::Save(slot, next) => {
                        if let Some(value) = self.slots.get_mut(slot as usize) {
                            self.stack.push(Frame::Restore(slot as usize, *value));
                            *value = at;
                        }
                        next
                    }
                    State::Edges(_) | State::Match => {
                        threads.keep(state, &self.slots);
                        break;
                    }
                };
            }
            state = loop {
                match self.stack.pop() {
                    Some(Frame::Enter(state)) => break state,
                    Some(Frame::Restore(slot, value)) => self.slots[slot] = value,
                    None => return,
                }
            }
        }
    }
}

/// Where to look for a match.
struct Search<'h> {
    haystack: &'h [u8],
    from: usize,
    /// Where it ends at the latest.
    to: usize,
    /// Whether it begins at `from`.
    fixed: bool,
}

impl Threads {
    fn new(states: usize) -> Self {
        Self {
            states: SparseSet::new(states),
            slots: vec![],
        }
    }

    #[inline]
    fn keep(&mut self, state: StateId, slots: &[usize]) {
        let first = state as usize * slots.len();
        copy(&mut self.slots[first..first + slots.len()], slots);
    }
}

/// Copies slots, of which there are two as long as groups are not asked for.
#[inline]
fn copy(to: &mut [usize], from: &[usize]) {
    match (to, from) {
        ([start, end], &[from, to]) => (*start, *end) = (from, to),
        (to, from) => to.copy_from_slice(from),
    }
}
