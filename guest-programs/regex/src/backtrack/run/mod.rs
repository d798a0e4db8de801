//! Executes programs, as [`program`](super::program) defines it.
//!
//! `attempt` goes from instruction to instruction; `items` has what is repeated, `around`
//! what takes choices back and looks around, `backreference` what compares with groups.

mod around;
mod attempt;
mod backreference;
mod items;
mod prefix;

use core::ops::RangeInclusive;

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::program::{NextSet, Op, Program};
use crate::NONE;
use crate::look::Look;
use crate::utf8;
use attempt::{Attempt, Exhausted};
pub use backreference::folded_prefix;
use prefix::Prefix;

/// What a search may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps; the search takes off what it has used.
    pub steps: u64,
    /// Entries of the stack.
    pub entries: usize,
}

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// By a match.
    Match,
    /// No attempt from the start positions succeeds.
    NoMatch,
    /// The attempt from `start` needs more steps.
    OutOfSteps {
        /// Where the attempt began.
        start: usize,
    },
    /// The attempt from `start` needs more entries of the stack.
    OutOfStack {
        /// Where the attempt began.
        start: usize,
    },
}

/// The state that searches of one program use one after the other.
#[derive(Clone, Debug)]
pub struct Executor {
    stack: Vec<Entry>,
    slots: Vec<usize>,
    memo: Memo,
    prefix: Rc<Prefix>,
}

/// Bytes of an entry of the stack.
pub const ENTRY: usize = size_of::<Entry>();

/// A choice or an old value.
#[derive(Clone, Copy, Debug)]
struct Entry {
    resume: usize,
    a: usize,
    b: usize,
}

/// Where execution has been: a bit for each memo and position.
#[derive(Clone, Debug, Default)]
struct Memo {
    bits: Vec<u64>,
    /// The first position that counts.
    base: usize,
    positions: usize,
}

impl Memo {
    /// Whether it was not there; it is then.
    fn enter(&mut self, memo: u16, position: usize) -> bool {
        let bit = usize::from(memo) * self.positions + (position - self.base);
        let (word, bit) = (&mut self.bits[bit / 64], 1 << (bit % 64));
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

impl Executor {
    /// What executes `program`, and no other.
    pub fn new(program: &Program) -> Self {
        Self {
            stack: Vec::new(),
            slots: Vec::new(),
            memo: Memo::default(),
            prefix: Rc::new(Prefix::of(program)),
        }
    }

    /// Forgets where execution has been, and makes room to remember that from `base` up.
    pub fn forget(&mut self, program: &Program, haystack: &[u8], base: usize) {
        let positions = haystack.len() - base + 1;
        self.memo.bits.clear();
        self.memo
            .bits
            .resize((program.memos * positions).div_ceil(64), 0);
        (self.memo.base, self.memo.positions) = (base, positions);
    }

    /// How many bytes it takes to remember where execution has been, from `base` up.
    pub fn memo_bytes(program: &Program, haystack: &[u8], base: usize) -> usize {
        program.memos.saturating_mul(haystack.len() - base + 1) / 8
    }

    /// Makes attempts from `starts`, in order; a match's groups are in
    /// [`slots`](Self::slots) then.
    pub fn search(
        &mut self,
        program: &Program,
        haystack: &[u8],
        starts: RangeInclusive<usize>,
        limits: &mut Limits,
    ) -> Outcome {
        self.stack.clear();
        self.slots.clear();
        self.slots.resize(program.slots, NONE);
        let candidates = Candidates::new(program, haystack, *starts.end());
        let (look, prefix) = (leading_look(program), Rc::clone(&self.prefix));
        let mut attempt = Attempt::new(self, program, haystack, limits);
        let mut from = *starts.start();
        while let Some(start) = candidates.next(from) {
            let ended = match look {
                Some(look) if !look.holds(haystack, start) => attempt.fail_at_once(),
                _ => attempt.begin_at(start, &prefix),
            };
            match ended {
                Ok(true) => return Outcome::Match,
                Ok(false) => from = start + 1,
                Err(Exhausted::Steps) => return Outcome::OutOfSteps { start },
                Err(Exhausted::Stack) => return Outcome::OutOfStack { start },
            }
        }
        Outcome::NoMatch
    }

    /// The groups' slots after a match.
    pub fn slots(&self, program: &Program) -> &[usize] {
        &self.slots[..2 * program.groups]
    }
}

/// The start positions from which an attempt is worth it.
struct Candidates<'a> {
    haystack: &'a [u8],
    first: Option<&'a NextSet>,
    boundaries: bool,
    /// Behind the last one.
    end: usize,
}

impl<'a> Candidates<'a> {
    fn new(program: &'a Program, haystack: &'a [u8], last: usize) -> Self {
        let start = &program.start;
        let last = if start.anchored { 0 } else { last };
        let room = (haystack.len() + 1).saturating_sub(start.least);
        Self {
            haystack,
            first: start.first.map(|set| &program.sets[usize::from(set)]),
            boundaries: start.boundaries,
            end: room.min(last.saturating_add(1)),
        }
    }

    /// The first one from `from` on.
    fn next(&self, from: usize) -> Option<usize> {
        let Some(first) = self.first else {
            let whole = |&at: &usize| !self.boundaries || utf8::is_boundary(self.haystack, at);
            return (from..self.end).find(whole);
        };
        // Bytes of `first` begin an encoding, if the pattern has to: it is not nullable then.
        let bytes = self.haystack.get(from..self.end.min(self.haystack.len()))?;
        let ahead = bytes.iter().position(|&byte| first.bytes.contains(byte));
        let at_end =
            || (first.end && self.end > self.haystack.len()).then_some(self.haystack.len());
        ahead.map(|ahead| from + ahead).or_else(at_end)
    }
}

/// The assertion that an attempt begins with, behind nothing but written slots.
fn leading_look(program: &Program) -> Option<Look> {
    match program.ops.iter().find(|op| !matches!(op, Op::Save(_))) {
        Some(Op::Look(look)) => Some(*look),
        _ => None,
    }
}
