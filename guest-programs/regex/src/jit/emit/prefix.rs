//! The ops before the first choice.
//!
//! If one of them fails, the attempt has failed. The next one goes over the same ops and
//! writes the same slots, before anything reads them; so what they held need not be put
//! back, and no old value goes to the stack. The stack begins higher instead, so that its
//! limit is met where it would be with the old values. And between a fence and its commit
//! there is no choice to take off the stack.

use alloc::collections::{BTreeMap, BTreeSet};

use super::Emitter;
use super::facts::Facts;
use super::shared::Shared;
use crate::backtrack::program::{Op, Program, Slot};
use crate::jit::asm::encode::Cond;
use crate::jit::frame::ENTRY;
use crate::jit::regs::{LIMIT, TOP, X1};

/// The ops before the first choice, and how far code has been emitted for them.
#[derive(Debug)]
pub struct Prefix {
    /// How many there are.
    pub ops: usize,
    /// How many of them write a slot.
    pub writes: usize,
    /// The slots of the commits among them.
    commits: BTreeSet<Slot>,
    /// How many of the writes have code.
    written: usize,
    /// Whether the last of these may be one too many for the stack.
    unchecked: bool,
    /// What they have left in the slots.
    contents: Contents,
}

/// What was written to slots.
type Contents = BTreeMap<Slot, Content>;

#[derive(Clone, Copy, Debug)]
enum Content {
    /// A position, and what is known there.
    Position(Facts),
    /// The height of the stack.
    Height,
    /// Something else.
    Number,
}

impl Prefix {
    /// The longest prefix without an op that `joins`.
    pub fn of(program: &Program, joins: impl Fn(usize) -> bool) -> Self {
        let mut contents = Contents::new();
        let (mut writes, mut commits) = (0, BTreeSet::new());
        let belongs = |&(pc, op): &(usize, &Op)| {
            let belongs = !joins(pc) && belongs(op, &contents);
            if let Some((slot, content)) = written(op, Facts::UNKNOWN).filter(|_| belongs) {
                contents.insert(slot, content);
                writes += 1;
            }
            match op {
                Op::Commit(slot) if belongs => commits.insert(*slot),
                _ => false,
            };
            belongs
        };
        let ops = program.ops.iter().enumerate().take_while(belongs).count();
        Self {
            ops,
            writes,
            commits,
            written: 0,
            unchecked: false,
            contents: Contents::new(),
        }
    }
}

/// Whether `op` leaves no choice and reads nothing that a later op writes.
fn belongs(op: &Op, contents: &Contents) -> bool {
    match op {
        Op::Match
        | Op::Fail
        | Op::Need(_)
        | Op::Compare { .. }
        | Op::Member { .. }
        | Op::Advance(_)
        | Op::Class(_)
        | Op::Save(_)
        | Op::Set(..)
        | Op::Look(_)
        | Op::Fence(_)
        | Op::Run {
            possessive: true, ..
        } => true,
        // What belongs to it is never gone back to then, and has no code.
        Op::Behind { min, max } => min == max,
        Op::Further { .. } => true,
        Op::Return(slot) | Op::Arrive(slot) => is_saved(contents, *slot),
        Op::Commit(slot) => matches!(contents.get(slot), Some(Content::Height)),
        Op::Backreference { group, .. } => has_captured(contents, *group),
        _ => false,
    }
}

fn is_saved(contents: &Contents, slot: Slot) -> bool {
    matches!(contents.get(&slot), Some(Content::Position(_)))
}

fn has_captured(contents: &Contents, group: u16) -> bool {
    is_saved(contents, 2 * group) && is_saved(contents, 2 * group + 1)
}

/// The slot that `op` writes where `facts` are known, and what it has then.
fn written(op: &Op, facts: Facts) -> Option<(Slot, Content)> {
    match op {
        Op::Save(slot) => Some((*slot, Content::Position(facts))),
        Op::Set(slot, _) => Some((*slot, Content::Number)),
        Op::Fence(slot) => Some((*slot, Content::Height)),
        _ => None,
    }
}

impl Emitter<'_> {
    /// Whether the op whose code is emitted belongs to the prefix.
    pub fn in_prefix(&self) -> bool {
        self.next as usize <= self.prefix.ops
    }

    /// Takes account of `op`, if it writes a slot.
    pub fn write_in_prefix(&mut self, op: &Op) {
        if let Some((slot, content)) = written(op, self.facts) {
            self.prefix.written += 1;
            self.prefix.unchecked = true;
            self.prefix.contents.insert(slot, content);
        }
    }

    /// Whether nothing reads the fence in `slot`, because it and its commit are here.
    pub fn fence_is_idle(&self, slot: Slot) -> bool {
        self.in_prefix() && self.prefix.commits.contains(&slot)
    }

    /// Whether it is certain that a group has captured something.
    pub fn is_captured(&self, group: u16) -> bool {
        self.in_prefix() && has_captured(&self.prefix.contents, group)
    }

    /// What is known once the position is the one in `slot`.
    pub fn facts_of(&self, slot: Slot) -> Facts {
        match self.prefix.contents.get(&slot) {
            Some(Content::Position(facts)) if self.in_prefix() => *facts,
            _ => Facts::UNKNOWN,
        }
    }

    /// Ends the search if the stack would be too small for what was written in the prefix.
    pub fn settle(&mut self) {
        if !core::mem::take(&mut self.prefix.unchecked) {
            return;
        }
        let entries_below_top = self.prefix.writes + 1 - self.prefix.written;
        let full = self.shared(Shared::OutOfStack);
        self.asm.add(X1, TOP, -ENTRY * entries_below_top as i64);
        self.asm.branch(Cond::Geu, X1, LIMIT, full);
    }

    /// From here on, to fail is to go back to a choice.
    pub fn leave_prefix(&mut self) {
        self.settle();
        self.fail = self.ends.fail;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backtrack::compile;
    use crate::syntax::{Options, parse};

    /// The first op behind the prefix, and how many slots the prefix writes.
    fn prefix(pattern: &str) -> (Option<Op>, usize) {
        let mut program = compile(&parse(pattern, &Options::default()).unwrap()).unwrap();
        let prefix = Prefix::of(&program, |_| false);
        let behind = program.ops.drain(prefix.ops..).next();
        (behind, prefix.writes)
    }

    #[test]
    fn the_prefix_ends_at_the_first_choice_or_at_what_reads_ahead_of_a_write() {
        assert_eq!(prefix(r"\b([a-z]+) \1"), (None, 4));
        assert_eq!(prefix(r"(?<=a)(?=(b))\1"), (None, 8));
        let group = 1;
        let fold = false;
        assert_eq!(
            prefix(r"\1(a)"),
            (Some(Op::Backreference { group, fold }), 1)
        );
        assert!(matches!(prefix(r"a(?!b)"), (Some(Op::Split { .. }), 2)));
        assert!(matches!(prefix(r"a*a"), (Some(Op::Run { .. }), 1)));
    }
}
