//! Runs a program chunk by chunk, and hands over what each takes to be run again.

use std::time::Instant;

use super::{Called, Machine, Outcome, Pace, SLICE, Turn};
use crate::isa::{Reg, Register};
use crate::machine::{ChunkRoom, Exit, PAGE_SIZE};
use crate::trace::{
    Boundary, CallWrite, Chunk, CodePage, Digest, EcallRecord, Ending, Header, Policy, TimeRead,
    Touch,
};

/// Words that a chunk touches at the most, whatever its policy, but for what the
/// last instruction touches: what a recording keeps in memory is bounded.
pub(super) const MAX_TOUCHES: u64 = 1 << 24;
/// Bytes that a chunk takes in at the most, by calls and as code of the guest's
/// own, but for what the last instruction takes in.
pub(super) const MAX_TAKEN: u64 = 1 << 26;
/// Bytes that a call counts for whatever it does: what is kept of it takes room.
const CALL_BYTES: u64 = 1 << 8;
/// Accesses that are left to the end of a chunk when only the interpreter, which
/// looks at each, goes on. Half of more than that is a budget that covers any
/// stretch of emitted code, which executes nothing otherwise.
const CLOSE: u64 = 2 * crate::jit::MAX_INSNS as u64;

/// A program that runs and is recorded: an iterator over its chunks.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use rvjet::Machine;
/// use rvjet::abi::Linux;
/// use rvjet::trace::Policy;
///
/// let elf = std::fs::read("guest-programs/elf/fib.elf")?;
/// let linux = Linux::new().args(["fib", "10"]).stdout(std::io::sink());
/// let mut recording = Machine::builder()
///     .elf(&elf)
///     .abi(linux)
///     .record(Policy::Insns(1000))?;
/// let chunks: Vec<_> = recording.by_ref().collect();
/// let outcome = recording.finish();
/// let insns: u64 = chunks.iter().map(|chunk| chunk.insns()).sum();
/// assert_eq!(insns, outcome.stats.instructions);
/// assert_eq!(chunks[0].insns(), 1000);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Recording {
    machine: Machine,
    header: Header,
    started: Instant,
    next: Pending,
    received: Received,
}

/// The digest of what calls write to memory.
#[derive(Debug, Default)]
struct Received {
    hasher: blake3::Hasher,
    /// What is not hashed yet.
    bytes: Vec<u8>,
}

impl Received {
    /// Bytes from which on the hash is made by all of the host's vector registers.
    ///
    /// PERF: precompiles write few bytes at once. To hash these one by one takes an eighth
    /// of a recording of the guest sp1-merkle.
    const MANY: usize = 1 << 16;

    fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() >= Received::MANY {
            self.hasher.update(&self.bytes);
            self.bytes.clear();
        }
    }

    fn digest(&self) -> Digest {
        let mut hasher = self.hasher.clone();
        hasher.update(&self.bytes);
        Digest(*hasher.finalize().as_bytes())
    }
}

/// The chunk that is being recorded.
#[derive(Debug)]
struct Pending {
    number: u64,
    start: Boundary,
    ecalls: Vec<EcallRecord>,
    code: Vec<CodePage>,
    times: Vec<TimeRead>,
    /// Instructions of the chunk before the last event that changes what fetch sees.
    synchronized: u64,
    /// Bytes taken in.
    taken: u64,
}

impl Pending {
    fn new(number: u64, start: Boundary) -> Pending {
        Pending {
            number,
            start,
            ecalls: Vec::new(),
            code: Vec::new(),
            times: Vec::new(),
            synchronized: 0,
            taken: 0,
        }
    }
}

impl Recording {
    pub(super) fn new(machine: Machine, header: Header) -> Recording {
        let start = Boundary {
            state: header.start.clone(),
            accesses: 0,
            ecalls: 0,
        };
        let mut recording = Recording {
            machine,
            header,
            started: Instant::now(),
            next: Pending::new(0, start),
            received: Received::default(),
        };
        recording.open();
        recording
    }

    /// What the trace says before its first chunk.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The machine that runs.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The next chunk; `None` if the guest has ended.
    pub fn next_chunk(&mut self) -> Option<Chunk> {
        if self.machine.ended.is_some() {
            return None;
        }
        if self.next.number == 0 {
            self.started = Instant::now();
            self.machine.abi.begin(self.machine.limits.timeout);
        }
        let _received = self.machine.engines.begin();
        while self.machine.ended.is_none() && !self.is_complete() {
            self.advance();
        }
        if self.machine.ended.is_some() {
            let memory = &mut self.machine.hart.memory;
            self.machine.engines.keep_code(memory);
        }
        let nothing = self.insns() == 0;
        (!nothing).then(|| self.close())
    }

    /// As [`Recording::next_chunk`]; `spent` are the touches of an earlier chunk that
    /// are no longer needed, whose memory is used again.
    pub(super) fn next_chunk_in(&mut self, spent: Vec<Touch>) -> Option<Chunk> {
        self.machine.hart.memory.reuse_touches(spent);
        self.next_chunk()
    }

    /// Runs to the end, and says how it was.
    pub fn finish(mut self) -> Outcome {
        while self.next_chunk().is_some() {}
        let exit = self.machine.ended.unwrap_or(Exit::BrokenPipe);
        self.machine.outcome(exit, self.started.elapsed())
    }

    /// What the trace says after its last chunk, if the guest has ended.
    pub fn ending(&self) -> Option<Ending> {
        let exit = self.machine.ended?;
        let received = self.received.digest();
        Some(Ending { exit, received })
    }

    /// Instructions of the chunk so far.
    fn insns(&self) -> u64 {
        self.machine.hart.state.insns - self.next.start.state.insns
    }

    fn is_complete(&mut self) -> bool {
        if self.machine.is_detoured() {
            return false;
        }
        let by_policy = match self.header.policy {
            Policy::Insns(most) => self.insns() >= most,
            Policy::Accesses(_) | Policy::Touches(_) => false,
        };
        by_policy || self.next.taken >= MAX_TAKEN || self.machine.hart.memory.is_full()
    }

    /// Runs to the next event, or as far as the chunk surely reaches.
    fn advance(&mut self) {
        let limits = self.machine.limits;
        let timed_out = limits
            .timeout
            .filter(|limit| self.started.elapsed() >= *limit);
        if let Some(limit) = timed_out {
            self.machine.abandon_detour();
            self.machine.ended = Some(Exit::Timeout { limit });
            return;
        }
        let slice = limits.timeout.map_or(u64::MAX, |_| SLICE);
        let (budget, pace) = self.reach();
        let pace = match pace {
            Pace::Exact if budget > slice => Pace::Fast,
            pace => pace,
        };
        let turn = self.machine.turn(budget.min(slice), pace);
        self.machine.ended = turn.exit();
        match turn {
            Turn::Ran | Turn::Ended(_) => {}
            Turn::Fenced => self.synchronize(),
            Turn::Called(called) => self.note_call(*called),
        }
    }

    /// Instructions that surely belong to the chunk, and how to run them.
    fn reach(&self) -> (u64, Pace) {
        if self.machine.is_detoured() {
            return (u64::MAX, Pace::Fast);
        }
        match self.header.policy {
            Policy::Insns(most) => (most - self.insns(), Pace::Exact),
            Policy::Touches(_) => (u64::MAX, Pace::Fast),
            Policy::Accesses(most) => {
                let left = most.saturating_sub(self.machine.hart.memory.accesses());
                match left {
                    0..=CLOSE => (u64::MAX, Pace::Close),
                    // An instruction makes two at the most.
                    _ => (left / 2, Pace::Fast),
                }
            }
        }
    }

    /// Takes in the code that was fetched since fetch may last have seen a change.
    fn synchronize(&mut self) {
        let now = self.insns();
        let at = std::mem::replace(&mut self.next.synchronized, now);
        for (addr, bytes) in self.machine.hart.memory.take_fetched() {
            self.next.taken += PAGE_SIZE;
            self.next.code.push(CodePage { at, addr, bytes });
        }
    }

    fn note_call(&mut self, called: Called) {
        self.synchronize();
        let writes = called.effects.writes;
        for (_, bytes) in &writes {
            self.received.add(bytes);
        }
        let (before, after) = (&called.before, &self.machine.hart.state);
        let (mut number, mut args) = (0, [0; 7]);
        if called.trap.is_none() {
            number = self.machine.abi.call_number(before);
            args.copy_from_slice(&before.x[Reg::A0.index()..][..7]);
        }
        let changed = |reg: &Register| before.register(*reg) != after.register(*reg);
        let value = |reg: Register| (reg, after.register(reg));
        let record = EcallRecord {
            at: before.insns - self.next.start.state.insns,
            trap: called.trap,
            number,
            args,
            next_pc: after.pc,
            results: Register::all().filter(changed).map(value).collect(),
            reads: called.effects.reads,
            writes: writes
                .into_iter()
                .map(|(addr, bytes)| CallWrite { addr, bytes })
                .collect(),
        };
        self.next.taken += taken_by(&record);
        self.next.ecalls.push(record);
    }

    /// Starts the pending chunk: memory counts for it.
    fn open(&mut self) -> Vec<Touch> {
        let memory = &mut self.machine.hart.memory;
        let touched = memory.start_chunk(room(self.header.policy));
        self.machine.engines.forget_stale(memory);
        touched
    }

    /// Ends the pending chunk, and starts the next.
    fn close(&mut self) -> Chunk {
        self.synchronize();
        let first = self.next.start.state.insns;
        let times = self.machine.hart.memory.take_times().into_iter();
        let at = |(insns, nanos)| TimeRead {
            at: insns - first,
            nanos,
        };
        self.next.times = times.map(at).collect();
        let end = Boundary {
            state: self.machine.hart.state.clone(),
            accesses: self.next.start.accesses + self.machine.hart.memory.accesses(),
            ecalls: self.next.start.ecalls + self.next.ecalls.len() as u64,
        };
        let following = Pending::new(self.next.number + 1, end.clone());
        let done = std::mem::replace(&mut self.next, following);
        Chunk {
            number: done.number,
            start: done.start,
            end,
            touches: self.open(),
            ecalls: done.ecalls,
            code: done.code,
            times: done.times,
        }
    }
}

impl Iterator for Recording {
    type Item = Chunk;

    fn next(&mut self) -> Option<Chunk> {
        self.next_chunk()
    }
}

/// Bytes that a chunk takes in by a call.
pub(super) fn taken_by(ecall: &EcallRecord) -> u64 {
    let written = ecall.writes.iter().map(|write| write.bytes.len() as u64);
    CALL_BYTES + written.sum::<u64>()
}

/// What fills a chunk.
pub(super) fn room(policy: Policy) -> ChunkRoom {
    let (accesses, touches) = match policy {
        Policy::Insns(_) => (u64::MAX, u64::MAX),
        Policy::Accesses(most) => (most, u64::MAX),
        Policy::Touches(most) => (u64::MAX, most),
    };
    ChunkRoom {
        accesses,
        touches: touches.min(MAX_TOUCHES),
        expected: None,
    }
}
