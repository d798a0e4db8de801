//! The automata at work together.

use alloc::boxed::Box;

use super::compile::{Direction, compile};
use super::dfa::{Dfa, GaveUp};
use super::error::NotLinear;
use super::first::{first_bytes, is_anchored, scalars};
use super::graph::Graphs;
use super::nfa::Nfa;
use super::pike::Pike;
use super::replay::Replay;
use super::skip::Skip;
use crate::Span;
use crate::budget::Budget;
use crate::hir::Hir;
use crate::utf8;

/// How many bytes are for [`Pike`] when an automaton gives up for the first time.
const PAUSE: usize = 1 << 16;

/// A search in linear time: by a lazy DFA where it can, by [`Pike`] where it must.
#[derive(Clone, Debug)]
pub struct Linear {
    pike: Pike,
    forward: Dfa,
    start: Start,
    replay: Replay,
    /// How many more bytes are for [`Pike`], since the last automaton gave up.
    rest: usize,
    /// How many they are next time.
    pause: usize,
    anchored: bool,
}

/// How to find a match's start from its end.
#[derive(Clone, Debug)]
enum Start {
    /// It is that of the haystack.
    Text,
    /// All matches are of one length.
    Length(usize),
    /// All matches have so many scalar values.
    Scalars(usize),
    /// By a search backward.
    Search(Box<Reversed>),
}

/// The automata of the pattern read backward.
#[derive(Clone, Debug)]
struct Reversed {
    nfa: Nfa,
    dfa: Dfa,
}

impl Linear {
    /// The automata of a pattern.
    ///
    /// # Errors
    ///
    /// The pattern is not regular, or too large for [`Budget::memory`].
    pub fn new(hir: &Hir, budget: Budget) -> Result<Self, NotLinear> {
        let mut graphs = Graphs::default();
        let pike = Pike::with_graphs(hir, budget, &mut graphs)?;
        let skip = first_bytes(pike.nfa()).and_then(|bytes| Skip::new(&bytes));
        let forward = Dfa::new(pike.nfa(), Direction::Forward, budget.memory / 4, skip);
        Ok(Self {
            forward,
            start: Start::new(hir, budget, &mut graphs)?,
            replay: Replay::new(),
            rest: 0,
            pause: PAUSE,
            anchored: is_anchored(&hir.root),
            pike,
        })
    }

    /// The first match that begins at `at` or behind it.
    pub fn find(&mut self, haystack: &[u8], at: usize) -> Option<Span> {
        if at > haystack.len() || self.anchored && at > 0 {
            return None;
        }
        match self.find_by_dfa(haystack, at) {
            Ok(found) => found,
            Err(GaveUp) => self.find_by_pike(haystack, at),
        }
    }

    /// Whether there is a match that begins at `at` or behind it, and for each group where
    /// it begins and ends, [`usize::MAX`] if it has no part in the match.
    pub fn captures(&mut self, haystack: &[u8], at: usize, slots: &mut [usize]) -> bool {
        let Some(span) = self.find(haystack, at) else {
            slots.fill(usize::MAX);
            return false;
        };
        if let [start, end] = slots {
            (*start, *end) = (span.start, span.end);
            return true;
        }
        let nfa = self.pike.nfa();
        self.replay.captures_of(nfa, haystack, span, slots)
            || self.pike.captures_of(haystack, span, slots)
    }

    #[inline]
    fn find_by_dfa(&mut self, haystack: &[u8], at: usize) -> Result<Option<Span>, GaveUp> {
        if self.rest > 0 {
            return Err(GaveUp);
        }
        let Some(end) = self.forward.find_end(self.pike.nfa(), haystack, at)? else {
            return Ok(None);
        };
        let start = match &mut self.start {
            Start::Text => 0,
            Start::Length(length) => end - *length,
            Start::Scalars(count) => back(haystack, end, *count),
            Start::Search(reversed) => {
                let Reversed { nfa, dfa } = &mut **reversed;
                let span = Span { start: at, end };
                dfa.find_start(nfa, haystack, span)?.ok_or(GaveUp)?
            }
        };
        Ok(Some(Span { start, end }))
    }

    #[cold]
    #[inline(never)]
    fn find_by_pike(&mut self, haystack: &[u8], at: usize) -> Option<Span> {
        if self.rest == 0 {
            self.rest = self.pause;
            self.pause = self.pause.saturating_mul(2);
        }
        let found = self.pike.find(haystack, at);
        let end = found.map_or(haystack.len(), |span| span.end);
        self.rest = self.rest.saturating_sub(end - at + 1);
        found
    }
}

#[cfg(test)]
impl Linear {
    /// Leaves the caches room for hardly a state.
    pub(super) fn cramp(&mut self) {
        self.forward.cramp();
        if let Start::Search(reversed) = &mut self.start {
            reversed.dfa.cramp();
        }
    }
}

impl Start {
    fn new<'h>(hir: &'h Hir, budget: Budget, graphs: &mut Graphs<'h>) -> Result<Self, NotLinear> {
        if is_anchored(&hir.root) {
            return Ok(Self::Text);
        }
        let count = scalars(&hir.root);
        match (hir.root.lengths(), count) {
            ((least, Some(most)), _) if least == most => Ok(Self::Length(least)),
            (_, Some(count)) => Ok(Self::Scalars(count)),
            _ => {
                let nfa = compile(hir, Direction::Backward, budget.memory / 8, graphs)?;
                let dfa = Dfa::new(&nfa, Direction::Backward, budget.memory / 4, None);
                Ok(Self::Search(Box::new(Reversed { nfa, dfa })))
            }
        }
    }
}

/// Where the last `count` encodings before `end` begin.
fn back(haystack: &[u8], end: usize, count: usize) -> usize {
    let mut bytes = haystack[..end].iter();
    for _ in 0..count {
        bytes.rfind(|&&byte| !utf8::is_continuation(byte));
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::super::tests::translate;
    use super::*;
    use std::vec;
    use std::vec::Vec;

    /// A text of two letters without a rule.
    fn noise(length: usize) -> Vec<u8> {
        let next = |state: &mut u32| {
            *state = state.wrapping_mul(0x0019_660d).wrapping_add(0x3c6e_f35f);
            Some(b'a' + (*state >> 31) as u8)
        };
        let mut state = 6;
        core::iter::from_fn(|| next(&mut state))
            .take(length)
            .collect()
    }

    fn spans(linear: &mut Linear, haystack: &[u8]) -> Vec<Span> {
        let (mut spans, mut at) = (vec![], 0);
        while let Some(span) = linear.find(haystack, at) {
            spans.push(span);
            at = span.end;
        }
        spans
    }

    #[test]
    fn an_automaton_with_too_many_states_gives_up() {
        let hir = translate("a[ab]{14}bb", false);
        let budget = Budget {
            memory: 256 << 10,
            ..Budget::default()
        };
        let mut small = Linear::new(&hir, budget).unwrap();
        let mut large = Linear::new(
            &hir,
            Budget {
                memory: 1 << 28,
                ..budget
            },
        )
        .unwrap();
        let haystack = noise(40_000);
        assert_eq!(spans(&mut small, &haystack), spans(&mut large, &haystack));
        assert!(small.rest > 0 && small.pike.steps() > 0);
        assert_eq!(large.pike.steps(), 0);
    }

    #[test]
    fn an_automaton_that_gave_up_is_tried_again() {
        let hir = translate("a[ab]{14}bb", false);
        let budget = Budget {
            memory: 256 << 10,
            ..Budget::default()
        };
        let mut linear = Linear::new(&hir, budget).unwrap();
        spans(&mut linear, &noise(10_000));
        assert!(linear.rest > 0);
        assert_eq!(linear.find(&[b'b'; 2 * PAUSE], 0), None);
        let steps = linear.pike.steps();
        assert_eq!(linear.find(&[b'b'; 2 * PAUSE], 0), None);
        assert_eq!((linear.rest, linear.pike.steps()), (0, steps));
    }

    #[test]
    fn a_match_that_is_too_long_to_replay_is_simulated() {
        let hir = translate("(?:(a)|(b)|(c)|(d))+d", false);
        let mut linear = Linear::new(&hir, Budget::default()).unwrap();
        for length in [1 << 4, 1 << 18] {
            let mut haystack = noise(length);
            haystack.extend(b"bd");
            let mut slots = [0; 10];
            assert!(linear.captures(&haystack, 0, &mut slots));
            assert_eq!((slots[0], slots[1]), (0, haystack.len()));
            assert_eq!((slots[4], slots[5]), (length, length + 1));
            assert_eq!((slots[6], slots[8]), (usize::MAX, usize::MAX));
            assert_eq!(linear.pike.steps() > 0, length > 1 << 10);
        }
    }

    #[test]
    fn waiting_that_does_not_pay_ends() {
        let hir = translate("a[ab]c", false);
        let mut linear = Linear::new(&hir, Budget::default()).unwrap();
        let mut haystack = vec![b'-'; 100];
        haystack.extend(b"a-".repeat(1000));
        haystack.extend(b"bc abc");
        assert_eq!(
            linear.find(&haystack, 0),
            Some(Span {
                start: 2103,
                end: 2106
            })
        );
        assert!(!linear.forward.waits());
        assert_eq!(linear.find(&haystack, 2104), None);
    }
}
