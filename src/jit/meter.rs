//! What the budget register counts.
//!
//! It goes down by what a stretch of instructions costs, and what has not been
//! executed is given back. Without a recording it holds instructions. With one
//! it counts accesses to memory, too, in its low bits, at no further cost: they
//! start so high that they never borrow from the instructions above them, so
//! the register as a whole falls below zero exactly if the instructions do.
//!
//! Where accesses are linked it is the clock of an access instead, and goes up: to
//! a limit in memory, which it is compared with. So an access has its clock for a
//! single addition. What accesses take is room in the log, which another register
//! counts.
#![forbid(unsafe_code)]

use crate::machine::Hart;

/// Bits for accesses.
const ACCESS_BITS: u32 = 24;
/// What the low bits start with.
const ACCESSES: u64 = (1 << ACCESS_BITS) - 1;
/// Instructions that emitted code executes at once where accesses are linked: as
/// many have room in the log.
const LINKED: u64 = 1 << 16;
/// Accesses that an instruction makes at the most: it may reach into two words.
const ACCESSES_OF_INSN: u64 = 2;

/// The units of the budget register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meter {
    /// Instructions.
    Insns,
    /// Instructions in the high bits, accesses in the low ones.
    Accesses,
    /// The clock, so many of which an instruction takes.
    Clock(u16),
}

impl Meter {
    /// The most instructions that the register can be given.
    pub(super) const fn most(self) -> u64 {
        match self {
            Meter::Insns => u64::MAX,
            Meter::Accesses => ACCESSES / ACCESSES_OF_INSN,
            Meter::Clock(_) => LINKED,
        }
    }

    /// The cost of so many instructions, which make so many accesses.
    pub(super) const fn price(self, insns: u32, accesses: u32) -> u32 {
        match self {
            Meter::Insns => insns,
            Meter::Accesses | Meter::Clock(_) => insns << ACCESS_BITS | accesses,
        }
    }

    /// Instructions and accesses of a price, where it counts both.
    pub(super) const fn parts(price: u32) -> (u32, u32) {
        (price >> ACCESS_BITS, price & ACCESSES as u32)
    }

    /// The register, for a budget of instructions of the hart.
    pub(super) fn fill(self, hart: &mut Hart, insns: u64) -> u64 {
        match self {
            Meter::Insns => insns,
            Meter::Accesses => insns << ACCESS_BITS | ACCESSES,
            Meter::Clock(_) => hart.memory.start_links(hart.state.insns, insns),
        }
    }

    /// Instructions left, and accesses made, of a register after [`Meter::fill`],
    /// if it has paid `owed` in vain.
    pub(super) fn read(self, hart: &mut Hart, register: u64, owed: u32) -> (u64, u64) {
        let paid_back = register.wrapping_add(owed.into());
        match self {
            Meter::Insns => (paid_back, 0),
            Meter::Accesses => (paid_back >> ACCESS_BITS, ACCESSES - (paid_back & ACCESSES)),
            Meter::Clock(insn) => {
                let (insns, accesses) = Meter::parts(owed);
                let clock = register.wrapping_sub(u64::from(insn) * u64::from(insns));
                hart.memory.end_links(clock, accesses.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::{Clock, MachineState, Memory};

    fn hart() -> Hart {
        Hart {
            state: MachineState::new(0),
            memory: Memory::linking(1 << 20, 1 << 20, 8).unwrap(),
            clock: Clock::Instructions,
        }
    }

    #[test]
    fn what_is_paid_and_given_back_leaves_what_was() {
        let mut hart = hart();
        for (meter, accesses) in [(Meter::Insns, 0), (Meter::Accesses, 5)] {
            let register = meter.fill(&mut hart, 100) - u64::from(meter.price(64, 5));
            assert_eq!(meter.read(&mut hart, register, 0), (36, accesses));
            let below = register.wrapping_sub(meter.price(37, 37).into());
            assert!(below > register);
            let left = meter.read(&mut hart, below, meter.price(37, 37));
            assert_eq!(left, (36, accesses));
        }
    }

    #[test]
    fn accesses_never_borrow_from_instructions() {
        let (mut hart, most) = (hart(), Meter::Accesses.most());
        let full = Meter::Accesses.fill(&mut hart, most);
        let register = full - (most << ACCESS_BITS) - 2 * most;
        let left = Meter::Accesses.read(&mut hart, register, 0);
        assert_eq!(left, (0, 2 * most));
    }

    #[test]
    fn the_clock_goes_up_by_what_is_executed() {
        let (mut hart, meter) = (hart(), Meter::Clock(8));
        hart.state.insns = 1000;
        hart.memory.set_link_base(1);
        let clock = meter.fill(&mut hart, 100);
        assert_eq!(clock, 8001);
        let price = meter.price(64, 5);
        let register = clock + 8 * 64;
        assert_eq!(meter.read(&mut hart, register, 0), (36, 0));
        assert_eq!(meter.read(&mut hart, register, price), (100, 0));
    }
}
