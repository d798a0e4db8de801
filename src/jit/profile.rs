//! Where execution goes and which guest registers it uses most, found by sampling.
//!
//! Now and then the budget given to emitted code is cut short, and where it runs
//! out the interpreter executes a *window* of instructions, each of which is told
//! to the profile. Long stretches run out more budgets, so windows fall where
//! instructions are executed. Everything counts instructions, so a run is the
//! same each time.
#![forbid(unsafe_code)]

mod stored;

use hashbrown::{HashMap, HashSet};

use super::float_regs::{FLOATS, FloatHomes};
use super::path::Fetched;
use super::regs::Homes;
use crate::isa::{FReg, Inst, Reg};

/// Instructions in a window.
pub const WINDOW: u64 = 256;
/// Windows before a verdict.
pub(super) const WINDOWS: u32 = 8;
/// Instructions from one window to the next, at first. Doubles with each verdict.
pub(super) const FIRST_INTERVAL: u64 = 1 << 17;
/// A change of homes drops all code; it has to save at least one in this many
/// of all moves between homes and general registers.
const WORTH: u64 = 16;
/// A unit is hot if the windows of one verdict have entered it so often.
pub(super) const HOT: u32 = 4;
/// Hot units, and places of branches and jumps that are remembered, at the most.
pub(super) const MAX_HOT: usize = 1 << 12;
pub(super) const MAX_PLACES: usize = 1 << 14;
/// Targets of an indirect jump that are told from each other.
pub(super) const MAX_TARGETS: usize = 4;
/// An indirect jump is likely to go where it went at least so often.
pub(super) const LIKELY: f64 = 0.75;

/// How often a branch was taken, and how often not.
#[derive(Clone, Copy, Debug, Default)]
struct Branch {
    taken: u32,
    passed: u32,
}

/// Where an indirect jump went, and how often.
#[derive(Clone, Debug, Default)]
struct Jump {
    all: u32,
    targets: Vec<(u64, u32)>,
}

/// What has been seen so far.
#[derive(Debug)]
pub(super) struct Profile {
    /// Of this verdict's windows: how often each register was named, and how
    /// often each unit was entered.
    uses: [u64; 32],
    float_uses: [u64; FLOATS],
    entries: HashMap<u64, u32>,
    windows: u32,
    verdicts: u64,
    interval: u64,
    branches: HashMap<u64, Branch>,
    jumps: HashMap<u64, Jump>,
    /// Where execution has gone back to, other than by a return.
    loops: HashSet<u64>,
    /// How often the windows of a verdict have entered the units that are hot.
    hot: HashMap<u64, u32>,
}

/// What a verdict wants changed.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Other homes.
    pub(super) homes: Option<Homes>,
    /// Units that have become hot.
    pub(super) hot: Vec<u64>,
}

impl Profile {
    /// A profile of nothing yet, whose first windows are `interval` instructions apart.
    pub(super) fn new(interval: u64) -> Profile {
        Profile {
            uses: [0; 32],
            float_uses: [0; FLOATS],
            entries: HashMap::new(),
            windows: 0,
            verdicts: 0,
            interval: interval.max(1),
            branches: HashMap::new(),
            jumps: HashMap::new(),
            loops: HashSet::new(),
            hot: HashMap::new(),
        }
    }

    /// Instructions to execute before the next window.
    pub(super) fn interval(&self) -> u64 {
        self.interval
    }

    /// The instruction was executed, and execution went on at `to`.
    pub(super) fn executed(&mut self, fetched: &Fetched, to: u64) {
        for reg in fetched.inst.operands() {
            self.uses[reg.index()] += 1;
        }
        let floats = fetched.inst.fp_registers();
        let floats = [floats.rd, floats.rs1, floats.rs2, floats.rs3];
        for reg in floats.into_iter().flatten() {
            self.float_uses[reg.index()] += 1;
        }
        let pc = fetched.pc;
        match fetched.inst {
            Inst::Branch { .. } => {
                let branch = place(&mut self.branches, pc);
                match to == fetched.next {
                    true => branch.passed = branch.passed.saturating_add(1),
                    false => branch.taken = branch.taken.saturating_add(1),
                }
            }
            Inst::Jalr { .. } => place(&mut self.jumps, pc).went(to),
            _ => {}
        }
        let is_jump = matches!(fetched.inst, Inst::Branch { .. } | Inst::Jal { .. });
        if is_jump && to <= pc {
            if self.loops.len() >= MAX_PLACES {
                self.loops.clear();
            }
            self.loops.insert(to);
        }
    }

    /// The unit at `pc` was entered.
    pub(super) fn entered(&mut self, pc: u64) {
        *self.entries.entry(pc).or_default() += 1;
    }

    /// Ends a window. What is to change, if it was the last before a verdict.
    pub(super) fn end_window(&mut self, current: &Homes) -> Verdict {
        self.windows += 1;
        if self.windows < WINDOWS {
            return Verdict::default();
        }
        let homes = self.better_homes(current);
        let mut hot: Vec<(u64, u32)> = self.entries.drain().collect();
        hot.retain(|(pc, count)| *count >= HOT && !self.is_hot(*pc));
        hot.sort_unstable();
        if self.hot.len() + hot.len() > MAX_HOT {
            // Those of earlier phases have to earn it once more.
            self.hot.clear();
            hot.truncate(MAX_HOT);
        }
        self.hot.extend(hot.iter().copied());
        let hot = hot.into_iter().map(|(pc, _)| pc).collect();
        self.uses = [0; 32];
        self.float_uses = [0; FLOATS];
        self.windows = 0;
        self.verdicts += 1;
        self.interval = self.interval.saturating_mul(2);
        Verdict { homes, hot }
    }

    /// Better homes than `current`, if this verdict's windows say so.
    fn better_homes(&self, current: &Homes) -> Option<Homes> {
        let mut order = Homes::usual_order();
        order.sort_by_key(|reg| std::cmp::Reverse(self.uses[reg.index()]));
        let mut better = current.reranked(&order);
        if current.floats().is_some() {
            let mut order = FloatHomes::usual_order();
            order.sort_by_key(|reg| std::cmp::Reverse(self.float_uses[reg.index()]));
            better = better.with_floats(FloatHomes::ranked(&order));
        }
        let (before, after) = (self.cost(current), self.cost(&better));
        let all: u64 = self.uses.iter().chain(&self.float_uses).sum();
        (before > after + all / WORTH).then_some(better)
    }

    /// Moves that the windows would have made.
    fn cost(&self, homes: &Homes) -> u64 {
        let ints = Reg::all().map(|reg| self.uses[reg.index()] * homes.of(reg).cost());
        let floats = homes.floats().map_or(0, |floats| {
            let cost = |reg: FReg| self.float_uses[reg.index()] * floats.of(reg).cost();
            FReg::all().map(cost).sum()
        });
        ints.sum::<u64>() + floats
    }

    /// How often the windows of a verdict have entered the unit at `pc`, if it is hot.
    pub(super) fn entries_of(&self, pc: u64) -> Option<u32> {
        self.hot.get(&pc).copied()
    }

    /// Windows and verdicts so far, and units that are hot.
    pub(super) fn counts(&self) -> (u64, u64, usize) {
        let windows = self.verdicts * u64::from(WINDOWS) + u64::from(self.windows);
        (windows, self.verdicts, self.hot.len())
    }

    /// The unit at `pc` is hot.
    pub(super) fn is_hot(&self, pc: u64) -> bool {
        self.hot.contains_key(&pc)
    }

    /// The code of these units is no longer what it was. One that changes often must
    /// not be compiled at length each time.
    pub(super) fn cool(&mut self, units: impl Iterator<Item = u64>) {
        for pc in units {
            self.hot.remove(&pc);
        }
    }

    /// Any unit is hot.
    pub(super) fn knows_hot(&self) -> bool {
        !self.hot.is_empty()
    }

    /// The unit at `pc` is hot, and the head of a loop.
    pub(super) fn is_loop(&self, pc: u64) -> bool {
        self.is_hot(pc) && self.loops.contains(&pc)
    }

    /// Whether the branch at `pc` is rather taken than not, and how often what is
    /// likelier happens. Of one that was never seen, loops are believed to go on.
    pub(super) fn branch(&self, pc: u64, offset: i32) -> (bool, f64) {
        let Some(&Branch { taken, passed }) = self.branches.get(&pc) else {
            return (offset < 0, 0.5);
        };
        let all = f64::from(taken) + f64::from(passed);
        (taken > passed, f64::from(taken.max(passed)) / all)
    }

    /// Where the indirect jump at `pc` is likely to go, and how often it does.
    pub(super) fn target(&self, pc: u64) -> Option<(u64, f64)> {
        let jump = self.jumps.get(&pc)?;
        let &(target, count) = jump.targets.iter().max_by_key(|(_, count)| *count)?;
        let share = f64::from(count) / f64::from(jump.all);
        (share >= LIKELY).then_some((target, share))
    }
}

/// What is remembered of the place at `pc`. For a new one all others are forgotten
/// if there are too many.
fn place<T: Default>(places: &mut HashMap<u64, T>, pc: u64) -> &mut T {
    if places.len() >= MAX_PLACES && !places.contains_key(&pc) {
        places.clear();
    }
    places.entry(pc).or_default()
}

impl Jump {
    fn went(&mut self, to: u64) {
        self.all = self.all.saturating_add(1);
        let known = self.targets.iter().position(|(target, _)| *target == to);
        match known {
            Some(index) => self.targets[index].1 = self.targets[index].1.saturating_add(1),
            None if self.targets.len() < MAX_TARGETS => self.targets.push((to, 1)),
            None => {}
        }
    }
}
