//! The register plan of floating-point registers, once a guest uses them.
//!
//! | host | role | life |
//! |---|---|---|
//! | `xmm0` `xmm1` | scratch, the first of links, too | one guest instruction |
//! | `xmm2` | all ones, of which boxes and masks are made | whole call |
//! | the other XMM registers | guest registers | whole call |
//! | `MXCSR` | the guest's rounding mode, and the exceptions since the entry | whole call |
//!
//! The other guest registers have slots in the frame, beside which the host's MXCSR
//! is kept. A guest that executes no floating-point instruction has none of that:
//! until it does, units end in front of them.
#![forbid(unsafe_code)]

use dynasmrt::x64::Rx;

use super::regs::FRAME;
use crate::isa::FReg;

/// First scratch register: results.
pub(super) const X0: Rx = Rx::XMM0;
/// Second scratch register: other operands.
pub(super) const X1: Rx = Rx::XMM1;
/// All ones.
pub(super) const ONES: Rx = Rx::XMM2;

/// XMM registers that may be homes.
const XMMS: [Rx; 13] = [
    Rx::XMM3,
    Rx::XMM4,
    Rx::XMM5,
    Rx::XMM6,
    Rx::XMM7,
    Rx::XMM8,
    Rx::XMM9,
    Rx::XMM10,
    Rx::XMM11,
    Rx::XMM12,
    Rx::XMM13,
    Rx::XMM14,
    Rx::XMM15,
];
/// Guest registers.
pub(super) const FLOATS: usize = 32;

/// Where in the frame the host's MXCSR is.
pub(super) const HOST_MXCSR: i32 = FRAME;
/// Where the guest's is put to be looked at, and to be changed.
pub(super) const GUEST_MXCSR: i32 = FRAME + 4;
/// Where a changed one is put to be loaded.
pub(super) const NEXT_MXCSR: i32 = FRAME + 8;
/// Where the guest registers are that live in the frame.
const SLOTS: i32 = FRAME + 16;
/// Bytes of a frame with all that.
pub(super) const FLOAT_FRAME: i32 = SLOTS + 8 * (FLOATS - XMMS.len()) as i32;

/// Where a guest register lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FloatHome {
    /// In the low half of an XMM register.
    Xmm(Rx),
    /// In the frame, so many bytes from `rsp`.
    Slot(i32),
}

impl FloatHome {
    /// The homes, the cheapest to use first.
    const fn nth(n: usize) -> FloatHome {
        match n < XMMS.len() {
            true => FloatHome::Xmm(XMMS[n]),
            false => FloatHome::Slot(SLOTS + 8 * (n - XMMS.len()) as i32),
        }
    }

    /// Accesses to memory that a read or a write takes beyond the operation itself.
    pub(super) fn cost(self) -> u64 {
        match self {
            FloatHome::Xmm(_) => 0,
            FloatHome::Slot(_) => 1,
        }
    }
}

/// Guest registers in the order in which they get homes where nothing is known of
/// the program: arguments and temporaries as compilers take them, then what is saved.
const USUAL: [u32; FLOATS] = [
    15, 14, 13, 12, 11, 10, 0, 1, 8, 2, 3, 9, 4, 5, 6, 7, 16, 17, 28, 29, 30, 31, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27,
];

// Every register has a home.
const _: () = {
    let (mut i, mut seen) = (0, 0_u32);
    while i < FLOATS {
        seen |= 1 << USUAL[i];
        i += 1;
    }
    assert!(seen == u32::MAX);
};

/// Which guest register lives where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FloatHomes([FloatHome; FLOATS]);

impl FloatHomes {
    /// The homes for a program of which nothing is known.
    pub(super) fn usual() -> FloatHomes {
        FloatHomes::ranked(&FloatHomes::usual_order())
    }

    /// The registers in the order in which programs use them most.
    pub(super) fn usual_order() -> [FReg; FLOATS] {
        USUAL.map(FReg::new)
    }

    /// The homes where `order` names the registers that are used most first. A
    /// register that it does not name, or names twice, gets one of those left.
    pub(super) fn ranked(order: &[FReg]) -> FloatHomes {
        let mut homes = [None; FLOATS];
        let mut next = 0;
        for reg in order.iter().copied().chain(FReg::all()) {
            let home = &mut homes[reg.index()];
            if home.is_none() {
                *home = Some(FloatHome::nth(next));
                next += 1;
            }
        }
        FloatHomes(homes.map(|home| home.unwrap_or(FloatHome::nth(FLOATS - 1))))
    }

    /// The registers in the order of which [`FloatHomes::ranked`] makes these homes.
    pub(super) fn order(&self) -> [FReg; FLOATS] {
        let mut order = FloatHomes::usual_order();
        let place = |home| (0..FLOATS).position(|n| FloatHome::nth(n) == home);
        order.sort_by_key(|&reg| place(self.of(reg)));
        order
    }

    /// Where `reg` lives.
    #[inline]
    pub(super) fn of(&self, reg: FReg) -> FloatHome {
        self.0[reg.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_order_gives_every_register_a_home_of_its_own() {
        let orders = [vec![], vec![31, 31, 0, 5], (0..32).rev().collect()];
        for order in orders {
            let order: Vec<FReg> = order.into_iter().map(FReg::new).collect();
            let homes = FloatHomes::ranked(&order);
            assert_eq!(FloatHomes::ranked(&homes.order()), homes);
            for a in FReg::all() {
                let others = FReg::all().take(a.index());
                assert!(
                    others.into_iter().all(|b| homes.of(a) != homes.of(b)),
                    "{a}"
                );
            }
        }
    }

    #[test]
    fn what_is_named_first_gets_a_register_and_no_other_use_has_it() {
        let homes = FloatHomes::ranked(&[FReg::new(31)]);
        assert_eq!(homes.of(FReg::new(31)), FloatHome::Xmm(Rx::XMM3));
        for reg in FReg::all() {
            match homes.of(reg) {
                FloatHome::Xmm(home) => assert!(![X0, X1, ONES].contains(&home)),
                FloatHome::Slot(at) => assert!((SLOTS..FLOAT_FRAME).contains(&at)),
            }
        }
    }
}
