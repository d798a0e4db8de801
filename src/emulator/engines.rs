//! The engines of one machine, and how they share the work.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::EngineKind;
use super::code_cache::{CacheUse, CodeCache};
use crate::error::Error;
use crate::interp::Interp;
use crate::jit::{Jit, Listener, WINDOW};
use crate::machine::{Engine, Hart, Memory, Stop};

/// How often execution has to arrive at code before [`EngineKind::Auto`] compiles it.
///
/// PERF: of the guest regex, which has much code, compiling takes 5 ms instead of
/// 21 of 100 (`rvjet run --stats --engine auto` and `jit`); no guest takes longer.
const PATIENCE: u8 = 12;

/// The interpreter, and the JIT where it was asked for. The JIT leaves to the
/// interpreter what is rare, and the last instructions of a budget.
#[derive(Debug)]
pub(super) struct Engines {
    interp: Interp,
    jit: Option<Jit>,
    /// The one for detours while none is made, and that of the run while one is; if the
    /// run's does not note what it touches.
    other: Option<Box<Jit>>,
    detoured: bool,
    kind: EngineKind,
    cache: Option<Arc<CodeCache>>,
    cache_use: CacheUse,
}

impl Engines {
    pub(super) fn new(kind: EngineKind, memory: &mut Memory) -> Result<Engines, Error> {
        let jit = jit(kind, memory).map_err(Error::Jit)?;
        Ok(Engines {
            interp: Interp::new(),
            jit,
            other: None,
            detoured: false,
            kind,
            cache: None,
            cache_use: CacheUse::default(),
        })
    }

    /// The guest begins a detour in `memory`.
    pub(super) fn begin_detour(&mut self, memory: &mut Memory) {
        self.detoured = self.jit.as_ref().is_some_and(|jit| !jit.notes_touches());
        if !self.detoured {
            return;
        }
        if self.other.is_none() {
            // Where there is none, the interpreter goes alone.
            self.other = jit(self.kind, memory).ok().flatten().map(Box::new);
        }
        self.exchange();
    }

    /// The detour has ended.
    pub(super) fn end_detour(&mut self) {
        if std::mem::take(&mut self.detoured) {
            self.exchange();
        }
    }

    fn exchange(&mut self) {
        let jit = self.other.take().map(|jit| *jit);
        self.other = std::mem::replace(&mut self.jit, jit).map(Box::new);
    }

    /// If there is a JIT, takes code from `cache`, and leaves there what is new
    /// when it is told to. To be called before anything runs.
    pub(super) fn use_cache(&mut self, cache: Arc<CodeCache>, memory: &mut Memory) {
        self.forget_stale(memory);
        if let Some(jit) = &mut self.jit {
            match cache.restore(jit, memory) {
                Ok(restored) => self.cache_use.restored = restored,
                Err(trouble) => self.cache_use.trouble = Some(trouble),
            }
            self.cache = Some(cache);
        }
    }

    /// Leaves code in the cache, if there is one.
    pub(super) fn keep_code(&mut self, memory: &mut Memory) {
        let Some(cache) = self.cache.clone() else {
            return;
        };
        self.forget_stale(memory);
        if let Some(jit) = &mut self.jit {
            match cache.store(jit, memory) {
                Ok(stored) => self.cache_use.stored += stored,
                Err(trouble) => {
                    self.cache_use.trouble.get_or_insert(trouble);
                }
            }
        }
    }

    /// What the cache did, if there is one.
    pub(super) fn cache_use(&self) -> Option<CacheUse> {
        self.cache.as_ref().map(|_| self.cache_use)
    }

    /// If there is a JIT, has `listener` told of the code that it emits.
    pub(super) fn listen(
        &mut self,
        listener: impl FnOnce() -> Result<Listener, Error>,
    ) -> Result<(), Error> {
        if let Some(jit) = &mut self.jit {
            jit.listen(listener()?);
        }
        Ok(())
    }

    /// Instructions between two windows of the JIT's profile, at first.
    pub(super) fn observe_every(&mut self, insns: u64) {
        if let Some(jit) = &mut self.jit {
            jit.observe_every(insns);
        }
    }

    /// What a run has to hold while it goes on, if it needs anything of its thread. It may
    /// begin on a detour without a JIT, and go on behind that with one.
    pub(super) fn begin(&self) -> Option<impl Sized + use<>> {
        self.jits().next().map(Jit::receive_faults)
    }

    /// Executes at most `budget` instructions, unless something else stops it all
    /// of them if it is to be `exact`: else the JIT may leave those that are less
    /// than its next stretch of code.
    pub(super) fn run(&mut self, hart: &mut Hart, budget: u64, exact: bool) -> Stop {
        let end = hart.state.insns.saturating_add(budget);
        loop {
            let left = end - hart.state.insns;
            let stop = match &mut self.jit {
                None => return self.interp.run(hart, left),
                Some(jit) => jit.run(hart, left),
            };
            match stop {
                Stop::Cold => match self.pass(hart, end - hart.state.insns) {
                    Stop::Budget => {}
                    stop => return stop,
                },
                Stop::Observe => match self.observe(hart, end - hart.state.insns) {
                    Stop::Budget => {}
                    stop => return stop,
                },
                Stop::Step => match self.interp.run(hart, 1) {
                    Stop::Budget => {}
                    stop => return stop,
                },
                Stop::Budget if exact => return self.interp.run(hart, end - hart.state.insns),
                stop => return stop,
            }
        }
    }

    /// Executes instructions, at most `left`, up to one that jumps.
    fn pass(&mut self, hart: &mut Hart, left: u64) -> Stop {
        for _ in 0..left {
            let pc = hart.state.pc;
            let stop = self.interp.run(hart, 1);
            if stop != Stop::Budget || !(2..=4).contains(&hart.state.pc.wrapping_sub(pc)) {
                return stop;
            }
        }
        Stop::Budget
    }

    /// Executes a window of instructions, at most `left`, and tells the JIT of each.
    fn observe(&mut self, hart: &mut Hart, left: u64) -> Stop {
        let Some(jit) = &mut self.jit else {
            return Stop::Budget;
        };
        let mut stop = Stop::Budget;
        for _ in 0..left.min(WINDOW) {
            let pc = hart.state.pc;
            stop = self.interp.run(hart, 1);
            if stop != Stop::Budget {
                break;
            }
            jit.observe(&mut hart.memory, pc, hart.state.pc);
        }
        jit.end_window(&mut hart.memory);
        stop
    }

    /// As an exact [`Engines::run`], by the interpreter alone, which stops as soon
    /// as a chunk is full.
    pub(super) fn run_closely(&mut self, hart: &mut Hart, budget: u64) -> Stop {
        self.interp.run(hart, budget)
    }

    /// Tells the engines which code has changed.
    pub(super) fn forget_stale(&mut self, memory: &mut Memory) {
        let stale = memory.take_stale_code();
        if stale.is_empty() {
            return;
        }
        self.interp.forget(memory, &stale);
        for jit in self.jit.iter_mut().chain(self.other.as_deref_mut()) {
            jit.forget(memory, &stale);
        }
    }

    /// Writes an overview, and the listing of what the JIT has emitted for addresses
    /// in `pcs`.
    pub(super) fn write_listing(
        &self,
        out: &mut dyn std::io::Write,
        memory: &Memory,
        pcs: Range<u64>,
    ) -> std::io::Result<()> {
        match &self.jit {
            Some(jit) => {
                jit.write_overview(out)?;
                jit.write_listing(out, memory, pcs)
            }
            None => Ok(()),
        }
    }

    pub(super) fn name(&self) -> &'static str {
        if self.jit.is_some() { "jit" } else { "interp" }
    }

    pub(super) fn compile_time(&self) -> Duration {
        self.jits().map(Jit::compile_time).sum()
    }

    pub(super) fn code_bytes(&self) -> u64 {
        self.jits().map(Jit::code_bytes).sum()
    }

    fn jits(&self) -> impl Iterator<Item = &Jit> {
        self.jit.iter().chain(self.other.as_deref())
    }
}

/// The JIT of this kind, if it has one: a machine without may still be one of
/// [`EngineKind::Auto`].
fn jit(kind: EngineKind, memory: &mut Memory) -> std::io::Result<Option<Jit>> {
    match kind {
        EngineKind::Interp => Ok(None),
        EngineKind::Jit => Jit::new(memory).map(Some),
        EngineKind::Auto => Ok(Jit::new(memory).ok().map(|mut jit| {
            jit.set_patience(PATIENCE);
            jit
        })),
    }
}
