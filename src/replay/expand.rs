//! The full access trace of a run, from its chunks.

use super::access::{ChunkAccesses, Join};
use super::chain::Chain;
use super::crew::in_order;
use super::{ExpandError, Mismatch};
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
        let mut chain = Chain::new(self.header);
        let mut join = Join::new();
        let mut accesses = 0;
        let hire = || Ok(Replayer::new(self.header, self.elf, EngineKind::Interp)?);
        let work = |replayer: &mut Replayer, number| {
            chunk(number).map(|chunk| {
                let expanded = replayer.accesses(&chunk);
                (chunk, expanded)
            })
        };
        let ahead = self.threads.saturating_add(1);
        in_order(self.threads, ahead, count, hire, work, |number, result| {
            let (chunk, expanded) =
                result.map_err(|source| ExpandError::Chunk { number, source })?;
            chain.follow(number, &chunk).map_err(mismatch)?;
            let mut expanded = expanded.map_err(mismatch)?;
            join.link(&mut expanded);
            accesses += expanded.accesses.len() as u64;
            sink(&chunk, expanded).map_err(|source| ExpandError::Sink { number, source })
        })?;
        Ok(accesses)
    }
}

fn mismatch<E: std::error::Error>(found: Mismatch) -> ExpandError<E> {
    ExpandError::Mismatch(Box::new(found))
}
