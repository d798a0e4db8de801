//! Links, where accesses are linked to those before.
//!
//! Before an access the clock of the last to its word and the word's value go to
//! the log, and the clock is now this access's. Where the log has room for that,
//! and what the clock is, the segment that the access is in has paid for: both
//! are a constant away from a register. Where the chunk has not accessed the word
//! yet, cold code has a stub note so.
//!
//! What may be misaligned where that does not trap, and atomics, are left to the
//! interpreter.

use dynasmrt::x64::Rq;
use dynasmrt::{DynasmApi, DynasmLabelApi};

use crate::isa::Reg;
use crate::jit::asm::x64;
use crate::jit::emitter::Emitter;
use crate::jit::exit::ExitKind;
use crate::jit::regs::{T0, T1, T2};
use crate::jit::stubs::LinkCode;
use crate::machine::FIRST;

impl Emitter<'_> {
    /// Links the access to the word at `rs1 + offset`. `rs1` is in `base`, and the
    /// word lies in the window or this faults. Uses [`T1`] and [`T2`], and [`T0`]
    /// unless that is `base`.
    pub(super) fn link_access(&mut self, (rs1, base): (Reg, Rq), offset: i32) {
        let Some(link) = self.links() else {
            return;
        };
        let words = self.index_word(rs1, base, offset);
        self.link_word(link, words, base == T0);
    }

    /// Links an access at an address that is known now, and may be in a register.
    pub(super) fn link_constant(&mut self, addr: u64, base: Option<Rq>) {
        let Some(link) = self.links() else {
            return;
        };
        self.facts.lose_index();
        self.constant(T2, addr / 8);
        self.link_word(link, 0, base == Some(T0));
    }

    /// Links the access to the word at the aligned address in [`T0`], which keeps it.
    pub(super) fn link_careful(&mut self) {
        let Some(link) = self.links() else {
            return;
        };
        self.facts.lose_index();
        x64!(self ; mov Rq(T2), Rq(T0) ; shr Rq(T2), 3);
        self.link_word(link, 0, true);
    }

    /// Links the access to the word number [`T2`] plus `words`.
    ///
    /// PERF: the XMM register takes one store instead of two and no general register.
    /// That store goes past the caches, where a chunk's links would not stay anyway:
    /// `copy` and `fib` take 0.75 of the CPU time, nothing takes longer (`rvjet trace
    /// expand --format links --threads 1 -o /dev/null` of the kernels in benches/peers).
    fn link_word(&mut self, link: LinkCode, words: i32, keep_t0: bool) {
        let (place, clock) = self.link_place();
        let at = 8 * words;
        let (cold, back) = self.touch_out_of_line(move |e, back| {
            if words != 0 {
                x64!(e ; add Rq(T2), words);
            }
            // Faults, if anything does.
            x64!(e ; mov Rq(T1), [mem + 8 * Rq(T2)]);
            let (full, first) = (e.exit(ExitKind::Step), e.first_stub());
            x64!(e
                ; lea Rq(T1), [log + place]
                ; call extern first
                ; jc =>full
                ; mov Rq(T1), [mem + link.table]
            );
            // The index stays of use.
            if words != 0 {
                x64!(e ; sub Rq(T2), words);
            }
            x64!(e ; jmp =>back);
        });
        const _: () = assert!(FIRST == 0);
        x64!(self ; mov Rq(T1), [mem + link.table]);
        match i8::try_from(at) {
            Ok(near) => x64!(self
                ; movq xmm0, QWORD [BYTE Rq(T1) + 8 * Rq(T2) + near]
                ; cmp QWORD [BYTE Rq(T1) + 8 * Rq(T2) + near], BYTE 0
                ; je =>cold
                ; =>back
                ; movhps xmm0, QWORD [BYTE mem + 8 * Rq(T2) + near]
            ),
            Err(_) => x64!(self
                ; movq xmm0, QWORD [Rq(T1) + 8 * Rq(T2) + at]
                ; cmp QWORD [Rq(T1) + 8 * Rq(T2) + at], BYTE 0
                ; je =>cold
                ; =>back
                ; movhps xmm0, QWORD [mem + 8 * Rq(T2) + at]
            ),
        }
        match i8::try_from(place) {
            Ok(near) => x64!(self ; movntps [BYTE log + near], xmm0),
            Err(_) => x64!(self ; movntps [log + place], xmm0),
        }
        if keep_t0 {
            x64!(self ; lea Rq(T1), [Rq(T1) + 8 * Rq(T2) + at]);
            self.link_clock(T2, clock);
            x64!(self ; mov [Rq(T1)], Rq(T2));
            self.facts.lose_index();
        } else {
            self.link_clock(T0, clock);
            match i8::try_from(at) {
                Ok(near) => x64!(self ; mov [BYTE Rq(T1) + 8 * Rq(T2) + near], Rq(T0)),
                Err(_) => x64!(self ; mov [Rq(T1) + 8 * Rq(T2) + at], Rq(T0)),
            }
        }
    }

    /// `to` = the clock of this access.
    fn link_clock(&mut self, to: Rq, clock: i32) {
        match i8::try_from(clock) {
            Ok(near) => x64!(self ; lea Rq(to), [BYTE budget + near]),
            Err(_) => x64!(self ; lea Rq(to), [budget + clock]),
        }
    }
}
