//! What may come next: the bytes that a part of a pattern, and what follows it, can begin with.

use super::program::NextSet;
use crate::hir::{Node, Repeat};
use crate::look::Look;
use crate::set::ByteSet;

impl NextSet {
    /// Any byte, and the end.
    pub const ANY: Self = Self {
        bytes: ByteSet::ALL,
        end: true,
    };
    /// Nothing at all.
    pub const NEVER: Self = Self {
        bytes: ByteSet::EMPTY,
        end: false,
    };

    fn of(bytes: ByteSet) -> Self {
        Self { bytes, end: false }
    }

    /// What either allows.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            bytes: self.bytes.union(&other.bytes),
            end: self.end || other.end,
        }
    }

    fn intersection(&self, other: &Self) -> Self {
        Self {
            bytes: self.bytes.intersection(&other.bytes),
            end: self.end && other.end,
        }
    }
}

/// What `node` and, behind it, what `follow` allows can begin with. It may be more than
/// that, and never is less: where it does not hold, `node` and the rest cannot match.
pub fn first(node: &Node, follow: &NextSet) -> NextSet {
    match node {
        Node::Empty => *follow,
        Node::Literal(bytes) => NextSet::of(bytes.first().copied().into_iter().collect()),
        Node::Bytes(set) => NextSet::of(*set),
        Node::Class(class) => NextSet::of(class.first_bytes()),
        Node::Look(look) => follow.intersection(&ahead_of(*look)),
        Node::Repeat(repeat) => first_of_repeat(repeat, follow),
        Node::Capture { body, .. } => first(body, follow),
        Node::Concat(parts) => parts
            .iter()
            .rev()
            .fold(*follow, |next, part| first(part, &next)),
        Node::Alternate(parts) => {
            let each = parts.iter().map(|part| first(part, follow));
            each.fold(NextSet::NEVER, |all, one| all.union(&one))
        }
        Node::Atomic(body) => first(body, follow),
        Node::Around(around) if around.behind || around.negated => *follow,
        Node::Around(around) => follow.intersection(&first(&around.body, &NextSet::ANY)),
        Node::Backreference { .. } => NextSet::ANY,
    }
}

/// A round that matches nothing is followed by another one or by `follow`, and what another
/// round begins with is in the set already.
fn first_of_repeat(repeat: &Repeat, follow: &NextSet) -> NextSet {
    if repeat.max == Some(0) {
        return *follow;
    }
    let body = first(&repeat.body, follow);
    if repeat.min == 0 || repeat.body.nullable() {
        return body.union(follow);
    }
    body
}

/// What an assertion lets come next.
fn ahead_of(look: Look) -> NextSet {
    match look {
        Look::EndText => NextSet {
            end: true,
            ..NextSet::NEVER
        },
        Look::EndLine | Look::EndTextOrNewline => NextSet {
            bytes: ByteSet::range(b'\n', b'\n'),
            end: true,
        },
        Look::StartText
        | Look::StartLine
        | Look::Word
        | Look::NotWord
        | Look::WordAscii
        | Look::NotWordAscii => NextSet::ANY,
    }
}
