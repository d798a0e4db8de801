//! Repetitions of single items: as many as there are.
//!
//! The steps of a run are the bytes between its ends, so its beginning is added to the steps
//! and its end taken off. The sum may wrap meanwhile.

use super::Emitter;
use super::facts::Facts;
use crate::backtrack::program::{ClassId, Items, NextSet, Pc, SetId};
use crate::jit::asm::Label;
use crate::jit::asm::encode::{Cond, Load, Reg, RegOp};
use crate::jit::frame::ENTRY;
use crate::jit::regs::{BYTE, COUNT, END, LEAST, POSITION, START, STEPS, TOP, X1, X4};
use crate::set::ByteSet;

impl<'p> Emitter<'p> {
    /// Moves over items, from `min` to `max` of them; unless `possessive`, pushes the choice
    /// of fewer
    pub fn run(&mut self, items: Items, min: u32, max: Option<u32>, possessive: bool) {
        let own = self.next - 1;
        let facts = self.facts;
        self.begin_charge();
        match items {
            Items::Bytes(set) => self.run_bytes(set, min, max, possessive),
            Items::Class(class) => self.run_class(class, min, max, possessive),
        }
        if !possessive {
            self.push_choice(own + 1);
        }
        self.facts = match items {
            Items::Bytes(set) => behind_run(&facts, &self.next_set(Some(set)).bytes, min, max),
            Items::Class(_) => Facts::UNKNOWN,
        };
    }

    /// Pushes the choice of `pc` with `LEAST`, unless that is where the position is.
    fn push_choice(&mut self, pc: Pc) {
        let over = self.asm.label();
        self.asm.branch(Cond::Eq, POSITION, LEAST, over);
        self.reserve();
        self.push(pc);
        self.asm.sd(LEAST, TOP, 16 - ENTRY);
        self.asm.bind(over);
    }

    /// Moves over bytes of a set; `LEAST` is the position after `min` of them.
    pub fn run_bytes(&mut self, set: SetId, min: u32, max: Option<u32>, possessive: bool) {
        let bytes = self.next_set(Some(set)).bytes;
        let certain = max != Some(0) && self.facts.next_is_of(&bytes);
        let can_fail = min > u32::from(certain);
        if can_fail || !possessive {
            self.asm.add(LEAST, POSITION, i64::from(min));
        }
        let bound = match max {
            Some(max) => self.bound(max),
            None => END,
        };
        if certain {
            self.asm.add(POSITION, POSITION, 1);
        }
        match bytes.complement().single() {
            Some(b'\n') if max.is_none() => self.scan_to(POSITION, bound, b'\n'),
            _ => self.scan(POSITION, bound, &bytes),
        }
        self.cover(POSITION);
        self.end_charge();
        if can_fail {
            self.asm.branch(Cond::Ltu, POSITION, LEAST, self.fail);
        }
    }

    /// A register with the position that is `max` bytes ahead, or the end.
    fn bound(&mut self, max: u32) -> Reg {
        let less = self.asm.label();
        self.asm.constant(X4, i64::from(max));
        self.asm.op(RegOp::Sub, X1, END, POSITION);
        self.asm.branch(Cond::Geu, X1, X4, less);
        self.asm.copy(X4, X1);
        self.asm.bind(less);
        self.asm.op(RegOp::Add, X4, X4, POSITION);
        X4
    }

    /// Moves over members of a class; `LEAST` is the position after `min` of them.
    pub fn run_class(&mut self, class: ClassId, min: u32, max: Option<u32>, possessive: bool) {
        self.cover(START);
        // Then it is enough to look whether there was any.
        let any = min == 1 && possessive && max.is_none();
        if any {
            self.asm.copy(LEAST, POSITION);
        } else if min > 0 {
            self.exactly(class, min);
        }
        if !possessive {
            self.asm.copy(LEAST, POSITION);
        }
        match max {
            None => {
                if self.covers() {
                    self.ascii_that_covers(class, if any { 0 } else { min });
                }
                self.all_of_class(class);
            }
            Some(max) => self.at_most(class, max.saturating_sub(min)),
        }
        self.end_charge();
        if any {
            self.asm.branch(Cond::Eq, POSITION, LEAST, self.fail);
        }
    }

    /// Moves over so many members of a class, or fails.
    fn exactly(&mut self, class: ClassId, count: u32) {
        let short = self.asm.label();
        self.charge_and_fail(short);
        match count {
            1 => self.item(Items::Class(class), short),
            _ => self.count_down(count, |e| e.item(Items::Class(class), short)),
        }
    }

    /// Moves over members of a class, at most so many.
    fn at_most(&mut self, class: ClassId, count: u32) {
        if count > 0 {
            let done = self.asm.label();
            self.count_down(count, |e| e.item(Items::Class(class), done));
            self.asm.bind(done);
        }
    }

    /// Emits a loop of so many rounds, which must be some.
    fn count_down(&mut self, rounds: u32, body: impl FnOnce(&mut Self)) {
        self.asm.constant(COUNT, i64::from(rounds));
        let again = self.asm.here();
        self.facts = Facts::UNKNOWN;
        body(self);
        self.asm.add(COUNT, COUNT, -1);
        self.asm.branch(Cond::Ne, COUNT, Reg::Zero, again);
    }

    /// Moves over members of a class that are ASCII. They cover the attempts that begin
    /// among them if the `behind` items before them were ASCII, too.
    fn ascii_that_covers(&mut self, class: ClassId, behind: u32) {
        let wide = self.asm.label();
        self.asm.add(X4, START, i64::from(behind));
        self.asm.branch(Cond::Ne, X4, POSITION, wide);
        self.scan(
            POSITION,
            END,
            self.program.classes[usize::from(class)].ascii(),
        );
        self.cover(POSITION);
        self.asm.bind(wide);
    }

    /// Moves over as many members of a class as there are.
    fn all_of_class(&mut self, class: ClassId) {
        let program = self.program;
        let members = &program.classes[usize::from(class)];
        let leads = self.wide_leads(class);
        let done = self.asm.label();
        let again = self.asm.here();
        self.scan(POSITION, END, members.ascii());
        self.asm.branch(Cond::Geu, POSITION, END, done);
        let wide = self.asm.here();
        self.asm.load(Load::Lbu, BYTE, POSITION, 0);
        self.branch_byte(&leads, BYTE, X1, false, done);
        self.wide_item(class, done);
        // Another such scalar value is likely; what is before `again` sees to all others.
        self.asm.branch(Cond::Geu, POSITION, END, done);
        self.asm.load(Load::Lb, X1, POSITION, 0);
        self.asm.branch(Cond::Lt, X1, Reg::Zero, wide);
        self.asm.jump(again);
        self.asm.bind(done);
    }

    /// What the encodings of members beyond ASCII begin with.
    pub fn wide_leads(&self, class: ClassId) -> ByteSet {
        let first_bytes = &self.first_bytes[usize::from(class)];
        first_bytes.intersection(&ByteSet::range(0x80, 0xff))
    }

    /// Begins the charge of a way forward.
    pub fn begin_charge(&mut self) {
        self.asm.op(RegOp::Add, STEPS, STEPS, POSITION);
    }

    /// Ends it.
    pub fn end_charge(&mut self) {
        self.asm.op(RegOp::Sub, STEPS, STEPS, POSITION);
        self.check_steps();
    }

    /// Lets `label` end the charge and fail.
    pub fn charge_and_fail(&mut self, label: Label) {
        self.cold(move |e| {
            e.asm.bind(label);
            e.end_charge();
            e.asm.jump(e.fail);
        });
    }
}

/// What is known behind a run of `bytes`, with what was known before it.
fn behind_run(facts: &Facts, bytes: &ByteSet, min: u32, max: Option<u32>) -> Facts {
    let next = match max {
        None => NextSet {
            bytes: bytes.complement(),
            end: true,
        },
        Some(_) => NextSet::ANY,
    };
    let moved = min > 0;
    Facts {
        before: if moved {
            *bytes
        } else {
            facts.before.union(bytes)
        },
        begin: !moved && facts.begin,
        next,
        ahead: 0,
    }
}
