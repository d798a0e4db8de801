//! Sets of registers.

use rvjet::isa::Reg;

/// A set of registers.
#[derive(Clone, Copy, Default)]
pub(super) struct Set(pub(super) u32);

impl Set {
    pub(super) fn of(regs: &[Reg]) -> Set {
        regs.iter().fold(Set::default(), |set, &reg| set.with(reg))
    }

    pub(super) fn with(self, reg: Reg) -> Set {
        Set(self.0 | 1 << reg.bits())
    }

    pub(super) fn has(self, reg: Reg) -> bool {
        self.0 >> reg.bits() & 1 != 0
    }

    pub(super) fn meets(self, other: Set) -> bool {
        self.0 & other.0 != 0
    }
}
