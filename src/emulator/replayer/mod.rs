//! Runs one chunk again, and checks all that happens against its record.

#[cfg(feature = "parquet")]
mod calls;
mod end;
mod run;
mod trap;

use std::sync::Arc;

use hashbrown::HashSet;

pub(crate) use end::Replayed;
pub(crate) use run::Run;

use super::code_cache::CodeCache;
use super::{EngineKind, Engines};
use crate::error::Error;
use crate::isa::Reg;
use crate::machine::{
    ChunkRoom, Clock, Hart, MachineState, MapError, Memory, Stop, Touch, WordAccess, page_down,
};
use crate::program::Convention;
use crate::replay::{Difference, Mismatch, Place, ReplayError, Tail, Watch, check_shape};
use crate::trace::{Chunk, Digest, Header, Policy};

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
    code: HashSet<u64>,
    /// Pages of memory that were written since they were all released.
    pages: HashSet<u64>,
    /// A replay was left without clearing up.
    dirty: bool,
    /// Calls that only compute are made again.
    recomputes: bool,
}

impl Replayer {
    /// A machine for the trace with this header, of the program in `elf`.
    pub fn new(header: &Header, elf: &[u8], engine: EngineKind) -> Result<Replayer, ReplayError> {
        let window = header.address_space;
        let memory = Memory::recording(window, window);
        Replayer::in_memory(header, elf, engine, memory)
    }

    /// As [`Replayer::new`], for [`links`](Replayer::links): those are as fast as
    /// emitted code where the host and the trace allow it.
    pub fn linking(
        header: &Header,
        elf: &[u8],
        engine: EngineKind,
    ) -> Result<Replayer, ReplayError> {
        let (window, insn) = (header.address_space, header.clock.insn);
        let memory = Memory::linking(window, window, insn);
        match Replayer::in_memory(header, elf, engine, memory) {
            Ok(replayer) => Ok(replayer),
            // The table of clocks was too much to ask for, or the way to it.
            Err(_) => Replayer::new(header, elf, EngineKind::Interp),
        }
    }

    fn in_memory(
        header: &Header,
        elf: &[u8],
        engine: EngineKind,
        memory: Result<Memory, MapError>,
    ) -> Result<Replayer, ReplayError> {
        check_program(header, elf)?;
        let window = header.address_space;
        let mut memory = memory.map_err(|source| Error::Reserve { window, source })?;
        let convention = Convention::of(&header.abi);
        let program = convention.load(elf, &mut memory).map_err(Error::from)?;
        let found = Digest::of_text(memory.text().into_iter());
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
            code: HashSet::new(),
            pages: HashSet::new(),
            dirty: false,
            recomputes: false,
        })
    }

    /// As [`Builder::observe_every`](crate::Builder::observe_every).
    pub fn observe_every(mut self, insns: u64) -> Self {
        self.engines.observe_every(insns);
        self
    }

    /// Takes code from a cache, and leaves there what is new when it is dropped.
    pub(crate) fn use_cache(&mut self, cache: Arc<CodeCache>) {
        self.engines.use_cache(cache, &mut self.hart.memory);
    }

    /// Makes calls again that only compute (precompiles), instead of taking what a chunk
    /// has of them: it has to be the same.
    pub fn recompute_calls(&mut self, wanted: bool) {
        self.recomputes = wanted;
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
        let close = self.is_short(chunk);
        let mut run = self.open(chunk)?;
        let _received = (!close).then(|| self.receive_faults());
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
        if matches!(self.header.policy, Policy::Insns(most) if chunk.insns() > most) {
            return Err(at_start(chunk, Difference::TooLong));
        }
        self.clear_up();
        self.dirty = true;
        let most = ChunkRoom {
            accesses: chunk.accesses().saturating_add(1),
            touches: chunk.touches.len() as u64 + 1,
            expected: Some(chunk.touches.len() + 1),
        };
        self.hart.memory.start_chunk(most);
        self.hart.memory.put_words(&chunk.touches);
        self.hart.state = chunk.start.state.clone();
        self.hart.clock = match chunk.times.first() {
            None => Clock::Instructions,
            Some(time) => Clock::Recorded(time.nanos),
        };
        let mut run = Run::new(chunk);
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

    /// Whether it is worth no emitted code.
    pub(crate) fn is_short(&self, chunk: &Chunk) -> bool {
        chunk.insns() <= SHORT
    }

    /// What this thread has to hold for emitted code to run.
    pub(crate) fn receive_faults(&self) -> Option<impl Sized + use<>> {
        self.engines.begin()
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
        memory.take_seen_code();
        memory.take_links();
        let touched = memory.start_chunk(ChunkRoom {
            accesses: u64::MAX,
            touches: u64::MAX,
            expected: Some(0),
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
        memory.reuse_touches(touched);
        for addr in self.code.drain() {
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

    /// What comes of the instruction after a run's last, and what it accesses;
    /// nothing if the last chunk does not replay.
    pub(crate) fn look_ahead(&mut self, tail: &Tail<'_>) -> Option<(Stop, Vec<WordAccess>)> {
        self.clear_up();
        self.hart.state = tail.start.clone();
        if let Some(chunk) = tail.last {
            let mut run = self.open(chunk).ok()?;
            while !self.is_done(&run) {
                let advanced = self.advance(&mut run, u64::MAX, true);
                if let Err(difference) = advanced {
                    self.abandon(&run, difference);
                    return None;
                }
            }
        }
        if self.hart.memory.fetch(self.hart.state.pc).is_err() {
            for (addr, bytes) in &tail.code {
                self.hart.memory.replay_code(*addr, bytes);
                self.code.insert(*addr);
            }
            self.engines.forget_stale(&mut self.hart.memory);
        }
        self.hart.memory.keep_accesses(true);
        let stop = self.engines.run_closely(&mut self.hart, 1);
        let accesses = self.hart.memory.take_accesses();
        self.finish(tail.last.map_or(&[], |chunk| &chunk.touches));
        Some((stop, accesses))
    }
}

impl Drop for Replayer {
    fn drop(&mut self) {
        self.engines.keep_code(&mut self.hart.memory);
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
    if header.isa != Convention::of(&header.abi).rules().isa.name() {
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
    match abi {
        "linux" | "bare" => Some(Reg::A7),
        "sp1" => Some(Reg::T0),
        _ => None,
    }
}
