//! What is known of guest registers at the point of emission.
//!
//! A unit is entered at its first instruction only, so a fact learnt in it
//! holds until the register is written, whatever branches left the unit before.
#![forbid(unsafe_code)]

use crate::isa::{Reg, Width};

/// Facts about all registers.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    window: u64,
    constants: [Option<u64>; 32],
    checked: [Option<Width>; 32],
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
        }
    }

    pub(super) fn set_constant(&mut self, reg: Reg, value: u64) {
        self.forget(reg);
        if !reg.is_zero() {
            self.constants[reg.index()] = Some(value);
        }
    }

    /// `reg` lies in the window and is a multiple of `width`.
    pub(super) fn set_checked(&mut self, reg: Reg, width: Width) {
        let known = &mut self.checked[reg.index()];
        *known = (*known).max(Some(width));
    }

    /// Whether `reg` is known to lie in the window and be a multiple of `width`.
    pub(super) fn is_checked(&self, reg: Reg, width: Width) -> bool {
        self.checked[reg.index()] >= Some(width)
    }

    /// Whether an access of `width` at the constant address `addr` is within
    /// the window and aligned.
    pub(super) fn is_plain(&self, addr: u64, width: Width) -> bool {
        addr < self.window && width.is_aligned(addr)
    }
}
