//! `fclass`.

use dynasmrt::{DynasmApi, DynasmLabelApi};

use crate::isa::{FReg, Format, Reg};
use crate::jit::asm::x64;
use crate::jit::emitter::Emitter;
use crate::jit::regs::{T0, T1, T2};

impl Emitter<'_> {
    /// `rd = class of a`: bits 0 to 7 are those of numbers from minus to plus infinity.
    ///
    /// What is added up is how far the number is from zero: 1 for what is none, and 1
    /// if it is normal. Infinities and NaNs are rare.
    pub(super) fn classify(&mut self, format: Format, rd: Reg, a: FReg) {
        self.require_boxes(format, &[a]);
        if rd.is_zero() {
            return;
        }
        self.facts.lose_index();
        let [distance, back] = [(); 2].map(|()| self.asm.new_dynamic_label());
        let special = self.out_of_line(move |e| {
            e.float_bits(format, a);
            // The fraction, at the top.
            match format {
                Format::Single => x64!(e ; shl Rd(T0), 9),
                Format::Double => x64!(e ; shl Rq(T0), 12),
            }
            x64!(e
                ; mov Rd(T2), 3
                ; jz =>distance
                ; mov Rd(T0), 1 << 9
                ; js =>back
                ; mov Rd(T0), 1 << 8
                ; jmp =>back
            );
        });
        self.float_bits(format, a);
        // T1 = -1 if it is negative
        match format {
            Format::Single => x64!(self
                ; add Rd(T0), Rd(T0)
                ; sbb Rd(T1), Rd(T1)
                ; cmp Rd(T0), BYTE 1
            ),
            Format::Double => x64!(self
                ; add Rq(T0), Rq(T0)
                ; sbb Rd(T1), Rd(T1)
                ; cmp Rq(T0), BYTE 1
            ),
        }
        x64!(self ; mov Rd(T2), 0 ; sbb Rd(T2), BYTE -1);
        let most = match format {
            Format::Single => {
                x64!(self ; shr Rd(T0), 24);
                0xff
            }
            Format::Double => {
                x64!(self ; shr Rq(T0), 53);
                0x7ff
            }
        };
        x64!(self
            ; cmp Rd(T0), most
            ; je =>special
            ; cmp Rd(T0), BYTE 1
            ; sbb Rd(T2), BYTE -1
            ; =>distance
            ; xor Rd(T2), Rd(T1)
            ; add Rd(T2), BYTE 4
            ; xor Rd(T0), Rd(T0)
            ; bts Rd(T0), Rd(T2)
            ; =>back
        );
        self.write(rd, T0);
    }
}
