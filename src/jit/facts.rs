//! What is known of guest registers at the point of emission.
//!
//! A unit is entered at its first instruction only, so a fact learnt in it
//! holds until the register is written, whatever branches left the unit before.
#![forbid(unsafe_code)]

use std::ops::Range;

use crate::isa::{Reg, Width};
use crate::machine::GUARD_BYTES;

/// How far a checked base may move before it has to be checked again. The guards
/// on both sides of the window are wide enough for that, an instruction's offset
/// and the access.
const MAX_DRIFT: u32 = 1 << 15;
/// The farthest that a 12-bit offset and the widest access reach from their base.
const MAX_REACH: usize = (1 << 11) + Width::Double.bytes() as usize;
const _: () = assert!(MAX_DRIFT as usize + MAX_REACH <= GUARD_BYTES);
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
    /// Bytes, counted from the value of a register, whose words have been touched.
    touched: Vec<(Reg, Range<i32>)>,
    /// The numbers of words that have been touched.
    touched_words: Vec<i32>,
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
            touched: Vec::new(),
            touched_words: Vec::new(),
            index: None,
        }
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

    /// As [`Facts::index`], of `reg + imm`.
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

    pub(super) fn set_touched(&mut self, reg: Reg, bytes: Range<i32>) {
        self.touched.push((reg, bytes));
    }

    pub(super) fn forget_touched(&mut self, reg: Reg) {
        self.touched.retain(|(of, _)| *of != reg);
    }

    /// What is known to be touched, counted from `reg + imm`.
    pub(super) fn touched_sum(&self, reg: Reg, imm: i32) -> Vec<Range<i32>> {
        let by = self.touched.iter().filter(|(of, _)| *of == reg);
        by.filter_map(|(_, by)| Some(by.start.checked_sub(imm)?..by.end.checked_sub(imm)?))
            .collect()
    }

    pub(super) fn is_touched_word(&self, word: i32) -> bool {
        self.touched_words.contains(&word)
    }

    pub(super) fn set_touched_word(&mut self, word: i32) {
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
}
