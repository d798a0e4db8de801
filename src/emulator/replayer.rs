//! Runs one chunk again, and checks all that happens against its record.

use hashbrown::HashSet;

use super::recording::{MAX_TAKEN, room};
use super::{EngineKind, Engines};
use crate::error::Error;
use crate::isa::{ISA, Reg};
use crate::machine::{
    ChunkRoom, Clock, Hart, MachineState, MapError, Memory, PAGE_SIZE, Reservation, Stop, Touch,
    WordAccess, page_down,
};
use crate::program::Program;
use crate::replay::{Difference, Mismatch, Place, ReplayError, Watch, check_shape, difference};
use crate::trace::{Boundary, Chunk, Digest, EcallRecord, Header, Policy};

/// Pages of memory that a replayer keeps at the most: beyond that it starts afresh.
const MAX_PAGES: usize = 1 << 17;
/// Chunks with no more instructions than this are not worth the way into the JIT.
const SHORT: u64 = 1 << 8;

/// A machine in which the chunks of one trace are run again, one after the other,
/// in any order.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use rvjet::abi::Linux;
/// use rvjet::trace::Policy;
/// use rvjet::{EngineKind, Machine, Replayer};
///
/// let elf = std::fs::read("guest-programs/elf/fib.elf")?;
/// let linux = Linux::new().args(["fib", "10"]).stdout(std::io::sink());
/// let mut recording = Machine::builder()
///     .elf(&elf)
///     .abi(linux)
///     .record(Policy::Insns(1000))?;
/// let chunks: Vec<_> = recording.by_ref().collect();
///
/// let mut replayer = Replayer::new(recording.header(), &elf, EngineKind::Interp)?;
/// replayer.replay(&chunks[1])?;
/// let step = replayer.steps(&chunks[1])?.next().unwrap()?;
/// assert_eq!(step.insn, 1000);
/// assert_eq!(step.pc, chunks[0].end.state.pc);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Replayer {
    header: Header,
    hart: Hart,
    engines: Engines,
    entry: u64,
    /// The register that calls have their number in, where that is known.
    number: Option<Reg>,
    /// Pages of code that fetch sees and that are not the program's text.
    code: Vec<u64>,
    /// Pages of memory that were written since they were all released.
    pages: HashSet<u64>,
    /// A replay was left without clearing up.
    dirty: bool,
}

/// How far the replay of a chunk has come.
#[derive(Debug)]
pub(crate) struct Run<'chunk> {
    pub(crate) chunk: &'chunk Chunk,
    /// Calls made.
    pub(crate) ecalls: usize,
    /// Looks at the clock.
    times: usize,
    /// Pages of code shown, and those of them that turned out to be executed.
    shown: usize,
    executed: usize,
    /// Bytes taken in, as a recording counts them.
    taken: u64,
}

/// A chunk that was replayed without a difference.
#[derive(Clone, Debug)]
pub(crate) struct Replayed {
    /// It ends where the policy says, not where the run did.
    pub(crate) is_full: bool,
    /// It has a page of code that only the instruction after it is in.
    pub(crate) looks_ahead: bool,
    /// The values of the words that it touched, in the end.
    pub(crate) values: Vec<u64>,
}

impl Replayer {
    /// A machine for the trace with this header, of the program in `elf`.
    pub fn new(header: &Header, elf: &[u8], engine: EngineKind) -> Result<Replayer, ReplayError> {
        check_program(header, elf)?;
        let window = header.address_space;
        let reserved = Memory::recording(window, window);
        let mut memory = reserved.map_err(|source| Error::Reserve { window, source })?;
        let program = Program::load(elf, &mut memory).map_err(Error::from)?;
        let found = Digest::of_text(memory.text());
        if found != header.text {
            let recorded = header.text;
            return Err(ReplayError::OtherText { recorded, found });
        }
        memory.begin_replay()?;
        let mut hart = Hart {
            state: MachineState::new(program.entry),
            memory,
            clock: Clock::Instructions,
        };
        let mut engines = Engines::new(engine, &mut hart.memory)?;
        engines.forget_stale(&mut hart.memory);
        Ok(Replayer {
            header: header.clone(),
            hart,
            engines,
            entry: program.entry,
            number: call_number_register(&header.abi),
            code: Vec::new(),
            pages: HashSet::new(),
            dirty: false,
        })
    }

    /// What the trace says before its first chunk.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The address of the program's first instruction.
    pub fn entry(&self) -> u64 {
        self.entry
    }

    /// Registers and counters, as the last replay left them.
    pub fn state(&self) -> &MachineState {
        &self.hart.state
    }

    /// Runs a chunk again. It has to be as execution makes it from its start, the
    /// values of the words it touches and what its calls brought: to the last
    /// register, word and counter.
    pub fn replay(&mut self, chunk: &Chunk) -> Result<(), Mismatch> {
        self.run_chunk(chunk).map(drop)
    }

    /// As [`Replayer::replay`], and says what is good to know of it.
    pub(crate) fn run_chunk(&mut self, chunk: &Chunk) -> Result<Replayed, Mismatch> {
        match self.run_through(chunk) {
            Ok(replayed) => Ok(replayed),
            Err(found) => Err(self.located(chunk, found)),
        }
    }

    /// What was found of a chunk, with the instruction that is to blame for it.
    pub(crate) fn located(&mut self, chunk: &Chunk, found: Mismatch) -> Mismatch {
        let watch = Watch::of(&found.difference);
        self.locate(chunk, watch).unwrap_or(found)
    }

    fn run_through(&mut self, chunk: &Chunk) -> Result<Replayed, Mismatch> {
        let close = chunk.insns() <= SHORT;
        let mut run = self.open(chunk)?;
        let _received = (!close).then(|| self.engines.begin());
        while !self.is_done(&run) {
            if let Err(difference) = self.advance(&mut run, u64::MAX, close) {
                return Err(self.abandon(&run, difference));
            }
        }
        self.close(run)
    }

    /// Gets ready to replay a chunk. What is opened is to be closed or abandoned.
    pub(crate) fn open<'chunk>(&mut self, chunk: &'chunk Chunk) -> Result<Run<'chunk>, Mismatch> {
        let window = self.hart.memory.window_size();
        let checked = check_shape(chunk, window);
        checked.map_err(|part| at_start(chunk, Difference::Malformed { part }))?;
        self.clear_up();
        self.dirty = true;
        let most = ChunkRoom {
            accesses: chunk.accesses().saturating_add(1),
            touches: chunk.touches.len() as u64 + 1,
        };
        self.hart.memory.start_chunk(most);
        self.hart.memory.put_words(&chunk.touches);
        self.hart.state = chunk.start.state.clone();
        self.hart.clock = match chunk.times.first() {
            None => Clock::Instructions,
            Some(time) => Clock::Recorded(time.nanos),
        };
        let mut run = Run {
            chunk,
            ecalls: 0,
            times: 0,
            shown: 0,
            executed: 0,
            taken: 0,
        };
        self.show_code(&mut run);
        Ok(run)
    }

    /// Whether all of the chunk's instructions have been executed.
    pub(crate) fn is_done(&self, run: &Run<'_>) -> bool {
        self.insns(run.chunk) >= run.chunk.insns()
    }

    /// The instruction that is next.
    pub(crate) fn place(&self, chunk: &Chunk) -> Place {
        Place {
            at: self.insns(chunk),
            insn: self.hart.state.insns,
            pc: self.hart.state.pc,
        }
    }

    /// The clock when the next instruction starts.
    pub(crate) fn clock(&self, run: &Run<'_>) -> u64 {
        let ecalls = run.chunk.start.ecalls.wrapping_add(run.ecalls as u64);
        self.header.clock.at(self.hart.state.insns, ecalls)
    }

    pub(crate) fn hart(&mut self) -> &mut Hart {
        &mut self.hart
    }

    /// Instructions of the chunk so far.
    fn insns(&self, chunk: &Chunk) -> u64 {
        self.hart.state.insns.wrapping_sub(chunk.start.state.insns)
    }

    /// Executes at most `most` instructions, or to the next event, which it
    /// handles; `closely`, by the interpreter alone.
    pub(crate) fn advance(
        &mut self,
        run: &mut Run<'_>,
        most: u64,
        closely: bool,
    ) -> Result<(), Difference> {
        let budget = self.reach(run)?.min(most);
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
            Stop::Budget | Stop::Pause | Stop::Step => Ok(()),
            Stop::ChunkFull => Err(self.overfull(run.chunk)),
            Stop::Ecall => self.call(run),
            Stop::FenceI => self.synchronize(run),
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
    fn is_full(&mut self, run: &Run<'_>) -> bool {
        let room = room(self.header.policy);
        let most = match self.header.policy {
            Policy::Insns(most) => most,
            Policy::Accesses(_) | Policy::Touches(_) => u64::MAX,
        };
        self.insns(run.chunk) >= most
            || run.taken >= MAX_TAKEN
            || self.hart.memory.accesses() >= room.accesses
            || self.hart.memory.touched() >= room.touches
    }

    /// The chunk has more accesses or touches than recorded.
    fn overfull(&mut self, chunk: &Chunk) -> Difference {
        let touched = self.hart.memory.touches();
        let more = touched.len() > chunk.touches.len();
        let difference = first_difference(&chunk.touches, &touched);
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
        let record = next.filter(|record| record.at == at);
        let record = record.ok_or(Difference::MissingEcall)?;
        self.check_arguments(record)?;
        self.apply_memory(record)?;
        let state = &mut self.hart.state;
        for &(reg, value) in &record.results {
            if state.reg(reg) == value {
                return Err(Difference::EcallResult { reg });
            }
            state.set_reg(reg, value);
        }
        state.reservation = Reservation::NONE;
        state.insns += 1;
        state.pc = record.next_pc;
        run.ecalls += 1;
        let written = record.writes.iter().map(|write| write.bytes.len() as u64);
        run.taken += written.sum::<u64>();
        if self.hart.memory.is_full() {
            return Err(self.overfull(run.chunk));
        }
        self.synchronize(run)
    }

    fn check_arguments(&self, record: &EcallRecord) -> Result<(), Difference> {
        let state = &self.hart.state;
        let number = self.number.map(|reg| state.reg(reg));
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

    /// Reads and writes what the call is recorded to.
    fn apply_memory(&mut self, record: &EcallRecord) -> Result<(), Difference> {
        let memory = &mut self.hart.memory;
        memory.start_call(self.hart.state.insns);
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

    /// An event after which fetch may see other code.
    fn synchronize(&mut self, run: &mut Run<'_>) -> Result<(), Difference> {
        let fetched = self.fetched();
        self.check_code(run, &fetched)?;
        run.taken += PAGE_SIZE * fetched.len() as u64;
        self.show_code(run);
        Ok(())
    }

    /// Of the pages that fetch has been shown, those that have been fetched from
    /// are all.
    fn check_code(&self, run: &mut Run<'_>, fetched: &[u64]) -> Result<(), Difference> {
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
    fn fetched(&mut self) -> Vec<u64> {
        let fetched = self.hart.memory.take_fetched().into_iter();
        fetched.map(|(addr, _)| addr).collect()
    }

    /// From here on, fetch sees the pages that are recorded from here on.
    fn show_code(&mut self, run: &mut Run<'_>) {
        let now = self.insns(run.chunk);
        let next = run.chunk.code[run.shown..].iter();
        for page in next.take_while(|page| page.at == now) {
            self.hart.memory.replay_code(page.addr, &page.bytes);
            self.code.push(page.addr);
            run.shown += 1;
        }
        self.engines.forget_stale(&mut self.hart.memory);
    }

    /// The chunk's instructions have been executed: compares what came of it.
    pub(crate) fn close(&mut self, mut run: Run<'_>) -> Result<Replayed, Mismatch> {
        match self.compare(&mut run) {
            Ok(replayed) => {
                self.finish(&[]);
                Ok(replayed)
            }
            Err(difference) => Err(self.abandon(&run, difference)),
        }
    }

    fn compare(&mut self, run: &mut Run<'_>) -> Result<Replayed, Difference> {
        let chunk = run.chunk;
        let looks_ahead = self.compare_code(run)?;
        let end = Boundary {
            state: self.hart.state.clone(),
            accesses: chunk.start.accesses + self.hart.memory.accesses(),
            ecalls: chunk.start.ecalls + run.ecalls as u64,
        };
        let touched = self.hart.memory.touches();
        if let Some(difference) = first_difference(&chunk.touches, &touched) {
            return Err(difference);
        }
        if let Some(difference) = difference(&chunk.end, &end) {
            return Err(Difference::End(difference));
        }
        Ok(Replayed {
            is_full: self.is_full(run),
            looks_ahead,
            values: self.hart.memory.values(&chunk.touches),
        })
    }

    /// Whether a page of code was recorded for the instruction after the last:
    /// one that traps is fetched, and does not retire.
    fn compare_code(&mut self, run: &mut Run<'_>) -> Result<bool, Difference> {
        let mut fetched = self.fetched();
        let shown = &run.chunk.code[run.executed..run.shown];
        let looks_ahead = shown.iter().any(|page| !fetched.contains(&page.addr));
        if looks_ahead {
            // The fault, if it is one, is the ending's.
            let _fault = self.hart.memory.fetch(self.hart.state.pc);
            fetched.extend(self.fetched());
        }
        self.check_code(run, &fetched)?;
        match run.chunk.code.get(run.shown) {
            Some(page) => Err(Difference::UnusedCode { addr: page.addr }),
            None => Ok(looks_ahead),
        }
    }

    /// A replay ends before its time.
    pub(crate) fn abandon(&mut self, run: &Run<'_>, difference: Difference) -> Mismatch {
        let place = self.place(run.chunk);
        self.finish(&run.chunk.touches);
        Mismatch {
            chunk: run.chunk.number,
            place,
            difference,
        }
    }

    /// Makes memory as it was before the replay, in which `laid` was laid into
    /// memory besides what was touched.
    pub(crate) fn finish(&mut self, laid: &[Touch]) {
        let memory = &mut self.hart.memory;
        memory.abandon_call();
        memory.keep_accesses(false);
        memory.take_times();
        memory.take_fetched();
        let touched = memory.start_chunk(ChunkRoom {
            accesses: u64::MAX,
            touches: u64::MAX,
        });
        for words in [laid, &touched] {
            memory.clear_words(words);
            let mut last = u64::MAX;
            for word in words {
                if page_down(word.addr) != last {
                    last = page_down(word.addr);
                    self.pages.insert(last);
                }
            }
        }
        for addr in self.code.drain(..) {
            self.hart.memory.replay_text(addr);
        }
        self.engines.forget_stale(&mut self.hart.memory);
        self.dirty = false;
    }

    /// Zeroes all memory, if that is due.
    fn clear_up(&mut self) {
        if self.dirty {
            self.finish(&[]);
        } else if self.pages.len() <= MAX_PAGES {
            return;
        }
        self.pages.clear();
        // A host that refuses has its way: no replay will succeed.
        let _refused: Result<(), MapError> = self.hart.memory.release_all();
    }

    /// What comes of the instruction after the last of this chunk, or of the run's
    /// first, and what it accesses; nothing if the chunk does not replay.
    pub(crate) fn look_ahead(
        &mut self,
        last: Option<&Chunk>,
        start: &MachineState,
    ) -> Option<(Stop, Vec<WordAccess>)> {
        self.clear_up();
        self.hart.state = start.clone();
        if let Some(chunk) = last {
            let mut run = self.open(chunk).ok()?;
            while !self.is_done(&run) {
                let advanced = self.advance(&mut run, u64::MAX, true);
                if let Err(difference) = advanced {
                    self.abandon(&run, difference);
                    return None;
                }
            }
        }
        self.hart.memory.keep_accesses(true);
        let stop = self.engines.run_closely(&mut self.hart, 1);
        let accesses = self.hart.memory.take_accesses();
        self.finish(last.map_or(&[], |chunk| &chunk.touches));
        Some((stop, accesses))
    }
}

/// A difference that is there before any instruction is executed.
pub(crate) fn at_start(chunk: &Chunk, difference: Difference) -> Mismatch {
    Mismatch {
        chunk: chunk.number,
        place: Place::start(chunk),
        difference,
    }
}

fn check_program(header: &Header, elf: &[u8]) -> Result<(), ReplayError> {
    if header.isa != ISA {
        let recorded = header.isa.clone();
        return Err(ReplayError::OtherIsa { recorded });
    }
    let (recorded, found) = (header.elf, Digest::of(elf));
    if recorded != found {
        return Err(ReplayError::OtherProgram { recorded, found });
    }
    Ok(())
}

/// The register in which calls of a personality have their number, if it is one
/// of this library's.
fn call_number_register(abi: &str) -> Option<Reg> {
    matches!(abi, "linux" | "bare").then_some(Reg::A7)
}

/// The first touch that is not as recorded.
fn first_difference(recorded: &[Touch], touched: &[Touch]) -> Option<Difference> {
    let pairs = recorded.iter().zip(touched);
    let same = pairs.take_while(|(a, b)| a == b).count();
    let index = same;
    match (recorded.get(same), touched.get(same)) {
        (None, None) => None,
        (None, Some(touch)) => Some(Difference::Untouched { addr: touch.addr }),
        (Some(touch), None) => Some(Difference::UnusedTouch {
            index,
            addr: touch.addr,
        }),
        (Some(recorded), Some(touched)) => {
            let known = recorded.addr;
            Some(Difference::TouchOrder {
                index,
                recorded: known,
                replayed: touched.addr,
            })
        }
    }
}
