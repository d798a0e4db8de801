//! `fflags`, `frm` and `fcsr`.
//!
//! The exceptions since the entry are in MXCSR, all else is in the state. What would
//! change anything is for the interpreter: programs that save and restore them
//! hardly ever do. A comparison between the two, as compilers have it where it is
//! to raise nothing, leaves in front of itself if it would, so that nothing is to be
//! restored then.

use std::mem::offset_of;

use dynasmrt::{DynasmApi, DynasmLabelApi};

use crate::isa::semantics::{self, Csr, FpCsr};
use crate::isa::{CsrOp, CsrSource, Inst, Reg};
use crate::jit::asm::x64;
use crate::jit::emitter::Emitter;
use crate::jit::exit::ExitKind;
use crate::jit::float_regs::GUEST_MXCSR;
use crate::jit::mxcsr;
use crate::jit::regs::{T0, T1};
use crate::machine::MachineState;

/// The floating-point CSR that an instruction accesses, if it does.
pub(in crate::jit) fn csr_of(inst: Inst) -> Option<FpCsr> {
    let Inst::Csr {
        op, csr, source, ..
    } = inst
    else {
        return None;
    };
    match semantics::csr_access(op, csr, source) {
        Some(Csr::Fp(csr)) => Some(csr),
        _ => None,
    }
}

impl Emitter<'_> {
    /// `t = csr; csr = csr op source; rd = t`
    pub(in crate::jit::lower) fn float_csr(
        &mut self,
        op: CsrOp,
        rd: Reg,
        csr: FpCsr,
        source: CsrSource,
    ) {
        let restored = matches!(source, CsrSource::Reg(rs1) if self.facts.is_flags(rs1));
        if restored && (op, csr) == (CsrOp::Write, FpCsr::Fflags) && rd.is_zero() {
            return;
        }
        let changes = self.exit(ExitKind::Step);
        self.read_csr(csr);
        match (op, source) {
            (CsrOp::Set | CsrOp::Clear, CsrSource::Imm(0)) => {}
            (CsrOp::Set | CsrOp::Clear, CsrSource::Reg(Reg::ZERO)) => {}
            _ => {
                match source {
                    CsrSource::Reg(rs1) => self.read_into(rs1, T0),
                    CsrSource::Imm(imm) => self.constant(T0, imm.into()),
                }
                match op {
                    CsrOp::Write => {}
                    CsrOp::Set => x64!(self ; or Rd(T0), Rd(T1)),
                    CsrOp::Clear => x64!(self ; not Rd(T0) ; and Rd(T0), Rd(T1)),
                }
                let mask = csr.read(u64::MAX) as i32;
                x64!(self ; and Rd(T0), mask ; cmp Rd(T0), Rd(T1) ; jne =>changes);
            }
        }
        self.write(rd, T1);
        if csr == FpCsr::Fflags && !rd.is_zero() {
            self.facts.set_flags(Some(rd));
        }
    }

    /// `T1 = csr`. Uses [`T0`].
    fn read_csr(&mut self, csr: FpCsr) {
        const FCSR: i32 = offset_of!(MachineState, fcsr) as i32;
        if csr == FpCsr::Frm {
            const FRM: i8 = mxcsr::FRM_SHIFT as i8;
            self.load_state(T0);
            return x64!(self ; mov Rd(T1), [Rq(T0) + FCSR] ; shr Rd(T1), FRM);
        }
        let flags = self.flags_table();
        x64!(self
            ; stmxcsr [rsp + GUEST_MXCSR]
            ; mov Rd(T1), [rsp + GUEST_MXCSR]
            ; and Rd(T1), mxcsr::EXCEPTIONS as i32
            ; lea Rq(T0), [extern flags]
            ; movzx Rd(T1), BYTE [Rq(T0) + Rq(T1)]
        );
        self.load_state(T0);
        x64!(self ; or Rd(T1), [Rq(T0) + FCSR]);
        if csr == FpCsr::Fflags {
            let mask = csr.read(u64::MAX) as i32;
            x64!(self ; and Rd(T1), mask);
        }
    }
}
