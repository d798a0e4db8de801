//! What does not round: signs, minima and maxima, and moves of bits.

use dynasmrt::x64::{Rq, Rx};
use dynasmrt::{DynasmApi, DynasmLabelApi};

use crate::isa::{FReg, Format, FpPick, Reg};
use crate::jit::asm::x64;
use crate::jit::emitter::{Emitter, FloatOperand, with_float};
use crate::jit::exit::ExitKind;
use crate::jit::float_regs::{ONES, X0, X1};
use crate::jit::regs::T0;

impl Emitter<'_> {
    /// `rd = a op b`
    pub(super) fn pick(&mut self, op: FpPick, format: Format, rd: FReg, [a, b]: [FReg; 2]) {
        self.require_boxes(format, &[a, b]);
        match op {
            FpPick::Min | FpPick::Max => self.extremum(op, format, rd, [a, b]),
            FpPick::Sgnj if a == b => {
                let boxed = self.facts.is_boxed(a);
                let from = self.read_float(a, X0);
                self.write_float(format, rd, from);
                self.facts.set_boxed(rd, boxed);
            }
            _ if a == b => self.change_sign(op, format, rd, a),
            _ => self.inject_sign(op, format, rd, [a, b]),
        }
    }

    /// `into` = the sign bit of `format`.
    fn sign_bit(&mut self, format: Format, into: Rx) {
        x64!(self ; movaps Rx(into), Rx(ONES) ; psllq Rx(into), 63);
        if format == Format::Single {
            x64!(self ; psrlq Rx(into), 32);
        }
    }

    /// `rd = -a`, or `rd = |a|`
    fn change_sign(&mut self, op: FpPick, format: Format, rd: FReg, a: FReg) {
        self.sign_bit(format, X0);
        let a = self.read_float(a, X1);
        match op {
            FpPick::Sgnjn => x64!(self ; xorps Rx(X0), Rx(a)),
            _ => x64!(self ; andnps Rx(X0), Rx(a)),
        }
        self.write_float(format, rd, X0);
    }

    /// `rd` = `a` with a sign made from that of `b`.
    fn inject_sign(&mut self, op: FpPick, format: Format, rd: FReg, [a, b]: [FReg; 2]) {
        self.sign_bit(format, X0);
        // X1 = the new sign, or what the old one is changed by.
        self.read_float_into(b, X1);
        match op {
            FpPick::Sgnjn => x64!(self ; andnps Rx(X1), Rx(X0)),
            _ => x64!(self ; andps Rx(X1), Rx(X0)),
        }
        if op == FpPick::Sgnjx {
            let a = self.read_float(a, X0);
            x64!(self ; xorps Rx(X1), Rx(a));
        } else {
            match self.float_operand(a) {
                FloatOperand::Reg(a) => x64!(self ; andnps Rx(X0), Rx(a) ; orps Rx(X1), Rx(X0)),
                FloatOperand::Slot(at) => self.inject_into_slot(at),
            }
        }
        self.write_float(format, rd, X1);
    }

    /// `X1 |= slot & !X0`, by general registers: all others are taken.
    fn inject_into_slot(&mut self, at: i32) {
        x64!(self
            ; movq Rq(T0), Rx(X0)
            ; not Rq(T0)
            ; and Rq(T0), [rsp + at]
            ; movq Rx(X0), Rq(T0)
            ; orps Rx(X1), Rx(X0)
        );
    }

    /// `rd` = the smaller or the greater number; NaN is for the interpreter.
    fn extremum(&mut self, op: FpPick, format: Format, rd: FReg, [a, b]: [FReg; 2]) {
        let nan = self.exit(ExitKind::Step);
        self.read_float_into(a, X0);
        self.read_float_into(b, X1);
        let [first, second] = [self.float_operand(b), self.float_operand(a)];
        match format {
            Format::Single => x64!(self ; ucomiss Rx(X0), Rx(X1)),
            Format::Double => x64!(self ; ucomisd Rx(X0), Rx(X1)),
        }
        x64!(self ; jp =>nan);
        // Of zeros the host takes the second operand. Other numbers are the same either way.
        match (op, format) {
            (FpPick::Min, Format::Single) => {
                with_float!(self ; minss Rx(X0), first);
                with_float!(self ; minss Rx(X1), second);
            }
            (FpPick::Min, Format::Double) => {
                with_float!(self ; minsd Rx(X0), first);
                with_float!(self ; minsd Rx(X1), second);
            }
            (_, Format::Single) => {
                with_float!(self ; maxss Rx(X0), first);
                with_float!(self ; maxss Rx(X1), second);
            }
            (_, Format::Double) => {
                with_float!(self ; maxsd Rx(X0), first);
                with_float!(self ; maxsd Rx(X1), second);
            }
        }
        match op {
            FpPick::Min => x64!(self ; orps Rx(X0), Rx(X1)),
            _ => x64!(self ; andps Rx(X0), Rx(X1)),
        }
        self.write_float(format, rd, X0);
    }

    /// `rd = sext(bits of a)`
    pub(super) fn float_to_bits(&mut self, format: Format, rd: Reg, a: FReg) {
        if rd.is_zero() {
            return;
        }
        let d = self.target(rd, T0);
        match (format, self.float_operand(a)) {
            (Format::Double, FloatOperand::Reg(a)) => x64!(self ; movq Rq(d), Rx(a)),
            (Format::Double, FloatOperand::Slot(at)) => x64!(self ; mov Rq(d), [rsp + at]),
            (Format::Single, FloatOperand::Reg(a)) => {
                x64!(self ; movd Rd(d), Rx(a) ; movsxd Rq(d), Rd(d));
            }
            (Format::Single, FloatOperand::Slot(at)) => {
                x64!(self ; movsxd Rq(d), DWORD [rsp + at]);
            }
        }
        self.write(rd, d);
    }

    /// `rd = low bits of a`, boxed.
    pub(super) fn float_from_bits(&mut self, format: Format, rd: FReg, a: Reg) {
        let a: Rq = self.read(a, T0);
        let d = self.float_target(rd, X0);
        match format {
            Format::Double => x64!(self ; movq Rx(d), Rq(a)),
            Format::Single => x64!(self ; movd Rx(d), Rd(a) ; punpckldq Rx(d), Rx(ONES)),
        }
        self.write_float(format, rd, d);
    }
}
