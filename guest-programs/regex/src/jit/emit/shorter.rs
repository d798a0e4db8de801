//! Repetitions of single items: ever fewer.

use super::Emitter;
use crate::backtrack::program::{Items, Pc, SetId};
use crate::jit::asm::encode::{Cond, ImmOp, Load, Reg, RegOp};
use crate::jit::frame::ENTRY;
use crate::jit::regs::{BYTE, POSITION, STEPS, TOP, X1, X4};

impl Emitter<'_> {
    /// Moves back over items to where `next` holds, at most to what the entry says
    pub fn shorter(&mut self, own: Pc, items: Items, next: Option<SetId>) {
        let resume = self.places[own as usize].resume;
        let next = self.next_set(next).bytes;
        self.cold(move |e| {
            let Some(resume) = resume else { return };
            let (least, lowest, found) = (X4, e.asm.label(), e.asm.label());
            e.resume(resume);
            e.asm.ld(least, TOP, 16);
            e.asm.op(RegOp::Sub, STEPS, STEPS, POSITION);
            let again = e.asm.here();
            e.item_back(items);
            e.asm.branch(Cond::Geu, least, POSITION, lowest);
            e.asm.load(Load::Lbu, BYTE, POSITION, 0);
            e.branch_byte(&next, BYTE, X1, false, again);
            e.asm.bind(found);
            e.give_back();
            // The entry is still there, but for the position.
            e.asm.sd(POSITION, TOP, 8);
            e.asm.add(TOP, TOP, ENTRY);
            e.go_back_to(own + 1);
            e.asm.bind(lowest);
            e.give_back();
            e.asm.load(Load::Lbu, BYTE, POSITION, 0);
            e.branch_byte(&next, BYTE, X1, false, e.fail);
            e.go_back_to(own + 1);
        });
    }

    /// Ends the charge of a way back.
    fn give_back(&mut self) {
        self.asm.op(RegOp::Add, STEPS, STEPS, POSITION);
        self.check_steps();
    }

    /// Moves back over one item.
    fn item_back(&mut self, items: Items) {
        let again = self.asm.here();
        self.asm.add(POSITION, POSITION, -1);
        if let Items::Class(_) = items {
            self.asm.load(Load::Lbu, BYTE, POSITION, 0);
            self.asm.imm(ImmOp::Andi, BYTE, BYTE, 0xc0);
            self.asm.add(BYTE, BYTE, -0x80);
            self.asm.branch(Cond::Eq, BYTE, Reg::Zero, again);
        }
    }
}
