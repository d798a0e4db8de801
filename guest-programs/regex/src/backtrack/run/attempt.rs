//! One attempt, instruction by instruction.

use super::items::item;
use super::prefix::Prefix;
use super::{Entry, Executor, Limits};
use crate::backtrack::program::{NextSet, Op, Pc, Program, RESTORE, SetId, Slot, Width};
use crate::hir::Class;

/// What there was too little of.
pub enum Exhausted {
    Steps,
    Stack,
}

/// What an instruction leads to.
pub enum Then {
    Next,
    Go(usize),
    Fail,
}

impl Then {
    pub fn next_if(holds: bool) -> Self {
        if holds { Self::Next } else { Self::Fail }
    }
}

/// An attempt under way.
pub struct Attempt<'a> {
    pub(super) executor: &'a mut Executor,
    pub(super) program: &'a Program,
    pub(super) haystack: &'a [u8],
    limits: &'a mut Limits,
    pub(super) position: usize,
    /// Entries that the stack may have.
    room: usize,
}

impl<'a> Attempt<'a> {
    pub fn new(
        executor: &'a mut Executor,
        program: &'a Program,
        haystack: &'a [u8],
        limits: &'a mut Limits,
    ) -> Self {
        let position = 0;
        Self {
            executor,
            program,
            haystack,
            limits,
            position,
            room: 0,
        }
    }

    /// Makes an attempt of which it is known that it fails as soon as the slots are written
    /// with which it begins.
    pub fn fail_at_once(&mut self) -> Result<bool, Exhausted> {
        self.charge(1)?;
        Ok(false)
    }

    /// Makes an attempt from `start`. After one that fails, all slots are as they were before,
    /// or will be written by the next one before anything reads them.
    ///
    /// PERF: an arm goes on with `continue`, and whatever comes out of the `match` fails. To
    /// return what comes next and to branch on that took half as many instructions again
    /// (`regex.elf --costs --engine backtrack`).
    pub fn begin_at(&mut self, start: usize, prefix: &Prefix) -> Result<bool, Exhausted> {
        self.charge(1)?;
        self.position = start;
        let (mut pc, mut b) = (0, 0);
        self.room = self.limits.entries;
        if prefix.writes <= self.room {
            if !self.passes(&prefix.ops)? {
                return Ok(false);
            }
            self.executor.slots[0] = start;
            pc = prefix.length;
            self.room -= prefix.writes;
        }
        let ops = &*self.program.ops;
        loop {
            let op = &ops[pc];
            pc += 1;
            match *op {
                Op::Need(count) if self.ahead().len() >= count as usize => continue,
                Op::Compare {
                    offset,
                    width,
                    mask,
                    value,
                } => {
                    if width.load(&self.ahead()[offset as usize..]) & mask == value {
                        continue;
                    }
                }
                Op::Member { offset, set } => {
                    let byte = self.ahead()[offset as usize];
                    if self.set(set).bytes.contains(byte) {
                        continue;
                    }
                }
                Op::Advance(count) => {
                    self.position += count as usize;
                    continue;
                }
                Op::Save(slot) => {
                    self.write(slot, self.position)?;
                    continue;
                }
                Op::Split {
                    first,
                    second,
                    first_next,
                    second_next,
                } => {
                    if let Some(target) = self.split((first, first_next), (second, second_next))? {
                        pc = target as usize;
                        continue;
                    }
                }
                Op::Look(look) if look.holds(self.haystack, self.position) => continue,
                Op::Jump(target) => {
                    pc = target as usize;
                    continue;
                }
                Op::Again(target) => {
                    self.charge(1)?;
                    pc = target as usize;
                    continue;
                }
                Op::Class(class) if self.moves_over(class) => continue,
                Op::Run {
                    items,
                    min,
                    max,
                    possessive,
                } => {
                    if let Some(target) = self.run(pc, items, min, max, possessive)? {
                        pc = target;
                        continue;
                    }
                }
                Op::Shorter { items, next } if self.shorter(pc - 1, b, items, next)? => continue,
                Op::Backreference { group, fold } if self.backreference(group, fold)? => continue,
                Op::Match => return Ok(true),
                Op::Need(_)
                | Op::Look(_)
                | Op::Class(_)
                | Op::Shorter { .. }
                | Op::Backreference { .. }
                | Op::Fail => {}
                _ => match self.execute(op, pc, b)? {
                    Then::Next => continue,
                    Then::Go(target) => {
                        pc = target;
                        continue;
                    }
                    Then::Fail => {}
                },
            }
            let Some(choice) = self.back() else {
                return Ok(false);
            };
            self.charge(1)?;
            (pc, self.position, b) = (choice.resume, choice.a, choice.b);
        }
    }

    /// Executes a [`Prefix`], and says whether all of it holds.
    fn passes(&mut self, ops: &[Op]) -> Result<bool, Exhausted> {
        for op in ops {
            let holds = match *op {
                Op::Save(slot) => {
                    self.executor.slots[usize::from(slot)] = self.position;
                    continue;
                }
                Op::Advance(count) => {
                    self.position += count as usize;
                    continue;
                }
                Op::Need(count) => self.ahead().len() >= count as usize,
                Op::Compare {
                    offset,
                    width,
                    mask,
                    value,
                } => width.load(&self.ahead()[offset as usize..]) & mask == value,
                Op::Member { offset, set } => {
                    self.set(set).bytes.contains(self.ahead()[offset as usize])
                }
                Op::Look(look) => look.holds(self.haystack, self.position),
                Op::Class(class) => self.moves_over(class),
                Op::Run {
                    items,
                    min,
                    max,
                    possessive,
                } => self.run(0, items, min, max, possessive)?.is_some(),
                Op::Backreference { group, fold } => self.backreference(group, fold)?,
                _ => unreachable!("no part of a prefix"),
            };
            if !holds {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Executes an instruction that is not so common. `next` is the one behind it, and `b` as
    /// the choice has it by which execution has come here.
    fn execute(&mut self, op: &Op, next: usize, b: usize) -> Result<Then, Exhausted> {
        let own = next - 1;
        Ok(match *op {
            Op::Set(slot, value) => self.write(slot, value)?,
            Op::Count(slot) => self.write(slot, self.slot(slot) + 1)?,
            Op::Copy { from, to } => self.write(to, self.slot(from))?,
            Op::Rounds {
                count,
                min,
                max,
                lazy,
                body,
                exit,
                body_next,
                exit_next,
            } => {
                let rounds = self.slot(count);
                let target = match (lazy, (body, body_next), (exit, exit_next)) {
                    _ if rounds < min as usize => Some(body),
                    _ if max.is_some_and(|max| rounds >= max as usize) => Some(exit),
                    (false, body, exit) => self.split(body, exit)?,
                    (true, body, exit) => self.split(exit, body)?,
                };
                target.map_or(Then::Fail, |target| Then::Go(target as usize))
            }
            Op::Progress(slot) if self.slot(slot) == self.position => Then::Fail,
            Op::Progress(slot) => self.write(slot, self.position)?,
            Op::RunLazy { items, min, max } => self.run_lazy(next, items, min, max)?,
            Op::Longer { items, max, next } => self.longer(own, b, items, max, next)?,
            Op::Fence(slot) => {
                let height = self.executor.stack.len() + 1;
                self.write(slot, height)?
            }
            Op::Commit(slot) => self.commit(slot),
            Op::Reject(slot) => self.reject(slot),
            Op::Return(slot) => {
                self.position = self.slot(slot);
                Then::Next
            }
            Op::Behind { min, max } => self.behind(next, min, max)?,
            Op::Further { max } => self.further(own, b, max)?,
            Op::Arrive(slot) => Then::next_if(self.slot(slot) == self.position),
            Op::Memo(memo) => Then::next_if(self.executor.memo.enter(memo, self.position)),
            _ => unreachable!("`begin_at` has the others"),
        })
    }

    /// Moves over a scalar value of a class, if there is one.
    fn moves_over(&mut self, class: u16) -> bool {
        let length = item(self.class(class), self.ahead());
        self.position += length.unwrap_or(0);
        length.is_some()
    }

    fn slot(&self, slot: Slot) -> usize {
        self.executor.slots[usize::from(slot)]
    }

    pub(super) fn ahead(&self) -> &[u8] {
        &self.haystack[self.position..]
    }

    pub(super) fn set(&self, set: SetId) -> &NextSet {
        &self.program.sets[usize::from(set)]
    }

    pub(super) fn class(&self, class: u16) -> &Class {
        &self.program.classes[usize::from(class)]
    }

    /// Whether what comes next is worth a try.
    pub(super) fn allows(&self, next: Option<SetId>) -> bool {
        next.is_none_or(|set| self.set(set).allows(self.haystack, self.position))
    }

    pub(super) fn charge(&mut self, steps: usize) -> Result<(), Exhausted> {
        let left = self.limits.steps.checked_sub(steps as u64);
        self.limits.steps = left.unwrap_or(0);
        left.map(drop).ok_or(Exhausted::Steps)
    }

    pub(super) fn push(&mut self, resume: usize, a: usize, b: usize) -> Result<(), Exhausted> {
        if self.executor.stack.len() >= self.room {
            return Err(Exhausted::Stack);
        }
        self.executor.stack.push(Entry { resume, a, b });
        Ok(())
    }

    /// Takes entries off the stack down to a choice, and puts old values back.
    fn back(&mut self) -> Option<Entry> {
        loop {
            let entry = self.executor.stack.pop()?;
            if entry.resume != RESTORE {
                return Some(entry);
            }
            self.executor.slots[entry.a] = entry.b;
        }
    }

    fn write(&mut self, slot: Slot, value: usize) -> Result<Then, Exhausted> {
        let slot = usize::from(slot);
        self.push(RESTORE, slot, self.executor.slots[slot])?;
        self.executor.slots[slot] = value;
        Ok(Then::Next)
    }

    /// The way to take first, after the other is pushed if it is worth a try as well.
    fn split(
        &mut self,
        first: (Pc, Option<SetId>),
        second: (Pc, Option<SetId>),
    ) -> Result<Option<Pc>, Exhausted> {
        Ok(match (self.allows(first.1), self.allows(second.1)) {
            (true, true) => {
                self.push(second.0 as usize, self.position, 0)?;
                Some(first.0)
            }
            (true, false) => Some(first.0),
            (false, true) => Some(second.0),
            (false, false) => None,
        })
    }
}

impl Width {
    /// How many bytes.
    pub fn bytes(self) -> usize {
        match self {
            Self::B1 => 1,
            Self::B2 => 2,
            Self::B4 => 4,
            Self::B8 => 8,
        }
    }

    /// The first bytes as a little-endian number.
    #[inline]
    fn load(self, bytes: &[u8]) -> u64 {
        match self {
            Self::B1 => u64::from(bytes[0]),
            Self::B2 => u64::from(u16::from_le_bytes(first(bytes))),
            Self::B4 => u64::from(u32::from_le_bytes(first(bytes))),
            Self::B8 => u64::from_le_bytes(first(bytes)),
        }
    }
}

/// The first bytes, of which a [`Op::Need`] has seen to it that they are there.
fn first<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.first_chunk().copied().unwrap_or([0; N])
}
