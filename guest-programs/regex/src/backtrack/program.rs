//! What the backtracker executes and the JIT compiles.
//!
//! # The machine
//!
//! A *position* in the haystack; *slots*, of which the first two for each group are where it
//! begins and ends, [`NONE`](crate::NONE) as long as it captured nothing, and the others are
//! the loops' and look-arounds' own; a stack of *entries* of three words, `(resume, a, b)`:
//!
//! - a *choice* `(pc, position, b)`: another way that was not tried. To *fail* is to pop
//!   entries down to a choice, to set the position from it, and to go on at its `pc`. Only
//!   [`Op::Shorter`], [`Op::Longer`] and [`Op::Further`] look at `b`;
//! - an *old value* `(`[`RESTORE`]`, slot, value)`: to fail puts it back on its way down.
//!   Whatever writes a slot pushes one first.
//!
//! With no choice left the attempt has failed, and the next start position is tried. Where an
//! [`Op::Look`] stands behind nothing but [`Op::Save`]s at the beginning, an attempt fails by
//! it before their old values need room on the stack.
//!
//! A *step* is charged for each attempt, for each choice that is gone back to, for each
//! [`Op::Again`], and for each byte that [`Op::Run`], [`Op::Shorter`] and [`Op::Longer`] go
//! over or that [`Op::Backreference`] looks for. Both engines charge the same, so that they run out of a
//! budget of steps at the same point.

use alloc::vec::Vec;

use crate::hir::Class;
use crate::look::Look;
use crate::set::ByteSet;

/// What the stack has in the place of a `pc` for an old value.
pub const RESTORE: usize = usize::MAX;

/// An index into [`Program::ops`].
pub type Pc = u32;

/// An index into [`Program::sets`].
pub type SetId = u16;

/// An index into [`Program::classes`].
pub type ClassId = u16;

/// An index of a slot.
pub type Slot = u16;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Program {
    /// The instructions; an attempt begins with the first.
    pub ops: Vec<Op>,
    /// The sets that they name.
    pub sets: Vec<NextSet>,
    /// The classes that they name.
    pub classes: Vec<Class>,
    /// How many slots there are, those of groups first.
    pub slots: usize,
    /// How many groups there are, the whole match among them.
    pub groups: usize,
    /// How many [`Op::Memo`] there are: none, or enough for the work to be linear.
    pub memos: usize,
    /// Whether letters beyond ASCII have a case, too.
    pub unicode: bool,
    /// Where an attempt is worth it.
    pub start: Start,
}

/// Where attempts begin.
#[derive(Clone, Debug)]
pub struct Start {
    /// At the beginning of the haystack alone.
    pub anchored: bool,
    /// Before one of these bytes only; anywhere without.
    pub first: Option<SetId>,
    /// Not within the encoding of a scalar value.
    pub boundaries: bool,
    /// The least number of bytes of a match.
    pub least: usize,
    /// Bytes that every match has in it.
    pub required: Option<Required>,
}

/// A literal that every match has in it.
#[derive(Clone, Debug)]
pub struct Required {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// How far behind the match's beginning they are, if that is the same for all.
    pub offset: Option<usize>,
}

/// What may come next: the next byte is in a set, or the haystack is at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NextSet {
    /// The bytes.
    pub bytes: ByteSet,
    /// Whether it holds at the end of the haystack.
    pub end: bool,
}

impl NextSet {
    /// Whether it holds at `at`.
    #[inline]
    pub fn allows(&self, haystack: &[u8], at: usize) -> bool {
        haystack
            .get(at)
            .map_or(self.end, |&byte| self.bytes.contains(byte))
    }
}

/// An instruction. Unless it says otherwise, execution goes on with the next one.
// PERF: with its number in a field of its own, and not in a niche of another, the executor
// needs five instructions less to come to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Op {
    /// The attempt has succeeded; the match ends here.
    Match,
    /// Fails.
    Fail,
    /// Goes on at a `pc`, forward.
    Jump(Pc),
    /// Goes on at a `pc`, backward: another round of a loop. Charges a step.
    Again(Pc),
    /// Fails unless so many bytes are ahead.
    Need(u32),
    /// Fails unless `load(position + offset, width) & mask == value`, little-endian.
    /// A [`Op::Need`] before it covers the bytes.
    Compare {
        /// From the position.
        offset: u32,
        /// How many bytes are loaded.
        width: Width,
        /// The bits that are compared.
        mask: u64,
        /// What they are.
        value: u64,
    },
    /// Fails unless the byte at the position + `offset` is in the set's bytes. A
    /// [`Op::Need`] before it covers the byte.
    Member {
        /// From the position.
        offset: u32,
        /// The bytes.
        set: SetId,
    },
    /// Moves the position forward. A [`Op::Need`] before it covers the bytes.
    Advance(u32),
    /// Moves over one scalar value of a class; fails if there is none.
    Class(ClassId),
    /// Goes on at `first` and, if that fails, at `second`, but at neither without need:
    /// where a set is given and does not hold, that way is not tried. Fails if neither is.
    /// If both are, pushes the choice `(second, position, 0)`.
    Split {
        /// The way to try first.
        first: Pc,
        /// The other.
        second: Pc,
        /// What has to come next for `first` to be worth a try.
        first_next: Option<SetId>,
        /// What has to come next for `second` to be worth a try.
        second_next: Option<SetId>,
    },
    /// Writes the position to a slot.
    Save(Slot),
    /// Writes a number to a slot.
    Set(Slot, usize),
    /// Adds one to a slot.
    Count(Slot),
    /// Writes what the slot `from` has to the slot `to`.
    Copy {
        /// The slot that is read.
        from: Slot,
        /// The slot that is written.
        to: Slot,
    },
    /// Decides, with `count` rounds behind it, about another round of the loop whose body
    /// is at `body` and whose end is at `exit`: below `min` there is one, at `max` none.
    /// Otherwise as a [`Op::Split`] of `body` and `exit`, in the other order if `lazy`.
    Rounds {
        /// The slot that counts.
        count: Slot,
        /// The least number of rounds.
        min: u32,
        /// The greatest, if there is one.
        max: Option<u32>,
        /// Whether to leave is tried first.
        lazy: bool,
        /// Where the body is.
        body: Pc,
        /// Where execution goes on behind the loop.
        exit: Pc,
        /// What has to come next for `body` to be worth a try.
        body_next: Option<SetId>,
        /// What has to come next for `exit` to be worth a try.
        exit_next: Option<SetId>,
    },
    /// Fails if the slot holds the position: a loop has come here at this position before.
    /// Otherwise writes the position to it.
    Progress(Slot),
    /// Moves over as many items as there are, `max` at most; fails if they are fewer than
    /// `min`. Unless `possessive`, the next instruction is the `Shorter` that belongs to
    /// it, which is skipped, after the choice `(it, position, position after min items)` is
    /// pushed, if the two positions differ.
    Run {
        /// What is repeated.
        items: Items,
        /// The least number.
        min: u32,
        /// The greatest, if there is one.
        max: Option<u32>,
        /// Whether nothing is given back.
        possessive: bool,
    },
    /// Gone back to with `(position, b)`: moves back over one item, which is a byte or an
    /// encoding as the items say, and further as long as that stays behind `b` and the set
    /// does not hold. Where it stops at a position behind `b`, pushes `(itself, position,
    /// b)` again. Fails if the set does not hold at `b` either. Charges the bytes.
    Shorter {
        /// What is given back.
        items: Items,
        /// What has to come next for execution to go on.
        next: Option<SetId>,
    },
    /// Moves over `min` items, or fails. The next instruction is the `Longer` that belongs
    /// to it and is skipped, after the choice `(it, position, min)` is pushed if `min` is
    /// below `max`.
    RunLazy {
        /// What is repeated.
        items: Items,
        /// The least number.
        min: u32,
        /// The greatest, if there is one.
        max: Option<u32>,
    },
    /// Gone back to with `(position, b)`, `b` items behind: moves over one more item or
    /// fails, and over further ones up to `max` as long as the set does not hold. Fails if
    /// it cannot move on and the set does not hold. If there are fewer than `max` items
    /// now, pushes `(itself, position, their number)`. Charges the bytes.
    Longer {
        /// What is repeated.
        items: Items,
        /// The greatest number, if there is one.
        max: Option<u32>,
        /// What has to come next for execution to go on.
        next: Option<SetId>,
    },
    /// Fails unless an assertion holds.
    Look(Look),
    /// Moves over what a group captured; fails if it is not there, or the group has
    /// captured nothing. Charges the bytes that were captured, whether they are there or not.
    Backreference {
        /// The group.
        group: u16,
        /// Whether letters that differ in case only are the same, in ASCII or in all of
        /// Unicode as [`Program::unicode`] says.
        fold: bool,
    },
    /// Writes to a slot how many entries the stack has, its own old value among them.
    Fence(Slot),
    /// Takes the choices above a [`Op::Fence`] off the stack and leaves the old values.
    Commit(Slot),
    /// Takes all above a [`Op::Fence`] off the stack, puts the old values back, and fails.
    Reject(Slot),
    /// Sets the position from a slot.
    Return(Slot),
    /// Moves back by `min` bytes; fails if there are not so many. The next instruction is
    /// the [`Op::Further`] that belongs to it and is skipped, after the choice `(it,
    /// position, min)` with the position from before is pushed, if `min` is below `max` and
    /// there are further bytes behind.
    Behind {
        /// The least number of bytes.
        min: u32,
        /// The greatest.
        max: u32,
    },
    /// Gone back to with `(position, b)`: moves to `b + 1` bytes before that position and,
    /// if `b + 1` is below `max` and there are further bytes behind, pushes `(itself, that
    /// position, b + 1)`.
    Further {
        /// The greatest number of bytes.
        max: u32,
    },
    /// Fails unless the position is the one in the slot.
    Arrive(Slot),
    /// Fails if execution has been here at this position before, in this search. Only
    /// programs that [remember](Program::memos) have it, and only the executor runs them.
    Memo(u16),
}

/// How much a [`Op::Compare`] loads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// One byte.
    B1,
    /// Two bytes.
    B2,
    /// Four bytes.
    B4,
    /// Eight bytes.
    B8,
}

/// What a run goes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Items {
    /// Bytes of a set's bytes.
    Bytes(SetId),
    /// Scalar values of a class.
    Class(ClassId),
}
