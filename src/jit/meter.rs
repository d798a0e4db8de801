//! What the budget register counts.
//!
//! It goes down by what a stretch of instructions costs, and what has not been
//! executed is given back. Without a recording it holds instructions. With one
//! it counts accesses to memory, too, in its low bits, at no further cost: they
//! start so high that they never borrow from the instructions above them, so
//! the register as a whole falls below zero exactly if the instructions do.
#![forbid(unsafe_code)]

/// Bits for accesses.
const ACCESS_BITS: u32 = 24;
/// What the low bits start with.
const ACCESSES: u64 = (1 << ACCESS_BITS) - 1;
/// Accesses that an instruction makes at the most: it may reach into two words.
const ACCESSES_OF_INSN: u64 = 2;

/// The units of the budget register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meter {
    /// Instructions.
    Insns,
    /// Instructions in the high bits, accesses in the low ones.
    Accesses,
}

impl Meter {
    /// The most instructions that the register can be given.
    pub(super) const fn most(self) -> u64 {
        match self {
            Meter::Insns => u64::MAX,
            Meter::Accesses => ACCESSES / ACCESSES_OF_INSN,
        }
    }

    /// The cost of so many instructions, which make so many accesses.
    pub(super) const fn price(self, insns: u32, accesses: u32) -> u32 {
        match self {
            Meter::Insns => insns,
            Meter::Accesses => insns << ACCESS_BITS | accesses,
        }
    }

    /// The register for a budget of instructions.
    pub(super) const fn fill(self, insns: u64) -> u64 {
        match self {
            Meter::Insns => insns,
            Meter::Accesses => insns << ACCESS_BITS | ACCESSES,
        }
    }

    /// Instructions left, and accesses made, of a register after [`Meter::fill`].
    pub(super) const fn read(self, register: u64) -> (u64, u64) {
        match self {
            Meter::Insns => (register, 0),
            Meter::Accesses => (register >> ACCESS_BITS, ACCESSES - (register & ACCESSES)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_paid_and_given_back_leaves_what_was() {
        for (meter, accesses) in [(Meter::Insns, 0), (Meter::Accesses, 5)] {
            let register = meter.fill(100) - u64::from(meter.price(64, 5));
            assert_eq!(meter.read(register), (36, accesses));
            let below = register.wrapping_sub(meter.price(37, 37).into());
            assert!(below > register);
            let back = below.wrapping_add(meter.price(37, 37).into());
            assert_eq!(meter.read(back), (36, accesses));
        }
    }

    #[test]
    fn accesses_never_borrow_from_instructions() {
        let most = Meter::Accesses.most();
        let register = Meter::Accesses.fill(most) - (most << ACCESS_BITS) - 2 * most;
        assert_eq!(Meter::Accesses.read(register), (0, 2 * most));
    }
}
