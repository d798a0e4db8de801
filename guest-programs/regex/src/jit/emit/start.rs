//! The entry, and the loop over start positions.

use super::Emitter;
use super::covering::CoveringRun;
use super::facts::Facts;
use super::shared::Shared;
use crate::NONE;
use crate::backtrack::program::{NextSet, Op, Pc, Program};
use crate::jit::asm::encode::{Cond, Reg};
use crate::jit::asm::{Asm, Label};
use crate::jit::frame::{ENTRY, field, saved, spill};
use crate::jit::regs::{
    BEGIN, END, FRAME, LIMIT, POOL, POSITION, RESTORE, SCAN_END, SLOTS, START, STEPS, TOP, X1, X3,
    X4,
};
use crate::look::Look;
use crate::set::ByteSet;

use core::ops::RangeInclusive;

/// As many slots as this are cleared without a loop.
const FEW_SLOTS: i64 = 16;

/// Where attempts may begin, by the length of the haystack.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    anchored: bool,
    least: usize,
    /// Whether an attempt at the haystack's end is worth it.
    end: bool,
}

impl Window {
    /// That of `program`.
    pub fn new(program: &Program) -> Self {
        Self {
            anchored: program.start.anchored,
            least: program.start.least,
            end: first(program).end,
        }
    }

    /// The last of `starts` that may be one, and the end of the bytes that may begin a match,
    /// unless no start is left.
    pub fn of(&self, length: usize, starts: &RangeInclusive<usize>) -> Option<(usize, usize)> {
        let fits = length.checked_sub(self.least.max(usize::from(!self.end)))?;
        let last = if self.anchored { 0 } else { *starts.end() };
        let last = last.min(fits);
        (*starts.start() <= last).then(|| (last, length.min(last + 1)))
    }
}

/// What may come next at the start of an attempt.
fn first(program: &Program) -> NextSet {
    let start = &program.start;
    let mut first = start
        .first
        .map_or(NextSet::ANY, |set| program.sets[usize::from(set)]);
    if start.boundaries {
        let inside = ByteSet::range(0x80, 0xbf);
        first.bytes = first.bytes.intersection(&inside.complement());
    }
    first
}

/// The assertion that an attempt begins with, behind nothing but written slots. It comes
/// before these, as the executor has it: an attempt that fails at it needs no stack.
fn leading_look(program: &Program) -> Option<(Pc, Look)> {
    let mut ops = (0..).zip(&program.ops);
    match ops.find(|(_, op)| !matches!(op, Op::Save(_)))? {
        (pc, Op::Look(look)) => Some((pc, *look)),
        _ => None,
    }
}

/// How attempts end.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    /// Puts an old value back and fails.
    pub restore: Label,
    /// Takes an entry off the stack and goes on there.
    pub fail: Label,
    /// What the lowest entry resumes.
    lowest: Label,
    /// The attempt has failed; no choice was made.
    pub failed: Label,
    /// It has, behind the run that covers others.
    pub failed_behind_run: Label,
    /// What an attempt begins with, if that is an assertion.
    pub leading_look: Option<(Pc, Look)>,
    /// That run, if there is one.
    pub covering_run: Option<CoveringRun>,
}

impl Ends {
    /// The labels for `program`.
    pub fn new(program: &Program, first_bytes: &[ByteSet], prefix: usize, asm: &mut Asm) -> Self {
        let leading_look = leading_look(program);
        let run = leading_look
            .and_then(|look| CoveringRun::of(program, look, &first(program), first_bytes));
        let run = run.filter(|run| run.pc as usize <= prefix);
        Self {
            restore: asm.label(),
            fail: asm.label(),
            lowest: asm.label(),
            failed: asm.label(),
            failed_behind_run: asm.label(),
            leading_look,
            covering_run: run,
        }
    }
}

impl Emitter<'_> {
    /// Emits what is before the ops, and falls into the first.
    pub fn start(&mut self) {
        let (exhausted, attempt, scan) = (self.asm.label(), self.asm.label(), self.asm.label());
        self.enter();
        self.asm.jump(scan);
        self.fail_routine();
        self.attempt_failed(scan);
        self.asm.bind(scan);
        let first = first(self.program);
        self.scan_starts(&first.bytes, exhausted);
        self.asm.bind(attempt);
        self.charge_one();
        self.asm.copy(POSITION, START);
        self.facts = Facts {
            next: first,
            ahead: self.program.start.least,
            ..Facts::UNKNOWN
        };
        if let Some((_, look)) = self.ends.leading_look {
            self.look(look);
        }
        self.cold(move |e| e.exhausted(exhausted, attempt, first.end));
    }

    /// The entry: takes everything out of the frame, and puts the lowest entry in place.
    fn enter(&mut self) {
        for (reg, offset) in saved() {
            self.asm.sd(reg, Reg::A0, offset);
        }
        self.asm.sd(Reg::Ra, Reg::A0, spill!(return_address));
        self.asm.copy(FRAME, Reg::A0);
        for (reg, offset) in [
            (BEGIN, field!(begin)),
            (SCAN_END, field!(scan_end)),
            (START, field!(start)),
            (STEPS, field!(steps)),
            (TOP, field!(top)),
        ] {
            self.asm.ld(reg, FRAME, offset);
        }
        self.reload();
        self.asm.set_anchor(self.ends.restore);
        self.asm.far_address_of(RESTORE, self.ends.restore);
        self.asm.address_of(X1, self.ends.lowest);
        self.asm.sd(X1, TOP, -ENTRY);
        self.clear_slots();
    }

    /// Lets all slots be without a value.
    fn clear_slots(&mut self) {
        let slots = self.program.slots as i64;
        self.asm.constant(X1, NONE as i64);
        if slots <= FEW_SLOTS {
            (0..slots).for_each(|slot| self.asm.sd(X1, SLOTS, 8 * slot));
            return;
        }
        self.asm.copy(X3, SLOTS);
        self.asm.add(X4, SLOTS, 8 * slots);
        let again = self.asm.here();
        self.asm.sd(X1, X3, 0);
        self.asm.add(X3, X3, 8);
        self.asm.branch(Cond::Ltu, X3, X4, again);
    }

    /// Takes what never changes in emitted code out of the frame.
    pub fn reload(&mut self) {
        for (reg, offset) in [
            (END, field!(end)),
            (LIMIT, field!(limit)),
            (SLOTS, field!(slots)),
            (POOL, field!(pool)),
        ] {
            self.asm.ld(reg, FRAME, offset);
        }
    }

    /// Emits how to fail, and before it what an old value resumes: puts it back.
    fn fail_routine(&mut self) {
        self.asm.bind(self.ends.restore);
        self.asm.ld(X1, TOP, 16);
        self.asm.sd(X1, POSITION, 0);
        self.asm.bind(self.ends.fail);
        self.asm.add(TOP, TOP, -ENTRY);
        self.asm.ld(X1, TOP, 0);
        self.asm.ld(POSITION, TOP, 8);
        self.asm.call_register(Reg::Zero, X1);
    }

    /// Emits what the lowest entry resumes, and what failing in the prefix is.
    fn attempt_failed(&mut self, scan: Label) {
        let Ends {
            lowest,
            failed,
            failed_behind_run,
            covering_run,
            ..
        } = self.ends;
        self.asm.bind(lowest);
        // From the prefix, the stack is as it should be.
        self.asm.add(TOP, TOP, ENTRY);
        self.asm.bind(failed_behind_run);
        if let Some(run) = covering_run {
            self.pass_over_run(run);
            self.asm.jump(scan);
        }
        self.asm.bind(failed);
        self.asm.add(START, START, 1);
    }

    /// Moves the start to the next byte of `first`.
    fn scan_starts(&mut self, first: &ByteSet, exhausted: Label) {
        let others = first.complement();
        match first.single() {
            Some(byte) => self.scan_to(START, SCAN_END, byte),
            None if first.is_empty() => {
                self.asm.branch(Cond::Geu, START, SCAN_END, exhausted);
                self.asm.copy(START, SCAN_END);
            }
            None => self.scan(START, SCAN_END, &others),
        }
        self.asm.branch(Cond::Geu, START, SCAN_END, exhausted);
    }

    /// No byte is left to begin with, but perhaps the haystack's end.
    fn exhausted(&mut self, exhausted: Label, attempt: Label, end: bool) {
        self.asm.bind(exhausted);
        let no_match = self.shared(Shared::NoMatch);
        if end {
            self.asm.ld(X1, FRAME, field!(last));
            self.asm.branch(Cond::Geu, X1, START, attempt);
        }
        self.asm.jump(no_match);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_ends_where_no_match_can_begin() {
        let window = |anchored, least, end| Window {
            anchored,
            least,
            end,
        };
        for (window, length, starts, expected) in [
            (window(false, 0, true), 5, 0..=5, Some((5, 5))),
            (window(false, 0, true), 5, 2..=3, Some((3, 4))),
            (window(false, 0, false), 5, 0..=5, Some((4, 5))),
            (window(false, 3, false), 5, 0..=9, Some((2, 3))),
            (window(false, 3, false), 5, 3..=9, None),
            (window(false, 6, false), 5, 0..=9, None),
            (window(true, 1, false), 5, 0..=9, Some((0, 1))),
            (window(true, 1, false), 5, 1..=9, None),
            (window(false, 0, false), 0, 0..=0, None),
            (window(false, 0, true), 0, 0..=0, Some((0, 0))),
        ] {
            assert_eq!(
                window.of(length, &starts),
                expected,
                "{window:?} {length} {starts:?}"
            );
        }
    }
}
