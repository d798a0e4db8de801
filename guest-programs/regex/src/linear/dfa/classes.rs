//! Bytes that no state tells apart.

use super::super::nfa::Nfa;
use super::super::side::{Side, Sides};
use core::ops::RangeInclusive;

/// The bytes in ranges, within each of which the automaton does the same for all.
#[derive(Clone, Debug)]
pub(super) struct Classes {
    /// The first and the last of the range that each byte is in.
    ends: [(u8, u8); 256],
}

impl Classes {
    pub(super) fn new(nfa: &Nfa, sides: &Sides) -> Self {
        let mut begins = [false; 256];
        for edge in &nfa.edges {
            begins[usize::from(edge.low)] = true;
            if let Some(next) = begins.get_mut(usize::from(edge.high) + 1) {
                *next = true;
            }
        }
        let key = |byte: u8| (sides.before(Side::of(byte)), sides.after(Side::of(byte)));
        let mut ends = [(0, u8::MAX); 256];
        for byte in 1..=u8::MAX {
            let (last, at) = (byte - 1, usize::from(byte));
            let alike = !begins[at] && key(last) == key(byte);
            ends[at].0 = if alike { ends[at - 1].0 } else { byte };
        }
        for byte in (0..u8::MAX).rev() {
            let (this, next) = (ends[usize::from(byte)], ends[usize::from(byte) + 1]);
            ends[usize::from(byte)].1 = if next.0 == this.0 { next.1 } else { byte };
        }
        Self { ends }
    }

    /// Those that are like `byte`.
    pub(super) fn of(&self, byte: u8) -> RangeInclusive<usize> {
        let (first, last) = self.ends[usize::from(byte)];
        first.into()..=last.into()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::compile::{Direction, compile};
    use super::super::super::graph::Graphs;
    use super::super::super::tests::translate;
    use super::*;
    use std::vec::Vec;

    /// The first bytes of all classes.
    fn firsts(pattern: &str) -> Vec<usize> {
        let hir = translate(pattern, false);
        let nfa = compile(&hir, Direction::Forward, usize::MAX, &mut Graphs::default()).unwrap();
        let classes = Classes::new(&nfa, &Sides::new(&nfa.assertions));
        let mut firsts: Vec<_> = (0..=u8::MAX)
            .map(|byte| *classes.of(byte).start())
            .collect();
        let mut byte = 0;
        while let Some(&first) = firsts.get(byte) {
            assert_eq!(first, byte);
            byte = *classes.of(byte as u8).end() + 1;
        }
        firsts.dedup();
        firsts
    }

    #[test]
    fn bytes_are_told_apart_by_edges_and_assertions() {
        assert_eq!(firsts(""), [0]);
        assert_eq!(firsts("[c-f]x"), [0, 99, 103, 120, 121]);
        assert_eq!(firsts(r"[\x00-\x02\xff]"), [0, 3, 255]);
        assert_eq!(firsts("(?m)^"), [0, 10, 11]);
        assert_eq!(firsts(r"\b"), [0, 48, 58, 65, 91, 95, 96, 97, 123]);
    }
}
