//! Floating-point registers: moves between homes and scratch registers.

use dynasmrt::DynasmApi;
use dynasmrt::x64::Rx;

use super::Emitter;
use crate::isa::{FReg, Format};
use crate::jit::asm::x64;
use crate::jit::float_regs::FloatHome;

/// Where an instruction finds its second operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::jit) enum FloatOperand {
    Reg(Rx),
    /// So many bytes from `rsp`.
    Slot(i32),
}

/// One instruction with a [`FloatOperand`] on the right.
macro_rules! with_float {
    ($into:expr ; $op:ident $kind:ident($reg:expr), $operand:expr) => {
        match $operand {
            FloatOperand::Reg(operand) => x64!($into ; $op $kind($reg), Rx(operand)),
            FloatOperand::Slot(at) => x64!($into ; $op $kind($reg), [rsp + at]),
        }
    };
}
pub(in crate::jit) use with_float;

impl Emitter<'_> {
    /// A register that holds `reg`: its home, or `scratch` after a load.
    pub(in crate::jit) fn read_float(&mut self, reg: FReg, scratch: Rx) -> Rx {
        match self.homes.float(reg) {
            FloatHome::Xmm(home) => home,
            FloatHome::Slot(at) => {
                x64!(self ; movsd Rx(scratch), [rsp + at]);
                scratch
            }
        }
    }

    /// Loads `reg` into `into`, wherever it lives.
    pub(in crate::jit) fn read_float_into(&mut self, reg: FReg, into: Rx) {
        let from = self.read_float(reg, into);
        self.copy_float(into, from);
    }

    /// `reg` as a second operand: where it lives.
    pub(in crate::jit) fn float_operand(&self, reg: FReg) -> FloatOperand {
        match self.homes.float(reg) {
            FloatHome::Xmm(home) => FloatOperand::Reg(home),
            FloatHome::Slot(at) => FloatOperand::Slot(at),
        }
    }

    /// The register in which to compute a new `rd`: its home, or `scratch`.
    pub(in crate::jit) fn float_target(&self, rd: FReg, scratch: Rx) -> Rx {
        match self.homes.float(rd) {
            FloatHome::Xmm(home) => home,
            FloatHome::Slot(_) => scratch,
        }
    }

    /// `rd`, a number of `format`, has been computed in `from`, boxed: puts it into its home.
    pub(in crate::jit) fn write_float(&mut self, format: Format, rd: FReg, from: Rx) {
        match self.homes.float(rd) {
            FloatHome::Xmm(home) => self.copy_float(home, from),
            FloatHome::Slot(at) => x64!(self ; movsd [rsp + at], Rx(from)),
        }
        self.facts.set_boxed(rd, format == Format::Single);
    }

    /// Where the table is that tells the guest's exceptions for those of MXCSR.
    pub(in crate::jit) fn flags_table(&self) -> usize {
        self.stubs.flags
    }

    /// `to = from`, unless they are the same.
    pub(in crate::jit) fn copy_float(&mut self, to: Rx, from: Rx) {
        if to != from {
            x64!(self ; movaps Rx(to), Rx(from));
        }
    }
}
