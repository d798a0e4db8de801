//! The register plan: what each host register holds while emitted code runs.
//!
//! | host | role | life |
//! |---|---|---|
//! | `rax` `rcx` `rdx` | scratch | one guest instruction; `rdx` as long as it is known to be an index (`facts`) |
//! | `rsp` | the frame: guest registers in their slots, and a pointer to the [`MachineState`](crate::machine::MachineState) | whole call |
//! | `r13` | where accesses are linked: the log's next entry, behind those that are paid for; where touches are recorded far away: the shadow of guest address 0 | whole call |
//! | `r14` | instructions that may still be executed, or where accesses are linked the clock (`meter`) | whole call |
//! | `r15` | host address of guest address 0 | whole call |
//! | the other general registers | guest registers | whole call |
//!
//! The entry stub saves what the System V ABI wants kept, makes the frame and
//! loads the homes; the exit stub does the reverse. In between, a guest register
//! is in its home wherever execution may leave, but for what is repaired on the
//! way out (`plan`): that is what makes every trap precise. Of the XMM registers
//! links use one, and carry-less products two; all belong to a guest that uses
//! floating-point registers (`float_regs`).
#![forbid(unsafe_code)]

use dynasmrt::x64::Rq;

use super::float_regs::{FLOAT_FRAME, FloatHome, FloatHomes};
use crate::isa::{FReg, Reg};

/// First scratch register: values, and the target of an indirect jump.
pub(super) const T0: Rq = Rq::RAX;
/// Second scratch register: shift counts, and second operands.
pub(super) const T1: Rq = Rq::RCX;
/// Third scratch register: high products, remainders, checks.
pub(super) const T2: Rq = Rq::RDX;
/// Instructions that may still be executed, as a meter counts them.
pub(super) const BUDGET: Rq = Rq::R14;
/// Where the next link goes, if accesses are linked, or the shadow of guest address 0
/// if no displacement reaches it; else a home.
pub(super) const LOG: Rq = Rq::R13;
/// Host address of guest address 0.
pub(super) const MEM: Rq = Rq::R15;

/// Where a guest register lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// Nowhere: it is `x0`.
    Zero,
    /// In a general register.
    Gpr(Rq),
    /// In the frame, so many bytes from `rsp`.
    Slot(i32),
}

impl Home {
    /// Accesses to memory that a read or a write takes beyond the operation itself.
    pub(super) fn cost(self) -> u64 {
        match self {
            Home::Zero | Home::Gpr(_) => 0,
            Home::Slot(_) => 1,
        }
    }
}

/// General registers that may be homes.
const GPRS: [Rq; 10] = [
    Rq::RBX,
    Rq::RBP,
    Rq::RSI,
    Rq::RDI,
    Rq::R8,
    Rq::R9,
    Rq::R10,
    Rq::R11,
    Rq::R12,
    Rq::R13,
];

/// Guest registers that need a home.
pub(super) const GUESTS: usize = 31;
/// Those that live in the frame.
const SLOTS: usize = GUESTS - GPRS.len();
/// Where in the frame the pointer to the state is.
pub(super) const STATE: i32 = 8 * SLOTS as i32;
/// Bytes of the frame without floating-point registers.
pub(super) const FRAME: i32 = SPARE + 8;
/// Where in the frame the guest register is that has no other place beside [`LOG`].
const SPARE: i32 = STATE + 8;

/// All homes, the cheapest to use first.
///
/// PERF: slots and not lanes of XMM registers: a processor moves one or two values
/// a cycle between general and XMM registers, but loads three and stores two, and
/// most instructions take an operand from memory. sha256 takes 0.65 of the time,
/// no guest takes longer (`cargo bench --bench versus_qemu`).
const HOMES: [Home; GUESTS] = {
    let mut homes = [Home::Zero; GUESTS];
    let mut next = 0;
    while next < GUESTS {
        homes[next] = if next < GPRS.len() {
            Home::Gpr(GPRS[next])
        } else {
            Home::Slot(8 * (next - GPRS.len()) as i32)
        };
        next += 1;
    }
    homes
};

/// Guest registers in the order in which they get homes where nothing is known
/// of the program: what compiled code uses most.
const USUAL: [u32; GUESTS] = [
    10, 15, 14, 11, 12, 13, 2, 8, 9, 16, 17, 18, 5, 6, 7, 1, 28, 29, 19, 20, 21, 30, 31, 22, 23,
    24, 25, 26, 27, 3, 4,
];

// Every home is used once, none is a reserved register, and all of x1–x31 have one.
const _: () = {
    let mut i = 0;
    let mut seen: u32 = 1;
    while i < GUESTS {
        seen |= 1 << USUAL[i];
        let mut j = 0;
        while j < i {
            assert!(!same(HOMES[i], HOMES[j]));
            j += 1;
        }
        if let Home::Gpr(r) = HOMES[i] {
            let r = r as u8;
            assert!(r != T0 as u8 && r != T1 as u8 && r != T2 as u8);
            assert!(r != BUDGET as u8 && r != MEM as u8 && r != Rq::RSP as u8);
        }
        assert!(!matches!(HOMES[i], Home::Zero));
        i += 1;
    }
    assert!(seen == u32::MAX);
};

/// Whether two homes overlap.
const fn same(a: Home, b: Home) -> bool {
    match (a, b) {
        (Home::Gpr(a), Home::Gpr(b)) => a as u8 == b as u8,
        (Home::Slot(a), Home::Slot(b)) => a == b,
        _ => false,
    }
}

/// Which guest register lives where: a permutation of [`HOMES`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Homes {
    of: [Home; 32],
    /// None is [`LOG`].
    beside_log: bool,
    /// Where floating-point registers live, if the guest uses them.
    floats: Option<FloatHomes>,
}

impl Homes {
    /// The homes for a program of which nothing is known.
    pub(super) fn usual() -> Homes {
        Homes::ranked(&Homes::usual_order())
    }

    /// The same, as they are beside [`LOG`].
    pub(super) fn usual_beside_log() -> Homes {
        Homes::ranked_among(&Homes::usual_order(), true)
    }

    /// The registers in the order in which programs use them most.
    pub(super) fn usual_order() -> [Reg; GUESTS] {
        USUAL.map(Reg::new)
    }

    /// The homes where `order` names the registers that are used most first. A
    /// register that it does not name, or names twice, gets one of those left.
    pub(super) fn ranked(order: &[Reg]) -> Homes {
        Homes::ranked_among(order, false)
    }

    /// As [`Homes::ranked`], in the same places as these are.
    pub(super) fn reranked(&self, order: &[Reg]) -> Homes {
        Homes::ranked_among(order, self.beside_log).having_floats(self.floats.clone())
    }

    /// These, and those of floating-point registers.
    pub(super) fn with_floats(self, floats: FloatHomes) -> Homes {
        self.having_floats(Some(floats))
    }

    /// These, and those of floating-point registers or none.
    pub(super) fn having_floats(self, floats: Option<FloatHomes>) -> Homes {
        Homes { floats, ..self }
    }

    /// Where floating-point registers live, if they do.
    pub(super) fn floats(&self) -> Option<&FloatHomes> {
        self.floats.as_ref()
    }

    /// Where `reg` lives, in the code of a guest that uses it.
    pub(super) fn float(&self, reg: FReg) -> FloatHome {
        match &self.floats {
            Some(floats) => floats.of(reg),
            None => unreachable!("the unit ends before what has no home"),
        }
    }

    /// Bytes of the frame below what the entry stub has saved.
    pub(super) fn frame(&self) -> i32 {
        match self.floats {
            Some(_) => FLOAT_FRAME,
            None => FRAME,
        }
    }

    fn ranked_among(order: &[Reg], beside_log: bool) -> Homes {
        let mut homes = [Home::Zero; 32];
        let is_free = |home: &Home| !beside_log || *home != Home::Gpr(LOG);
        let mut free = HOMES.iter().copied().filter(is_free);
        for reg in order.iter().copied().chain(Reg::all()) {
            let home = &mut homes[reg.index()];
            if *home == Home::Zero && !reg.is_zero() {
                *home = free.next().unwrap_or(Home::Slot(SPARE));
            }
        }
        Homes {
            of: homes,
            beside_log,
            floats: None,
        }
    }

    /// The registers in an order of which [`Homes::reranked`] makes these homes.
    pub(super) fn order(&self) -> [Reg; GUESTS] {
        let mut order = Homes::usual_order();
        // What is none of them is the last.
        let place = |home| HOMES.iter().position(|&other| other == home);
        order.sort_by_key(|&reg| place(self.of(reg)).unwrap_or(GUESTS));
        order
    }

    /// Where `reg` lives.
    #[inline]
    pub(super) fn of(&self, reg: Reg) -> Home {
        self.of[reg.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_order_gives_every_register_a_home_of_its_own() {
        let orders = [vec![], vec![31, 31, 0, 5], (0..32).rev().collect()];
        for (order, beside_log) in orders
            .iter()
            .flat_map(|order| [(order, false), (order, true)])
        {
            let order: Vec<Reg> = order.iter().copied().map(Reg::new).collect();
            let homes = Homes::ranked_among(&order, beside_log);
            assert!(!beside_log || Reg::all().all(|reg| homes.of(reg) != Home::Gpr(LOG)));
            assert_eq!(homes.of(Reg::ZERO), Home::Zero);
            assert_eq!(homes.reranked(&homes.order()), homes);
            for a in Reg::all().skip(1) {
                assert_ne!(homes.of(a), Home::Zero, "{a}");
                assert!(
                    Reg::all()
                        .take(a.index())
                        .all(|b| !same(homes.of(a), homes.of(b)))
                );
            }
        }
    }

    #[test]
    fn what_is_named_first_gets_a_general_register() {
        let homes = Homes::ranked(&[Reg::new(31), Reg::new(30)]);
        assert!(matches!(homes.of(Reg::new(31)), Home::Gpr(_)));
        assert!(matches!(homes.of(Reg::new(29)), Home::Slot(_)));
    }
}
