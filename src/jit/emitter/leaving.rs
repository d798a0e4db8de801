//! The ways out of a unit: exits, and jumps to other units.

use dynasmrt::{DynamicLabel, DynasmLabelApi};

use super::{Emitter, Pending};
use crate::jit::asm::x64;
use crate::jit::exit::{ExitKind, Mode, Site};
use crate::jit::plan::Repairs;

impl Emitter<'_> {
    /// A label to jump to in order to leave before the current instruction.
    pub(in crate::jit) fn exit(&mut self, kind: ExitKind) -> DynamicLabel {
        self.pend(self.pc, self.owed, kind, self.repairs)
    }

    /// A label for the jump that follows at once, to the unit at `pc` in
    /// `mode`; the jump is redirected when that unit exists.
    fn link(&mut self, pc: u64, mode: Mode) -> DynamicLabel {
        self.pend(pc, 0, ExitKind::Link(mode), Repairs::default())
    }

    /// A label for an exit whose code comes behind the unit.
    fn pend(&mut self, pc: u64, owed: u32, kind: ExitKind, repairs: Repairs) -> DynamicLabel {
        let label = self.asm.new_dynamic_label();
        let site = Site {
            pc,
            owed,
            kind,
            jump: None,
            thunk: 0,
        };
        self.sites.push(Pending {
            label,
            repairs,
            site,
        });
        label
    }

    /// Notes that the jump just emitted is the one of the newest link.
    fn linked(&mut self) {
        let end = self.position();
        if let Some(pending) = self.sites.last_mut() {
            // The displacement is the last four bytes of a near jump.
            pending.site.jump = Some(end - 4);
        }
    }

    /// `jmp` to the unit of guest address `pc`, the current instruction having retired.
    pub(in crate::jit) fn goto(&mut self, pc: u64) {
        self.repair();
        if self.rest != 0 {
            self.pay_back(self.rest);
        }
        self.jump_to(pc, Mode::Fast);
    }

    fn jump_to(&mut self, pc: u64, mode: Mode) {
        let label = self.link(pc, mode);
        x64!(self ; jmp =>label);
        self.linked();
    }

    /// A conditional [`Emitter::goto`]; `emit` appends the `jcc` to the label.
    pub(in crate::jit) fn goto_if(&mut self, pc: u64, emit: impl FnOnce(&mut Self, DynamicLabel)) {
        if self.rest != 0 || !self.repairs.is_empty() {
            let label = self.give_back(self.rest, pc, Mode::Fast);
            return emit(self, label);
        }
        let label = self.link(pc, Mode::Fast);
        emit(self, label);
        self.linked();
    }

    /// A label to go to the unit of `mode` that starts with the current instruction,
    /// by way of giving back what the rest of the segment was paid.
    pub(in crate::jit) fn elsewhere(&mut self, mode: Mode) -> DynamicLabel {
        self.give_back(self.owed, self.pc, mode)
    }

    /// A label to give back a price and go to a unit.
    fn give_back(&mut self, price: u32, pc: u64, mode: Mode) -> DynamicLabel {
        self.out_of_line(move |e| {
            e.repair();
            e.pay_back(price);
            e.jump_to(pc, mode);
        })
    }
}
