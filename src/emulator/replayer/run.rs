//! The events of a chunk: calls, looks at the clock, changes of code.

use super::Replayer;
use super::end::first_difference;
use crate::abi::sp1::{self, Precompile};
use crate::emulator::recording::{MAX_TAKEN, room, taken_by};
use crate::isa::Reg;
use crate::machine::{Clock, MAX_TIMES, MachineState, PAGE_SIZE, Reservation, SeenCode, Stop};
use crate::program::Convention;
use crate::replay::Difference;
use crate::trace::{Chunk, EcallRecord, Policy};

/// How far the replay of a chunk has come.
#[derive(Debug)]
pub(crate) struct Run<'chunk> {
    pub(crate) chunk: &'chunk Chunk,
    /// Calls made.
    pub(crate) ecalls: usize,
    /// Looks at the clock.
    pub(super) times: usize,
    /// Pages of code shown, and those of them that turned out to be executed.
    pub(super) shown: usize,
    pub(super) executed: usize,
    /// Of those that turned out to be executed, what memory held then.
    pub(super) seen: Vec<SeenCode>,
    /// Bytes taken in, as a recording counts them.
    taken: u64,
    /// The last instruction was a call that stayed where it was.
    pub(super) stays: bool,
}

impl<'chunk> Run<'chunk> {
    /// At the start of a chunk.
    pub(super) fn new(chunk: &'chunk Chunk) -> Run<'chunk> {
        Run {
            chunk,
            ecalls: 0,
            times: 0,
            shown: 0,
            executed: 0,
            seen: Vec::new(),
            taken: 0,
            stays: false,
        }
    }
}

impl Replayer {
    /// Executes at most `most` instructions, or to the next event, which it
    /// handles; `closely`, by the interpreter alone.
    pub(crate) fn advance(
        &mut self,
        run: &mut Run<'_>,
        most: u64,
        closely: bool,
    ) -> Result<(), Difference> {
        let budget = self.reach(run)?.min(most);
        run.stays = false;
        if let Some(record) = self.due_trap(run) {
            return self.trap(run, record);
        }
        // Emitted code would link, by whatever clock.
        let closely = closely || self.hart.memory.links_are_off();
        let stop = if closely {
            self.engines.run_closely(&mut self.hart, budget)
        } else {
            self.engines.run(&mut self.hart, budget, true)
        };
        self.check_times(run)?;
        let late = |ecall: &EcallRecord| ecall.at < self.insns(run.chunk);
        if run.chunk.ecalls.get(run.ecalls).is_some_and(late) {
            return Err(Difference::NoEcall);
        }
        match stop {
            Stop::Budget | Stop::Pause | Stop::Cold | Stop::Observe | Stop::Step => Ok(()),
            Stop::ChunkFull => Err(self.overfull(run.chunk)),
            Stop::Ecall => self.call(run),
            Stop::FenceI => self.fence(run),
            // It is looked at when it is its turn.
            Stop::Trap(_) if self.due_trap(run).is_some() => Ok(()),
            Stop::Trap(trap) => Err(Difference::Trap(trap)),
            Stop::MemoryLimit => Err(Difference::Malformed { part: "memory" }),
        }
    }

    /// Instructions to execute until there is something to be looked at.
    fn reach(&mut self, run: &Run<'_>) -> Result<u64, Difference> {
        let chunk = run.chunk;
        let done = self.insns(chunk);
        let left = chunk.insns() - done;
        let time = chunk.times.get(run.times).map(|time| time.at - done);
        if let Some(time) = chunk.times.get(run.times) {
            self.hart.clock = Clock::Recorded(time.nanos);
        }
        if left == 1 && self.is_full(run) {
            return Err(Difference::TooLong);
        }
        let ecall = chunk.ecalls.get(run.ecalls).map(|ecall| ecall.at - done);
        // An instruction which has to be an `ecall`, or to look at the clock, goes alone.
        let next = ecall.into_iter().chain(time).min().unwrap_or(u64::MAX);
        let last = left.saturating_sub(1);
        Ok(next.min(last).max(1))
    }

    /// Whether the policy ends the chunk here.
    pub(super) fn is_full(&mut self, run: &Run<'_>) -> bool {
        let room = room(self.header.policy);
        let most = match self.header.policy {
            Policy::Insns(most) => most,
            Policy::Accesses(_) | Policy::Touches(_) => u64::MAX,
        };
        self.insns(run.chunk) >= most
            || run.taken >= MAX_TAKEN
            || run.times >= MAX_TIMES
            || self.hart.memory.accesses() >= room.accesses
            || self.hart.memory.touched() >= room.touches
    }

    /// The chunk has more accesses or touches than recorded.
    fn overfull(&mut self, chunk: &Chunk) -> Difference {
        let touched = self.hart.memory.touches();
        let more = touched.len() > chunk.touches.len();
        let difference = first_difference(&chunk.touches, touched);
        let difference = difference.filter(|_| more);
        difference.unwrap_or(Difference::ExtraAccess)
    }

    /// The looks at the clock that were made are those recorded.
    fn check_times(&mut self, run: &mut Run<'_>) -> Result<(), Difference> {
        let start = run.chunk.start.state.insns;
        for (insn, _) in self.hart.memory.take_times() {
            let next = run.chunk.times.get(run.times);
            if next.is_none_or(|time| time.at != insn - start) {
                return Err(Difference::MissingTime);
            }
            run.times += 1;
        }
        let next = run.chunk.times.get(run.times);
        match next.filter(|time| time.at < self.insns(run.chunk)) {
            Some(_) => Err(Difference::NoTime),
            None => Ok(()),
        }
    }

    /// The `ecall` at `pc` does what is recorded of it.
    fn call(&mut self, run: &mut Run<'_>) -> Result<(), Difference> {
        let at = self.insns(run.chunk);
        let next = run.chunk.ecalls.get(run.ecalls);
        let record = next.filter(|record| record.at == at && record.trap.is_none());
        let record = record.ok_or(Difference::MissingEcall)?;
        self.check_arguments(record)?;
        match self.computation(record) {
            Some(precompile) => self.compute(precompile, record)?,
            None => self.apply_memory(record)?,
        }
        self.retire(run, record)
    }

    /// A call, or a trap, has done to memory what is recorded of it: registers follow.
    pub(super) fn retire(
        &mut self,
        run: &mut Run<'_>,
        record: &EcallRecord,
    ) -> Result<(), Difference> {
        let state = &mut self.hart.state;
        for &(reg, value) in &record.results {
            if state.register(reg) == value {
                return Err(Difference::EcallResult { reg });
            }
            state.set_register(reg, value);
        }
        state.reservation = Reservation::NONE;
        state.insns += 1;
        run.stays = state.pc == record.next_pc;
        state.pc = record.next_pc;
        run.ecalls += 1;
        run.taken += taken_by(record);
        // The next event may be due at once, or the chunk be over.
        self.check_times(run)?;
        if self.hart.memory.is_full() {
            return Err(self.overfull(run.chunk));
        }
        self.synchronize(run)
    }

    /// The number of the call that a hart in this state makes, if it is known where that is.
    pub(crate) fn call_number(&self, state: &MachineState) -> Option<u64> {
        self.number.map(|reg| state.reg(reg))
    }

    fn check_arguments(&self, record: &EcallRecord) -> Result<(), Difference> {
        let state = &self.hart.state;
        let number = self.call_number(state);
        if let Some(replayed) = number.filter(|number| *number != record.number) {
            let recorded = record.number;
            return Err(Difference::EcallNumber { recorded, replayed });
        }
        let registers = Reg::all().skip(Reg::A0.index());
        let mut pairs = registers.zip(record.args);
        let wrong = pairs.find(|&(reg, recorded)| state.reg(reg) != recorded);
        wrong.map_or(Ok(()), |(reg, recorded)| {
            let replayed = state.reg(reg);
            Err(Difference::EcallArgument {
                reg,
                recorded,
                replayed,
            })
        })
    }

    /// What a call computes that is to be made again.
    fn computation(&self, record: &EcallRecord) -> Option<Precompile> {
        if !self.recomputes || Convention::of(&self.header.abi) != Convention::Sp1 {
            return None;
        }
        match sp1::Call::of(record.number) {
            Some(sp1::Call::Precompile(precompile)) => Some(precompile),
            _ => None,
        }
    }

    /// Makes a call again: it has to do to memory what is recorded.
    fn compute(&mut self, precompile: Precompile, record: &EcallRecord) -> Result<(), Difference> {
        let memory = &mut self.hart.memory;
        memory.start_call(self.hart.state.insns);
        let [a, b, c, d, e, ..] = record.args;
        let done = sp1::compute(precompile, memory, &[a, b, c, d, e]);
        let effects = memory.end_call();
        let writes = effects
            .writes
            .iter()
            .map(|(addr, bytes)| (*addr, &bytes[..]));
        let recorded = record
            .writes
            .iter()
            .map(|write| (write.addr, &write.bytes[..]));
        let same = effects.reads == record.reads && writes.eq(recorded);
        match done && same {
            true => Ok(()),
            false => Err(Difference::EcallMemory),
        }
    }

    /// Reads and writes what the call is recorded to.
    pub(super) fn apply_memory(&mut self, record: &EcallRecord) -> Result<(), Difference> {
        let memory = &mut self.hart.memory;
        let insns = self.hart.state.insns;
        let writes = record.writes.iter();
        let writes = writes.map(|write| (write.addr, &write.bytes[..]));
        if memory.repeat_call(insns, &record.reads, writes) {
            return Ok(());
        }
        memory.start_call(insns);
        let mut fine = true;
        for run in &record.reads {
            fine &= memory.slice(run.start, run.end - run.start).is_ok();
        }
        for write in &record.writes {
            fine &= memory.write(write.addr, &write.bytes).is_ok();
        }
        let effects = memory.end_call();
        // Of a word that it writes, a call is not recorded to read anything.
        if fine && effects.reads == record.reads {
            Ok(())
        } else {
            Err(Difference::EcallMemory)
        }
    }

    /// A `fence.i`: code that was changed before it is no longer there, unless it
    /// is recorded anew.
    fn fence(&mut self, run: &mut Run<'_>) -> Result<(), Difference> {
        for addr in &self.code {
            self.hart.memory.hide_changed_code(*addr);
        }
        self.synchronize(run)
    }

    /// An event after which fetch may see other code.
    fn synchronize(&mut self, run: &mut Run<'_>) -> Result<(), Difference> {
        let fetched = self.fetched(run);
        self.check_code(run, &fetched)?;
        run.taken += PAGE_SIZE * fetched.len() as u64;
        self.show_code(run);
        Ok(())
    }

    /// Of the pages that fetch has been shown, those that have been fetched from
    /// are all.
    pub(super) fn check_code(&self, run: &mut Run<'_>, fetched: &[u64]) -> Result<(), Difference> {
        let shown = &run.chunk.code[run.executed..run.shown];
        let unused = shown.iter().find(|page| !fetched.contains(&page.addr));
        if let Some(page) = unused {
            return Err(Difference::UnusedCode { addr: page.addr });
        }
        run.executed = run.shown;
        let next = run.chunk.code.get(run.shown);
        match next.filter(|page| page.at < self.insns(run.chunk)) {
            Some(page) => Err(Difference::UnusedCode { addr: page.addr }),
            None => Ok(()),
        }
    }

    /// The pages of code that are not text and that were fetched from since the last time.
    pub(super) fn fetched(&mut self, run: &mut Run<'_>) -> Vec<u64> {
        let memory = &mut self.hart.memory;
        let fetched = memory.take_fetched().into_iter();
        run.seen.extend(memory.take_seen_code());
        fetched.map(|(addr, _)| addr).collect()
    }

    /// From here on, fetch sees the pages that are recorded from here on.
    pub(super) fn show_code(&mut self, run: &mut Run<'_>) {
        let now = self.insns(run.chunk);
        let next = run.chunk.code[run.shown..].iter();
        for page in next.take_while(|page| page.at == now) {
            self.hart.memory.replay_code(page.addr, &page.bytes);
            self.code.insert(page.addr);
            run.shown += 1;
        }
        self.engines.forget_stale(&mut self.hart.memory);
    }
}
