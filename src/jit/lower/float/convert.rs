//! Conversions between formats, and from and to integers.

use dynasmrt::x64::Rx;
use dynasmrt::{DynasmApi, DynasmLabelApi};

use crate::isa::{FReg, Format, IntFormat, Reg, Rounding};
use crate::jit::asm::x64;
use crate::jit::emitter::{Emitter, FloatOperand, with_float};
use crate::jit::exit::ExitKind;
use crate::jit::float_regs::{ONES, X0};
use crate::jit::regs::{T0, T1, T2};

/// Every integer of `from` is a number of `to`.
pub(super) fn is_exact(from: IntFormat, to: Format) -> bool {
    to == Format::Double && matches!(from, IntFormat::W | IntFormat::Wu)
}

/// The bits of the first number of `from` that is too large for `to`, or of one before
/// it that no rounding takes there.
fn bound(to: IntFormat, from: Format) -> u64 {
    match (to, from) {
        (IntFormat::Lu, Format::Double) => (i64::MAX as f64).to_bits(),
        (IntFormat::Lu, Format::Single) => (i64::MAX as f32).to_bits().into(),
        (_, Format::Double) => f64::from(u32::MAX).to_bits(),
        (_, Format::Single) => (u32::MAX as f32).to_bits().into(),
    }
}

/// Of a mode of ROUNDSD: that a result is inexact is no exception.
const QUIET: i8 = 8;

impl Emitter<'_> {
    /// `rd = a`, from single to double precision: exact.
    pub(super) fn widen(&mut self, rd: FReg, a: FReg) {
        self.require_boxes(Format::Single, &[a]);
        let d = self.float_target(rd, X0);
        let a = self.float_operand(a);
        // So that what was in `d` need not be waited for.
        if a != FloatOperand::Reg(d) {
            self.copy_float(d, ONES);
        }
        with_float!(self ; cvtss2sd Rx(d), a);
        self.canonicalize(Format::Double, d);
        self.write_float(Format::Double, rd, d);
    }

    /// `rd = a`, from double to single precision.
    pub(super) fn narrow(&mut self, rd: FReg, a: FReg, rounding: Rounding) {
        self.rounded(rounding, |e| {
            let a = e.float_operand(a);
            // The box is what the host leaves of it.
            e.copy_float(X0, ONES);
            with_float!(e ; cvtsd2ss Rx(X0), a);
            e.canonicalize(Format::Single, X0);
            e.write_float(Format::Single, rd, X0);
        });
    }

    /// `rd = a` as a signed integer. What the host cannot tell is for the interpreter.
    pub(super) fn float_to_signed(
        &mut self,
        to: IntFormat,
        from: Format,
        rd: Reg,
        a: FReg,
        rounding: Rounding,
    ) {
        self.require_boxes(from, &[a]);
        let out = self.exit(ExitKind::Step);
        self.integer_of(to, from, a, rounding);
        // The result for what does not fit is the least integer.
        match to {
            IntFormat::W => x64!(self ; cmp Rd(T2), BYTE 1),
            _ => x64!(self ; cmp Rq(T2), BYTE 1),
        }
        x64!(self ; jo =>out);
        if to == IntFormat::W
            && let Some(mode) = self.direct_mode(rounding)
        {
            // Now that it is known to fit, it may be inexact.
            let a = self.float_operand(a);
            self.round_to(from, a, mode);
        }
        if rd.is_zero() {
            return;
        }
        let d = self.target(rd, T2);
        match to {
            IntFormat::W => x64!(self ; movsxd Rq(d), Rd(T2)),
            _ => self.copy(d, T2),
        }
        self.write(rd, d);
    }

    /// `rd = a` as an unsigned integer. What is negative, too large or NaN is for the
    /// interpreter, before the host converts it: it might be inexact alone here.
    pub(super) fn float_to_unsigned(
        &mut self,
        to: IntFormat,
        from: Format,
        rd: Reg,
        a: FReg,
        rounding: Rounding,
    ) {
        self.require_boxes(from, &[a]);
        let out = self.exit(ExitKind::Step);
        // As integers all those are above the bound.
        self.float_bits(from, a);
        self.constant(T1, bound(to, from));
        match from {
            Format::Single => x64!(self ; cmp Rd(T0), Rd(T1)),
            Format::Double => x64!(self ; cmp Rq(T0), Rq(T1)),
        }
        x64!(self ; jae =>out);
        self.integer_of(IntFormat::L, from, a, rounding);
        if rd.is_zero() {
            return;
        }
        let d = self.target(rd, T2);
        match to {
            IntFormat::Wu => x64!(self ; movsxd Rq(d), Rd(T2)),
            _ => self.copy(d, T2),
        }
        self.write(rd, d);
    }

    /// `T0 = bits of a`
    pub(super) fn float_bits(&mut self, format: Format, a: FReg) {
        match (format, self.float_operand(a)) {
            (Format::Single, FloatOperand::Reg(a)) => x64!(self ; movd Rd(T0), Rx(a)),
            (Format::Single, FloatOperand::Slot(at)) => x64!(self ; mov Rd(T0), [rsp + at]),
            (Format::Double, FloatOperand::Reg(a)) => x64!(self ; movq Rq(T0), Rx(a)),
            (Format::Double, FloatOperand::Slot(at)) => x64!(self ; mov Rq(T0), [rsp + at]),
        }
    }

    /// `T2 = a`, as an integer of 32 bits for `W`, else of 64.
    fn integer_of(&mut self, to: IntFormat, from: Format, a: FReg, rounding: Rounding) {
        self.facts.lose_index();
        let mut a = self.float_operand(a);
        let mode = self.direct_mode(rounding);
        if let Some(mode) = mode {
            // What does not fit in 64 bits has no fraction that would be lost here.
            let quiet = if to == IntFormat::W { QUIET } else { 0 };
            self.round_to(from, a, mode | quiet);
            a = FloatOperand::Reg(X0);
        }
        if rounding == Rounding::Rtz || mode.is_some() {
            return match (to, from) {
                (IntFormat::W, Format::Single) => with_float!(self ; cvttss2si Rd(T2), a),
                (IntFormat::W, Format::Double) => with_float!(self ; cvttsd2si Rd(T2), a),
                (_, Format::Single) => with_float!(self ; cvttss2si Rq(T2), a),
                (_, Format::Double) => with_float!(self ; cvttsd2si Rq(T2), a),
            };
        }
        self.rounded(rounding, |e| match (to, from) {
            (IntFormat::W, Format::Single) => with_float!(e ; cvtss2si Rd(T2), a),
            (IntFormat::W, Format::Double) => with_float!(e ; cvtsd2si Rd(T2), a),
            (_, Format::Single) => with_float!(e ; cvtss2si Rq(T2), a),
            (_, Format::Double) => with_float!(e ; cvtsd2si Rq(T2), a),
        });
    }

    /// The mode in which ROUNDSD rounds as `rounding` says, if the host has that (as
    /// all with FMA3 do) and it is of use.
    ///
    /// PERF: `floor` of the C library takes half of the time that it takes where
    /// MXCSR is changed and restored.
    fn direct_mode(&self, rounding: Rounding) -> Option<i8> {
        let mode = match rounding {
            Rounding::Rne => 0,
            Rounding::Rdn => 1,
            Rounding::Rup => 2,
            Rounding::Rtz | Rounding::Rmm | Rounding::Dyn => return None,
        };
        self.host.fma.then_some(mode)
    }

    /// `X0 = a`, rounded to an integer.
    fn round_to(&mut self, format: Format, a: FloatOperand, mode: i8) {
        match (format, a) {
            (Format::Single, FloatOperand::Reg(a)) => x64!(self ; roundss Rx(X0), Rx(a), mode),
            (Format::Single, FloatOperand::Slot(at)) => {
                x64!(self ; roundss Rx(X0), [rsp + at], mode)
            }
            (Format::Double, FloatOperand::Reg(a)) => x64!(self ; roundsd Rx(X0), Rx(a), mode),
            (Format::Double, FloatOperand::Slot(at)) => {
                x64!(self ; roundsd Rx(X0), [rsp + at], mode)
            }
        }
    }

    /// `rd = a`, an integer.
    pub(super) fn int_to_float(
        &mut self,
        to: Format,
        from: IntFormat,
        rd: FReg,
        a: Reg,
        rounding: Rounding,
    ) {
        let rounding = match is_exact(from, to) {
            true => Rounding::Dyn,
            false => rounding,
        };
        self.rounded(rounding, |e| {
            let d = e.float_target(rd, X0);
            let a = e.read(a, T0);
            // The box of a single-precision number; else, that nothing is waited for.
            e.copy_float(d, ONES);
            match (from, to) {
                (IntFormat::W, Format::Single) => x64!(e ; cvtsi2ss Rx(d), Rd(a)),
                (IntFormat::W, Format::Double) => x64!(e ; cvtsi2sd Rx(d), Rd(a)),
                (IntFormat::Wu, Format::Single) => {
                    x64!(e ; mov Rd(T0), Rd(a) ; cvtsi2ss Rx(d), Rq(T0));
                }
                (IntFormat::Wu, Format::Double) => {
                    x64!(e ; mov Rd(T0), Rd(a) ; cvtsi2sd Rx(d), Rq(T0));
                }
                (IntFormat::L, Format::Single) => x64!(e ; cvtsi2ss Rx(d), Rq(a)),
                (IntFormat::L, Format::Double) => x64!(e ; cvtsi2sd Rx(d), Rq(a)),
                (IntFormat::Lu, _) => {
                    e.copy(T0, a);
                    e.unsigned_to_float(to, d);
                }
            }
            e.write_float(to, rd, d);
        });
    }

    /// `d = T0`, an unsigned integer.
    ///
    /// Of a large one twice its half: the bit that is lost stays as one below those
    /// that count, so that it is rounded as it would be.
    fn unsigned_to_float(&mut self, to: Format, d: Rx) {
        let back = self.asm.new_dynamic_label();
        let large = self.out_of_line(move |e| {
            x64!(e
                ; mov Rd(T1), Rd(T0)
                ; and Rd(T1), BYTE 1
                ; shr Rq(T0), 1
                ; or Rq(T0), Rq(T1)
            );
            match to {
                Format::Single => x64!(e ; cvtsi2ss Rx(d), Rq(T0) ; addss Rx(d), Rx(d)),
                Format::Double => x64!(e ; cvtsi2sd Rx(d), Rq(T0) ; addsd Rx(d), Rx(d)),
            }
            x64!(e ; jmp =>back);
        });
        x64!(self ; test Rq(T0), Rq(T0) ; js =>large);
        match to {
            Format::Single => x64!(self ; cvtsi2ss Rx(d), Rq(T0)),
            Format::Double => x64!(self ; cvtsi2sd Rx(d), Rq(T0)),
        }
        x64!(self ; =>back);
    }
}
