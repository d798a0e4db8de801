//! Ops that take choices back, and ops that go back in the haystack.

use super::Emitter;
use super::facts::Facts;
use super::shared::Shared;
use super::slots::offset;
use crate::backtrack::program::{Pc, Slot};
use crate::jit::asm::encode::{Cond, RegOp};
use crate::jit::frame::{ENTRY, field};
use crate::jit::regs::{BEGIN, FRAME, POSITION, SLOTS, TOP, X1, X3};

impl Emitter<'_> {
    /// Takes the choices above the fence off the stack
    pub fn commit(&mut self, slot: Slot) {
        // There, no choice is above any fence.
        if self.in_prefix() {
            return;
        }
        let bare = self.asm.label();
        self.height(slot);
        self.asm.branch(Cond::Eq, X1, TOP, bare);
        self.call(Shared::Commit);
        self.asm.bind(bare);
    }

    /// Takes all above the fence off the stack, and fails
    pub fn reject(&mut self, slot: Slot) {
        let reject = self.shared(Shared::Reject);
        self.height(slot);
        self.asm.jump(reject);
    }

    /// X1 = where the stack ended at a fence
    fn height(&mut self, slot: Slot) {
        self.asm.ld(X1, SLOTS, offset(slot));
        self.asm.ld(X3, FRAME, field!(stack));
        self.asm.op(RegOp::Add, X1, X1, X3);
    }

    /// position = slot
    pub fn return_to(&mut self, slot: Slot) {
        self.asm.ld(POSITION, SLOTS, offset(slot));
        self.facts = self.facts_of(slot);
    }

    /// Fails unless position = slot
    pub fn arrive(&mut self, slot: Slot) {
        self.asm.ld(X1, SLOTS, offset(slot));
        self.asm.branch(Cond::Ne, X1, POSITION, self.fail);
        self.facts = self.facts_of(slot);
    }

    /// position = position - min, or fails; pushes the choice of more than `min`
    pub fn behind(&mut self, min: u32, max: u32) {
        let own = self.next - 1;
        let (count, before) = (X3, X1);
        if min > 0 {
            self.asm.op(RegOp::Sub, before, POSITION, BEGIN);
            self.asm.constant(count, i64::from(min));
            self.asm.branch(Cond::Ltu, before, count, self.fail);
        }
        if min < max {
            let over = self.asm.label();
            self.asm.add(count, POSITION, -i64::from(min));
            self.asm.branch(Cond::Eq, count, BEGIN, over);
            self.reserve();
            self.push(own + 1);
            self.asm.constant(count, i64::from(min));
            self.asm.sd(count, TOP, 16 - ENTRY);
            self.asm.bind(over);
        }
        self.asm.add(POSITION, POSITION, -i64::from(min));
        self.facts = Facts::UNKNOWN;
    }

    /// position = position - (b + 1); pushes the choice of more
    pub fn further(&mut self, own: Pc, max: u32) {
        let resume = self.places[own as usize].resume;
        self.cold(move |e| {
            let Some(resume) = resume else { return };
            let (count, other, over) = (X1, X3, e.asm.label());
            e.resume(resume);
            e.asm.ld(count, TOP, 16);
            e.asm.add(count, count, 1);
            e.asm.constant(other, i64::from(max));
            e.asm.branch(Cond::Geu, count, other, over);
            e.asm.op(RegOp::Sub, other, POSITION, BEGIN);
            e.asm.branch(Cond::Geu, count, other, over);
            // The entry is still there, but for the number.
            e.asm.sd(count, TOP, 16);
            e.asm.add(TOP, TOP, ENTRY);
            e.asm.bind(over);
            e.asm.op(RegOp::Sub, POSITION, POSITION, count);
            e.go_back_to(own + 1);
        });
    }
}
