//! The host's control and status register of floating-point operations, and the
//! guest's (Intel SDM volume 1, "MXCSR Control and Status Register"; ISA manual,
//! chapter "F", "Floating-Point Control and Status Register").
#![forbid(unsafe_code)]

use crate::isa::Rounding;

/// Every exception is masked; subnormal numbers are numbers.
pub(super) const MASKS: u32 = 0x1f80;
/// The bits of the rounding mode.
pub(super) const ROUNDING: u32 = 3 << 13;
/// The bits of exceptions that have been raised.
pub(super) const EXCEPTIONS: u32 = 0x3f;
/// Where in `fcsr` the rounding mode is.
pub(super) const FRM_SHIFT: u32 = 5;
/// The most that `frm` can be for the host to round so: in the guest's order that is
/// to the nearest even number, towards zero, down, up.
pub(super) const MAX_FRM: u64 = 3;

/// The bits of a rounding mode that the host has; of another, those of the first.
pub(super) const fn rounding(rounding: Rounding) -> u32 {
    let bits = match rounding {
        Rounding::Rdn => 1,
        Rounding::Rup => 2,
        Rounding::Rtz => 3,
        Rounding::Rne | Rounding::Rmm | Rounding::Dyn => 0,
    };
    bits << 13
}

/// What MXCSR is on entry, for each `frm` that the host has: no exception is
/// unmasked or raised.
pub(super) const ENTRIES: [u32; MAX_FRM as usize + 1] = [
    MASKS | rounding(Rounding::Rne),
    MASKS | rounding(Rounding::Rtz),
    MASKS | rounding(Rounding::Rdn),
    MASKS | rounding(Rounding::Rup),
];

/// Bytes of that table, which lies directly in front of the one of exceptions.
pub(super) const ENTRY_BYTES: usize = size_of_val(&ENTRIES);

/// The accrued exceptions of `fcsr` for those of MXCSR. That an operand is
/// subnormal is none to the guest.
pub(super) const FLAGS: [u8; EXCEPTIONS as usize + 1] = {
    /// Invalid, (subnormal,) divide by zero, overflow, underflow, inexact.
    const GUEST: [u8; 6] = [1 << 4, 0, 1 << 3, 1 << 2, 1 << 1, 1];
    let mut flags = [0; EXCEPTIONS as usize + 1];
    let mut raised = 0;
    while raised < flags.len() {
        let mut bit = 0;
        while bit < GUEST.len() {
            if raised >> bit & 1 != 0 {
                flags[raised] |= GUEST[bit];
            }
            bit += 1;
        }
        raised += 1;
    }
    flags
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_exception_is_its_own() {
        // Invalid, subnormal, divide by zero, overflow, underflow, inexact.
        let singly = [0x10, 0, 0x08, 0x04, 0x02, 0x01];
        for (bit, flag) in singly.into_iter().enumerate() {
            assert_eq!(FLAGS[1 << bit], flag);
            assert_eq!(FLAGS[EXCEPTIONS as usize ^ 1 << bit], 0x1f & !flag);
        }
        assert_eq!(FLAGS[0], 0);
    }

    #[test]
    fn a_mode_changes_nothing_else() {
        for mode in Rounding::ALL {
            assert_eq!(rounding(mode) & !ROUNDING, 0);
        }
        assert_eq!(rounding(Rounding::Rtz), ROUNDING);
        assert_eq!(rounding(Rounding::Rdn) | rounding(Rounding::Rup), ROUNDING);
    }
}
