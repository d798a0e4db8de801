//! All of it together: against `regex-automata`'s simulation, and each other.

mod limits;
mod random;
mod table;
mod translate;

use std::string::String;
use std::vec;
use std::vec::Vec;

use regex_automata::nfa::thompson::{self, pikevm};
use regex_automata::{Input, util::syntax};

use self::translate::Z;
pub(super) use self::translate::translate;
use super::{Linear, Pike};
use crate::Span;
use crate::budget::Budget;

/// The slots of a match.
type Slots = Vec<usize>;

/// All matches of a search that is repeated behind the match before.
fn all(haystack: &[u8], mut search: impl FnMut(usize) -> Option<Slots>) -> Vec<Slots> {
    let (mut matches, mut at, mut last) = (vec![], 0, None);
    while at <= haystack.len() {
        let Some(found) = search(at) else { break };
        let (start, end) = (found[0], found[1]);
        if start == end && last == Some(end) {
            at = end + 1;
            continue;
        }
        (at, last) = (end, Some(end));
        matches.push(found);
    }
    matches
}

/// What `regex-automata` finds.
fn expected(pattern: &str, unicode: bool, haystack: &[u8]) -> Vec<Slots> {
    let vm = pikevm::Builder::new()
        .syntax(syntax::Config::new().unicode(unicode).utf8(unicode))
        .thompson(thompson::Config::new().utf8(unicode).nfa_size_limit(None))
        .build(pattern)
        .unwrap();
    let (mut cache, groups) = (
        vm.create_cache(),
        vm.get_nfa()
            .group_info()
            .group_len(0usize.try_into().unwrap()),
    );
    all(haystack, |at| {
        let mut slots = vec![None; 2 * groups];
        let input = Input::new(haystack).span(at..haystack.len());
        vm.search_slots(&mut cache, &input, &mut slots)?;
        Some(
            slots
                .iter()
                .map(|slot| slot.map_or(usize::MAX, |slot| slot.get()))
                .collect(),
        )
    })
}

/// Compares all that both engines find with what `regex-automata` does.
fn check(pattern: &str, unicode: bool, haystacks: &[&[u8]]) {
    let hir = translate(pattern, unicode);
    let mut pike = Pike::new(&hir, Budget::default()).unwrap();
    let mut linear = Linear::new(&hir, Budget::default()).unwrap();
    // So little that the cache is full all the time.
    let mut cramped = linear.clone();
    cramped.cramp();
    for haystack in haystacks {
        let what = std::format!(
            "{pattern:?} unicode={unicode} in {}",
            haystack.escape_ascii()
        );
        let slots = || vec![7; 2 * hir.groups.len()];
        let by_pike = all(haystack, |at| {
            by_captures(slots(), |slots| pike.captures(haystack, at, slots))
        });
        // What a Unicode pattern does beside bytes that are not UTF-8 is not the same
        // elsewhere: "a\x94" is said to end in a word character.
        if (!unicode || str::from_utf8(haystack).is_ok()) && !pattern.contains(Z) {
            assert_eq!(
                by_pike,
                expected(pattern, unicode, haystack),
                "pike: {what}"
            );
        }
        let expected = by_pike;
        for linear in [&mut linear, &mut cramped] {
            assert_eq!(
                all(haystack, |at| by_captures(slots(), |slots| linear
                    .captures(haystack, at, slots))),
                expected,
                "linear: {what}"
            );
        }
        let spans: Vec<_> = expected
            .iter()
            .map(|slots| vec![slots[0], slots[1]])
            .collect();
        assert_eq!(
            all(haystack, |at| by_span(pike.find(haystack, at))),
            spans,
            "pike: {what}"
        );
        assert_eq!(
            all(haystack, |at| by_span(linear.find(haystack, at))),
            spans,
            "linear: {what}"
        );
    }
}

fn by_captures(mut slots: Slots, captures: impl FnOnce(&mut [usize]) -> bool) -> Option<Slots> {
    captures(&mut slots).then_some(slots)
}

fn by_span(span: Option<Span>) -> Option<Slots> {
    span.map(|span| vec![span.start, span.end])
}

/// `count` times `text`.
fn times(text: &str, count: usize) -> String {
    text.repeat(count)
}
