//! The full access trace of a run, from its chunks.

use std::sync::{Mutex, PoisonError};

use super::access::{ChunkAccesses, Join};
use super::chain::Chain;
use super::crew::in_order;
use super::{ChunkLinks, ExpandError, Mismatch, ReplayError};
use crate::trace::{Chunk, Header};
use crate::{EngineKind, Replayer};

/// A trace to be expanded, chunks apart.
#[derive(Clone, Copy, Debug)]
pub struct Expand<'a> {
    /// What the trace says before its first chunk.
    pub header: &'a Header,
    /// The ELF file of the program.
    pub elf: &'a [u8],
    /// Threads that replay. The accesses of one chunk more are in memory at once.
    pub threads: usize,
}

impl Expand<'_> {
    /// Expands `count` chunks, which `chunk` gives by their place, and gives the
    /// accesses of each to `sink`, in order. Returns how many there were.
    ///
    /// What a chunk holds in memory, and the program, are taken as they are:
    /// [`Verify`](super::Verify) tells whether they are right.
    pub fn run<E: std::error::Error + Send + 'static>(
        &self,
        count: u64,
        chunk: impl Fn(u64) -> Result<Chunk, E> + Sync,
        mut sink: impl FnMut(&Chunk, ChunkAccesses) -> Result<(), E>,
    ) -> Result<u64, ExpandError<E>> {
        let mut join = Join::new();
        let mut accesses = 0;
        let hire = || Replayer::new(self.header, self.elf, EngineKind::Interp);
        let work = |replayer: &mut Replayer, chunk: &Chunk| replayer.accesses(chunk);
        self.each(count, chunk, hire, work, |chunk, mut expanded| {
            join.link(&mut expanded);
            accesses += expanded.accesses.len() as u64;
            sink(chunk, expanded)
        })?;
        Ok(accesses)
    }

    /// As [`Expand::run`], what accesses find alone, which is many times as fast.
    /// `sink` borrows it: the memory is used again.
    pub fn links<E: std::error::Error + Send + 'static>(
        &self,
        count: u64,
        chunk: impl Fn(u64) -> Result<Chunk, E> + Sync,
        mut sink: impl FnMut(&Chunk, &ChunkLinks) -> Result<(), E>,
    ) -> Result<u64, ExpandError<E>> {
        let mut join = Join::new();
        let mut accesses = 0;
        let spent = Mutex::new(Vec::new());
        let pool = || spent.lock().unwrap_or_else(PoisonError::into_inner);
        let hire = || Replayer::linking(self.header, self.elf, EngineKind::Auto);
        let work = |replayer: &mut Replayer, chunk: &Chunk| {
            let spent = pool().pop().unwrap_or_default();
            replayer.links(chunk, spent)
        };
        self.each(count, chunk, hire, work, |chunk, mut linked| {
            join.link_chunk(&mut linked);
            accesses += linked.links.len() as u64;
            let kept = sink(chunk, &linked);
            pool().push(linked);
            kept
        })?;
        Ok(accesses)
    }

    /// Gives `take` what `work` makes of each chunk, in order.
    fn each<T: Send, E: std::error::Error + Send + 'static>(
        &self,
        count: u64,
        chunk: impl Fn(u64) -> Result<Chunk, E> + Sync,
        hire: impl Fn() -> Result<Replayer, ReplayError> + Sync,
        work: impl Fn(&mut Replayer, &Chunk) -> Result<T, Mismatch> + Sync,
        mut take: impl FnMut(&Chunk, T) -> Result<(), E>,
    ) -> Result<(), ExpandError<E>> {
        let mut chain = Chain::new(self.header);
        let hire = || Ok(hire()?);
        let work = |replayer: &mut Replayer, number| {
            chunk(number).map(|chunk| {
                let made = work(replayer, &chunk);
                (chunk, made)
            })
        };
        let ahead = self.threads.saturating_add(1);
        in_order(self.threads, ahead, count, hire, work, |number, result| {
            let (chunk, made) = result.map_err(|source| ExpandError::Chunk { number, source })?;
            chain.follow(number, &chunk).map_err(mismatch)?;
            let made = made.map_err(mismatch)?;
            take(&chunk, made).map_err(|source| ExpandError::Sink { number, source })
        })
    }
}

fn mismatch<E: std::error::Error>(found: Mismatch) -> ExpandError<E> {
    ExpandError::Mismatch(Box::new(found))
}
