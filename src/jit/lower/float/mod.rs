//! F and D.
//!
//! The host computes as the guest does but for three things. Results that are NaN
//! are canonical: each is looked at, and cold code makes it so. Single-precision
//! operands are boxed: those not known to be (`facts`) are looked at, and what is
//! none is for the interpreter. Some rounding modes and the limits of conversions
//! are other ones, and for the interpreter, too.
//!
//! Exceptions gather in MXCSR. What is left to the interpreter must not have raised
//! one that the instruction does not.

mod arith;
mod bits;
mod class;
mod convert;
mod csr;
mod round;

pub(in crate::jit) use csr::csr_of;
use dynasmrt::x64::Rx;

use dynasmrt::{DynasmApi, DynasmLabelApi};

use crate::isa::{FReg, Format, FpInst, FpPick, IntFormat, Rounding};
use crate::jit::asm::x64;
use crate::jit::emitter::{Emitter, FloatOperand};
use crate::jit::exit::ExitKind;
use crate::jit::regs::T0;

/// The canonical NaNs, boxed.
const fn canonical_nan(format: Format) -> u64 {
    match format {
        Format::Single => 0xffff_ffff_7fc0_0000,
        Format::Double => 0x7ff8_0000_0000_0000,
    }
}

/// Whether `inst`, of F or D, is always left to the interpreter. `fma`: the host has FMA3.
pub(in crate::jit) fn is_foreign(inst: FpInst, fma: bool) -> bool {
    match inst {
        FpInst::Fused { rounding, .. } => !fma || rounding == Rounding::Rmm,
        FpInst::Alu { rounding, .. }
        | FpInst::Sqrt { rounding, .. }
        | FpInst::ToInt { rounding, .. } => rounding == Rounding::Rmm,
        FpInst::Convert { to, rounding, .. } => to == Format::Single && rounding == Rounding::Rmm,
        FpInst::FromInt {
            to, from, rounding, ..
        } => !convert::is_exact(from, to) && rounding == Rounding::Rmm,
        _ => false,
    }
}

/// Whether `inst`, of F or D, may raise exceptions.
fn may_raise(inst: FpInst) -> bool {
    match inst {
        FpInst::Pick { op, .. } => matches!(op, FpPick::Min | FpPick::Max),
        FpInst::Load { .. } | FpInst::Store { .. } => false,
        FpInst::Class { .. } | FpInst::ToBits { .. } | FpInst::FromBits { .. } => false,
        // It leaves where it would, if that matters.
        FpInst::Compare { .. } => false,
        _ => true,
    }
}

impl Emitter<'_> {
    /// Lowers an instruction of F or D.
    pub(super) fn float(&mut self, inst: FpInst) {
        if may_raise(inst) {
            self.facts.set_flags(None);
        }
        match inst {
            FpInst::Load {
                format,
                rd,
                rs1,
                offset,
            } => self.load_float(format, rd, rs1, offset),
            FpInst::Store {
                format,
                rs1,
                rs2,
                offset,
            } => self.store_float(format, rs1, rs2, offset),
            FpInst::Alu {
                op,
                format,
                rd,
                rs1,
                rs2,
                rounding,
            } => self.float_alu(op, format, rd, [rs1, rs2], rounding),
            FpInst::Fused {
                op,
                format,
                rd,
                rs1,
                rs2,
                rs3,
                rounding,
            } => self.fused(op, format, rd, [rs1, rs2, rs3], rounding),
            FpInst::Sqrt {
                format,
                rd,
                rs1,
                rounding,
            } => self.square_root(format, rd, rs1, rounding),
            FpInst::Pick {
                op,
                format,
                rd,
                rs1,
                rs2,
            } => self.pick(op, format, rd, [rs1, rs2]),
            FpInst::Compare {
                op,
                format,
                rd,
                rs1,
                rs2,
            } => self.float_compare(op, format, rd, [rs1, rs2]),
            inst => self.float_conversion(inst),
        }
    }

    fn float_conversion(&mut self, inst: FpInst) {
        match inst {
            FpInst::Convert {
                to,
                rd,
                rs1,
                rounding,
            } => match to {
                Format::Double => self.widen(rd, rs1),
                Format::Single => self.narrow(rd, rs1, rounding),
            },
            FpInst::ToInt {
                to,
                from,
                rd,
                rs1,
                rounding,
            } => match to {
                IntFormat::W | IntFormat::L => self.float_to_signed(to, from, rd, rs1, rounding),
                IntFormat::Wu | IntFormat::Lu => {
                    self.float_to_unsigned(to, from, rd, rs1, rounding);
                }
            },
            FpInst::FromInt {
                to,
                from,
                rd,
                rs1,
                rounding,
            } => self.int_to_float(to, from, rd, rs1, rounding),
            FpInst::Class { format, rd, rs1 } => self.classify(format, rd, rs1),
            FpInst::ToBits { format, rd, rs1 } => self.float_to_bits(format, rd, rs1),
            FpInst::FromBits { format, rd, rs1 } => self.float_from_bits(format, rd, rs1),
            _ => unreachable!("the unit ends before what the interpreter executes"),
        }
    }

    /// Goes on only if `regs`, where they are single-precision numbers, are boxed. Uses [`T0`].
    fn require_boxes(&mut self, format: Format, regs: &[FReg]) {
        if format == Format::Double {
            return;
        }
        for &reg in regs {
            if self.facts.is_boxed(reg) {
                continue;
            }
            let unboxed = self.exit(ExitKind::Step);
            match self.float_operand(reg) {
                FloatOperand::Reg(home) => x64!(self
                    ; movq Rq(T0), Rx(home)
                    ; sar Rq(T0), 32
                    ; cmp Rd(T0), BYTE -1
                ),
                FloatOperand::Slot(at) => x64!(self ; cmp DWORD [rsp + at + 4], BYTE -1),
            }
            x64!(self ; jne =>unboxed);
            self.facts.set_boxed(reg, true);
        }
    }

    /// Makes the number in `d` canonical if it is NaN. May use [`T0`].
    fn canonicalize(&mut self, format: Format, d: Rx) {
        let back = self.asm.new_dynamic_label();
        let nan = self.out_of_line(move |e| {
            e.constant(T0, canonical_nan(format));
            x64!(e ; movq Rx(d), Rq(T0) ; jmp =>back);
        });
        self.test_nan(format, d);
        x64!(self ; jp =>nan ; =>back);
    }

    /// Sets the parity flag exactly if the number in `d`, which is no signalling NaN, is one.
    fn test_nan(&mut self, format: Format, d: Rx) {
        match format {
            Format::Single => x64!(self ; ucomiss Rx(d), Rx(d)),
            Format::Double => x64!(self ; ucomisd Rx(d), Rx(d)),
        }
    }
}
