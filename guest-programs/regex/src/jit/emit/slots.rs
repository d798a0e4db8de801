//! Ops that write slots.
//!
//! A slot that a position was saved in has its address; a number is what it is.

use super::Emitter;
use super::shared::Shared;
use crate::backtrack::program::{Op, Slot};
use crate::jit::asm::encode::{Cond, Reg, RegOp};
use crate::jit::frame::{ENTRY, field};
use crate::jit::regs::{FRAME, LIMIT, POSITION, RESTORE, SLOTS, TOP, X1, X3};

/// The offset of a slot.
pub fn offset(slot: Slot) -> i64 {
    8 * i64::from(slot)
}

impl Emitter<'_> {
    /// slot = position
    pub fn save(&mut self, slot: Slot) {
        self.write(slot, |_| POSITION);
    }

    /// slot = value
    pub fn set(&mut self, slot: Slot, value: usize) {
        self.write(slot, |e| match value {
            0 => Reg::Zero,
            value => {
                e.asm.constant(X3, value as i64);
                X3
            }
        });
    }

    /// slot = slot + 1
    pub fn count(&mut self, slot: Slot) {
        self.write(slot, |e| {
            e.asm.ld(X3, SLOTS, offset(slot));
            e.asm.add(X3, X3, 1);
            X3
        });
    }

    /// to = from
    pub fn copy(&mut self, from: Slot, to: Slot) {
        self.write(to, |e| {
            e.asm.ld(X3, SLOTS, offset(from));
            X3
        });
    }

    /// slot = height of the stack, in bytes, with the old value of the slot
    pub fn fence(&mut self, slot: Slot) {
        if self.fence_is_idle(slot) {
            return;
        }
        self.write(slot, |e| {
            e.asm.ld(X3, FRAME, field!(stack));
            e.asm.op(RegOp::Sub, X3, TOP, X3);
            X3
        });
    }

    /// Fails if slot = position; else slot = position
    pub fn progress(&mut self, slot: Slot) {
        self.asm.ld(X1, SLOTS, offset(slot));
        self.asm.branch(Cond::Eq, X1, POSITION, self.fail);
        self.save(slot);
    }

    /// Pushes the old value of `slot`, and writes what `value` leaves in a register.
    fn write(&mut self, slot: Slot, value: impl FnOnce(&mut Self) -> Reg) {
        if !self.in_prefix() {
            self.reserve();
            if !self.before_match() {
                self.push_old(slot);
            }
        }
        let value = value(self);
        self.asm.sd(value, SLOTS, offset(slot));
    }

    fn push_old(&mut self, slot: Slot) {
        self.asm.ld(X1, SLOTS, offset(slot));
        self.asm.add(X3, SLOTS, offset(slot));
        self.asm.sd(RESTORE, TOP, 0);
        self.asm.sd(X3, TOP, 8);
        self.asm.sd(X1, TOP, 16);
        self.asm.add(TOP, TOP, ENTRY);
    }

    /// Whether nothing can fail any more, because the match is next.
    fn before_match(&self) -> bool {
        let next = self.next as usize;
        matches!(self.program.ops.get(next), Some(Op::Match))
    }

    /// Makes sure that the stack has room for an entry. Clobbers what is free.
    pub fn reserve(&mut self) {
        let room = self.asm.label();
        self.asm.branch(Cond::Ltu, TOP, LIMIT, room);
        self.call(Shared::Grow);
        self.asm.bind(room);
    }

    /// Ends the search by a match.
    pub fn matched(&mut self) {
        let matched = self.shared(Shared::Matched);
        self.asm.jump(matched);
    }
}
