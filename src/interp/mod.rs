//! The reference engine: one instruction at a time, exact, portable.
//!
//! Enters: a hart and a budget. Leaves: the hart as the budget or the guest
//! left it, and the reason. Must hold: it is the oracle of every other engine,
//! so nothing here is clever; an instruction either retires or changes nothing
//! (a misaligned store that faults in its second page has not written its first).
#![forbid(unsafe_code)]

mod csr;
mod decoded;
mod execute;
mod float;

use std::ops::Range;

pub(crate) use decoded::DecodedCode;

use crate::machine::{Engine, Hart, Memory, Stop};

/// The interpreter, with what it has decoded so far.
#[derive(Debug, Default)]
pub struct Interp {
    code: DecodedCode,
}

impl Interp {
    /// An interpreter that has seen no code yet.
    pub fn new() -> Interp {
        Interp::default()
    }

    /// Executes the instruction at `pc`; an error says why it did not retire
    /// (or, for [`Stop::FenceI`], that something remains to be done).
    #[inline]
    pub fn step(&mut self, hart: &mut Hart) -> Result<(), Stop> {
        let decoded = self.code.at(&mut hart.memory, hart.state.pc)?;
        execute::execute(hart, decoded)
    }

    /// As [`Engine::run`], no longer than until the chunk is full.
    fn record(&mut self, hart: &mut Hart, budget: u64) -> Stop {
        for _ in 0..budget {
            hart.memory.stamp(hart.state.insns);
            if let Err(stop) = self.step(hart) {
                return stop;
            }
            if hart.memory.is_full() {
                return Stop::ChunkFull;
            }
        }
        Stop::Budget
    }
}

impl Engine for Interp {
    fn run(&mut self, hart: &mut Hart, budget: u64) -> Stop {
        if hart.memory.is_recording() {
            return self.record(hart, budget);
        }
        for _ in 0..budget {
            if let Err(stop) = self.step(hart) {
                return stop;
            }
        }
        Stop::Budget
    }

    fn forget(&mut self, _memory: &mut Memory, ranges: &[Range<u64>]) {
        self.code.forget(ranges);
    }
}
