//! Searches.

use super::id::{FINAL, Id, MATCH, START, TAGS, UNKNOWN};
use super::run::{Backward, Forward, Matching, Pair, Plain, Way};
use super::{Dfa, GaveUp};
use crate::Span;
use crate::linear::nfa::Nfa;

/// Where a search ends, if it has come to a match.
type Found = Result<Option<usize>, GaveUp>;

/// Where a search ends at the latest.
#[derive(Clone, Copy)]
struct Bound {
    at: usize,
    /// Whether the haystack ends there, too.
    is_edge: bool,
}

impl Dfa {
    /// Where the leftmost match ends of those that begin at `at` or behind it.
    #[inline]
    pub(in super::super) fn find_end(&mut self, nfa: &Nfa, haystack: &[u8], at: usize) -> Found {
        let bound = Bound {
            at: haystack.len(),
            is_edge: true,
        };
        self.search::<Forward>(nfa, haystack, at, bound)
    }

    /// Where the longest match begins that ends at the span's end, within the span.
    #[inline]
    pub(in super::super) fn find_start(&mut self, nfa: &Nfa, haystack: &[u8], span: Span) -> Found {
        let bound = Bound {
            // A match that begins where the span does is noticed behind a further byte.
            at: span.start.saturating_sub(1),
            is_edge: span.start == 0,
        };
        self.search::<Backward>(nfa, haystack, span.end, bound)
    }

    /// Goes on from the beginning until it is known whether there is a match.
    ///
    /// PERF: most matches are short, and most searches end in the first run that is not
    /// plain. That they are no part of the loop saves a fifth of what there is to do for
    /// a match beside its bytes (`[a-z]+` on English text). What goes to the loop fits in
    /// registers for the same reason.
    #[inline]
    fn search<W: Way>(&mut self, nfa: &Nfa, haystack: &[u8], from: usize, bound: Bound) -> Found {
        let start = self.known_start(W::last(haystack, from));
        self.mark = from;
        if start >= START || from == bound.at {
            return self.search_on::<W>(nfa, haystack, bound, from, Pair::new(0, start));
        }
        let table = &*self.cache.table;
        let (mut bytes, mut last) = W::run::<Plain>(table, haystack, from, bound.at, start);
        let mut at = W::ahead(from, bytes);
        if (MATCH..TAGS).contains(&last.state()) && at != bound.at {
            let more;
            (more, last) = W::run::<Matching>(table, haystack, at, bound.at, last.state());
            bytes += more;
            at = W::ahead(at, more);
        }
        if last.state() == FINAL {
            self.gone += bytes;
            return Ok(Some(W::back(at, 1)));
        }
        self.search_on::<W>(nfa, haystack, bound, at, last)
    }

    /// Goes on at `at`, with the `last` two states. Only the later one counts if the search
    /// has not begun.
    #[inline(never)]
    fn search_on<W: Way>(
        &mut self,
        nfa: &Nfa,
        haystack: &[u8],
        bound: Bound,
        mut at: usize,
        last: Pair,
    ) -> Found {
        let mut found = (last.previous() & MATCH != 0).then(|| W::back(at, 2));
        let mut state = last.state();
        if state >= UNKNOWN {
            state = match at == self.mark {
                true => self.start(nfa, W::last(haystack, at), at)?,
                false => self.after::<W>(nfa, haystack, at, last)?,
            };
        }
        while state < TAGS {
            if state & START != 0 {
                match self.skip(haystack, at) {
                    Some(first) => at = first,
                    None => break,
                }
                state = self.start(nfa, W::last(haystack, at), at)? & !START;
            }
            if at == bound.at {
                if state & MATCH != 0 {
                    found = Some(W::back(at, 1));
                }
                if bound.is_edge && self.ends(nfa, haystack, at, state)? {
                    found = Some(at);
                }
                break;
            }
            let (bytes, last) = match state & MATCH {
                0 => W::run::<Plain>(&self.cache.table, haystack, at, bound.at, state),
                _ => W::run::<Matching>(&self.cache.table, haystack, at, bound.at, state),
            };
            at = W::ahead(at, bytes);
            if state & MATCH != 0 {
                found = Some(W::back(at, 2));
            }
            state = last.state();
            if state >= UNKNOWN {
                state = self.after::<W>(nfa, haystack, at, last)?;
            }
        }
        if state == FINAL {
            found = Some(W::back(at, 1));
        }
        self.gone += at.abs_diff(self.mark);
        Ok(found)
    }

    /// Where a match may begin, at `at` or behind it.
    fn skip(&mut self, haystack: &[u8], at: usize) -> Option<usize> {
        let Some(skip) = &mut self.skip else {
            return Some(at);
        };
        let first = skip.find(haystack, at)?;
        if skip.is_waste() {
            self.wait_no_more();
        }
        Some(first)
    }

    /// The state at `at`, where a run has ended with what is not one yet.
    fn after<W: Way>(
        &mut self,
        nfa: &Nfa,
        haystack: &[u8],
        at: usize,
        last: Pair,
    ) -> Result<Id, GaveUp> {
        match W::last(haystack, at) {
            Some(byte) => self.next(nfa, haystack, W::back(at, 1), last, byte),
            None => unreachable!("the search has gone over a byte"),
        }
    }
}
