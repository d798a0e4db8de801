//! The ways in and out for floating-point registers: their homes, and MXCSR.

use std::mem::offset_of;

use dynasmrt::{DynasmApi, DynasmLabelApi};

use super::Builder;
use crate::isa::FReg;
use crate::jit::asm::x64;
use crate::jit::float_regs::{FloatHome, FloatHomes, GUEST_MXCSR, HOST_MXCSR, ONES, X0};
use crate::jit::mxcsr;
use crate::machine::MachineState;

impl Builder {
    /// `rdi` is the state; `rcx` stays, no home is loaded yet.
    pub(super) fn enter_floats(&mut self, floats: &FloatHomes) {
        const FRM: i8 = mxcsr::FRM_SHIFT as i8;
        x64!(self
            ; stmxcsr [rsp + HOST_MXCSR]
            ; mov rax, rdi => MachineState.fcsr
            ; shr eax, FRM
            ; and eax, mxcsr::ENTRIES.len() as i32 - 1
            ; lea rdx, [>entries]
            ; ldmxcsr [rdx + 4 * rax]
            ; pcmpeqd Rx(ONES), Rx(ONES)
        );
        for reg in FReg::all() {
            let at = float_offset(reg);
            match floats.of(reg) {
                FloatHome::Xmm(home) => x64!(self ; movsd Rx(home), [rdi + at]),
                FloatHome::Slot(slot) => x64!(self
                    ; movsd Rx(X0), [rdi + at]
                    ; movsd [rsp + slot], Rx(X0)
                ),
            }
        }
    }

    /// `rdx` is the state; `rax` stays, the other homes are stored.
    pub(super) fn exit_floats(&mut self, floats: &FloatHomes) {
        for reg in FReg::all() {
            let at = float_offset(reg);
            match floats.of(reg) {
                FloatHome::Xmm(home) => x64!(self ; movsd [rdx + at], Rx(home)),
                FloatHome::Slot(slot) => x64!(self
                    ; movsd Rx(X0), [rsp + slot]
                    ; movsd [rdx + at], Rx(X0)
                ),
            }
        }
        x64!(self
            ; stmxcsr [rsp + GUEST_MXCSR]
            ; ldmxcsr [rsp + HOST_MXCSR]
            ; mov ecx, [rsp + GUEST_MXCSR]
            ; and ecx, mxcsr::EXCEPTIONS as i32
            ; lea rsi, [>flags]
            ; movzx ecx, BYTE [rsi + rcx]
            ; or rdx => MachineState.fcsr, rcx
        );
    }

    /// What those look up, behind the code. Returns where the table of exceptions is.
    pub(super) fn tables(&mut self) -> usize {
        let entries = mxcsr::ENTRIES.map(u32::to_le_bytes).concat();
        x64!(self ; .align 4 ; entries: ; .bytes &entries);
        let at = self.asm.offset().0;
        x64!(self ; flags: ; .bytes &mxcsr::FLAGS);
        at
    }
}

/// Where the state holds `reg`.
fn float_offset(reg: FReg) -> i32 {
    (offset_of!(MachineState, f) + 8 * reg.index()) as i32
}
