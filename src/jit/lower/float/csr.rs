//! `fflags`, `frm` and `fcsr`.
//!
//! The exceptions since the entry are in MXCSR, all else is in the state. What is
//! written is mostly what is there; what is not goes to the state, out of line, and
//! MXCSR follows. A rounding mode that the host lacks is for the interpreter.
//! A comparison between a save and a restore, as compilers have it where it is to
//! raise nothing, leaves in front of itself if it would, so that nothing is to be
//! restored then.

use std::mem::offset_of;

use dynasmrt::{DynamicLabel, DynasmApi, DynasmLabelApi};

use crate::isa::semantics::{self, Csr, FpCsr};
use crate::isa::{CsrOp, CsrSource, Inst, Reg};
use crate::jit::asm::x64;
use crate::jit::emitter::Emitter;
use crate::jit::exit::ExitKind;
use crate::jit::float_regs::{GUEST_MXCSR, NEXT_MXCSR};
use crate::jit::mxcsr;
use crate::jit::regs::{T0, T1, T2};
use crate::machine::MachineState;

/// Where `fcsr` is in the state.
const FCSR: i32 = offset_of!(MachineState, fcsr) as i32;
/// The accrued exceptions in that.
const FLAGS: i32 = FpCsr::Fflags.read(u64::MAX) as i32;
/// Where in that the rounding mode is.
const FRM: i8 = mxcsr::FRM_SHIFT as i8;

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
        let writes = semantics::csr_writes(op, source);
        let out = self.exit(ExitKind::Step);
        self.read_csr(csr);
        if writes {
            self.change_csr(op, csr, source, out);
        }
        self.write(rd, T1);
        if csr != FpCsr::Frm && writes {
            self.facts.set_flags(None);
        } else if csr == FpCsr::Fflags && !rd.is_zero() {
            self.facts.set_flags(Some(rd));
        }
    }

    /// `csr = T1 op source`, where [`T1`] is what it is; by way of `out` if the host lacks that.
    fn change_csr(&mut self, op: CsrOp, csr: FpCsr, source: CsrSource, out: DynamicLabel) {
        match source {
            CsrSource::Reg(rs1) => self.read_into(rs1, T0),
            CsrSource::Imm(imm) => self.constant(T0, imm.into()),
        }
        match op {
            CsrOp::Write => {}
            CsrOp::Set => x64!(self ; or Rd(T0), Rd(T1)),
            CsrOp::Clear => x64!(self ; not Rd(T0) ; and Rd(T0), Rd(T1)),
        }
        let back = self.asm.new_dynamic_label();
        let changed = self.out_of_line(move |e| {
            match csr {
                FpCsr::Fflags => e.write_fflags(),
                FpCsr::Frm => e.write_frm(out),
                FpCsr::Fcsr => e.write_fcsr(out),
            }
            x64!(e ; jmp =>back);
        });
        self.facts.lose_index();
        let mask = csr.read(u64::MAX) as i32;
        x64!(self ; and Rd(T0), mask ; cmp Rd(T0), Rd(T1) ; jne =>changed ; =>back);
    }

    /// `fflags = T0`, MXCSR being in its place in the frame. Uses [`T2`].
    fn write_fflags(&mut self) {
        self.load_state(T2);
        x64!(self
            ; and DWORD [Rq(T2) + FCSR], !FLAGS
            ; or [Rq(T2) + FCSR], Rd(T0)
            ; and DWORD [rsp + GUEST_MXCSR], !(mxcsr::EXCEPTIONS as i32)
            ; ldmxcsr [rsp + GUEST_MXCSR]
        );
    }

    /// `frm = T0`, unless the host lacks it. Uses [`T2`].
    fn write_frm(&mut self, out: DynamicLabel) {
        x64!(self ; cmp Rd(T0), mxcsr::MAX_FRM as i32 ; ja =>out ; stmxcsr [rsp + GUEST_MXCSR]);
        self.entry_of_mode();
        x64!(self
            ; and DWORD [rsp + GUEST_MXCSR], mxcsr::EXCEPTIONS as i32
            ; or Rd(T2), [rsp + GUEST_MXCSR]
            ; mov [rsp + NEXT_MXCSR], Rd(T2)
            ; ldmxcsr [rsp + NEXT_MXCSR]
        );
        self.load_state(T2);
        x64!(self
            ; shl Rd(T0), FRM
            ; and DWORD [Rq(T2) + FCSR], FLAGS
            ; or [Rq(T2) + FCSR], Rd(T0)
        );
    }

    /// `fcsr = T0`, unless the host lacks its mode. Uses [`T0`] and [`T2`].
    fn write_fcsr(&mut self, out: DynamicLabel) {
        const MAX: i32 = FpCsr::Frm.written(u64::MAX, mxcsr::MAX_FRM) as u8 as i32;
        x64!(self ; cmp Rd(T0), MAX ; ja =>out);
        self.load_state(T2);
        x64!(self ; mov [Rq(T2) + FCSR], Rd(T0) ; shr Rd(T0), FRM);
        self.entry_of_mode();
        x64!(self ; mov [rsp + NEXT_MXCSR], Rd(T2) ; ldmxcsr [rsp + NEXT_MXCSR]);
    }

    /// `T2` = what MXCSR is on entry where `frm` is `T0`.
    fn entry_of_mode(&mut self) {
        const BACK: i32 = mxcsr::ENTRY_BYTES as i32;
        let flags = self.flags_table();
        x64!(self ; lea Rq(T2), [extern flags] ; mov Rd(T2), [Rq(T2) + 4 * Rq(T0) - BACK]);
    }

    /// `T1 = csr`. Uses [`T0`].
    fn read_csr(&mut self, csr: FpCsr) {
        if csr == FpCsr::Frm {
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
