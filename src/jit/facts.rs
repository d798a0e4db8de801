//! What is known of guest registers at the point of emission.
//!
//! A unit is entered at its first instruction only, so a fact learnt in it
//! holds until the register is written, whatever branches left the unit before.
//! The one label that a unit jumps back to keeps facts of integer registers alone
//! that the way there does not write; of floating-point registers, all that are boxed:
//! the way there finds or makes them so each time.
#![forbid(unsafe_code)]

use std::ops::Range;

use crate::isa::{FReg, Reg, Width};
use crate::machine::GUARD_BYTES;

/// How far a checked base may move before it has to be checked again. The guards
/// on both sides of the window are wide enough for that, an instruction's offset
/// and the access.
const MAX_DRIFT: u32 = 1 << 15;
/// The farthest that a 12-bit offset and the widest access reach from their base.
const MAX_REACH: usize = (1 << 11) + Width::Double.bytes() as usize;
const _: () = assert!(MAX_DRIFT as usize + MAX_REACH <= GUARD_BYTES);
/// Ranges of touched bytes that are remembered: a guest decides how many there
/// are, and each access looks through them several times.
const MAX_TOUCHED: usize = 128;
/// The farthest that the number of a base's word may be from the one in the
/// scratch register: the sum of both with any offset is one that code can have.
const MAX_MORE: u32 = MAX_DRIFT / 8;

/// What is known of a register that was used as a base: it is a multiple of
/// `width`, and no further than `drift` bytes outside the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Checked {
    width: Width,
    drift: u32,
}

/// Facts about all registers.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    window: u64,
    constants: [Option<u64>; 32],
    checked: [Option<Checked>; 32],
    /// Of each floating-point register a bit: it holds a boxed number.
    boxed: u32,
    /// This register holds `fflags` as it is.
    flags: Option<Reg>,
    /// Bytes, counted from the value of a register, whose words have been touched.
    touched: Vec<(Reg, Range<i32>)>,
    /// The numbers of words that have been touched.
    touched_words: Vec<u64>,
    /// The third scratch register plus so many is the number of the double word
    /// at this register, which is a multiple of eight.
    index: Option<(Reg, i32)>,
}

impl Facts {
    /// Nothing is known but that `x0` is 0; guest addresses are below `window`.
    pub(super) fn new(window: u64) -> Facts {
        let mut constants = [None; 32];
        constants[0] = Some(0);
        Facts {
            window,
            constants,
            checked: [None; 32],
            boxed: 0,
            flags: None,
            touched: Vec::new(),
            touched_words: Vec::new(),
            index: None,
        }
    }

    /// Nothing is known of any register.
    pub(super) fn forget_all(&mut self) {
        *self = Facts::new(self.window);
    }

    /// Whether `reg` holds a boxed number.
    pub(super) fn is_boxed(&self, reg: FReg) -> bool {
        self.boxed >> reg.index() & 1 != 0
    }

    /// Whether all registers are known to hold boxed numbers of which `other` knows it.
    pub(super) fn box_all_of(&self, other: &Facts) -> bool {
        self.boxed & other.boxed == other.boxed
    }

    /// `reg` holds a boxed number, or something of which that is not known.
    pub(super) fn set_boxed(&mut self, reg: FReg, boxed: bool) {
        self.boxed &= !(1 << reg.index());
        self.boxed |= u32::from(boxed) << reg.index();
    }

    /// Whether `reg` holds `fflags` as it is.
    pub(super) fn is_flags(&self, reg: Reg) -> bool {
        self.flags == Some(reg)
    }

    /// `fflags` may have changed, or a register holds it.
    pub(super) fn set_flags(&mut self, reg: Option<Reg>) {
        self.flags = reg;
    }

    /// Whether any register holds `fflags` as it is.
    pub(super) fn knows_flags(&self) -> bool {
        self.flags.is_some()
    }

    /// The value of `reg`, if it is the same whenever execution gets here.
    pub(super) fn constant(&self, reg: Reg) -> Option<u64> {
        self.constants[reg.index()]
    }

    /// `reg` is about to change.
    pub(super) fn forget(&mut self, reg: Reg) {
        if !reg.is_zero() {
            self.constants[reg.index()] = None;
            self.checked[reg.index()] = None;
            self.forget_touched(reg);
            self.flags = self.flags.filter(|of| *of != reg);
            self.index = self.index.filter(|(of, _)| *of != reg);
        }
    }

    /// What is to be added to the scratch register for the number of the double
    /// word at `reg`, if it is of any use for that.
    pub(super) fn index(&self, reg: Reg) -> Option<i32> {
        self.index
            .filter(|(of, _)| *of == reg)
            .map(|(_, more)| more)
    }

    /// The scratch register plus `more` is the number of the double word at `reg`.
    pub(super) fn set_index(&mut self, reg: Reg, more: i32) {
        self.index = Some((reg, more));
    }

    /// The scratch register has been used for something else.
    pub(super) fn lose_index(&mut self) {
        self.index = None;
    }

    /// As [`Facts::index`], of `reg + imm`; nothing if that is so far away that a
    /// displacement might not hold it.
    pub(super) fn index_sum(&self, reg: Reg, imm: i32) -> Option<i32> {
        let more = self.index(reg)?.checked_add(imm / 8)?;
        (imm % 8 == 0 && more.unsigned_abs() <= MAX_MORE).then_some(more)
    }

    /// The bytes whose word an access of `width` at `reg + offset` touches, as
    /// far as that can be told.
    pub(super) fn touched_by(&self, reg: Reg, width: Width, offset: i32) -> Range<i32> {
        match self.is_checked(reg, Width::Double) {
            true => offset & !7..(offset & !7) + 8,
            false => offset..offset + width.bytes() as i32,
        }
    }

    /// Whether the words of these bytes, counted from `reg`, have been touched.
    pub(super) fn is_touched(&self, reg: Reg, bytes: &Range<i32>) -> bool {
        let covers = |(of, by): &(Reg, Range<i32>)| {
            *of == reg && by.start <= bytes.start && bytes.end <= by.end
        };
        self.touched.iter().any(covers)
    }

    /// The words of these bytes have been touched. The oldest such fact is forgotten
    /// if there are too many.
    pub(super) fn set_touched(&mut self, reg: Reg, bytes: Range<i32>) {
        if self.touched.len() == MAX_TOUCHED {
            self.touched.remove(0);
        }
        self.touched.push((reg, bytes));
    }

    pub(super) fn forget_touched(&mut self, reg: Reg) {
        self.touched.retain(|(of, _)| *of != reg);
    }

    /// What is known to be touched, counted from `reg + imm`.
    pub(super) fn touched_sum(&self, reg: Reg, imm: i32) -> Vec<Range<i32>> {
        let by = self.touched.iter().filter(|(of, _)| *of == reg);
        let moved = |(_, by): &(Reg, Range<i32>)| {
            Some(by.start.checked_sub(imm)?..by.end.checked_sub(imm)?)
        };
        by.filter_map(moved).collect()
    }

    pub(super) fn is_touched_word(&self, word: u64) -> bool {
        self.touched_words.contains(&word)
    }

    pub(super) fn set_touched_word(&mut self, word: u64) {
        self.touched_words.push(word);
    }

    pub(super) fn set_constant(&mut self, reg: Reg, value: u64) {
        self.forget(reg);
        if !reg.is_zero() {
            self.constants[reg.index()] = Some(value);
        }
    }

    /// `reg` has just been found to lie in the window and be a multiple of `width`.
    pub(super) fn checked_now(&mut self, reg: Reg, width: Width) {
        self.set_checked(reg, Some(Checked { width, drift: 0 }));
    }

    pub(super) fn set_checked(&mut self, reg: Reg, checked: Option<Checked>) {
        if !reg.is_zero() {
            self.checked[reg.index()] = checked;
        }
    }

    /// Whether an access of `width` may be based on `reg` as it is.
    pub(super) fn is_checked(&self, reg: Reg, width: Width) -> bool {
        self.checked[reg.index()].is_some_and(|checked| checked.width >= width)
    }

    /// What is known of `reg + imm` from what is known of `reg`.
    pub(super) fn checked_sum(&self, reg: Reg, imm: i32) -> Option<Checked> {
        let Checked { width, drift } = self.checked[reg.index()]?;
        let aligned = |width: &Width| width.is_aligned(imm as u64);
        let width = Width::ALL.into_iter().rfind(aligned)?.min(width);
        let drift = drift.checked_add(imm.unsigned_abs())?;
        (drift <= MAX_DRIFT).then_some(Checked { width, drift })
    }

    /// Whether an access of `width` at the constant address `addr` is within
    /// the window and aligned.
    pub(super) fn is_plain(&self, addr: u64, width: Width) -> bool {
        addr < self.window && width.is_aligned(addr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Reg = Reg::A0;

    #[test]
    fn a_checked_base_stays_so_for_a_while() {
        let mut facts = Facts::new(1 << 32);
        facts.checked_now(A, Width::Double);
        facts.set_checked(A, facts.checked_sum(A, 2040));
        assert!(facts.is_checked(A, Width::Double));
        facts.set_checked(A, facts.checked_sum(A, -4));
        assert!(facts.is_checked(A, Width::Word) && !facts.is_checked(A, Width::Double));
        for _ in 0..15 {
            facts.set_checked(A, facts.checked_sum(A, -2048));
        }
        assert!(facts.is_checked(A, Width::Word));
        assert_eq!(facts.checked_sum(A, -2048), None);
    }

    #[test]
    fn a_written_register_is_unknown() {
        let mut facts = Facts::new(1 << 32);
        facts.set_constant(A, 7);
        facts.checked_now(A, Width::Byte);
        facts.forget(A);
        assert_eq!(facts.constant(A), None);
        assert!(!facts.is_checked(A, Width::Byte));
        facts.forget(Reg::ZERO);
        assert_eq!(facts.constant(Reg::ZERO), Some(0));
    }

    const B: Reg = Reg::A1;

    /// `A` is a multiple of eight, and in the scratch register.
    fn indexed() -> Facts {
        let mut facts = Facts::new(1 << 32);
        facts.checked_now(A, Width::Double);
        facts.set_index(A, 0);
        facts
    }

    #[test]
    fn an_access_touches_the_word_it_lies_in_if_that_is_known() {
        let mut facts = Facts::new(1 << 32);
        assert_eq!(facts.touched_by(A, Width::Word, 4), 4..8);
        facts.checked_now(A, Width::Word);
        assert_eq!(facts.touched_by(A, Width::Half, 6), 6..8);
        facts.checked_now(A, Width::Double);
        for (offset, word) in [(0, 0), (7, 0), (8, 8), (-1, -8), (-8, -8), (-9, -16)] {
            let want = word..word + 8;
            assert_eq!(facts.touched_by(A, Width::Byte, offset), want, "{offset}");
        }
    }

    #[test]
    fn touched_bytes_are_those_of_one_register_and_range() {
        let mut facts = indexed();
        facts.set_touched(A, 0..8);
        facts.set_touched(A, 8..16);
        facts.set_touched(B, 0..4);
        for bytes in [0..8, 8..16, 3..4, 12..16] {
            assert!(facts.is_touched(A, &bytes), "{bytes:?}");
        }
        for bytes in [-8..0, 16..24, -1..1] {
            assert!(!facts.is_touched(A, &bytes), "{bytes:?}");
        }
        assert!(facts.is_touched(B, &(0..4)) && !facts.is_touched(B, &(0..8)));
        facts.forget_touched(A);
        assert!(!facts.is_touched(A, &(0..8)) && facts.is_touched(B, &(0..4)));
        facts.forget(B);
        assert!(!facts.is_touched(B, &(0..4)));
    }

    #[test]
    fn of_too_many_touched_bytes_the_oldest_are_forgotten() {
        let mut facts = indexed();
        let nth = |n: usize| 16 * n as i32..16 * n as i32 + 8;
        (0..=MAX_TOUCHED).for_each(|n| facts.set_touched(A, nth(n)));
        assert!(!facts.is_touched(A, &nth(0)));
        assert!((1..=MAX_TOUCHED).all(|n| facts.is_touched(A, &nth(n))));
    }

    #[test]
    fn touched_bytes_move_against_their_base() {
        let mut facts = indexed();
        facts.set_touched(A, 0..8);
        facts.set_touched(A, -16..-8);
        facts.set_touched(B, 0..8);
        assert_eq!(facts.touched_sum(A, 8), [-8..0, -24..-16]);
        assert_eq!(facts.touched_sum(A, -3), [3..11, -13..-5]);
        // Where there is no number for it, nothing is known.
        let left = facts.touched_sum(A, i32::MIN);
        assert_eq!(left.first(), Some(&(i32::MAX - 15..i32::MAX - 7)));
        assert_eq!(left.len(), 1);
        facts.forget_touched(A);
        assert_eq!(facts.touched_sum(A, 0), []);
    }

    #[test]
    fn an_index_is_of_use_until_its_base_or_the_scratch_register_changes() {
        let mut facts = indexed();
        assert_eq!((facts.index(A), facts.index(B)), (Some(0), None));
        facts.forget(B);
        assert_eq!(facts.index(A), Some(0));
        facts.set_index(B, 3);
        assert_eq!((facts.index(A), facts.index(B)), (None, Some(3)));
        facts.forget(B);
        assert_eq!(facts.index(B), None);
        facts.set_index(A, 1);
        facts.lose_index();
        assert_eq!(facts.index(A), None);
    }

    #[test]
    fn an_index_moves_with_its_base_by_whole_words_and_not_far() {
        let mut facts = indexed();
        facts.set_index(A, 2);
        for (imm, more) in [(0, 2), (8, 3), (-24, -1), (2040, 257)] {
            assert_eq!(facts.index_sum(A, imm), Some(more), "{imm}");
        }
        for imm in [1, 4, -4, 7, -9, i32::MIN, 1 << 30, MAX_DRIFT as i32] {
            assert_eq!(facts.index_sum(A, imm), None, "{imm}");
        }
        facts.set_index(A, 0);
        assert!(facts.index_sum(A, MAX_DRIFT as i32).is_some());
        assert!(facts.index_sum(A, -(MAX_DRIFT as i32)).is_some());
        assert_eq!(facts.index_sum(B, 8), None);
    }

    #[test]
    fn boxes_are_known_one_by_one() {
        let mut facts = Facts::new(1 << 32);
        let [first, last] = [0, 31].map(FReg::new);
        facts.set_boxed(last, true);
        assert!(facts.is_boxed(last) && !facts.is_boxed(first));
        // Integer registers have nothing to do with it.
        facts.forget(Reg::new(31));
        facts.set_boxed(first, false);
        assert!(facts.is_boxed(last));
        facts.set_boxed(last, false);
        assert!(!facts.is_boxed(last));
    }

    #[test]
    fn flags_are_in_a_register_until_that_is_written() {
        let mut facts = Facts::new(1 << 32);
        facts.set_flags(Some(A));
        facts.forget(B);
        assert!(facts.is_flags(A) && !facts.is_flags(B) && facts.knows_flags());
        facts.set_constant(A, 0);
        assert!(!facts.is_flags(A) && !facts.knows_flags());
    }

    #[test]
    fn known_words_are_touched_for_good() {
        let mut facts = indexed();
        facts.set_touched_word(5);
        facts.forget(A);
        facts.lose_index();
        assert!(facts.is_touched_word(5) && !facts.is_touched_word(4));
    }
}
