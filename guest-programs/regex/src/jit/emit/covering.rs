//! Runs of words, none of whose tails begins a match.
//!
//! Where `\b` is first in a pattern and `[a-z]+` second, no attempt that begins inside of
//! what the run went over succeeds: it would fail at the `\b`. So there is none; the steps
//! of all of them are charged together.

use super::Emitter;
use super::shared::Shared;
use crate::backtrack::program::{Items, NextSet, Op, Pc, Program};
use crate::jit::asm::encode::{Cond, Reg, RegOp};
use crate::jit::regs::{COVERED, SCAN_END, START, STEPS};
use crate::look::{Look, is_word_byte};
use crate::set::ByteSet;

/// A run that begins at the start of each attempt.
#[derive(Clone, Copy, Debug)]
pub struct CoveringRun {
    /// Where it is.
    pub pc: Pc,
    /// Whether what it ends at cannot begin a match either.
    passes_end: bool,
}

impl CoveringRun {
    /// The run of words that begins every match. Of a class, only what the run goes over
    /// before the first scalar value beyond ASCII covers others.
    pub fn of(
        program: &Program,
        (look_pc, look): (Pc, Look),
        first: &NextSet,
        first_bytes: &[ByteSet],
    ) -> Option<Self> {
        if !matches!(look, Look::Word | Look::WordAscii) {
            return None;
        }
        let rest = &program.ops[look_pc as usize + 1..];
        let is_save = |op: &&Op| matches!(op, Op::Save(_));
        let saves = rest.iter().take_while(is_save).count();
        let (bytes, ascii, passes_end) = match *rest.get(saves)? {
            Op::Run { max: Some(0), .. } => return None,
            Op::Run {
                items: Items::Bytes(set),
                max,
                ..
            } => {
                let bytes = program.sets[usize::from(set)].bytes;
                (bytes, bytes, max.is_none())
            }
            Op::Run {
                items: Items::Class(class),
                min,
                max: None,
                possessive,
            } if min == 1 || !possessive => {
                let class = usize::from(class);
                (first_bytes[class], *program.classes[class].ascii(), false)
            }
            _ => return None,
        };
        let words = ascii.iter().all(|byte| byte < 0x80 && is_word_byte(byte));
        let all_begin = *first == (NextSet { bytes, end: false });
        (words && all_begin).then_some(Self {
            pc: look_pc + 1 + saves as Pc,
            passes_end,
        })
    }
}

impl Emitter<'_> {
    /// Charges the attempts that the run covers, up to the last start, and moves the start
    /// to what the run ended at.
    pub fn pass_over_run(&mut self, run: CoveringRun) {
        let (inside, short) = (self.asm.label(), self.asm.label());
        self.asm.branch(Cond::Geu, START, COVERED, self.ends.failed);
        self.asm.branch(Cond::Geu, SCAN_END, COVERED, inside);
        self.asm.copy(COVERED, SCAN_END);
        self.asm.bind(inside);
        self.asm.op(RegOp::Sub, START, START, COVERED);
        self.asm.add(START, START, 1);
        self.asm.op(RegOp::Add, STEPS, STEPS, START);
        let further = i64::from(run.passes_end);
        self.asm.add(START, COVERED, further);
        self.asm.branch(Cond::Lt, STEPS, Reg::Zero, short);
        self.cold(move |e| {
            e.asm.bind(short);
            // So many attempts before this start were one too many, and the ones behind it.
            e.asm.op(RegOp::Add, START, START, STEPS);
            e.asm.add(START, START, -further);
            let out = e.shared(Shared::OutOfSteps);
            e.asm.jump(out);
        });
    }

    /// Whether the op is the run that covers others.
    pub fn covers(&self) -> bool {
        self.ends
            .covering_run
            .is_some_and(|run| run.pc + 1 == self.next)
    }

    /// If it is, notes that it covers what is before `end`.
    pub fn cover(&mut self, end: Reg) {
        if self.covers() {
            self.asm.copy(COVERED, end);
            if self.in_prefix() {
                self.fail = self.ends.failed_behind_run;
            }
        }
    }
}
