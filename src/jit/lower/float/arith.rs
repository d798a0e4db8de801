//! Arithmetic and comparisons.

use dynasmrt::x64::Rx;
use dynasmrt::{DynasmApi, DynasmLabelApi};

use crate::isa::{FReg, Format, FpCompare, FpOp, FusedOp, Reg, Rounding};
use crate::jit::asm::x64;
use crate::jit::emitter::{Emitter, FloatOperand, with_float};
use crate::jit::exit::ExitKind;
use crate::jit::float_regs::{ONES, X0, X1};
use crate::jit::regs::{T0, T1};

impl Emitter<'_> {
    /// `rd = a op b`
    ///
    /// A single-precision result is boxed because the first operand is, with which it
    /// shares the register.
    pub(super) fn float_alu(
        &mut self,
        op: FpOp,
        format: Format,
        rd: FReg,
        [a, b]: [FReg; 2],
        rounding: Rounding,
    ) {
        self.require_boxes(format, &[a, b]);
        self.rounded(rounding, |e| {
            let (mut d, mut a, mut b) = (e.float_target(rd, X0), a, b);
            if a != b && e.float_operand(b) == FloatOperand::Reg(d) {
                match op {
                    FpOp::Add | FpOp::Mul => (a, b) = (b, a),
                    FpOp::Sub | FpOp::Div => d = X0,
                }
            }
            e.read_float_into(a, d);
            let b = e.float_operand(b);
            match (op, format) {
                (FpOp::Add, Format::Single) => with_float!(e ; addss Rx(d), b),
                (FpOp::Sub, Format::Single) => with_float!(e ; subss Rx(d), b),
                (FpOp::Mul, Format::Single) => with_float!(e ; mulss Rx(d), b),
                (FpOp::Div, Format::Single) => with_float!(e ; divss Rx(d), b),
                (FpOp::Add, Format::Double) => with_float!(e ; addsd Rx(d), b),
                (FpOp::Sub, Format::Double) => with_float!(e ; subsd Rx(d), b),
                (FpOp::Mul, Format::Double) => with_float!(e ; mulsd Rx(d), b),
                (FpOp::Div, Format::Double) => with_float!(e ; divsd Rx(d), b),
            }
            e.canonicalize(format, d);
            e.write_float(format, rd, d);
        });
    }

    /// `rd = ±(a * b) ± c`
    ///
    /// A NaN is for the interpreter: it is up to the host whether infinity times zero
    /// is invalid if `c` is NaN.
    pub(super) fn fused(
        &mut self,
        op: FusedOp,
        format: Format,
        rd: FReg,
        [a, b, c]: [FReg; 3],
        rounding: Rounding,
    ) {
        self.require_boxes(format, &[a, b, c]);
        let nan = self.exit(ExitKind::Step);
        self.rounded(rounding, |e| {
            e.read_float_into(a, X0);
            let b = e.read_float(b, X1);
            let c = e.float_operand(c);
            e.multiply_add(op, format, b, c);
        });
        self.test_nan(format, X0);
        x64!(self ; jp =>nan);
        self.write_float(format, rd, X0);
    }

    /// `X0 = ±(X0 * b) ± c`
    fn multiply_add(&mut self, op: FusedOp, format: Format, b: Rx, c: FloatOperand) {
        macro_rules! fma {
            ($op:ident) => {
                match c {
                    FloatOperand::Reg(c) => x64!(self ; $op Rx(X0), Rx(b), Rx(c)),
                    FloatOperand::Slot(at) => x64!(self ; $op Rx(X0), Rx(b), [rsp + at]),
                }
            };
        }
        match (op, format) {
            (FusedOp::Madd, Format::Single) => fma!(vfmadd213ss),
            (FusedOp::Msub, Format::Single) => fma!(vfmsub213ss),
            (FusedOp::Nmsub, Format::Single) => fma!(vfnmadd213ss),
            (FusedOp::Nmadd, Format::Single) => fma!(vfnmsub213ss),
            (FusedOp::Madd, Format::Double) => fma!(vfmadd213sd),
            (FusedOp::Msub, Format::Double) => fma!(vfmsub213sd),
            (FusedOp::Nmsub, Format::Double) => fma!(vfnmadd213sd),
            (FusedOp::Nmadd, Format::Double) => fma!(vfnmsub213sd),
        }
    }

    /// `rd = √a`
    pub(super) fn square_root(&mut self, format: Format, rd: FReg, a: FReg, rounding: Rounding) {
        self.require_boxes(format, &[a]);
        self.rounded(rounding, |e| {
            let d = e.float_target(rd, X0);
            let a = e.float_operand(a);
            // The upper part of `d` stays; what was computed there before must not be waited for.
            if a != FloatOperand::Reg(d) {
                e.copy_float(d, ONES);
            }
            match format {
                Format::Single => with_float!(e ; sqrtss Rx(d), a),
                Format::Double => with_float!(e ; sqrtsd Rx(d), a),
            }
            e.canonicalize(format, d);
            e.write_float(format, rd, d);
        });
    }

    /// `rd = a op b`, 0 or 1: 0 if either is NaN.
    pub(super) fn float_compare(
        &mut self,
        op: FpCompare,
        format: Format,
        rd: Reg,
        [a, b]: [FReg; 2],
    ) {
        self.require_boxes(format, &[a, b]);
        // What is unordered is neither above, nor above or equal.
        let [a, b] = match op {
            FpCompare::Eq => [a, b],
            FpCompare::Lt | FpCompare::Le => [b, a],
        };
        let a = self.read_float(a, X0);
        let b = self.float_operand(b);
        match (op, format) {
            (FpCompare::Eq, Format::Single) => with_float!(self ; ucomiss Rx(a), b),
            (FpCompare::Eq, Format::Double) => with_float!(self ; ucomisd Rx(a), b),
            (_, Format::Single) => with_float!(self ; comiss Rx(a), b),
            (_, Format::Double) => with_float!(self ; comisd Rx(a), b),
        }
        if self.facts.knows_flags() {
            let unordered = self.exit(ExitKind::Step);
            x64!(self ; jp =>unordered);
        }
        if rd.is_zero() {
            return;
        }
        match op {
            FpCompare::Eq => x64!(self ; setnp Rb(T1) ; sete Rb(T0) ; and Rb(T0), Rb(T1)),
            FpCompare::Lt => x64!(self ; seta Rb(T0)),
            FpCompare::Le => x64!(self ; setae Rb(T0)),
        }
        let d = self.target(rd, T0);
        x64!(self ; movzx Rd(d), Rb(T0));
        self.write(rd, d);
    }
}
