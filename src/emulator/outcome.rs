//! What is known after a run.

use std::time::Duration;

use super::code_cache::CacheUse;
use crate::machine::{Exit, MachineState};

/// How a run ended, and in which state.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// Why it ended.
    pub exit: Exit,
    /// Registers and counters at the end.
    pub state: MachineState,
    /// Figures of the run.
    pub stats: Stats,
}

/// Figures of a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stats {
    /// The engine that ran: `jit` or `interp`.
    pub engine: &'static str,
    /// Instructions retired.
    pub instructions: u64,
    /// Instructions besides these that were executed on detours, which count towards
    /// [`Limits::max_insns`](crate::Limits::max_insns).
    pub detoured: u64,
    /// Calls that have retired, but for those on detours.
    pub ecalls: u64,
    /// Accesses whose address was no multiple of their size.
    pub unaligned: Unaligned,
    /// Where the time went.
    pub time: Times,
    /// Bytes of host code emitted.
    pub code_bytes: u64,
    /// The most bytes of guest memory that were in use at once.
    pub peak_memory: u64,
    /// What the code cache did, if there was one.
    pub code_cache: Option<CacheUse>,
}

/// Misaligned accesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unaligned {
    /// Loads.
    pub loads: u64,
    /// Stores.
    pub stores: u64,
}

/// Wall time by phase.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// Checking the ELF, laying out memory, and taking code from a cache.
    pub load: Duration,
    /// Emitting code.
    pub compile: Duration,
    /// All the rest of the run.
    pub run: Duration,
}

impl Stats {
    /// Million instructions a second of run and compile time; 0 if no time passed.
    pub fn mips(&self) -> f64 {
        let seconds = (self.time.run + self.time.compile).as_secs_f64();
        if seconds > 0.0 {
            self.instructions as f64 / seconds / 1e6
        } else {
            0.0
        }
    }
}
