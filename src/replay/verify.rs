//! A whole trace: every chunk replays, follows on the one before, and ends where
//! the policy says.

use std::path::PathBuf;
use std::sync::Arc;

use super::VerifyError;
use super::crew::in_order;
use super::whole::Whole;
use crate::emulator::CodeCache;
use crate::trace::{Chunk, Ending, Header};
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
    /// A directory in which emitted code is kept, as by
    /// [`Builder::code_cache`](crate::Builder::code_cache).
    pub code_cache: Option<PathBuf>,
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
            code_cache: None,
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
        let mut whole = Whole::new(self, count)?;
        let directory = self.code_cache.as_deref();
        let cache = directory.map(|directory| Arc::new(CodeCache::new(directory, self.elf)));
        let hire = || {
            let mut replayer = Replayer::new(self.header, self.elf, self.engine)?;
            // Without them, what a trace says of them is taken as it is.
            replayer.recompute_calls(cfg!(feature = "precompiles"));
            if let Some(cache) = &cache {
                replayer.use_cache(Arc::clone(cache));
            }
            Ok::<_, VerifyError<E>>(replayer)
        };
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
                whole.take(number, &chunk, replayed)?;
                progress(&chunk);
                whole.last = Some(chunk);
                Ok(())
            },
        )?;
        whole.finish()
    }
}
