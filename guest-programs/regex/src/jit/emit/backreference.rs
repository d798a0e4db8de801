//! What a group captured, again.

use super::Emitter;
use super::facts::Facts;
use super::shared::Shared;
use super::slots::offset;
use crate::jit::asm::encode::{Cond, Load, Reg, RegOp};
use crate::jit::frame::field;
use crate::jit::regs::{BYTE, COUNT, END, FRAME, LEAST, POSITION, SLOTS, STEPS, X1, X3, X4};

/// Of what was captured: a cursor, and where it ends or its length.
const FROM: Reg = X1;
const UP_TO: Reg = BYTE;
const LENGTH: Reg = BYTE;
/// A cursor ahead of the position, and where it stops.
const TO: Reg = X3;
const STOP: Reg = X4;
/// What is compared; nothing is repeated meanwhile.
const THERE: Reg = LEAST;
const HERE: Reg = COUNT;

impl Emitter<'_> {
    /// Moves over what a group captured, or fails
    pub fn backreference(&mut self, group: u16, fold: bool) {
        self.asm.ld(FROM, SLOTS, offset(2 * group));
        self.asm.ld(LENGTH, SLOTS, offset(2 * group + 1));
        if !self.is_captured(group) {
            // NONE is negative, and above all addresses as an unsigned number.
            self.asm.branch(Cond::Lt, LENGTH, Reg::Zero, self.fail);
            self.asm.branch(Cond::Ltu, LENGTH, FROM, self.fail);
        }
        match fold {
            true => self.folded(),
            false => self.same_bytes(),
        }
        self.facts = Facts::UNKNOWN;
    }

    /// Charges the bytes that were captured.
    fn charge_captured(&mut self, length: Reg) {
        self.asm.op(RegOp::Sub, STEPS, STEPS, length);
        self.check_steps();
    }

    /// ASCII by a table; the helper begins anew where there is more.
    fn folded(&mut self) {
        let (ask, done, over) = (self.asm.label(), self.asm.label(), self.asm.label());
        let unicode = self.program.unicode;
        let table = self.pool.lower_case(unicode);
        self.asm.op(RegOp::Sub, X4, UP_TO, FROM);
        self.charge_captured(X4);
        self.asm.sd(FROM, FRAME, field!(captured));
        self.asm.sd(UP_TO, FRAME, field!(captured) + 8);
        self.asm.copy(TO, POSITION);
        let again = self.asm.here();
        self.asm.branch(Cond::Geu, FROM, UP_TO, done);
        self.asm.branch(Cond::Geu, TO, END, self.fail);
        self.asm.load(Load::Lbu, THERE, FROM, 0);
        self.asm.load(Load::Lbu, HERE, TO, 0);
        self.look_up(Load::Lb, THERE, THERE, table);
        self.look_up(Load::Lb, HERE, HERE, table);
        if unicode {
            self.asm.op(RegOp::Or, X4, HERE, THERE);
            self.asm.branch(Cond::Lt, X4, Reg::Zero, ask);
        }
        self.asm.branch(Cond::Ne, THERE, HERE, self.fail);
        self.asm.add(FROM, FROM, 1);
        self.asm.add(TO, TO, 1);
        self.asm.jump(again);
        self.asm.bind(done);
        self.asm.op(RegOp::Sub, X1, TO, POSITION);
        self.asm.bind(over);
        self.asm.op(RegOp::Add, POSITION, POSITION, X1);
        if unicode {
            self.cold(move |e| {
                e.asm.bind(ask);
                e.call(Shared::HelpFolded);
                e.asm.branch(Cond::Lt, X1, Reg::Zero, e.fail);
                e.asm.jump(over);
            });
        }
    }

    fn same_bytes(&mut self) {
        self.asm.op(RegOp::Sub, LENGTH, LENGTH, FROM);
        self.charge_captured(LENGTH);
        self.asm.op(RegOp::Sub, TO, END, POSITION);
        self.asm.branch(Cond::Ltu, TO, LENGTH, self.fail);
        self.asm.op(RegOp::Add, STOP, POSITION, LENGTH);
        self.asm.copy(TO, POSITION);
        self.compare_words();
        self.compare_bytes();
        self.asm.copy(POSITION, STOP);
    }

    /// Eight bytes at a time, as long as there are so many.
    fn compare_words(&mut self) {
        let few = self.asm.label();
        self.asm.add(LENGTH, STOP, -7);
        self.asm.branch(Cond::Geu, TO, LENGTH, few);
        let again = self.asm.here();
        self.compare_step(Load::Ld, 8);
        self.asm.branch(Cond::Ltu, TO, LENGTH, again);
        self.asm.bind(few);
    }

    fn compare_bytes(&mut self) {
        let done = self.asm.label();
        self.asm.branch(Cond::Geu, TO, STOP, done);
        let again = self.asm.here();
        self.compare_step(Load::Lbu, 1);
        self.asm.branch(Cond::Ltu, TO, STOP, again);
        self.asm.bind(done);
    }

    fn compare_step(&mut self, load: Load, bytes: i64) {
        self.asm.load(load, THERE, FROM, 0);
        self.asm.load(load, HERE, TO, 0);
        self.asm.branch(Cond::Ne, THERE, HERE, self.fail);
        self.asm.add(FROM, FROM, bytes);
        self.asm.add(TO, TO, bytes);
    }
}
