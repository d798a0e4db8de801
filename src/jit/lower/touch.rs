//! First touches, where they are recorded.
//!
//! Before an access the shadow of its word is looked at. Where the chunk has not
//! touched the word yet, cold code reads it (and writes it back for a store, so
//! that an access which faults does so before it leaves a trace) and has the
//! touch stub append it to the log. A log without room leaves the instruction
//! to the interpreter.

use dynasmrt::x64::Rq;
use dynasmrt::{DynamicLabel, DynasmApi, DynasmLabelApi};

use super::mem::{Access, Address};
use crate::isa::{LoadOp, Reg, Width};
use crate::jit::asm::x64;
use crate::jit::emitter::Emitter;
use crate::jit::exit::{ExitKind, Mode};
use crate::jit::regs::{T0, T1, T2};
use crate::machine::TOUCHED;

/// Bytes in a word of shadow, as a power of two.
const WORD_SHIFT: i8 = 3;

/// Words whose shadow is looked at together at the most, unless they are all of
/// [`MANY_WORDS`].
const GROUP_WORDS: i32 = 4;
/// Neighbouring words that can be looked at together if none is left out.
const MANY_WORDS: i32 = 8;
/// The shadow of so many words that have all been touched.
const TOUCHED_WORDS: u64 = u64::from_le_bytes([TOUCHED; MANY_WORDS as usize]);

/// Some of a few neighbouring words.
struct Group {
    first: i32,
    /// All ones in the shadow of those that belong to it.
    mask: u64,
}

impl Group {
    /// Those of `words` that can be looked at together with `own`.
    fn around(own: i32, words: &[i32]) -> Group {
        let many = Group::within(own, own + MANY_WORDS, words);
        if many.mask == u64::MAX {
            return many;
        }
        let near = words
            .iter()
            .filter(|word| (*word - own).abs() < GROUP_WORDS);
        let first = near.min().copied().map_or(own, |least| least.min(own));
        Group::within(first, first + GROUP_WORDS, &[words, &[own]].concat())
    }

    /// Those of `words` from `first` to before `end`.
    fn within(first: i32, end: i32, words: &[i32]) -> Group {
        let inside = words.iter().filter(|word| (first..end).contains(word));
        let mask = inside.fold(0, |mask, word| mask | 0xff << (8 * (word - first)));
        Group { first, mask }
    }

    fn count(&self) -> u32 {
        self.mask.count_ones() / 8
    }

    fn words(&self) -> impl Iterator<Item = i32> + use<> {
        let Group { first, mask } = *self;
        let belongs = move |index: &i32| mask >> (8 * index) & 1 != 0;
        (0..MANY_WORDS)
            .filter(belongs)
            .map(move |index| first + index)
    }
}

impl Emitter<'_> {
    /// Touches the word of an access of `width` at `rs1 + offset`. `rs1` is in
    /// `base` and, like the offset, a multiple of `width`. Uses [`T1`] and [`T2`].
    pub(super) fn touch(
        &mut self,
        access: Access,
        width: Width,
        (rs1, base): (Reg, Rq),
        offset: i32,
    ) {
        let Some(shadow) = self.shadow() else {
            return;
        };
        let reach = self.facts.touched_by(rs1, width, offset);
        if self.facts.is_touched(rs1, &reach) {
            return;
        }
        if self.touch_range(width, (rs1, base), offset) {
            return;
        }
        let words = self.index_word(rs1, base, offset);
        if self.touch_together(rs1, offset) {
            return;
        }
        let (cold, back) = self.touch_out_of_line(move |e, back| {
            // The index stays of use.
            if words != 0 {
                x64!(e ; add Rq(T2), words);
            }
            e.probe_word(access);
            e.log_touch();
            if words != 0 {
                x64!(e ; sub Rq(T2), words);
            }
            x64!(e ; jmp =>back);
        });
        let (start, at) = shadow;
        x64!(self ; cmp [Rq(start) + Rq(T2) + at + words], zero ; je =>cold ; =>back);
        self.facts.set_touched(rs1, reach);
    }

    /// Looks at the words of several accesses off the same base at once, if there
    /// are more than this one, whose number is in [`T2`]. Where one of them has
    /// not been touched, the unit that looks at each apart takes over: the order
    /// of touches is that of accesses. Uses [`T1`].
    ///
    /// PERF: fib, which saves and restores four registers a call, records at 0.76
    /// of its untraced speed instead of 0.57, queens at 0.88 instead of 0.73
    /// (`cargo bench --bench record -- fib queens`).
    fn touch_together(&mut self, rs1: Reg, offset: i32) -> bool {
        let Some(more) = self.facts.index(rs1).filter(|_| self.mode == Mode::Fast) else {
            return false;
        };
        let group = self.group(rs1, offset >> WORD_SHIFT);
        if group.count() < 2 {
            return false;
        }
        self.look_at_group(more + group.first, group.mask);
        for word in group.words() {
            self.facts.set_touched(rs1, 8 * word..8 * word + 8);
        }
        true
    }

    /// The words to be looked at together with `own`, counted from `rs1`: those
    /// of accesses that follow and have not been touched.
    fn group(&self, rs1: Reg, own: i32) -> Group {
        let near = own - GROUP_WORDS..own + MANY_WORDS;
        let ahead = self.ahead.iter().map(|(_, offset)| offset >> WORD_SHIFT);
        let ahead = ahead.filter(|word| near.contains(word));
        let words = ahead.filter(|word| !self.facts.is_touched(rs1, &(8 * word..8 * word + 8)));
        let words: Vec<i32> = words.chain([own]).collect();
        Group::around(own, &words)
    }

    /// As [`Emitter::touch_together`], where `rs1` need not be a multiple of eight:
    /// looks at as many neighbouring words as the bytes of these accesses can lie in.
    ///
    /// PERF: of the kernels, copy is recorded in half of the time that it takes where each
    /// access is looked at by itself (`benches/peers`, copy).
    fn touch_range(&mut self, width: Width, (rs1, base): (Reg, Rq), offset: i32) -> bool {
        if self.mode != Mode::Fast || self.facts.is_checked(rs1, Width::Double) {
            return false;
        }
        let far = 8 * (GROUP_WORDS - 1);
        let ahead = self.ahead.iter().filter(|(other, _)| *other == width);
        // A misaligned access is no part of this: it may lie in two words.
        let near = ahead.map(|(_, other)| *other);
        let near = near.filter(|other| width.is_aligned(*other as u64));
        let near = near.filter(|other| (offset - far..=offset + far).contains(other));
        let first = near.clone().min().map_or(offset, |least| least.min(offset));
        let last = near.filter(|other| *other <= first + far).max();
        let last = last.map_or(offset, |most| most.max(offset));
        // The first may be the last of its word's.
        let words = (last - first + 7) / 8 + 1;
        if words < 2 {
            return false;
        }
        self.facts.lose_index();
        x64!(self ; lea Rq(T2), [Rq(base) + first] ; sar Rq(T2), WORD_SHIFT);
        self.look_at_group(0, TOUCHED_WORDS >> (8 * (MANY_WORDS - words)));
        // All of the first access is in the first word.
        let end = first + 8 * (words - 1) + width.bytes() as i32;
        self.facts.set_touched(rs1, first..end);
        true
    }

    /// Goes on only if the words have been touched whose shadow, from that of the word
    /// number `T2 + words` on, is not masked out. Else the unit that looks at each apart takes over.
    fn look_at_group(&mut self, words: i32, mask: u64) {
        let Some((start, shadow)) = self.shadow() else {
            return;
        };
        let at = shadow + words;
        let apart = self.elsewhere(Mode::Apart);
        match u32::try_from(mask) {
            Ok(u32::MAX) => x64!(self ; cmp DWORD [Rq(start) + Rq(T2) + at], TOUCHED_WORDS as i32),
            Ok(0xffff) => x64!(self ; cmp WORD [Rq(start) + Rq(T2) + at], TOUCHED_WORDS as i16),
            Ok(mask) => x64!(self
                ; mov Rd(T1), [Rq(start) + Rq(T2) + at]
                ; and Rd(T1), mask as i32
                ; cmp Rd(T1), (TOUCHED_WORDS as u32 & mask) as i32
            ),
            Err(_) => x64!(self ; cmp QWORD [Rq(start) + Rq(T2) + at], TOUCHED_WORDS as i32),
        }
        x64!(self ; jne =>apart);
    }

    /// Sees to it that [`T2`] plus what is returned is the number of the double
    /// word at `rs1 + offset`.
    pub(super) fn index_word(&mut self, rs1: Reg, base: Rq, offset: i32) -> i32 {
        let words = offset >> WORD_SHIFT;
        if let Some(more) = self.facts.index(rs1) {
            return words + more;
        }
        let whole = self.facts.is_checked(rs1, Width::Double);
        match (whole, offset) {
            (true, _) | (false, 0) => self.copy(T2, base),
            (false, _) => x64!(self ; lea Rq(T2), [Rq(base) + offset]),
        }
        // What has drifted below the window is negative.
        x64!(self ; sar Rq(T2), WORD_SHIFT);
        self.facts.lose_index();
        if whole {
            self.facts.set_index(rs1, 0);
            return words;
        }
        0
    }

    /// Touches the word of an access at an address that is known now.
    pub(super) fn touch_constant(&mut self, access: Access, addr: u64) {
        let Some((start, shadow)) = self.shadow() else {
            return;
        };
        let word = addr >> WORD_SHIFT;
        if self.facts.is_touched_word(word) {
            return;
        }
        self.facts.lose_index();
        let (cold, back) = self.touch_out_of_line(move |e, back| {
            e.constant(T2, word);
            e.probe_word(access);
            e.log_touch();
            x64!(e ; jmp =>back);
        });
        match i32::try_from(word)
            .ok()
            .and_then(|word| shadow.checked_add(word))
        {
            Some(at) => x64!(self ; cmp [Rq(start) + at], zero),
            None => {
                self.constant(T2, word);
                x64!(self ; cmp [Rq(start) + Rq(T2) + shadow], zero);
            }
        }
        x64!(self ; je =>cold ; =>back);
        self.facts.set_touched_word(word);
    }

    /// Touches the word or the two of a `width` access at the address in [`T0`].
    pub(super) fn touch_careful(&mut self, access: Access, width: Width) {
        if self.shadow().is_none() {
            return;
        }
        let (cold, back) = self.touch_out_of_line(move |e, back| {
            e.probe(access, width);
            for last in [0, width.bytes() as i32 - 1] {
                let touched = e.asm.new_dynamic_label();
                e.look_at_shadow(last);
                x64!(e ; jne =>touched ; mov Rq(T1), [mem + 8 * Rq(T2)]);
                e.log_touch();
                x64!(e ; =>touched);
            }
            x64!(e ; jmp =>back);
        });
        self.facts.lose_index();
        self.look_at_shadow(0);
        x64!(self ; je =>cold);
        if width != Width::Byte && !self.is_strict() {
            self.look_at_shadow(width.bytes() as i32 - 1);
            x64!(self ; je =>cold);
        }
        x64!(self ; =>back);
    }

    /// Compares the shadow of the byte `[T0 + offset]` with zero, its word's number in [`T2`].
    fn look_at_shadow(&mut self, offset: i32) {
        let Some((start, shadow)) = self.shadow() else {
            return;
        };
        x64!(self
            ; lea Rq(T2), [Rq(T0) + offset]
            ; sar Rq(T2), WORD_SHIFT
            ; cmp [Rq(start) + Rq(T2) + shadow], zero
        );
    }

    /// Code behind the unit, and the place to come back to. It may fault, and
    /// leave, as the current instruction may.
    pub(super) fn touch_out_of_line(
        &mut self,
        code: impl FnOnce(&mut Self, DynamicLabel) + 'static,
    ) -> (DynamicLabel, DynamicLabel) {
        let back = self.asm.new_dynamic_label();
        let (pc, owed) = (self.pc, self.owed);
        let cold = self.out_of_line(move |e| {
            (e.pc, e.owed) = (pc, owed);
            e.mark_cold();
            code(e, back);
        });
        (cold, back)
    }

    /// `T1 = word T2`, which may be read and, for a store, be written.
    fn probe_word(&mut self, access: Access) {
        x64!(self ; mov Rq(T1), [mem + 8 * Rq(T2)]);
        if access == Access::Store {
            x64!(self ; mov [mem + 8 * Rq(T2)], Rq(T1));
        }
    }

    /// As [`Emitter::probe_word`], the `width` bytes at [`T0`].
    fn probe(&mut self, access: Access, width: Width) {
        let at = Address::in_register(T0);
        self.load_from(LoadOp::unsigned(width), T1, at);
        if access == Access::Store {
            self.store_to(width, at, T1);
        }
    }

    /// Logs the word number [`T2`] with the value [`T1`], or leaves.
    fn log_touch(&mut self) {
        let full = self.exit(ExitKind::Step);
        let touch = self.touch_stub();
        x64!(self ; call extern touch ; jc =>full);
    }
}
