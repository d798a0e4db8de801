//! A whole trace: every chunk replays, follows on the one before, and ends where
//! the policy says.

use super::chain::Chain;
use super::crew::in_order;
use super::ending::Tail;
use super::history::History;
use super::mismatch::{Difference, Mismatch, Place};
use super::{ReplayError, VerifyError};
use crate::emulator::Replayed;
use crate::machine::{Cause, Exit, PAGE_SIZE, Reservation, Trap, page_down};
use crate::trace::{Chunk, Digest, Ending, Header};
use crate::{EngineKind, Replayer};

/// Chunks for each thread that may be replayed before those in front of them have
/// been compared with what came before.
const AHEAD: usize = 2;

/// How much of a trace is verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Every chunk replays to its end, ends where the policy says, and starts where
    /// the one before ended. What it finds in memory is believed.
    Chain,
    /// Besides, every word holds what the program, the initial memory or an earlier
    /// chunk left there, code of the guest's own is what memory held, and the
    /// digests of inputs are right.
    #[default]
    Replay,
}

/// A trace to be verified, chunks apart.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use rvjet::abi::Linux;
/// use rvjet::replay::Verify;
/// use rvjet::trace::Policy;
/// use rvjet::Machine;
///
/// let elf = std::fs::read("guest-programs/elf/fib.elf")?;
/// let linux = Linux::new().args(["fib", "10"]).stdout(std::io::sink());
/// let mut recording = Machine::builder()
///     .elf(&elf)
///     .abi(linux)
///     .record(Policy::Insns(1000))?;
/// let chunks: Vec<_> = recording.by_ref().collect();
///
/// let mut verify = Verify::new(recording.header(), &elf);
/// verify.ending = recording.ending();
/// let verified = verify.run_all(&chunks)?;
/// assert_eq!(verified.chunks, chunks.len() as u64);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Verify<'a> {
    /// What the trace says before its first chunk.
    pub header: &'a Header,
    /// The ELF file of the program.
    pub elf: &'a [u8],
    /// What it says after its last; nothing if the trace was cut short.
    pub ending: Option<Ending>,
    /// How much is verified.
    pub level: Level,
    /// Which engine replays.
    pub engine: EngineKind,
    /// Threads that replay.
    pub threads: usize,
}

/// Figures of a trace that was found to be right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Chunks.
    pub chunks: u64,
    /// Instructions.
    pub insns: u64,
    /// Accesses.
    pub accesses: u64,
    /// Calls.
    pub ecalls: u64,
    /// Words that chunks touch, each counted once a chunk.
    pub touches: u64,
}

impl<'a> Verify<'a> {
    /// To be verified by all that can be: by the fastest engine, on as many
    /// threads as the host runs at once.
    pub fn new(header: &'a Header, elf: &'a [u8]) -> Verify<'a> {
        let threads = std::thread::available_parallelism();
        Verify {
            header,
            elf,
            ending: None,
            level: Level::default(),
            engine: EngineKind::Auto,
            threads: threads.map_or(1, std::num::NonZeroUsize::get),
        }
    }

    /// Verifies chunks that are in memory.
    pub fn run_all(&self, chunks: &[Chunk]) -> Result<Verified, VerifyError> {
        let get = |number: u64| Ok(chunks[number as usize].clone());
        self.run(chunks.len() as u64, get, |_| {})
    }

    /// Verifies `count` chunks, which `chunk` gives by their place, and tells
    /// `progress` of each that is right, in order. What is found wrong is the
    /// first in the trace.
    pub fn run<E: std::error::Error + Send + 'static>(
        &self,
        count: u64,
        chunk: impl Fn(u64) -> Result<Chunk, E> + Sync,
        mut progress: impl FnMut(&Chunk),
    ) -> Result<Verified, VerifyError<E>> {
        let mut join = Join::new(self, count)?;
        let hire = || Replayer::new(self.header, self.elf, self.engine).map_err(VerifyError::from);
        let work = |replayer: &mut Replayer, number| {
            chunk(number).map(|chunk| {
                let replayed = replayer.run_chunk(&chunk);
                (chunk, replayed)
            })
        };
        in_order(
            self.threads,
            self.threads.saturating_mul(AHEAD),
            count,
            hire,
            work,
            |number, result| {
                let (chunk, replayed) =
                    result.map_err(|source| VerifyError::Chunk { number, source })?;
                join.take(number, &chunk, replayed)?;
                progress(&chunk);
                join.last = Some(chunk);
                Ok(())
            },
        )?;
        join.finish()
    }
}

/// What is known of a trace up to a chunk.
struct Join<'a> {
    trace: &'a Verify<'a>,
    count: u64,
    chain: Chain,
    history: Option<History>,
    received: blake3::Hasher,
    last: Option<Chunk>,
    /// The last instruction was a call that stayed where it was.
    stays: bool,
    verified: Verified,
}

impl<'a> Join<'a> {
    fn new<E: std::error::Error + 'static>(
        trace: &'a Verify<'a>,
        count: u64,
    ) -> Result<Join<'a>, VerifyError<E>> {
        let header = trace.header;
        check_header(header)?;
        let history = match trace.level {
            Level::Chain => None,
            Level::Replay => {
                check_inputs(header)?;
                Some(History::new(header, trace.elf).map_err(ReplayError::from)?)
            }
        };
        Ok(Join {
            trace,
            count,
            chain: Chain::new(header),
            history,
            received: blake3::Hasher::new(),
            last: None,
            stays: false,
            verified: Verified::default(),
        })
    }

    fn take<E: std::error::Error + 'static>(
        &mut self,
        number: u64,
        chunk: &Chunk,
        replayed: Result<Replayed, Mismatch>,
    ) -> Result<(), VerifyError<E>> {
        let taken = self.follow(number, chunk, replayed);
        taken.map_err(|found| {
            VerifyError::Mismatch(Box::new(Mismatch {
                chunk: number,
                ..found
            }))
        })
    }

    /// The chunk is the next one of the trace.
    fn follow(
        &mut self,
        number: u64,
        chunk: &Chunk,
        replayed: Result<Replayed, Mismatch>,
    ) -> Result<(), Mismatch> {
        let at = |place, difference| Mismatch {
            chunk: number,
            place,
            difference,
        };
        self.chain.follow(number, chunk)?;
        // A wrong value is the cause of what else is found wrong. What is no
        // address has no value.
        let malformed = |found: &Mismatch| matches!(found.difference, Difference::Malformed { .. });
        let wrong = match &replayed {
            Err(found) if malformed(found) => None,
            _ => self
                .history
                .as_mut()
                .and_then(|history| history.wrong_value(chunk)),
        };
        if let Some((index, value)) = wrong {
            let recorded = chunk.touches[index];
            let place = self.place_of_touch(chunk, index);
            return Err(at(place, Difference::TouchValue { recorded, value }));
        }
        let replayed = replayed?;
        let history = self.history.as_mut();
        if let Some(page) = history.and_then(|history| history.wrong_code(chunk, &replayed.seen)) {
            let (at, addr) = (chunk.code[page].at, chunk.code[page].addr);
            let place = self.place_of_code(chunk, at, addr);
            return Err(Mismatch {
                chunk: number,
                place,
                difference: Difference::Code { addr },
            });
        }
        self.check_end(number, chunk, &replayed)
            .map_err(|difference| at(Place::end(chunk), difference))?;
        self.note(chunk, &replayed);
        Ok(())
    }

    fn check_end(&self, number: u64, chunk: &Chunk, replayed: &Replayed) -> Result<(), Difference> {
        let is_last = number + 1 == self.count;
        if !is_last && !replayed.is_full {
            return Err(Difference::TooShort);
        }
        let tries = matches!(
            self.trace.ending.as_ref().map(|ending| ending.exit),
            None | Some(Exit::Trap(_) | Exit::MemoryLimit { .. } | Exit::BrokenPipe)
        );
        let ahead = chunk.code.last().filter(|_| replayed.looks_ahead);
        match ahead.filter(|_| !(is_last && tries)) {
            Some(page) => Err(Difference::UnusedCode { addr: page.addr }),
            None => Ok(()),
        }
    }

    fn place_of_touch(&self, chunk: &Chunk, index: usize) -> Place {
        let Verify { header, elf, .. } = *self.trace;
        match Replayer::new(header, elf, EngineKind::Interp) {
            Ok(mut replayer) => replayer.place_of_touch(chunk, index as u64),
            Err(_) => Place::start(chunk),
        }
    }

    /// The first instruction in a page of code, from that of the chunk on which
    /// the page is recorded at.
    fn place_of_code(&self, chunk: &Chunk, at: u64, addr: u64) -> Place {
        let Verify { header, elf, .. } = *self.trace;
        let replayer = Replayer::new(header, elf, EngineKind::Interp);
        let place = replayer.ok().and_then(|mut replayer| {
            replayer.place_where(chunk, |step| {
                let last = step.pc.wrapping_add(u64::from(step.len) - 1);
                let within = page_down(step.pc) == addr || page_down(last) == addr;
                within && step.insn - chunk.start.state.insns >= at
            })
        });
        place.unwrap_or_else(|| Place::start(chunk))
    }

    fn note(&mut self, chunk: &Chunk, replayed: &Replayed) {
        if let Some(history) = &mut self.history {
            history.leave(&chunk.touches, &replayed.values);
        }
        for write in chunk.ecalls.iter().flat_map(|ecall| &ecall.writes) {
            self.received.update(&write.bytes);
        }
        self.stays = replayed.stays;
        self.verified.chunks += 1;
        self.verified.insns = chunk.end.state.insns;
        self.verified.accesses = chunk.end.accesses;
        self.verified.ecalls = chunk.end.ecalls;
        self.verified.touches += chunk.touches.len() as u64;
    }

    /// All chunks are right: is the end?
    fn finish<E: std::error::Error + 'static>(mut self) -> Result<Verified, VerifyError<E>> {
        let Some(ending) = &self.trace.ending else {
            return Ok(self.verified);
        };
        let Verify { header, elf, .. } = *self.trace;
        let mut tail = Tail {
            last: self.last.as_ref(),
            start: &header.start,
            stays: self.stays,
            code: Vec::new(),
        };
        if let Some(history) = &mut self.history {
            let mut pages = trapping_pages(ending.exit);
            pages.retain(|addr| addr.saturating_add(PAGE_SIZE) <= header.address_space);
            let code = |addr| Some((addr, history.code_at(addr)?));
            tail.code = pages.into_iter().filter_map(code).collect();
        }
        let mut replayer = Replayer::new(header, elf, EngineKind::Interp)?;
        if !replayer.ends_so(&tail, ending.exit) {
            return Err(VerifyError::Exit {
                recorded: ending.exit,
            });
        }
        let (recorded, found) = (
            ending.received,
            Digest(*self.received.finalize().as_bytes()),
        );
        if self.history.is_some() && recorded != found {
            return Err(VerifyError::Received { recorded, found });
        }
        Ok(self.verified)
    }
}

/// A run starts with nothing counted, and nothing reserved.
fn check_header<E: std::error::Error + 'static>(header: &Header) -> Result<(), VerifyError<E>> {
    let start = &header.start;
    let counters = [
        start.x[0],
        start.insns,
        start.unaligned_loads,
        start.unaligned_stores,
    ];
    if counters == [0; 4] && start.reservation == Reservation::NONE && start.pc.is_multiple_of(2) {
        Ok(())
    } else {
        Err(VerifyError::Start)
    }
}

fn check_inputs<E: std::error::Error + 'static>(header: &Header) -> Result<(), VerifyError<E>> {
    let recorded = header.inputs;
    let found = Digest::of_inputs(&header.start, &header.initial);
    if recorded == found {
        Ok(())
    } else {
        Err(VerifyError::Inputs { recorded, found })
    }
}

/// The pages that an instruction which trapped was fetched from.
fn trapping_pages(exit: Exit) -> Vec<u64> {
    let Exit::Trap(Trap { pc, cause }) = exit else {
        return Vec::new();
    };
    if matches!(cause, Cause::FetchFault { .. }) {
        return Vec::new();
    }
    let mut pages = vec![page_down(pc), page_down(pc.wrapping_add(2))];
    pages.dedup();
    pages
}
