//! What a byte beside a position says about the assertions there.

use alloc::vec::Vec;

use crate::look::{Look, is_word_byte};
use crate::utf8;

/// What is on one side of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Nothing: the haystack begins or ends.
    Edge,
    Newline,
    /// An ASCII word character.
    Word,
    /// Another ASCII character.
    Other,
    /// A byte that is not ASCII and may begin an encoding.
    Lead,
    Continuation,
}

impl Side {
    pub(super) const ALL: [Self; 6] = [
        Self::Edge,
        Self::Newline,
        Self::Word,
        Self::Other,
        Self::Lead,
        Self::Continuation,
    ];

    pub(super) fn of(byte: u8) -> Self {
        match byte {
            b'\n' => Self::Newline,
            byte if is_word_byte(byte) => Self::Word,
            0..0x80 => Self::Other,
            byte if utf8::is_continuation(byte) => Self::Continuation,
            _ => Self::Lead,
        }
    }
}

/// What an automaton may have to find out about a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Assertion {
    /// One that the pattern makes.
    Look(Look),
    /// That no encoding is cut, so that a match may begin.
    Boundary,
}

impl Assertion {
    pub(super) fn holds(self, haystack: &[u8], at: usize) -> bool {
        match self {
            Self::Look(look) => look.holds(haystack, at),
            Self::Boundary => utf8::is_boundary(haystack, at),
        }
    }

    /// Whether it holds between `before` and `after`, if they are enough to tell.
    pub(super) fn decide(self, before: Side, after: Side) -> Option<bool> {
        let Self::Look(look) = self else {
            return Some(after != Side::Continuation);
        };
        let words = (before == Side::Word, after == Side::Word);
        // An encoding is whole before a position, or behind it, unless it cannot be.
        let cut = before == Side::Lead || after == Side::Continuation;
        let open = before == Side::Continuation || after == Side::Lead;
        match look {
            Look::StartText => Some(before == Side::Edge),
            Look::EndText => Some(after == Side::Edge),
            Look::EndTextOrNewline => (after != Side::Newline).then_some(after == Side::Edge),
            Look::StartLine => Some(matches!(before, Side::Edge | Side::Newline)),
            Look::EndLine => Some(matches!(after, Side::Edge | Side::Newline)),
            Look::Word => (!open).then_some(words.0 != words.1),
            Look::NotWord if cut => Some(false),
            Look::NotWord => (!open).then_some(words.0 == words.1),
            Look::WordAscii => Some(words.0 != words.1),
            Look::NotWordAscii => Some(words.0 == words.1),
        }
    }
}

/// Which of the assertions hold that sides may leave open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcome(u8);

impl Outcome {
    /// How many there are.
    pub(super) const COUNT: usize = 1 << OPEN.len();

    /// The one with an index below [`Outcome::COUNT`].
    pub(super) fn from_index(index: u32) -> Self {
        Self(index as u8)
    }

    /// Whether it is one where `assertion`, which sides have left open, holds.
    pub(super) fn says(self, assertion: Assertion) -> bool {
        let bit = OPEN
            .iter()
            .position(|&look| Assertion::Look(look) == assertion);
        bit.is_some_and(|bit| self.0 >> bit & 1 != 0)
    }

    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// Which assertions a pattern has of those that sides may leave open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open([bool; OPEN.len()]);

impl Open {
    pub(super) fn new(assertions: &[Assertion]) -> Self {
        Self(OPEN.map(|look| assertions.contains(&Assertion::Look(look))))
    }

    /// Which of them hold at `at`.
    pub(super) fn outcome(self, haystack: &[u8], at: usize) -> Outcome {
        let mut bits = 0;
        for (bit, look) in OPEN.into_iter().enumerate() {
            if self.0[bit] && look.holds(haystack, at) {
                bits |= 1 << bit;
            }
        }
        Outcome(bits)
    }
}

/// The assertions that [`Assertion::decide`] may leave open.
const OPEN: [Look; 3] = [Look::Word, Look::NotWord, Look::EndTextOrNewline];

/// Which sides are the same to the assertions of a pattern: each stands for itself or for
/// an earlier one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sides {
    before: [Side; Side::ALL.len()],
    after: [Side; Side::ALL.len()],
}

impl Sides {
    pub(super) fn new(assertions: &[Assertion]) -> Self {
        let row = |before: Side| verdicts(assertions, |other, a| a.decide(before, other));
        let column = |after: Side| verdicts(assertions, |other, a| a.decide(other, after));
        Self {
            before: Side::ALL.map(|side| first_alike(side, row)),
            after: Side::ALL.map(|side| first_alike(side, column)),
        }
    }

    pub(super) fn before(&self, side: Side) -> Side {
        self.before[side as usize]
    }

    pub(super) fn after(&self, side: Side) -> Side {
        self.after[side as usize]
    }
}

type Verdicts = Vec<Option<bool>>;

fn verdicts(
    assertions: &[Assertion],
    decide: impl Fn(Side, Assertion) -> Option<bool>,
) -> Verdicts {
    let others = Side::ALL.into_iter();
    let each = others.flat_map(|other| assertions.iter().map(move |&a| (other, a)));
    each.map(|(other, assertion)| decide(other, assertion))
        .collect()
}

fn first_alike(side: Side, verdicts: impl Fn(Side) -> Verdicts) -> Side {
    let own = verdicts(side);
    let alike = |other: &Side| verdicts(*other) == own;
    Side::ALL.into_iter().find(alike).unwrap_or(side)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    const LOOKS: [Look; 9] = [
        Look::StartText,
        Look::EndText,
        Look::EndTextOrNewline,
        Look::StartLine,
        Look::EndLine,
        Look::Word,
        Look::NotWord,
        Look::WordAscii,
        Look::NotWordAscii,
    ];

    /// All haystacks of up to four bytes of an alphabet that has each side, and encodings
    /// of a word character, another character, and part of one.
    fn haystacks() -> Vec<Vec<u8>> {
        let alphabet: [&[u8]; 7] = [
            b"a",
            b"\n",
            b" ",
            "é".as_bytes(),
            "—".as_bytes(),
            b"\xc3",
            b"\xa9",
        ];
        let mut all: Vec<Vec<u8>> = vec![vec![]];
        let mut from = 0;
        for _ in 0..4 {
            let longest = all.len();
            for head in from..longest {
                let longer = alphabet.map(|tail| [&all[head], tail].concat());
                all.extend(longer);
            }
            from = longest;
        }
        all
    }

    fn side(haystack: &[u8], at: Option<usize>) -> Side {
        let byte = at.and_then(|at| haystack.get(at));
        byte.map_or(Side::Edge, |&byte| Side::of(byte))
    }

    #[test]
    fn what_sides_decide_is_what_holds() {
        let all = LOOKS
            .map(Assertion::Look)
            .into_iter()
            .chain([Assertion::Boundary]);
        for assertion in all {
            let mut open = 0;
            for haystack in haystacks() {
                for at in 0..=haystack.len() {
                    let before = side(&haystack, at.checked_sub(1));
                    let after = side(&haystack, Some(at));
                    let holds = assertion.holds(&haystack, at);
                    match assertion.decide(before, after) {
                        Some(decided) => {
                            assert_eq!(decided, holds, "{assertion:?} {haystack:?} {at}")
                        }
                        None => {
                            open += 1;
                            assert_eq!(
                                Open::new(&[assertion])
                                    .outcome(&haystack, at)
                                    .says(assertion),
                                holds
                            );
                        }
                    }
                }
            }
            let may = OPEN.iter().any(|&look| Assertion::Look(look) == assertion);
            assert_eq!(open > 0, may, "{assertion:?}");
        }
    }

    #[test]
    fn sides_are_told_apart_as_far_as_assertions_do() {
        let none = Sides::new(&[]);
        assert!(
            Side::ALL
                .iter()
                .all(|&side| none.before(side) == Side::Edge)
        );
        let lines = Sides::new(&[Assertion::Look(Look::StartLine)]);
        assert_eq!(lines.before(Side::Newline), Side::Edge);
        assert_eq!(lines.before(Side::Word), lines.before(Side::Lead));
        assert_ne!(lines.before(Side::Word), Side::Edge);
        assert_eq!(lines.after(Side::Word), Side::Edge);
        let words = Sides::new(&[Assertion::Look(Look::Word)]);
        assert_eq!(words.before(Side::Other), Side::Edge);
        assert_eq!(words.after(Side::Word), Side::Word);
        assert_eq!(words.after(Side::Continuation), Side::Edge);
        assert_eq!(words.after(Side::Lead), Side::Lead);
    }
}
