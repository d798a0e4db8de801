//! What a pattern says, with its syntax behind it: the tree that every engine is made from.
//!
//! The parser builds it; nobody changes it. Flags are resolved: case folding has become
//! classes, `.` one of two classes, `^` one of two assertions. What holds:
//!
//! - a [`Node::Literal`] is not empty, and a [`Node::Concat`] has no literal beside another;
//! - `Concat` and `Alternate` have at least two parts, and no part of their own kind;
//! - a [`Class`] has a member that is not ASCII, and more than one member. A class without
//!   such members is [`Node::Bytes`], with a single member a literal;
//! - groups are numbered by their opening parenthesis from 1.
//!
//! A haystack is bytes. In a Unicode pattern a class matches the UTF-8 encoding of a scalar
//! value and never a byte that is part of none.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::look::Look;
use crate::set::ByteSet;

/// A parsed pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hir {
    /// The tree.
    pub root: Node,
    /// The names of the groups, by number; that of group 0, the whole match, is `None`.
    pub groups: Vec<Option<String>>,
    /// Whether matches must not begin within the encoding of a scalar value.
    pub unicode: bool,
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// The empty string.
    Empty,
    /// These bytes.
    Literal(Box<[u8]>),
    /// One byte of a set; of an empty one, nothing ever.
    Bytes(ByteSet),
    /// One scalar value of a class, in UTF-8.
    Class(Class),
    /// The empty string where an assertion holds.
    Look(Look),
    /// A body again and again.
    Repeat(Repeat),
    /// A capturing group.
    Capture {
        /// Its number, from 1.
        index: u32,
        /// What it captures.
        body: Box<Node>,
    },
    /// One after the other.
    Concat(Vec<Node>),
    /// The first that leads to a match.
    Alternate(Vec<Node>),
    /// `(?>..)`: the body's first match and no other.
    Atomic(Box<Node>),
    /// `(?=..)`, `(?!..)`, `(?<=..)`, `(?<!..)`.
    Around(Around),
    /// What a group captured, again; fails where the group has captured nothing.
    Backreference {
        /// The group's number.
        group: u32,
        /// Whether letters that differ in case only are the same.
        fold: bool,
    },
}

/// A body between `min` and `max` times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// The least number of times.
    pub min: u32,
    /// The greatest, if there is one; at least `min`.
    pub max: Option<u32>,
    /// Which number of times is tried first.
    pub greed: Greed,
    /// What is repeated.
    pub body: Box<Node>,
}

/// Which number of times a repetition tries first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Greed {
    /// The greatest, then ever fewer.
    Greedy,
    /// The least, then ever more.
    Lazy,
    /// The greatest and no other.
    Possessive,
}

/// A look around: a body that must match, or must not, and is not part of the match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Around {
    /// Whether the body ends here instead of beginning here. Its length is bounded then.
    pub behind: bool,
    /// Whether the body must not match.
    pub negated: bool,
    /// What is looked for.
    pub body: Box<Node>,
}

/// Scalar values, some of which are not ASCII.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class {
    ranges: Box<[(char, char)]>,
    ascii: ByteSet,
}

impl Class {
    /// The class of sorted ranges, both ends included, that neither overlap nor touch.
    pub fn new(ranges: impl Into<Box<[(char, char)]>>) -> Self {
        let ranges = ranges.into();
        let ascii = (0..0x80).filter(|&byte| within(&ranges, char::from(byte)));
        let ascii = ascii.collect();
        Self { ranges, ascii }
    }

    /// Its ranges, in ascending order.
    pub fn ranges(&self) -> &[(char, char)] {
        &self.ranges
    }

    /// Its members that are ASCII.
    pub fn ascii(&self) -> &ByteSet {
        &self.ascii
    }

    /// Whether `scalar` is a member.
    #[inline]
    pub fn contains(&self, scalar: char) -> bool {
        match u8::try_from(scalar) {
            Ok(byte) if byte < 0x80 => self.ascii.contains(byte),
            _ => within(&self.ranges, scalar),
        }
    }

    /// The bytes that encodings of members begin with.
    pub fn first_bytes(&self) -> ByteSet {
        let lead = |scalar: char| scalar.encode_utf8(&mut [0; 4]).as_bytes()[0];
        let wide = self.ranges.iter().filter(|range| range.1 >= '\u{80}');
        wide.map(|&(first, last)| ByteSet::range(lead(first.max('\u{80}')), lead(last)))
            .fold(self.ascii, |all, some| all.union(&some))
    }
}

fn within(ranges: &[(char, char)], scalar: char) -> bool {
    let behind = ranges.partition_point(|range| range.1 < scalar);
    ranges.get(behind).is_some_and(|range| range.0 <= scalar)
}

impl Node {
    /// The least and, if there is one, the greatest number of bytes that it matches.
    pub fn lengths(&self) -> (usize, Option<usize>) {
        match self {
            Self::Empty | Self::Look(_) | Self::Around(_) => (0, Some(0)),
            Self::Literal(bytes) => (bytes.len(), Some(bytes.len())),
            Self::Bytes(_) => (1, Some(1)),
            Self::Class(class) => class_lengths(class),
            Self::Repeat(repeat) => repeat.lengths(),
            Self::Capture { body, .. } | Self::Atomic(body) => body.lengths(),
            Self::Concat(parts) => parts.iter().map(Self::lengths).fold((0, Some(0)), |a, b| {
                let most = a.1.zip(b.1).and_then(|(a, b)| a.checked_add(b));
                (a.0.saturating_add(b.0), most)
            }),
            Self::Alternate(parts) => {
                let mut lengths = parts.iter().map(Self::lengths);
                let first = lengths.next().unwrap_or((0, Some(0)));
                lengths.fold(first, |a, b| {
                    (a.0.min(b.0), a.1.zip(b.1).map(|(a, b)| a.max(b)))
                })
            }
            Self::Backreference { .. } => (0, None),
        }
    }

    /// Whether it can match the empty string.
    pub fn nullable(&self) -> bool {
        self.lengths().0 == 0
    }

    /// Whether an automaton can match it: nothing in it depends on what was captured, or
    /// looks around, or takes back a choice.
    pub fn is_regular(&self) -> bool {
        match self {
            Self::Atomic(_) | Self::Around(_) | Self::Backreference { .. } => false,
            Self::Repeat(repeat) => repeat.greed != Greed::Possessive && repeat.body.is_regular(),
            _ => self.parts().iter().all(Self::is_regular),
        }
    }

    /// The parts that it is made of.
    pub fn parts(&self) -> &[Node] {
        match self {
            Self::Concat(parts) | Self::Alternate(parts) => parts,
            Self::Repeat(Repeat { body, .. })
            | Self::Around(Around { body, .. })
            | Self::Capture { body, .. }
            | Self::Atomic(body) => core::slice::from_ref(body),
            _ => &[],
        }
    }
}

impl Repeat {
    fn lengths(&self) -> (usize, Option<usize>) {
        let (least, most) = self.body.lengths();
        let most = match (most, self.max) {
            (Some(0), _) => Some(0),
            (Some(most), Some(times)) => most.checked_mul(times as usize),
            _ => None,
        };
        (least.saturating_mul(self.min as usize), most)
    }
}

fn class_lengths(class: &Class) -> (usize, Option<usize>) {
    let least = class.ranges.first().map_or(1, |range| range.0.len_utf8());
    let most = class.ranges.last().map_or(1, |range| range.1.len_utf8());
    (least, Some(most))
}
