//! Where a match may begin.

use alloc::vec;

use super::nfa::{Nfa, State};
use super::sparse::SparseSet;
use crate::hir::Node;
use crate::look::Look;
use crate::set::ByteSet;

/// The bytes that matches begin with; nothing if one may be empty.
pub(super) fn first_bytes(nfa: &Nfa) -> Option<ByteSet> {
    let mut seen = SparseSet::new(nfa.states.len());
    let mut stack = vec![nfa.start];
    let mut bytes = ByteSet::EMPTY;
    while let Some(state) = stack.pop() {
        if !seen.insert(state) {
            continue;
        }
        match nfa.state(state) {
            State::Edges(edges) => {
                let ranges = nfa.edges(edges).iter();
                bytes = ranges.fold(bytes, |all, edge| {
                    all.union(&ByteSet::range(edge.low, edge.high))
                });
            }
            State::Split(first, second, _) => stack.extend([first, second]),
            State::Assert(_, next) | State::Save(_, next) => stack.push(next),
            State::Match => return None,
        }
    }
    Some(bytes)
}

/// Whether matches begin at the beginning of the haystack only.
pub(super) fn is_anchored(node: &Node) -> bool {
    match node {
        Node::Look(look) => *look == Look::StartText,
        Node::Capture { body, .. } => is_anchored(body),
        Node::Repeat(repeat) => repeat.min > 0 && is_anchored(&repeat.body),
        Node::Alternate(parts) => parts.iter().all(is_anchored),
        Node::Concat(parts) => {
            let empty = parts
                .iter()
                .take_while(|part| part.lengths().1 == Some(0))
                .count();
            parts.iter().take(empty + 1).any(is_anchored)
        }
        _ => false,
    }
}

/// How many scalar values matches have, if all have as many.
pub(super) fn scalars(node: &Node) -> Option<usize> {
    match node {
        Node::Empty | Node::Look(_) => Some(0),
        Node::Literal(bytes) => str::from_utf8(bytes).ok().map(|text| text.chars().count()),
        Node::Bytes(set) => set.iter().all(|byte| byte < 0x80).then_some(1),
        Node::Class(_) => Some(1),
        Node::Capture { body, .. } => scalars(body),
        Node::Repeat(repeat) if repeat.max == Some(repeat.min) => {
            scalars(&repeat.body)?.checked_mul(repeat.min as usize)
        }
        Node::Concat(parts) => {
            let mut counts = parts.iter().map(scalars);
            counts.try_fold(0, |sum: usize, count| sum.checked_add(count?))
        }
        Node::Alternate(parts) => {
            let count = scalars(parts.first()?)?;
            parts
                .iter()
                .all(|part| scalars(part) == Some(count))
                .then_some(count)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::compile::{Direction, compile};
    use super::super::graph::Graphs;
    use super::super::tests::translate;
    use super::*;

    #[test]
    fn first_bytes_are_those_that_lead_on_from_the_start() {
        let first = |pattern| {
            let hir = translate(pattern, true);
            let nfa = compile(&hir, Direction::Forward, usize::MAX, &mut Graphs::default());
            first_bytes(&nfa.unwrap())
        };
        assert_eq!(
            first("foo|ba[rz]"),
            Some([b'f', b'b'].into_iter().collect())
        );
        assert_eq!(
            first(r"\b(a?b|é)"),
            Some([b'a', b'b', 0xc3].into_iter().collect())
        );
        assert_eq!(first("a*"), None);
        assert_eq!(first(r"$|a"), None);
    }

    #[test]
    fn a_pattern_is_anchored_if_no_match_begins_elsewhere() {
        let anchored = ["^", "^a", "(^a|^b)c", r"\b^a", r"(?:^a)+", r"(?:\b){2}^a"];
        let others = ["a", "^|a", "(?m)^a", "(?:^a)*b", "a^", "a?^b", "(?:^a)?"];
        assert!(
            anchored
                .iter()
                .all(|pattern| is_anchored(&translate(pattern, true).root))
        );
        assert!(
            !others
                .iter()
                .any(|pattern| is_anchored(&translate(pattern, true).root))
        );
    }

    #[test]
    fn scalar_values_are_counted_if_their_number_is_fixed() {
        let count = |pattern| scalars(&translate(pattern, true).root);
        assert_eq!(count(r"\b\w{3}(é|a)\W$"), Some(5));
        assert_eq!(count("日本|xy"), Some(2));
        assert_eq!(count("a|xy"), None);
        assert_eq!(count("é?"), None);
        assert_eq!(scalars(&translate(r"[\x80-\xff]", false).root), None);
        assert_eq!(scalars(&translate(r"\xff", false).root), None);
    }
}
