//! Branches and jumps.

use dynasmrt::{DynamicLabel, DynasmApi, DynasmLabelApi};

use crate::isa::{Cond, Inst, Reg, semantics};
use crate::jit::asm::{slot, x64};
use crate::jit::emitter::{Emitter, Operand, with};
use crate::jit::exit::ExitKind;
use crate::jit::path::Fetched;
use crate::jit::regs::{Home, T0, T1};
use crate::jit::side::JUMP_MASK;

impl Emitter<'_> {
    /// `if rs1 cond rs2 { pc += offset }`; goes on where the path does.
    pub(in crate::jit) fn branch(&mut self, fetched: &Fetched) {
        let Inst::Branch {
            cond,
            rs1,
            rs2,
            offset,
        } = fetched.inst
        else {
            unreachable!("a branch");
        };
        let target = fetched.pc.wrapping_add_signed(offset.into());
        // When execution leaves the path, and where to.
        let (cond, away) = match fetched.is_taken() {
            false => (cond, target),
            true => (cond.negated(), fetched.next),
        };
        if let (Some(a), Some(b)) = (self.facts.constant(rs1), self.facts.constant(rs2)) {
            if semantics::taken(cond, a, b) {
                self.goto(away);
            }
            return;
        }
        // A constant goes to the right, where it can be an immediate.
        if self.facts.constant(rs1).is_some() {
            self.compare(rs2, rs1);
            self.goto_if(away, |e, label| e.jump_on_swapped(cond, label));
        } else {
            self.compare(rs1, rs2);
            self.goto_if(away, |e, label| e.jump_on(cond, label));
        }
    }

    /// Sets the flags for `rs1 - rs2`.
    fn compare(&mut self, rs1: Reg, rs2: Reg) {
        if let Some(b) = self.facts.constant(rs2) {
            return self.compare_constant(rs1, b);
        }
        let a = self.read(rs1, T0);
        let b = self.operand(rs2, T1);
        with!(self ; cmp Rq(a), b);
    }

    /// Sets the flags for `rs1 - b`.
    fn compare_constant(&mut self, rs1: Reg, b: u64) {
        match (self.home(rs1), i32::try_from(b as i64)) {
            (Home::Slot(at), Ok(b)) => slot!(self, at ; cmp slot, DWORD b),
            (_, Ok(b)) => {
                let a = self.read(rs1, T0);
                match b {
                    // Clears the carry as a comparison with zero does.
                    0 => x64!(self ; test Rq(a), Rq(a)),
                    b => x64!(self ; cmp Rq(a), b),
                }
            }
            (_, Err(_)) => {
                let a = self.read(rs1, T0);
                self.constant(T1, b);
                x64!(self ; cmp Rq(a), Rq(T1));
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
    pub(in crate::jit) fn jump_register(&mut self, fetched: &Fetched) {
        let (rd, rs1, offset) = fetched.jump_operands();
        if let Some(base) = self.facts.constant(rs1) {
            self.write_constant(rd, fetched.next);
            return self.goto(base.wrapping_add_signed(offset.into()) & !1);
        }
        self.jump_anywhere(fetched);
    }

    /// As [`Emitter::jump_register`], where the path goes on at one target.
    pub(in crate::jit) fn jump_along(&mut self, fetched: &Fetched) {
        let (rd, rs1, offset) = fetched.jump_operands();
        let (next, to) = (fetched.next, fetched.to);
        if let Some(base) = self.facts.constant(rs1) {
            let target = base.wrapping_add_signed(offset.into()) & !1;
            if target == to {
                return self.write_constant(rd, next);
            }
            // What is repaired may be made from what `rd` was before.
            self.repair();
            self.write_constant(rd, next);
            return self.goto(target);
        }
        let expected = to.wrapping_sub(offset as u64);
        let (rest, fetched) = (self.rest, *fetched);
        let elsewhere = self.out_of_line(move |e| {
            e.repair();
            e.pay_back(rest);
            e.jump_anywhere(&fetched);
        });
        self.compare_constant(rs1, expected);
        x64!(self ; jne =>elsewhere);
        self.facts.set_constant(rs1, expected);
        self.write_constant(rd, next);
    }

    /// As [`Emitter::jump_register`], nothing being known of the target.
    fn jump_anywhere(&mut self, fetched: &Fetched) {
        let (rd, rs1, offset) = fetched.jump_operands();
        let base = self.read(rs1, T0);
        match offset {
            0 => self.copy(T0, base),
            _ => x64!(self ; lea Rq(T0), [Rq(base) + offset]),
        }
        x64!(self ; and Rq(T0), BYTE -2);
        self.link_register(rd, fetched.next);
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
        let (miss, bank) = (self.miss(), self.bank);
        x64!(self
            ; mov Rd(T1), Rd(T0)
            ; and Rd(T1), JUMP_MASK
            ; cmp Rq(T0), [mem + 8 * Rq(T1) + bank.jump_pc()]
            ; jne extern miss
            ; jmp QWORD [mem + 8 * Rq(T1) + bank.jump_host()]
        );
    }

    /// Leaves before the current instruction.
    pub(in crate::jit) fn leave(&mut self, kind: ExitKind) {
        let out = self.exit(kind);
        x64!(self ; jmp =>out);
    }
}
