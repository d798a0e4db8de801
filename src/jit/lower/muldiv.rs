//! The M extension.

use dynasmrt::x64::Rq;
use dynasmrt::{DynamicLabel, DynasmApi, DynasmLabelApi};

use crate::isa::{MulDivOp, Reg};
use crate::jit::asm::{slot, x64};
use crate::jit::emitter::{Emitter, Operand, with};
use crate::jit::regs::{T0, T1, T2};

/// A division by shape.
#[derive(Clone, Copy)]
struct Division {
    word: bool,
    signed: bool,
    remainder: bool,
}

impl Emitter<'_> {
    /// `rd = rs1 op rs2`
    pub(super) fn muldiv(&mut self, op: MulDivOp, rd: Reg, rs1: Reg, rs2: Reg) {
        let division = |word, signed, remainder| Division {
            word,
            signed,
            remainder,
        };
        if rd.is_zero() {
            return;
        }
        if !matches!(op, MulDivOp::Mul | MulDivOp::Mulw) {
            self.facts.lose_index();
        }
        match op {
            MulDivOp::Mul | MulDivOp::Mulw => self.multiply(op, rd, rs1, rs2),
            MulDivOp::Mulh | MulDivOp::Mulhu => self.multiply_high(op, rd, rs1, rs2),
            MulDivOp::Mulhsu => self.multiply_high_mixed(rd, rs1, rs2),
            MulDivOp::Div => self.divide(division(false, true, false), rd, rs1, rs2),
            MulDivOp::Divu => self.divide(division(false, false, false), rd, rs1, rs2),
            MulDivOp::Rem => self.divide(division(false, true, true), rd, rs1, rs2),
            MulDivOp::Remu => self.divide(division(false, false, true), rd, rs1, rs2),
            MulDivOp::Divw => self.divide(division(true, true, false), rd, rs1, rs2),
            MulDivOp::Divuw => self.divide(division(true, false, false), rd, rs1, rs2),
            MulDivOp::Remw => self.divide(division(true, true, true), rd, rs1, rs2),
            MulDivOp::Remuw => self.divide(division(true, false, true), rd, rs1, rs2),
        }
    }

    /// `rd = low half of rs1 * rs2`
    fn multiply(&mut self, op: MulDivOp, rd: Reg, rs1: Reg, rs2: Reg) {
        let (d, a, b) = self.operands(rd, rs1, rs2);
        let b = self.place_first(d, a, b);
        match op {
            MulDivOp::Mul => with!(self ; imul Rq(d), b),
            _ => {
                with!(self ; imul Rd(d), b);
                self.extend_word(d);
            }
        }
        self.write(rd, d);
    }

    /// `rd = high half of rs1 * rs2`, both signed or both unsigned.
    fn multiply_high(&mut self, op: MulDivOp, rd: Reg, rs1: Reg, rs2: Reg) {
        let b = self.read(rs2, T1);
        self.read_into(rs1, T0);
        match op {
            MulDivOp::Mulh => x64!(self ; imul Rq(b)),
            _ => x64!(self ; mul Rq(b)),
        }
        self.write(rd, T2);
    }

    /// `rd = high half of signed rs1 * unsigned rs2`
    ///
    /// A negative `a` is `a + 2^64` to the unsigned product, which is too large
    /// by `b * 2^64` then.
    fn multiply_high_mixed(&mut self, rd: Reg, rs1: Reg, rs2: Reg) {
        let b = self.read(rs2, T1);
        self.read_into(rs1, T0);
        x64!(self ; mul Rq(b));
        self.read_into(rs1, T0);
        x64!(self ; sar Rq(T0), 63 ; and Rq(T0), Rq(b) ; sub Rq(T2), Rq(T0));
        self.write(rd, T2);
    }

    /// `rd = rs1 / rs2` or `rs1 % rs2`
    ///
    /// Where x86 would fault (by zero; the most negative number by -1), the
    /// divisor goes to code behind the unit.
    fn divide(&mut self, division: Division, rd: Reg, rs1: Reg, rs2: Reg) {
        let b = self.read(rs2, T1);
        self.read_into(rs1, T0);
        let back = self.asm.new_dynamic_label();
        let special = self.out_of_line(move |e| e.divide_special(division, b, back));
        match (division.signed, division.word) {
            // -1 and 0 are the divisors that plus one are at most one, unsigned.
            (true, true) => x64!(self ; lea edx, [Rq(b) + 1] ; cmp edx, 1 ; jbe =>special),
            (true, false) => x64!(self ; lea rdx, [Rq(b) + 1] ; cmp rdx, 1 ; jbe =>special),
            (false, true) => x64!(self ; test Rd(b), Rd(b) ; jz =>special),
            (false, false) => x64!(self ; test Rq(b), Rq(b) ; jz =>special),
        }
        match (division.signed, division.word) {
            (true, true) => x64!(self ; cdq ; idiv Rd(b)),
            (true, false) => x64!(self ; cqo ; idiv Rq(b)),
            (false, true) => x64!(self ; xor edx, edx ; div Rd(b)),
            (false, false) => x64!(self ; xor edx, edx ; div Rq(b)),
        }
        if division.remainder {
            x64!(self ; mov rax, rdx);
        }
        x64!(self ; =>back);
        let d = self.target(rd, T0);
        match division.word {
            true => self.extend_word_into(d, T0),
            false => self.copy(d, T0),
        }
        self.write(rd, d);
    }

    /// `rax = rax / b` or `rax % b`, for `b` 0, or -1 if signed.
    ///
    /// By zero the quotient is all ones and the remainder the dividend; by -1
    /// the quotient is the negated dividend, which wraps, and the remainder 0.
    fn divide_special(&mut self, division: Division, b: Rq, back: DynamicLabel) {
        let zero = self.asm.new_dynamic_label();
        if division.signed {
            match division.word {
                true => x64!(self ; test Rd(b), Rd(b) ; jz =>zero),
                false => x64!(self ; test Rq(b), Rq(b) ; jz =>zero),
            }
            match division.remainder {
                true => x64!(self ; xor eax, eax),
                false => x64!(self ; neg rax),
            }
            x64!(self ; jmp =>back);
        }
        x64!(self ; =>zero);
        if !division.remainder {
            x64!(self ; mov rax, DWORD -1);
        }
        x64!(self ; jmp =>back);
    }
}
