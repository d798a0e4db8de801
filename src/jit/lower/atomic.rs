//! The A extension. There is one hart, so nothing needs the host's lock prefix;
//! the order of accesses is that of the program.

use dynasmrt::{DynasmApi, DynasmLabelApi};

use super::mem::{Access, Address};
use crate::isa::{AmoOp, LoadOp, Reg, Width};
use crate::jit::asm::x64;
use crate::jit::emitter::Emitter;
use crate::jit::regs::{T0, T1, T2};
use crate::machine::{MachineState, Reservation};

/// The load that an atomic of `width` does.
fn load_op(width: Width) -> LoadOp {
    match width {
        Width::Double => LoadOp::Ld,
        _ => LoadOp::Lw,
    }
}

impl Emitter<'_> {
    /// `rd = sext(mem[rs1])`, and reserves it.
    pub(super) fn load_reserved(&mut self, width: Width, rd: Reg, rs1: Reg) {
        if self.links().is_some() {
            return self.step();
        }
        let base = self.atomic_address(rs1, width);
        self.touch(Access::Load, width, (rs1, base), 0);
        self.facts.lose_index();
        self.load_from(load_op(width), T1, Address::in_register(base));
        x64!(self
            ; lea Rq(T0), [Rq(base) + Reservation::tag(width) as i32]
        );
        self.load_state(T2);
        x64!(self ; mov rdx => MachineState.reservation, Rq(T0));
        self.write(rd, T1);
    }

    /// `if reserved { mem[rs1] = rs2; rd = 0 } else { rd = 1 }`
    pub(super) fn store_conditional(&mut self, width: Width, rd: Reg, rs1: Reg, rs2: Reg) {
        if self.links().is_some() {
            return self.step();
        }
        let base = self.atomic_address(rs1, width);
        let failed = self.asm.new_dynamic_label();
        self.load_state(T2);
        x64!(self
            ; lea Rq(T1), [Rq(base) + Reservation::tag(width) as i32]
            ; cmp Rq(T1), rdx => MachineState.reservation
            ; jne =>failed
        );
        if self.shadow().is_some() {
            self.facts.lose_index();
            self.touch(Access::Store, width, (rs1, base), 0);
            self.facts.lose_index();
            // The state again, and "equal".
            self.load_state(T2);
            x64!(self ; cmp Rd(T2), Rd(T2));
        }
        let value = self.read(rs2, T1);
        self.store_to(width, Address::in_register(base), value);
        // No instruction since the comparison has changed the flags.
        x64!(self
            ; =>failed
            ; setne al
            ; movzx eax, al
            ; mov QWORD rdx => MachineState.reservation, -1
        );
        if self.shadow().is_some() {
            // It has made no access, which was paid for.
            x64!(self ; add budget, Rq(T0));
            self.facts.forget_touched(rs1);
        }
        self.write(rd, T0);
    }

    /// `t = sext(mem[rs1]); mem[rs1] = t op rs2; rd = t`
    pub(super) fn amo(&mut self, op: AmoOp, width: Width, rd: Reg, rs1: Reg, rs2: Reg) {
        if self.links().is_some() {
            return self.step();
        }
        let base = self.atomic_address(rs1, width);
        self.touch(Access::Store, width, (rs1, base), 0);
        self.facts.lose_index();
        let at = Address::in_register(base);
        self.load_from(load_op(width), T1, at);
        self.read_into(rs2, T2);
        match op {
            AmoOp::Swap => {}
            AmoOp::Add => x64!(self ; add Rq(T2), Rq(T1)),
            AmoOp::Xor => x64!(self ; xor Rq(T2), Rq(T1)),
            AmoOp::And => x64!(self ; and Rq(T2), Rq(T1)),
            AmoOp::Or => x64!(self ; or Rq(T2), Rq(T1)),
            AmoOp::Min | AmoOp::Max | AmoOp::Minu | AmoOp::Maxu => self.amo_select(op, width),
        }
        self.store_to(width, at, T2);
        self.write(rd, T1);
    }

    /// `rdx = min(rdx, rcx)` and the like, by the low `width` bytes.
    fn amo_select(&mut self, op: AmoOp, width: Width) {
        match width {
            Width::Double => x64!(self ; cmp Rq(T1), Rq(T2)),
            _ => x64!(self ; cmp Rd(T1), Rd(T2)),
        }
        match op {
            AmoOp::Min => x64!(self ; cmovl Rq(T2), Rq(T1)),
            AmoOp::Max => x64!(self ; cmovg Rq(T2), Rq(T1)),
            AmoOp::Minu => x64!(self ; cmovb Rq(T2), Rq(T1)),
            _ => x64!(self ; cmova Rq(T2), Rq(T1)),
        }
    }
}
