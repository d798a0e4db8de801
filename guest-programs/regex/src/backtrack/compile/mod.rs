//! From the tree to a [`Program`].
//!
//! Every part is compiled knowing what may come next behind it, so that a choice which
//! the next byte decides is none. Within a body that is left for good at its first match
//! (atomic groups, look-arounds) that knowledge ends: there, a way that fails later hides
//! others all the same.

mod choice;
mod fixed;
mod repeat;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;

use super::literal::required;
use super::next::first;
use super::program::{ClassId, NextSet, Op, Pc, Program, SetId, Slot, Start};
use crate::hir::{Class, Hir, Node};
use crate::look::Look;
use crate::set::ByteSet;

/// More instructions than this are a pattern that is too large.
const MOST_OPS: usize = 1 << 16;

/// The pattern needs more instructions, sets, classes or slots than a program can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the pattern is too large: more than {MOST_OPS} instructions of the backtracker"
        )
    }
}

impl core::error::Error for TooLarge {}

/// The fastest program for the usual search.
pub fn compile(hir: &Hir) -> Result<Program, TooLarge> {
    Compiler::new(hir, false).program(hir)
}

/// A program of a regular pattern whose work is linear in the haystack, for it remembers
/// where it has been. It has no counter and no run, for those are no part of such a place.
pub fn compile_careful(hir: &Hir) -> Result<Program, TooLarge> {
    Compiler::new(hir, true).program(hir)
}

struct Compiler {
    program: Program,
    careful: bool,
    /// Whether what is compiled is in a round of a loop that can match nothing.
    in_empty_round: bool,
    /// Slots of the choices in such a round, by which none is come to twice at a position.
    once_slots: Vec<Slot>,
    /// The numbers of the sets and classes that the program has.
    sets: BTreeMap<NextSet, SetId>,
    classes: BTreeMap<Class, ClassId>,
}

impl Compiler {
    fn new(hir: &Hir, careful: bool) -> Self {
        let groups = hir.groups.len();
        Self {
            program: Program {
                ops: Vec::new(),
                sets: Vec::new(),
                classes: Vec::new(),
                slots: 2 * groups,
                groups,
                memos: 0,
                unicode: hir.unicode,
                start: Start {
                    anchored: begins_at_start(&hir.root),
                    first: None,
                    boundaries: hir.unicode && hir.root.nullable(),
                    least: hir.root.lengths().0,
                    required: required(&hir.root),
                },
            },
            careful,
            in_empty_round: false,
            once_slots: Vec::new(),
            sets: BTreeMap::new(),
            classes: BTreeMap::new(),
        }
    }

    fn program(mut self, hir: &Hir) -> Result<Program, TooLarge> {
        self.program.start.first = self.next_set(&first(&hir.root, &NextSet::ANY))?;
        self.emit(Op::Save(0))?;
        self.node(&hir.root, &NextSet::ANY)?;
        self.emit(Op::Save(1))?;
        self.emit(Op::Match)?;
        Ok(self.program)
    }

    /// Emits `node`, behind which `follow` may come.
    fn node(&mut self, node: &Node, follow: &NextSet) -> Result<(), TooLarge> {
        match node {
            Node::Empty => Ok(()),
            Node::Literal(_) | Node::Bytes(_) => self.fixed(core::slice::from_ref(node)),
            Node::Class(class) => {
                let class = self.class(class)?;
                self.emit(Op::Class(class)).map(drop)
            }
            Node::Look(look) => self.emit(Op::Look(*look)).map(drop),
            Node::Repeat(repeat) => self.repeat(repeat, follow),
            Node::Capture { index, body } => self.capture(*index, body, follow),
            Node::Concat(parts) => self.concat(parts, follow),
            Node::Alternate(parts) => self.alternate(parts, follow),
            Node::Atomic(body) => self.atomic(body),
            Node::Around(around) => self.around(around),
            Node::Backreference { group, fold } => {
                let group = u16::try_from(*group).map_err(|_| TooLarge)?;
                self.emit(Op::Backreference { group, fold: *fold })
                    .map(drop)
            }
        }
    }

    fn capture(&mut self, index: u32, body: &Node, follow: &NextSet) -> Result<(), TooLarge> {
        let slot = Slot::try_from(2 * index).map_err(|_| TooLarge)?;
        if !refers_to(body, index) {
            self.emit(Op::Save(slot))?;
            self.node(body, follow)?;
            return self.emit(Op::Save(slot + 1)).map(drop);
        }
        // Until the group ends, a reference to it is one to what it captured before.
        let start = self.slot()?;
        self.emit(Op::Save(start))?;
        self.node(body, follow)?;
        self.emit(Op::Copy {
            from: start,
            to: slot,
        })?;
        self.emit(Op::Save(slot + 1)).map(drop)
    }

    fn concat(&mut self, parts: &[Node], follow: &NextSet) -> Result<(), TooLarge> {
        let mut follows = Vec::with_capacity(parts.len());
        parts.iter().rev().fold(*follow, |next, part| {
            follows.push(next);
            first(part, &next)
        });
        let mut at = 0;
        while at < parts.len() {
            let fixed = parts[at..]
                .iter()
                .take_while(|part| fixed::is_fixed(part))
                .count();
            if fixed > 0 {
                self.fixed(&parts[at..at + fixed])?;
            } else {
                self.node(&parts[at], &follows[parts.len() - 1 - at])?;
            }
            at += fixed.max(1);
        }
        Ok(())
    }

    /// The place of the next instruction.
    fn here(&self) -> Pc {
        self.program.ops.len() as Pc
    }

    /// Appends an instruction, and says where.
    fn emit(&mut self, op: Op) -> Result<Pc, TooLarge> {
        if self.program.ops.len() >= MOST_OPS {
            return Err(TooLarge);
        }
        let here = self.here();
        self.program.ops.push(op);
        Ok(here)
    }

    /// Where execution must not have been before, in a program that remembers.
    fn memo(&mut self) -> Result<(), TooLarge> {
        if self.careful {
            let memo = u16::try_from(self.program.memos).map_err(|_| TooLarge)?;
            self.program.memos += 1;
            self.emit(Op::Memo(memo))?;
        }
        Ok(())
    }

    /// Before a choice that tries first what can be empty: in an automaton, to come here again
    /// in a further round, without having moved on, is no way at all. So it must be none here,
    /// or what is tried later would come before the end of the loop.
    fn once_a_position(&mut self) -> Result<(), TooLarge> {
        if !self.in_empty_round {
            return Ok(());
        }
        if self.careful {
            return self.memo();
        }
        let slot = self.slot()?;
        self.once_slots.push(slot);
        self.emit(Op::Progress(slot)).map(drop)
    }

    /// Compiles something with another idea of where it is.
    fn with_empty_round<T>(&mut self, within: bool, compile: impl FnOnce(&mut Self) -> T) -> T {
        let before = core::mem::replace(&mut self.in_empty_round, within);
        let compiled = compile(self);
        self.in_empty_round = before;
        compiled
    }

    /// The number of a set; none for what any byte and the end are in.
    fn next_set(&mut self, set: &NextSet) -> Result<Option<SetId>, TooLarge> {
        if *set == NextSet::ANY {
            return Ok(None);
        }
        intern(&mut self.sets, &mut self.program.sets, set).map(Some)
    }

    fn byte_set(&mut self, bytes: ByteSet) -> Result<SetId, TooLarge> {
        let set = NextSet { bytes, end: false };
        intern(&mut self.sets, &mut self.program.sets, &set)
    }

    fn class(&mut self, class: &Class) -> Result<ClassId, TooLarge> {
        intern(&mut self.classes, &mut self.program.classes, class)
    }

    fn slot(&mut self) -> Result<Slot, TooLarge> {
        let slot = Slot::try_from(self.program.slots).map_err(|_| TooLarge)?;
        self.program.slots += 1;
        Ok(slot)
    }
}

/// The index of `item`, which is put in where it is missing.
fn intern<T: Clone + Ord>(
    known: &mut BTreeMap<T, u16>,
    items: &mut Vec<T>,
    item: &T,
) -> Result<u16, TooLarge> {
    if let Some(&index) = known.get(item) {
        return Ok(index);
    }
    let index = u16::try_from(items.len()).map_err(|_| TooLarge)?;
    known.insert(item.clone(), index);
    items.push(item.clone());
    Ok(index)
}

/// Whether there is a reference to a group in `node`.
fn refers_to(node: &Node, index: u32) -> bool {
    match node {
        Node::Backreference { group, .. } => *group == index,
        _ => node.parts().iter().any(|part| refers_to(part, index)),
    }
}

/// Whether every match begins at the beginning of the haystack.
fn begins_at_start(node: &Node) -> bool {
    match node {
        Node::Look(Look::StartText) => true,
        Node::Concat(parts) => parts.first().is_some_and(begins_at_start),
        Node::Alternate(parts) => parts.iter().all(begins_at_start),
        Node::Capture { body, .. } | Node::Atomic(body) => begins_at_start(body),
        Node::Repeat(repeat) => repeat.min > 0 && begins_at_start(&repeat.body),
        _ => false,
    }
}
