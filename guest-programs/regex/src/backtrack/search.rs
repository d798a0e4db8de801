//! Where attempts begin, with what means, and on which budget.

use alloc::boxed::Box;
use core::ops::RangeInclusive;

use super::program::{Program, Required};
use super::run::{ENTRY, Executor, Limits, Outcome};
use super::{TooLarge, compile, compile_careful};
use crate::atom::Atom;
use crate::budget::{Budget, BudgetExceeded, Resource};
use crate::hir::Hir;
use crate::jit::{Jit, NoCode};

/// After so many steps, in all searches together, it pays to compile to machine code.
const TIER_UP_STEPS: u64 = 20_000;

/// In a haystack that is shorter, to look for a literal first costs more than it saves.
const LEAST_FOR_LITERAL: usize = 256;

/// After so many steps, and so many a byte of the haystack, a regular pattern is searched
/// for by a program that remembers where it has been.
const CAREFUL_STEPS: u64 = 4096;
const CAREFUL_STEPS_PER_BYTE: u64 = 16;

/// A search by backtracking.
#[derive(Debug)]
pub struct Backtrack {
    hir: Hir,
    program: Program,
    machine: Machine,
    /// Whether code is still to be made, after enough steps.
    tiers_up: bool,
    /// The steps of all searches.
    spent: u64,
    careful: Careful,
    literal: Option<(Atom, Option<usize>)>,
    budget: Budget,
}

/// What executes the program.
#[derive(Debug)]
enum Machine {
    Executor(Executor),
    Jit(Jit),
}

/// The program that remembers where it has been.
#[derive(Debug)]
enum Careful {
    /// There is none of this pattern.
    Impossible,
    /// It was not needed yet.
    NotYet,
    Ready(Box<(Program, Executor)>),
}

/// Why there is no search by machine code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoJit {
    /// There is no program.
    TooLarge(TooLarge),
    /// There is no code.
    NoCode(NoCode),
}

impl Backtrack {
    /// A search by the executor.
    pub fn new(hir: &Hir, budget: Budget) -> Result<Self, TooLarge> {
        let program = compile(hir)?;
        let machine = Machine::Executor(Executor::new(&program));
        Ok(Self::on(machine, hir, program, budget))
    }

    /// A search that begins by the executor and goes on by machine code after enough work.
    pub fn tiered(hir: &Hir, budget: Budget) -> Result<Self, TooLarge> {
        let tiers_up = true;
        Ok(Self {
            tiers_up,
            ..Self::new(hir, budget)?
        })
    }

    /// A search by machine code.
    pub fn by_jit(hir: &Hir, budget: Budget) -> Result<Self, NoJit> {
        let program = compile(hir).map_err(NoJit::TooLarge)?;
        let machine = Machine::Jit(Jit::new(&program).map_err(NoJit::NoCode)?);
        Ok(Self::on(machine, hir, program, budget))
    }

    fn on(machine: Machine, hir: &Hir, program: Program, budget: Budget) -> Self {
        let literal = program.start.required.as_ref();
        let literal = literal.map(|Required { bytes, offset }| (Atom::new(bytes), *offset));
        Self {
            hir: hir.clone(),
            program,
            machine,
            tiers_up: false,
            spent: 0,
            careful: match hir.root.is_regular() {
                true => Careful::NotYet,
                false => Careful::Impossible,
            },
            literal,
            budget,
        }
    }

    /// Whether machine code does the search.
    pub fn is_jit(&self) -> bool {
        matches!(self.machine, Machine::Jit(_))
    }

    /// The leftmost match that begins at or behind `at`: whether there is one, and where its
    /// groups are, two slots each.
    pub fn search(
        &mut self,
        haystack: &[u8],
        at: usize,
        slots: &mut [usize],
    ) -> Result<bool, BudgetExceeded> {
        self.tier_up_if_due();
        let mut search = Search::new(&self.budget, haystack, at);
        if matches!(self.careful, Careful::Impossible) {
            search.stage = Stage::Fast;
        }
        let mut from = at;
        while let Some(starts) = self.window(&mut search, from, at)? {
            from = starts.end() + 1;
            if self.within(&mut search, starts, slots)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The next start positions from `from` on from which a match is possible. To look for a
    /// literal again costs as many steps as it is long, for that is what it may look at, and
    /// one for each slot, for all are made ready for the attempts.
    fn window(
        &mut self,
        search: &mut Search<'_>,
        from: usize,
        at: usize,
    ) -> Result<Option<RangeInclusive<usize>>, BudgetExceeded> {
        let haystack = search.haystack;
        if from > haystack.len() {
            return Ok(None);
        }
        let literal = self.literal.as_mut();
        let Some((atom, offset)) = literal.filter(|_| haystack.len() - at >= LEAST_FOR_LITERAL)
        else {
            return Ok(Some(from..=haystack.len()));
        };
        let offset = *offset;
        let ahead = from.saturating_add(offset.unwrap_or(0));
        let steps = (atom.needle().len() + self.program.slots) as u64;
        let found = atom.find(haystack, ahead);
        if search.left < steps && found.is_some() {
            search.left = 0;
            return Err(self.exceeded(search, Outcome::OutOfSteps { start: from }));
        }
        search.left -= steps.min(search.left);
        Ok(found.map(|found| match offset {
            Some(offset) => found - offset..=found - offset,
            None => from..=found,
        }))
    }

    /// Searches from `starts`, by better means if it takes long.
    fn within(
        &mut self,
        search: &mut Search<'_>,
        starts: RangeInclusive<usize>,
        slots: &mut [usize],
    ) -> Result<bool, BudgetExceeded> {
        let (mut from, last) = starts.into_inner();
        loop {
            let mut limits = search.limits(self.steps_of_stage(search));
            let granted = limits.steps;
            let outcome = self.run(search, from..=last, &mut limits, slots);
            search.left -= granted - limits.steps;
            self.spent += granted - limits.steps;
            match outcome {
                Outcome::Match => return Ok(true),
                Outcome::NoMatch => return Ok(false),
                Outcome::OutOfSteps { start } if search.left > 0 => {
                    from = start;
                    self.step_up(search, start);
                }
                ended => return Err(self.exceeded(search, ended)),
            }
        }
    }

    fn run(
        &mut self,
        search: &Search<'_>,
        starts: RangeInclusive<usize>,
        limits: &mut Limits,
        slots: &mut [usize],
    ) -> Outcome {
        let haystack = search.haystack;
        let (program, executor) = match (&mut self.careful, &mut self.machine) {
            (Careful::Ready(ready), _) if search.stage == Stage::Careful => {
                (&ready.0, &mut ready.1)
            }
            (_, Machine::Executor(executor)) => (&self.program, executor),
            (_, Machine::Jit(jit)) => return jit.search(haystack, starts, limits, slots),
        };
        let outcome = executor.search(program, haystack, starts, limits);
        if outcome == Outcome::Match {
            slots.copy_from_slice(executor.slots(program));
        }
        outcome
    }

    /// What a search that did not come to its end had too little of.
    fn exceeded(&self, search: &Search<'_>, ended: Outcome) -> BudgetExceeded {
        let (resource, limit) = match (ended, search.stage) {
            (Outcome::OutOfStack { .. }, _) => (Resource::Stack, self.budget.stack as u64),
            (_, Stage::Cramped) => (Resource::Memory, self.budget.memory as u64),
            _ => (Resource::Steps, search.steps),
        };
        BudgetExceeded { resource, limit }
    }

    /// How many steps the search may use before it goes on by other means.
    fn steps_of_stage(&self, search: &Search<'_>) -> u64 {
        let careful = match search.stage {
            Stage::Watched => search.careful_after.saturating_sub(search.used()),
            Stage::Fast | Stage::Cramped | Stage::Careful => u64::MAX,
        };
        match self.tiers_up && search.stage != Stage::Careful {
            true => careful.min(TIER_UP_STEPS.saturating_sub(self.spent)),
            false => careful,
        }
    }

    /// Goes over to better means, from the attempt at `start` on.
    fn step_up(&mut self, search: &mut Search<'_>, start: usize) {
        self.tier_up_if_due();
        if search.stage == Stage::Watched && search.used() >= search.careful_after {
            search.stage = self.careful_stage(search.haystack, start);
        }
    }

    /// Makes machine code if there were enough steps. Without it, the executor goes on.
    fn tier_up_if_due(&mut self) {
        if self.tiers_up && self.spent >= TIER_UP_STEPS {
            self.tiers_up = false;
            if let Ok(jit) = Jit::new(&self.program) {
                self.machine = Machine::Jit(jit);
            }
        }
    }

    /// Gets ready for a careful search, unless there is no such program, or no memory for it.
    fn careful_stage(&mut self, haystack: &[u8], start: usize) -> Stage {
        if matches!(self.careful, Careful::NotYet) {
            self.careful = Careful::of(&self.hir);
        }
        let Careful::Ready(ready) = &mut self.careful else {
            return Stage::Fast;
        };
        let (program, executor) = &mut **ready;
        if Executor::memo_bytes(program, haystack, start) > self.budget.memory {
            return Stage::Cramped;
        }
        executor.forget(program, haystack, start);
        Stage::Careful
    }
}

impl Careful {
    /// That of a regular pattern, unless it is too large.
    fn of(hir: &Hir) -> Self {
        let Ok(program) = compile_careful(hir) else {
            return Self::Impossible;
        };
        let executor = Executor::new(&program);
        Self::Ready(Box::new((program, executor)))
    }
}

/// Where one search is.
struct Search<'h> {
    haystack: &'h [u8],
    /// The steps of its whole budget.
    steps: u64,
    /// Those that are left.
    left: u64,
    /// Entries of the stack.
    entries: usize,
    stage: Stage,
    /// The steps after which a watched search becomes careful.
    careful_after: u64,
}

/// How a search goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Fast, and careful after enough steps.
    Watched,
    /// Fast to the end of the budget.
    Fast,
    /// The same, because there is not the memory for a careful one.
    Cramped,
    /// By the program that remembers.
    Careful,
}

impl<'h> Search<'h> {
    fn new(budget: &Budget, haystack: &'h [u8], at: usize) -> Self {
        let length = haystack.len() - at;
        let steps = budget.steps_for(length);
        let by_length = CAREFUL_STEPS_PER_BYTE.saturating_mul(length as u64);
        Self {
            haystack,
            steps,
            left: steps,
            entries: budget.stack / ENTRY,
            stage: Stage::Watched,
            careful_after: CAREFUL_STEPS.saturating_add(by_length),
        }
    }

    fn used(&self) -> u64 {
        self.steps - self.left
    }

    fn limits(&self, steps: u64) -> Limits {
        Limits {
            steps: steps.min(self.left),
            entries: self.entries,
        }
    }
}
