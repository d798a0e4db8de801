//! Chunks, one after the other, while threads of their own make those to come.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::chunk::Chunk;
use super::cut::Cutter;
use super::entries::Pool;
use super::error::Error;
use super::follow::Text;
use super::guess::Guess;
use super::piece::{self, Piece};
use super::source::Source;
use crate::machine::MapError;
use crate::program::Convention;
use crate::replay::{Chain, Mismatch, ReplayError, in_order};
use crate::trace::{self, Chunk as Recorded, Header, Trace};
use crate::{EngineKind, Outcome, Recording, Replayer};

/// Chunks that wait to be taken.
const WAITING: usize = 2;

/// How chunks are made.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Entries that make a chunk full: it ends behind the instruction that has the last
    /// of them (`max_trace_size`).
    pub max_trace_size: u64,
    /// Threads that replay. The entries of some chunks of the recording more than that
    /// are in memory at once.
    pub threads: usize,
}

impl Options {
    /// As many threads as the host has processors.
    pub fn new(max_trace_size: u64) -> Options {
        let threads = std::thread::available_parallelism();
        Options {
            max_trace_size,
            threads: threads.map_or(1, NonZeroUsize::get),
        }
    }
}

/// The chunks that SP1's executor would make of a run, in order. After an error there
/// are no more.
///
/// ```no_run
/// use rvjet::abi::Sp1;
/// use rvjet::sp1::{Chunks, Options};
/// use rvjet::{Machine, trace::Policy};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let elf = std::fs::read("guest.elf")?;
/// let sp1 = Sp1::new().input(7u64.to_le_bytes());
/// let recording = Machine::builder().elf(&elf).abi(sp1).record(Policy::default())?;
/// let mut chunks = Chunks::of_run(recording, &elf, Options::new(1 << 20))?;
/// for chunk in &mut chunks {
///     let chunk = chunk?;
///     println!("{} entries from {:#x} on", chunk.mem_reads.len(), chunk.pc_start);
/// }
/// println!("{:?}", chunks.finish().map(|outcome| outcome.exit));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Chunks {
    made: Option<Receiver<Result<Chunk, Error>>>,
    maker: Option<JoinHandle<Source>>,
    /// Nobody takes chunks any more.
    unwanted: Arc<AtomicBool>,
    /// What the maker has left.
    source: Option<Source>,
}

impl Drop for Chunks {
    /// The threads end with the chunks of the recording that they are at.
    fn drop(&mut self) {
        self.unwanted.store(true, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").finish_non_exhaustive()
    }
}

impl Chunks {
    /// Those of the run that `trace` is of, of the program in `elf`.
    ///
    /// What the trace says of memory is taken as it is: [`Verify`](crate::replay::Verify)
    /// tells whether it is right.
    ///
    /// # Errors
    /// If the trace is of another personality, or the program cannot be loaded.
    pub fn of_trace<S: trace::Source + Send + 'static>(
        trace: Trace<S>,
        elf: &[u8],
        options: Options,
    ) -> Result<Chunks, Error> {
        let header = trace.header().clone();
        Chunks::new(Source::trace(trace), header, elf, options)
    }

    /// Those of a guest, which runs while they are taken.
    ///
    /// # Errors
    /// As for [`Chunks::of_trace`].
    pub fn of_run(recording: Recording, elf: &[u8], options: Options) -> Result<Chunks, Error> {
        let header = recording.header().clone();
        Chunks::new(Source::run(recording), header, elf, options)
    }

    fn new(source: Source, header: Header, elf: &[u8], options: Options) -> Result<Chunks, Error> {
        if Convention::of(&header.abi) != Convention::Sp1 {
            return Err(Error::OtherAbi { abi: header.abi });
        }
        let most = usize::try_from(options.max_trace_size).unwrap_or(usize::MAX);
        if most == 0 {
            return Err(Error::EmptyChunks);
        }
        let text = Text::load(&header, elf).map_err(ReplayError::from)?;
        let cutter = Cutter::new(&header, most, text);
        let (sender, made) = sync_channel(WAITING);
        let elf: Arc<[u8]> = elf.into();
        let unwanted = Arc::new(AtomicBool::new(false));
        let is_unwanted = Arc::clone(&unwanted);
        let make = move || {
            let maker = Maker {
                source: &source,
                header: &header,
                elf: &elf,
                threads: options.threads,
                pool: Pool::default(),
                guess: Guess::new(most),
                unwanted: &is_unwanted,
            };
            maker.make(cutter, &sender);
            source
        };
        let maker = std::thread::Builder::new().spawn(make);
        Ok(Chunks {
            made: Some(made),
            maker: Some(maker.map_err(Error::Thread)?),
            unwanted,
            source: None,
        })
    }

    /// How the guest has ended, if one runs: it runs to its end. Chunks that have not been
    /// taken are lost.
    pub fn finish(mut self) -> Option<Outcome> {
        self.unwanted.store(true, Ordering::Relaxed);
        self.made = None;
        self.join();
        self.source.take()?.finish()
    }

    /// Waits for the maker, whose panic is one here: chunks must not seem to be all.
    fn join(&mut self) {
        if let Some(maker) = self.maker.take() {
            let left = maker.join();
            self.source = Some(left.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
    }
}

impl Iterator for Chunks {
    type Item = Result<Chunk, Error>;

    fn next(&mut self) -> Option<Result<Chunk, Error>> {
        let made = self.made.as_ref()?;
        let next = made.recv().ok();
        if !matches!(next, Some(Ok(_))) {
            self.made = None;
        }
        if next.is_none() {
            self.join();
        }
        next
    }
}

/// What makes chunks.
struct Maker<'a> {
    source: &'a Source,
    header: &'a Header,
    elf: &'a [u8],
    threads: usize,
    pool: Pool,
    guess: Guess,
    unwanted: &'a AtomicBool,
}

/// A recording's chunk, and what came of it.
type Made = Result<(Recorded, Result<Piece, Error>), Error>;

/// Why the making ends.
enum Stop {
    /// All is made.
    Done,
    /// Nobody takes chunks any more.
    Unwanted,
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Failed(error)
    }
}

impl Maker<'_> {
    /// Makes all chunks, and gives them to `sender`.
    fn make(&self, mut cutter: Cutter, sender: &SyncSender<Result<Chunk, Error>>) {
        let mut chain = Chain::new(self.header);
        let (mut early, mut next) = (BTreeMap::new(), 0);
        let ahead = self.threads.saturating_add(1);
        let hire = || Ok(self.hire()?);
        let work = |replayer: &mut Replayer, _| self.work(replayer);
        let send = |chunk| sender.send(Ok(chunk)).map_err(|_| Stop::Unwanted);
        let stopped = in_order(self.threads, ahead, u64::MAX, hire, work, |_, made| {
            early.extend(made);
            while let Some(made) = early.remove(&next) {
                let (chunk, piece) = made?;
                chain.follow(next, &chunk).map_err(mismatch)?;
                cutter.take(&chunk, piece?, &self.pool, send)?;
                self.guess.tell(chunk.end.accesses, cutter.open_entries());
                next += 1;
            }
            if self.source.total() == Some(next) {
                Err(Stop::Done)
            } else if self.unwanted.load(Ordering::Relaxed) {
                Err(Stop::Unwanted)
            } else {
                Ok(())
            }
        });
        let last = match stopped {
            Err(Stop::Done) => cutter.finish().map(Ok),
            Err(Stop::Failed(error)) => Some(Err(error)),
            Ok(()) | Err(Stop::Unwanted) => None,
        };
        if let Some(last) = last {
            // Nobody may be there to take it.
            let _unwanted = sender.send(last);
        }
    }

    fn hire(&self) -> Result<Replayer, Error> {
        let mut replayer = Replayer::linking(self.header, self.elf, EngineKind::Auto)?;
        if !replayer.hart().memory.is_linking() {
            let refused = MapError::Host(rustix::io::Errno::NOMEM);
            return Err(ReplayError::from(refused).into());
        }
        Ok(replayer)
    }

    /// Replays the next chunk of the recording; nothing if there is none.
    fn work(&self, replayer: &mut Replayer) -> Option<(u64, Made)> {
        let (number, chunk) = self.source.next()?;
        let made = chunk.map_err(Error::from).map(|chunk| {
            let way = self.guess.way(chunk.start.accesses);
            let piece = piece::make(replayer, &chunk, way, self.pool.take());
            (chunk, piece)
        });
        Some((number, made))
    }
}

fn mismatch(found: Mismatch) -> Error {
    Box::new(found).into()
}
