//! From chunks to rows.

use parquet::errors::ParquetError;

use super::batch::Batch;
use super::file::Addition;
use super::group::{Layout, Row, Rows};
use super::rows::{self, Texts};
use super::turn::Turns;
use super::{ExportError, Table};
use crate::Replayer;
use crate::replay::{Chain, ChunkAccesses, Join, Mismatch};
use crate::trace::{Chunk, Source, Trace};

/// What is true of all chunks of an export.
pub(super) struct Job<'a, S> {
    pub(super) trace: &'a Trace<S>,
    pub(super) layouts: Vec<Layout>,
    pub(super) batches: Vec<Batch>,
    pub(super) turns: Turns<Serial>,
}

/// What links chunks to those before them.
pub(super) struct Serial {
    /// Nothing before the first chunk, if that is not the trace's.
    pub(super) chain: Option<Chain>,
    pub(super) join: Join,
}

/// Why there are no rows of a batch.
pub(super) enum Halt {
    Failed(ExportError),
    /// A batch before has failed.
    Stopped,
}

impl<E: Into<ExportError>> From<E> for Halt {
    fn from(error: E) -> Halt {
        Halt::Failed(error.into())
    }
}

/// What a thread keeps from batch to batch.
pub(super) struct Worker {
    /// Nothing if no table needs one.
    replayer: Option<Replayer>,
    texts: Texts,
}

impl Worker {
    pub(super) fn new(replayer: Option<Replayer>) -> Worker {
        Worker {
            replayer,
            texts: Texts::default(),
        }
    }
}

/// A thread has a replayer if a table needs one.
fn replayer(kept: &mut Option<Replayer>) -> &mut Replayer {
    match kept {
        Some(replayer) => replayer,
        None => unreachable!("chunks alone are not replayed"),
    }
}

impl<S: Source> Job<'_, S> {
    /// What a batch adds to each of the tables.
    pub(super) fn work(&self, worker: &mut Worker, number: u64) -> Result<Vec<Addition>, Halt> {
        let turn = self.turns.of(number);
        let batch = &self.batches[number as usize];
        let read = batch.chunks.clone().map(|chunk| self.trace.chunk(chunk));
        let chunks: Vec<Chunk> = read.collect::<Result<_, _>>()?;
        let mut accesses = self.accesses(worker, &chunks)?;
        let linked = turn.take(|serial| serial.link(&chunks, &mut accesses));
        linked.ok_or(Halt::Stopped)??;
        if !batch.written {
            return Ok(Vec::new());
        }
        let layouts = self.layouts.iter();
        layouts
            .map(|layout| self.rows(worker, layout, &chunks, &mut accesses))
            .collect()
    }

    /// The accesses of each chunk, if a table is made of them.
    fn accesses(&self, worker: &mut Worker, chunks: &[Chunk]) -> Result<Vec<ChunkAccesses>, Halt> {
        let wanted = |layout: &Layout| layout.table == Table::Accesses;
        if !self.layouts.iter().any(wanted) {
            return Ok(Vec::new());
        }
        let replayer = replayer(&mut worker.replayer);
        let expanded = chunks.iter().map(|chunk| replayer.accesses(chunk));
        Ok(expanded.collect::<Result<_, _>>()?)
    }

    fn rows(
        &self,
        worker: &mut Worker,
        layout: &Layout,
        chunks: &[Chunk],
        accesses: &mut Vec<ChunkAccesses>,
    ) -> Result<Addition, Halt> {
        let mut part = Part::new(layout);
        match layout.table {
            Table::Chunks => self.chunks(&mut part, chunks)?,
            Table::Insns => insns(&mut part, worker, chunks)?,
            Table::Accesses => expanded(&mut part, accesses.drain(..))?,
            Table::Ecalls => self.ecalls(&mut part, replayer(&mut worker.replayer), chunks)?,
        }
        Ok(part.addition)
    }

    fn chunks(&self, part: &mut Part<'_>, chunks: &[Chunk]) -> Result<(), Halt> {
        for chunk in chunks {
            let info = self.trace.chunk_info(chunk.number)?;
            rows::chunk(part.row()?, chunk, &info, &self.trace.header().clock);
        }
        Ok(())
    }

    fn ecalls(
        &self,
        part: &mut Part<'_>,
        replayer: &mut Replayer,
        chunks: &[Chunk],
    ) -> Result<(), Halt> {
        // What has no calls need not be replayed to find them.
        for chunk in chunks.iter().filter(|chunk| !chunk.ecalls.is_empty()) {
            let sites = replayer.call_sites(chunk)?;
            for (call, site) in sites.into_iter().enumerate() {
                rows::ecall(part.row()?, chunk, call, site, &self.trace.header().clock);
            }
        }
        Ok(())
    }
}

fn insns(part: &mut Part<'_>, worker: &mut Worker, chunks: &[Chunk]) -> Result<(), Halt> {
    for chunk in chunks {
        let texts = &mut worker.texts;
        for step in replayer(&mut worker.replayer).steps(chunk)? {
            rows::insn(part.row()?, chunk.number, &step?, texts);
        }
    }
    Ok(part.cut()?)
}

fn expanded(part: &mut Part<'_>, chunks: impl Iterator<Item = ChunkAccesses>) -> Result<(), Halt> {
    for chunk in chunks {
        for access in &chunk.accesses {
            rows::access(part.row()?, chunk.number, access);
        }
    }
    Ok(part.cut()?)
}

impl Serial {
    /// The next chunks are these.
    fn link(&mut self, chunks: &[Chunk], accesses: &mut [ChunkAccesses]) -> Result<(), Mismatch> {
        for chunk in chunks {
            let chain = self.chain.get_or_insert_with(|| Chain::before(chunk));
            chain.follow(chunk.number, chunk)?;
        }
        for chunk in accesses {
            self.join.link(chunk);
        }
        Ok(())
    }
}

/// The rows of one table and batch, as they are made.
struct Part<'a> {
    layout: &'a Layout,
    addition: Addition,
}

impl<'a> Part<'a> {
    fn new(layout: &'a Layout) -> Part<'a> {
        Part {
            layout,
            addition: Addition {
                groups: Vec::new(),
                rows: 0,
                rest: Rows::new(layout),
            },
        }
    }

    /// A new row, of a new group if the last is full.
    fn row(&mut self) -> Result<Row<'_>, ParquetError> {
        if self.addition.rest.is_full() {
            self.cut()?;
        }
        Ok(self.addition.rest.add())
    }

    /// Encodes all rows so far.
    fn cut(&mut self) -> Result<(), ParquetError> {
        let rows = &mut self.addition.rest;
        if rows.len() > 0 {
            self.addition.rows += rows.len() as u64;
            self.addition.groups.push(rows.encode(self.layout)?);
        }
        Ok(())
    }
}
