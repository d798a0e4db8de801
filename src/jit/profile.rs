//! Which guest registers the program uses most, found by sampling.
//!
//! Now and then the budget given to emitted code is cut short; where it runs
//! out, the stretch of instructions that would have come next is a sample.
//! Long stretches run out more budgets, so samples fall where instructions are
//! executed. Everything counts instructions, so a run is the same each time.
#![forbid(unsafe_code)]

use super::regs::Homes;
use crate::isa::{Inst, Reg};

/// Samples before a verdict.
const SAMPLES: u32 = 48;
/// Instructions between the first samples. Doubles with each verdict.
const FIRST_INTERVAL: u64 = 1 << 15;
/// A change of homes drops all code; it has to save at least one in this many
/// of all moves between homes and general registers.
const WORTH: u64 = 16;

/// Samples taken so far.
#[derive(Debug)]
pub(super) struct Profile {
    uses: [u64; 32],
    samples: u32,
    interval: u64,
}

impl Profile {
    pub(super) fn new() -> Profile {
        Profile {
            uses: [0; 32],
            samples: 0,
            interval: FIRST_INTERVAL,
        }
    }

    /// A profile with this interval, if there is one.
    pub(super) fn with_interval(interval: u64) -> Option<Profile> {
        let possible = interval >= FIRST_INTERVAL;
        possible.then(|| Profile {
            interval,
            ..Profile::new()
        })
    }

    /// Instructions to execute before the next sample.
    pub(super) fn interval(&self) -> u64 {
        self.interval
    }

    /// Adds a stretch of instructions.
    pub(super) fn sample(&mut self, insns: impl IntoIterator<Item = Inst>) {
        self.samples += 1;
        for reg in insns.into_iter().flat_map(Inst::operands) {
            self.uses[reg.index()] += 1;
        }
    }

    /// Better homes than `current`, if there have been enough samples and they say so.
    pub(super) fn verdict(&mut self, current: &Homes) -> Option<Homes> {
        if self.samples < SAMPLES {
            return None;
        }
        let mut order = Homes::usual_order();
        order.sort_by_key(|reg| std::cmp::Reverse(self.uses[reg.index()]));
        let better = Homes::ranked(&order);
        let (before, after) = (self.cost(current), self.cost(&better));
        let all: u64 = self.uses.iter().sum();
        *self = Profile {
            interval: self.interval.saturating_mul(2),
            ..Profile::new()
        };
        (before > after + all / WORTH).then_some(better)
    }

    /// Moves that the samples would have made.
    fn cost(&self, homes: &Homes) -> u64 {
        Reg::all()
            .map(|reg| self.uses[reg.index()] * homes.of(reg).cost())
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::AluOp;
    use crate::jit::regs::Home;

    fn add(rd: u32, rs1: u32, rs2: u32) -> Inst {
        let (rd, rs1, rs2) = (Reg::new(rd), Reg::new(rs1), Reg::new(rs2));
        Inst::Alu {
            op: AluOp::Add,
            rd,
            rs1,
            rs2,
        }
    }

    #[test]
    fn what_is_sampled_most_moves_to_general_registers() {
        let mut profile = Profile::new();
        let homes = Homes::usual();
        for _ in 0..SAMPLES {
            assert_eq!(profile.verdict(&homes), None);
            profile.sample([add(26, 27, 26)]);
        }
        let better = profile.verdict(&homes).unwrap();
        for reg in [26, 27] {
            assert!(matches!(better.of(Reg::new(reg)), Home::Gpr(_)));
        }
        assert_eq!(profile.interval(), 2 * FIRST_INTERVAL);
    }

    #[test]
    fn good_homes_are_kept() {
        let mut profile = Profile::new();
        (0..SAMPLES).for_each(|_| profile.sample([add(10, 11, 12)]));
        assert_eq!(profile.verdict(&Homes::usual()), None);
    }
}
