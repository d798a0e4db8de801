//! The groups of a match that is known.

use alloc::vec;
use alloc::vec::Vec;

use super::nfa::{Nfa, State, StateId};
use crate::Span;

/// How many bits may remember where a search was. There are at most as many choices to go
/// back to.
const MOST: usize = 1 << 16;

/// A search by going back, which goes over nothing twice as it remembers where it was.
/// Between two choices there is but one way, so only these are remembered.
#[derive(Clone, Debug)]
pub(super) struct Replay {
    stack: Vec<Frame>,
    /// For each position, whether each [`State::Split`] was entered there.
    seen: Vec<u64>,
}

/// What is left to do, or to undo.
#[derive(Clone, Copy, Debug)]
enum Frame {
    Enter(StateId, usize),
    Restore(usize, usize),
}

impl Replay {
    pub(super) fn new() -> Self {
        Self {
            stack: vec![],
            seen: vec![],
        }
    }

    /// Writes the slots of the match at `span`; whether it was short enough for that.
    pub(super) fn captures_of(
        &mut self,
        nfa: &Nfa,
        haystack: &[u8],
        span: Span,
        slots: &mut [usize],
    ) -> bool {
        let (positions, splits) = (span.end - span.start + 1, nfa.splits as usize);
        let bits = positions.saturating_mul(splits);
        if bits > MOST {
            return false;
        }
        self.seen.clear();
        self.seen.resize(bits.div_ceil(64), 0);
        self.stack.clear();
        slots.fill(usize::MAX);
        let mut way = Some((nfa.start, span.start));
        while let Some((state, at)) = way {
            if self.follow(nfa, haystack, span, slots, state, at) {
                return true;
            }
            way = self.go_back(slots);
        }
        false
    }

    /// Goes on from `state` at `at`, by the first way of each choice. Whether it leads to
    /// the match's end.
    fn follow(
        &mut self,
        nfa: &Nfa,
        haystack: &[u8],
        span: Span,
        slots: &mut [usize],
        mut state: StateId,
        mut at: usize,
    ) -> bool {
        loop {
            state = match nfa.state(state) {
                State::Edges(edges) => {
                    if at == span.end {
                        return false;
                    }
                    let Some(to) = nfa.over(edges, haystack[at]) else {
                        return false;
                    };
                    at += 1;
                    to
                }
                State::Split(first, second, number) => {
                    if !self.is_new((at - span.start) * nfa.splits as usize + number as usize) {
                        return false;
                    }
                    self.stack.push(Frame::Enter(second, at));
                    first
                }
                State::Assert(assertion, next) if assertion.holds(haystack, at) => next,
                State::Assert(..) => return false,
                State::Save(slot, next) => {
                    if let Some(value) = slots.get_mut(slot as usize) {
                        self.stack.push(Frame::Restore(slot as usize, *value));
                        *value = at;
                    }
                    next
                }
                State::Match => return at == span.end,
            };
        }
    }

    /// Remembers a choice at a position; whether it was not remembered yet.
    #[inline]
    fn is_new(&mut self, bit: usize) -> bool {
        let (word, mask) = (&mut self.seen[bit / 64], 1 << (bit % 64));
        let is_new = *word & mask == 0;
        *word |= mask;
        is_new
    }

    /// The next way to try, with the slots as they were where it begins.
    fn go_back(&mut self, slots: &mut [usize]) -> Option<(StateId, usize)> {
        loop {
            match self.stack.pop()? {
                Frame::Enter(state, at) => return Some((state, at)),
                Frame::Restore(slot, value) => slots[slot] = value,
            }
        }
    }
}
