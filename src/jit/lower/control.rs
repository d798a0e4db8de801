//! Branches and jumps.

use dynasmrt::{DynamicLabel, DynasmApi, DynasmLabelApi};

use crate::isa::{Cond, Reg, semantics};
use crate::jit::asm::{slot, x64};
use crate::jit::emitter::{Emitter, Operand, with};
use crate::jit::exit::ExitKind;
use crate::jit::regs::{Home, T0, T1};
use crate::jit::side::{JUMP_HOST, JUMP_MASK, JUMP_PC};

impl Emitter<'_> {
    /// `if rs1 cond rs2 { pc += offset }`; goes on where it is not taken.
    pub(super) fn branch(&mut self, cond: Cond, rs1: Reg, rs2: Reg, offset: i32) {
        let target = self.pc.wrapping_add_signed(offset.into());
        if let (Some(a), Some(b)) = (self.facts.constant(rs1), self.facts.constant(rs2)) {
            if semantics::taken(cond, a, b) {
                self.jump(target);
            }
            return;
        }
        // A constant goes to the right, where it can be an immediate.
        if self.facts.constant(rs1).is_some() {
            self.compare(rs2, rs1);
            self.jump_if(target, |e, label| e.jump_on_swapped(cond, label));
        } else {
            self.compare(rs1, rs2);
            self.jump_if(target, |e, label| e.jump_on(cond, label));
        }
    }

    /// Sets the flags for `rs1 - rs2`.
    fn compare(&mut self, rs1: Reg, rs2: Reg) {
        let constant = self.facts.constant(rs2).map(|b| i32::try_from(b as i64));
        match (self.home(rs1), constant) {
            (Home::Slot(at), Some(Ok(b))) => slot!(self, at ; cmp slot, DWORD b),
            (_, Some(Ok(b))) => {
                let a = self.read(rs1, T0);
                match b {
                    // Clears the carry as a comparison with zero does.
                    0 => x64!(self ; test Rq(a), Rq(a)),
                    b => x64!(self ; cmp Rq(a), b),
                }
            }
            _ => {
                let a = self.read(rs1, T0);
                let b = self.operand(rs2, T1);
                with!(self ; cmp Rq(a), b);
            }
        }
    }

    fn jump_on(&mut self, cond: Cond, label: DynamicLabel) {
        match cond {
            Cond::Eq => x64!(self ; je =>label),
            Cond::Ne => x64!(self ; jne =>label),
            Cond::Lt => x64!(self ; jl =>label),
            Cond::Ge => x64!(self ; jge =>label),
            Cond::Ltu => x64!(self ; jb =>label),
            Cond::Geu => x64!(self ; jae =>label),
        }
    }

    /// As [`Emitter::jump_on`], after a comparison the other way round.
    fn jump_on_swapped(&mut self, cond: Cond, label: DynamicLabel) {
        match cond {
            Cond::Eq => x64!(self ; je =>label),
            Cond::Ne => x64!(self ; jne =>label),
            Cond::Lt => x64!(self ; jg =>label),
            Cond::Ge => x64!(self ; jle =>label),
            Cond::Ltu => x64!(self ; ja =>label),
            Cond::Geu => x64!(self ; jbe =>label),
        }
    }

    /// `t = (rs1 + offset) & !1; rd = next; pc = t`
    pub(in crate::jit) fn jump_register(&mut self, rd: Reg, rs1: Reg, offset: i32, next: u64) {
        if let Some(base) = self.facts.constant(rs1) {
            self.write_constant(rd, next);
            return self.jump(base.wrapping_add_signed(offset.into()) & !1);
        }
        let base = self.read(rs1, T0);
        match offset {
            0 => self.copy(T0, base),
            _ => x64!(self ; lea Rq(T0), [Rq(base) + offset]),
        }
        x64!(self ; and Rq(T0), BYTE -2);
        self.link_register(rd, next);
        self.dispatch();
    }

    /// `rd = next`, keeping [`T0`].
    fn link_register(&mut self, rd: Reg, next: u64) {
        if !rd.is_zero() {
            let to = self.target(rd, T1);
            self.constant(to, next);
            self.write(rd, to);
        }
    }

    /// Jumps to the unit of the guest address in [`T0`]: straight on if the
    /// jump table has it, else by way of the exit.
    fn dispatch(&mut self) {
        let miss = self.miss();
        x64!(self
            ; mov Rd(T1), Rd(T0)
            ; and Rd(T1), JUMP_MASK
            ; cmp Rq(T0), [mem + 8 * Rq(T1) + JUMP_PC]
            ; jne extern miss
            ; jmp QWORD [mem + 8 * Rq(T1) + JUMP_HOST]
        );
    }

    /// Leaves before the current instruction.
    pub(in crate::jit) fn leave(&mut self, kind: ExitKind) {
        let out = self.exit(kind);
        x64!(self ; jmp =>out);
    }
}
