//! Rounding modes that an instruction names.

use dynasmrt::DynasmApi;

use crate::isa::Rounding;
use crate::jit::asm::x64;
use crate::jit::emitter::Emitter;
use crate::jit::float_regs::{GUEST_MXCSR, NEXT_MXCSR};
use crate::jit::mxcsr;
use crate::jit::regs::{T0, T1};

impl Emitter<'_> {
    /// Emits `body`, which rounds as `rounding` says and does not leave. Unless that
    /// is as `frm` says, [`T0`] and [`T1`] change before and behind it.
    pub(super) fn rounded(&mut self, rounding: Rounding, body: impl FnOnce(&mut Self)) {
        if rounding == Rounding::Dyn {
            return body(self);
        }
        x64!(self ; stmxcsr [rsp + GUEST_MXCSR] ; mov Rd(T0), [rsp + GUEST_MXCSR]);
        self.load_rounding(|e| {
            let bits = mxcsr::rounding(rounding);
            if bits != 0 {
                x64!(e ; or Rd(T0), bits as i32);
            }
        });
        body(self);
        // The exceptions stay, the mode is the one before.
        x64!(self
            ; mov Rd(T1), [rsp + GUEST_MXCSR]
            ; stmxcsr [rsp + GUEST_MXCSR]
            ; mov Rd(T0), [rsp + GUEST_MXCSR]
            ; and Rd(T1), mxcsr::ROUNDING as i32
        );
        self.load_rounding(|e| x64!(e ; or Rd(T0), Rd(T1)));
    }

    /// MXCSR is what is in [`T0`], but for the mode, which `add` puts there.
    fn load_rounding(&mut self, add: impl FnOnce(&mut Self)) {
        x64!(self ; and Rd(T0), !mxcsr::ROUNDING as i32);
        add(self);
        x64!(self ; mov [rsp + NEXT_MXCSR], Rd(T0) ; ldmxcsr [rsp + NEXT_MXCSR]);
    }
}
