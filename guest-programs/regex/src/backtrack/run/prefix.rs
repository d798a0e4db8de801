//! The instructions before the first that can leave a choice.
//!
//! If one of them fails, or what comes behind them, the next attempt writes the same slots
//! before it reads them. So what they held need not be put back, and no old value goes to the
//! stack; it only counts as one that is there. What made the start position worth an attempt
//! need not be looked at again, and where the match begins is written when the rest has held.

use alloc::vec::Vec;

use crate::backtrack::program::{Op, Program, Slot};

/// The instructions with which every attempt begins.
#[derive(Clone, Debug)]
pub struct Prefix {
    /// How many there are.
    pub length: usize,
    /// How many of them write a slot.
    pub writes: usize,
    /// Those that have to be executed.
    pub ops: Vec<Op>,
}

impl Prefix {
    /// The prefix of a program.
    pub fn of(program: &Program) -> Self {
        let mut written = Vec::new();
        let belongs = |op: &&Op| {
            if let Op::Save(slot) = op {
                written.push(*slot);
            }
            belongs(op, &written)
        };
        let length = program.ops.iter().take_while(belongs).count();
        // What a loop goes back to is no part of it: each round has its own old values.
        let back = program.ops.iter().filter_map(|op| match op {
            Op::Again(target) => Some(*target as usize),
            _ => None,
        });
        let length = back.fold(length, usize::min);
        let prefix = &program.ops[..length];
        let saves = |op: &&Op| matches!(op, Op::Save(_));
        Self {
            length,
            writes: prefix.iter().filter(saves).count(),
            ops: without_certain(program, prefix),
        }
    }
}

/// Whether an instruction leaves no choice, and reads no slot but those that are `written`.
fn belongs(op: &Op, written: &[Slot]) -> bool {
    match op {
        Op::Need(_)
        | Op::Compare { .. }
        | Op::Member { .. }
        | Op::Advance(_)
        | Op::Class(_)
        | Op::Save(_)
        | Op::Look(_)
        | Op::Run {
            possessive: true, ..
        } => true,
        Op::Backreference { group, .. } => [2 * group, 2 * group + 1]
            .iter()
            .all(|slot| written.contains(slot)),
        _ => false,
    }
}

/// `prefix` without writing the start position, and without what holds at every one that is
/// worth an attempt: there are as many bytes ahead as a match has at least, and the first is
/// one that it can begin with.
fn without_certain(program: &Program, prefix: &[Op]) -> Vec<Op> {
    let start = &program.start;
    let first = start.first.filter(|_| start.least > 0);
    let first = first.map(|set| &program.sets[usize::from(set)].bytes);
    // From the start position to where the instruction is executed, if that is certain.
    let mut moved = Some(0);
    let is_uncertain = |op: &&Op| match (op, moved) {
        (Op::Save(0), Some(0)) => false,
        (Op::Need(count), Some(moved)) => moved + *count as usize > start.least,
        (Op::Member { offset: 0, set }, Some(0)) => {
            let set = &program.sets[usize::from(*set)].bytes;
            first.is_none_or(|first| first.intersection(set) != *first)
        }
        (Op::Advance(count), Some(before)) => {
            moved = Some(before + *count as usize);
            true
        }
        (Op::Class(_) | Op::Run { .. } | Op::Backreference { .. }, _) => {
            moved = None;
            true
        }
        _ => true,
    };
    prefix.iter().filter(is_uncertain).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backtrack::compile;
    use crate::syntax::{Options, parse};

    #[test]
    fn what_is_certain_is_left_out_and_choices_are_no_part() {
        let cases = [
            // A pattern, how long its prefix is, and how much of it is executed.
            ("[a-z]b", 6, 3),
            (r"([a-z])\1", 8, 5),
            (r"\b[a-z]+ x", 7, 6),
            ("(?:a|bc)d", 1, 0),
            ("(?:ab)+", 1, 0),
            (r"\1(a)", 1, 0),
        ];
        for (pattern, length, executed) in cases {
            let hir = parse(pattern, &Options::default()).unwrap();
            let program = compile(&hir).unwrap();
            let prefix = Prefix::of(&program);
            let found = (prefix.length, prefix.ops.len());
            assert_eq!(found, (length, executed), "{pattern}: {:?}", program.ops);
        }
    }
}
