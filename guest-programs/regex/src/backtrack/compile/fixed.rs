//! Stretches of fixed length: one check of the length, then wide comparisons under a mask.

use alloc::vec::Vec;

use super::{Compiler, TooLarge};
use crate::backtrack::program::{Op, Width};
use crate::hir::{Node, Repeat};
use crate::set::ByteSet;

/// A body of a set that is repeated more often than this is a run.
const MOST_REPEATS: u32 = 8;

/// Whether `node` matches bytes that each are looked at by themselves, always as many.
pub fn is_fixed(node: &Node) -> bool {
    match node {
        Node::Literal(_) => true,
        Node::Bytes(set) => !set.is_empty(),
        Node::Repeat(repeat) => repeats(repeat).is_some(),
        _ => false,
    }
}

/// The set of a repetition of fixed length, and how often it is repeated.
fn repeats(repeat: &Repeat) -> Option<(ByteSet, u32)> {
    match *repeat.body {
        Node::Bytes(set) if repeat.max == Some(repeat.min) && !set.is_empty() => (1..=MOST_REPEATS)
            .contains(&repeat.min)
            .then_some((set, repeat.min)),
        _ => None,
    }
}

/// A set's bytes as bits that all of them have in common.
#[derive(Clone, Copy)]
struct Pattern {
    mask: u8,
    value: u8,
    /// Whether a byte that has these bits is in the set.
    exact: bool,
}

impl Pattern {
    fn of(set: &ByteSet) -> Self {
        let (all, any) = set
            .iter()
            .fold((0xff, 0), |(all, any), byte| (all & byte, any | byte));
        let mask = all | !any;
        Self {
            mask,
            value: all,
            exact: set.len() == 1 << mask.count_zeros(),
        }
    }
}

impl Compiler {
    /// Emits parts that all [are fixed](is_fixed), or an empty set.
    pub fn fixed(&mut self, parts: &[Node]) -> Result<(), TooLarge> {
        let sets = parts.iter().flat_map(sets_of).collect::<Vec<_>>();
        if sets.iter().any(ByteSet::is_empty) {
            return self.emit(Op::Fail).map(drop);
        }
        let patterns = sets.iter().map(Pattern::of).collect::<Vec<_>>();
        let length = u32::try_from(sets.len()).map_err(|_| TooLarge)?;
        self.emit(Op::Need(length))?;
        let mut at = 0;
        while at < patterns.len() {
            let width = widest(patterns.len() - at);
            let bytes = width.bytes();
            self.compare(at as u32, width, &patterns[at..at + bytes])?;
            at += bytes;
        }
        for (offset, set) in sets
            .iter()
            .enumerate()
            .filter(|&(at, _)| !patterns[at].exact)
        {
            let (offset, set) = (offset as u32, self.byte_set(*set)?);
            self.emit(Op::Member { offset, set })?;
        }
        self.emit(Op::Advance(length)).map(drop)
    }

    fn compare(&mut self, offset: u32, width: Width, patterns: &[Pattern]) -> Result<(), TooLarge> {
        let word = |byte: fn(&Pattern) -> u8| {
            let bytes = patterns.iter().rev();
            bytes.fold(0, |word: u64, pattern| word << 8 | u64::from(byte(pattern)))
        };
        let (mask, value) = (word(|pattern| pattern.mask), word(|pattern| pattern.value));
        // Of one byte, a set says it all.
        if mask != 0 && (width != Width::B1 || patterns.iter().all(|pattern| pattern.exact)) {
            self.emit(Op::Compare {
                offset,
                width,
                mask,
                value,
            })?;
        }
        Ok(())
    }
}

fn sets_of(node: &Node) -> Vec<ByteSet> {
    match node {
        Node::Literal(bytes) => bytes
            .iter()
            .map(|&byte| ByteSet::range(byte, byte))
            .collect(),
        Node::Bytes(set) => [*set].into(),
        Node::Repeat(repeat) => match repeats(repeat) {
            Some((set, count)) => core::iter::repeat_n(set, count as usize).collect(),
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn widest(length: usize) -> Width {
    match length {
        8.. => Width::B8,
        4.. => Width::B4,
        2.. => Width::B2,
        _ => Width::B1,
    }
}
