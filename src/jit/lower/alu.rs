//! RV32I/RV64I computation.

use dynasmrt::DynasmApi;
use dynasmrt::x64::Rq;

use crate::isa::{AluOp, Reg, semantics};
use crate::jit::asm::{slot, x64};
use crate::jit::emitter::{Emitter, Operand, with};
use crate::jit::regs::{Home, T0, T1};

impl Emitter<'_> {
    /// `rd = rs1 op imm`
    pub(super) fn alu_imm(&mut self, op: AluOp, rd: Reg, rs1: Reg, imm: i32) {
        if rd.is_zero() {
            return;
        }
        if let Some(a) = self.facts.constant(rs1) {
            return self.write_constant(rd, semantics::alu(op, a, imm as u64));
        }
        let checked = match op {
            AluOp::Add => self.facts.checked_sum(rs1, imm),
            _ => None,
        };
        let (touched, index) = match op {
            AluOp::Add => (
                self.facts.touched_sum(rs1, imm),
                self.facts.index_sum(rs1, imm),
            ),
            _ => (Vec::new(), None),
        };
        if !self.alu_imm_in_slot(op, rd, rs1, imm) {
            self.alu_imm_in_register(op, rd, rs1, imm);
        }
        self.facts.set_checked(rd, checked);
        for bytes in touched {
            self.facts.set_touched(rd, bytes);
        }
        if let (Some(more), true) = (index, rd == rs1) {
            self.facts.set_index(rd, more);
        }
    }

    /// `rd = rd op imm`, in its slot, if that can be.
    fn alu_imm_in_slot(&mut self, op: AluOp, rd: Reg, rs1: Reg, imm: i32) -> bool {
        let (Home::Slot(at), true) = (self.home(rd), rd == rs1 && imm != 0) else {
            return false;
        };
        match op {
            AluOp::Add => slot!(self, at ; add slot, DWORD imm),
            AluOp::Xor => slot!(self, at ; xor slot, DWORD imm),
            AluOp::Or => slot!(self, at ; or slot, DWORD imm),
            AluOp::And => slot!(self, at ; and slot, DWORD imm),
            _ => return false,
        }
        self.facts.forget(rd);
        true
    }

    fn alu_imm_in_register(&mut self, op: AluOp, rd: Reg, rs1: Reg, imm: i32) {
        let d = self.target(rd, T0);
        let a = self.read(rs1, d);
        match op {
            AluOp::Add => self.add_imm(d, a, imm),
            AluOp::Addw => self.addw_imm(d, a, imm),
            AluOp::Slt | AluOp::Sltu => {
                x64!(self ; cmp Rq(a), imm);
                self.set_if_less(op, d);
            }
            AluOp::Sll | AluOp::Srl | AluOp::Sra | AluOp::Sllw | AluOp::Srlw | AluOp::Sraw => {
                self.shift_imm(op, d, a, imm as i8);
            }
            AluOp::Xor | AluOp::Or | AluOp::And => self.logic_imm(op, d, a, imm),
            AluOp::Sub | AluOp::Subw => unreachable!("subtraction has no immediate form"),
        }
        self.write(rd, d);
    }

    /// `rd = rs1 op rs2`
    pub(super) fn alu(&mut self, op: AluOp, rd: Reg, rs1: Reg, rs2: Reg) {
        if rd.is_zero() {
            return;
        }
        match (self.facts.constant(rs1), self.facts.constant(rs2)) {
            (Some(a), Some(b)) => return self.write_constant(rd, semantics::alu(op, a, b)),
            (None, Some(b)) if op.has_immediate_form() => {
                let b = if op.is_shift() {
                    shift_amount(op, b)
                } else {
                    b
                };
                if let Ok(imm) = i32::try_from(b as i64) {
                    return self.alu_imm(op, rd, rs1, imm);
                }
            }
            (Some(a), None) if op.is_commutative() => {
                if let Ok(imm) = i32::try_from(a as i64) {
                    return self.alu_imm(op, rd, rs2, imm);
                }
            }
            _ => {}
        }
        if self.alu_in_slot(op, rd, rs1, rs2) {
            return;
        }
        let (d, a, b) = self.operands(rd, rs1, rs2);
        match op {
            AluOp::Add => self.add(d, a, b),
            AluOp::Addw => self.addw(d, a, b),
            AluOp::Xor | AluOp::Or | AluOp::And => self.logic(op, d, a, b),
            AluOp::Sub => self.sub(d, a, b),
            AluOp::Subw => {
                let to = if b == Operand::Reg(d) { T0 } else { d };
                self.copy(to, a);
                with!(self ; sub Rd(to), b);
                self.extend_word_into(d, to);
            }
            AluOp::Slt | AluOp::Sltu => {
                with!(self ; cmp Rq(a), b);
                self.set_if_less(op, d);
            }
            AluOp::Sll | AluOp::Srl | AluOp::Sra | AluOp::Sllw | AluOp::Srlw | AluOp::Sraw => {
                self.shift(op, d, a, b);
            }
        }
        self.write(rd, d);
    }

    /// `rd = rd op rs2`, in the slot of `rd`, if that can be.
    fn alu_in_slot(&mut self, op: AluOp, rd: Reg, rs1: Reg, rs2: Reg) -> bool {
        if !matches!(
            op,
            AluOp::Add | AluOp::Sub | AluOp::Xor | AluOp::Or | AluOp::And
        ) {
            return false;
        }
        let found = self.slot_and_operand(rd, rs1, rs2);
        let found = match found {
            None if op.is_commutative() => self.slot_and_operand(rd, rs2, rs1),
            found => found,
        };
        let Some((at, b)) = found else {
            return false;
        };
        match op {
            AluOp::Add => slot!(self, at ; add slot, Rq(b)),
            AluOp::Sub => slot!(self, at ; sub slot, Rq(b)),
            AluOp::Xor => slot!(self, at ; xor slot, Rq(b)),
            AluOp::Or => slot!(self, at ; or slot, Rq(b)),
            _ => slot!(self, at ; and slot, Rq(b)),
        }
        self.facts.forget(rd);
        true
    }

    /// `d = a + imm`
    fn add_imm(&mut self, d: Rq, a: Rq, imm: i32) {
        match (imm, d == a) {
            (0, _) => self.copy(d, a),
            (-128..=127, true) => x64!(self ; add Rq(d), BYTE imm as i8),
            (-128..=127, false) => x64!(self ; lea Rq(d), [BYTE Rq(a) + imm as i8]),
            (_, true) => x64!(self ; add Rq(d), imm),
            (_, false) => x64!(self ; lea Rq(d), [Rq(a) + imm]),
        }
    }

    /// `d = sext32(a + imm)`
    fn addw_imm(&mut self, d: Rq, a: Rq, imm: i32) {
        match (imm, d == a) {
            (0, _) => return self.extend_word_into(d, a),
            (-128..=127, true) => x64!(self ; add Rd(d), BYTE imm as i8),
            (-128..=127, false) => x64!(self ; lea Rd(d), [BYTE Rq(a) + imm as i8]),
            (_, _) => x64!(self ; lea Rd(d), [Rq(a) + imm]),
        }
        self.extend_word(d);
    }

    /// `d = a & imm` and the like.
    fn logic_imm(&mut self, op: AluOp, d: Rq, a: Rq, imm: i32) {
        if op == AluOp::And && imm == 0xff {
            return x64!(self ; movzx Rd(d), Rb(a));
        }
        self.copy(d, a);
        match (op, i8::try_from(imm)) {
            (AluOp::Xor, _) if imm == -1 => x64!(self ; not Rq(d)),
            (AluOp::Xor, Ok(imm)) => x64!(self ; xor Rq(d), BYTE imm),
            (AluOp::Xor, Err(_)) => x64!(self ; xor Rq(d), imm),
            (AluOp::Or, Ok(imm)) => x64!(self ; or Rq(d), BYTE imm),
            (AluOp::Or, Err(_)) => x64!(self ; or Rq(d), imm),
            (_, Ok(imm)) => x64!(self ; and Rq(d), BYTE imm),
            (_, Err(_)) => x64!(self ; and Rq(d), imm),
        }
    }

    /// `d = a << amount` and the like; the amount is below the width.
    fn shift_imm(&mut self, op: AluOp, d: Rq, a: Rq, amount: i8) {
        match op {
            AluOp::Sll | AluOp::Srl | AluOp::Sra => self.copy(d, a),
            AluOp::Sraw => x64!(self ; movsxd Rq(d), Rd(a)),
            _ if d == a => {}
            _ => x64!(self ; mov Rd(d), Rd(a)),
        }
        match op {
            AluOp::Sll => x64!(self ; shl Rq(d), amount),
            AluOp::Srl => x64!(self ; shr Rq(d), amount),
            AluOp::Sra | AluOp::Sraw => x64!(self ; sar Rq(d), amount),
            AluOp::Sllw => {
                x64!(self ; shl Rd(d), amount);
                self.extend_word(d);
            }
            // Shifting in a zero makes the sign bit zero, and the 32-bit shift
            // has cleared the upper half.
            _ if amount > 0 => x64!(self ; shr Rd(d), amount),
            _ => self.extend_word(d),
        }
    }

    /// `d = a + b`
    fn add(&mut self, d: Rq, a: Rq, b: Operand) {
        match b {
            Operand::Reg(b) if d != a && d != b => x64!(self ; lea Rq(d), [Rq(a) + Rq(b)]),
            _ => {
                let b = self.place_first(d, a, b);
                with!(self ; add Rq(d), b);
            }
        }
    }

    /// `d = sext32(a + b)`
    fn addw(&mut self, d: Rq, a: Rq, b: Operand) {
        match b {
            Operand::Reg(b) => x64!(self ; lea Rd(d), [Rq(a) + Rq(b)]),
            Operand::Slot(_) => {
                self.copy(d, a);
                with!(self ; add Rd(d), b);
            }
        }
        self.extend_word(d);
    }

    /// `d = a - b`
    fn sub(&mut self, d: Rq, a: Rq, b: Operand) {
        if b == Operand::Reg(d) && d != a {
            x64!(self ; neg Rq(d) ; add Rq(d), Rq(a));
        } else {
            self.copy(d, a);
            with!(self ; sub Rq(d), b);
        }
    }

    /// `d = a & b` and the like.
    fn logic(&mut self, op: AluOp, d: Rq, a: Rq, b: Operand) {
        let b = self.place_first(d, a, b);
        match op {
            AluOp::Xor => with!(self ; xor Rq(d), b),
            AluOp::Or => with!(self ; or Rq(d), b),
            _ => with!(self ; and Rq(d), b),
        }
    }

    /// `d = flags say less`, signed or unsigned.
    fn set_if_less(&mut self, op: AluOp, d: Rq) {
        match op {
            AluOp::Slt => x64!(self ; setl al),
            _ => x64!(self ; setb al),
        }
        x64!(self ; movzx Rd(d), al);
    }

    /// `d = a << b` and the like; the amount is taken modulo the width, as x86 does.
    fn shift(&mut self, op: AluOp, d: Rq, a: Rq, b: Operand) {
        let b = match b {
            Operand::Reg(b) => b,
            Operand::Slot(_) => {
                with!(self ; mov Rq(T1), b);
                T1
            }
        };
        if self.host.bmi {
            match op {
                AluOp::Sll => x64!(self ; shlx Rq(d), Rq(a), Rq(b)),
                AluOp::Srl => x64!(self ; shrx Rq(d), Rq(a), Rq(b)),
                AluOp::Sra => x64!(self ; sarx Rq(d), Rq(a), Rq(b)),
                AluOp::Sllw => x64!(self ; shlx Rd(d), Rd(a), Rd(b)),
                AluOp::Srlw => x64!(self ; shrx Rd(d), Rd(a), Rd(b)),
                _ => x64!(self ; sarx Rd(d), Rd(a), Rd(b)),
            }
        } else {
            self.copy(T1, b);
            self.copy(T0, a);
            match op {
                AluOp::Sll => x64!(self ; shl Rq(T0), cl),
                AluOp::Srl => x64!(self ; shr Rq(T0), cl),
                AluOp::Sra => x64!(self ; sar Rq(T0), cl),
                AluOp::Sllw => x64!(self ; shl Rd(T0), cl),
                AluOp::Srlw => x64!(self ; shr Rd(T0), cl),
                _ => x64!(self ; sar Rd(T0), cl),
            }
            self.copy(d, T0);
        }
        if op.is_word() {
            self.extend_word(d);
        }
    }
}

/// The amount that a shift by `b` shifts.
fn shift_amount(op: AluOp, b: u64) -> u64 {
    b & if op.is_word() { 31 } else { 63 }
}
