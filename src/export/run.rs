//! An export, from beginning to end.

use std::fs::File;
use std::ops::Range;
use std::path::Path;

use parquet::file::metadata::KeyValue;

use super::batch::{Batch, batches};
use super::file::TableFile;
use super::group::Layout;
use super::turn::Turns;
use super::worker::{Halt, Job, Serial, Worker};
use super::{ExportError, Table};
use crate::replay::{Chain, Join, in_order};
use crate::trace::{Condition, Source, Trace};
use crate::{EngineKind, Replayer};

/// A trace to be written as tables.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use rvjet::abi::Linux;
/// use rvjet::export::{Export, Table};
/// use rvjet::trace::{Policy, Trace};
/// use rvjet::{Machine, TraceOptions};
///
/// let elf = std::fs::read("guest-programs/elf/fib.elf")?;
/// let linux = Linux::new().args(["fib", "10"]).stdout(std::io::sink());
/// let mut recording = Machine::builder()
///     .elf(&elf)
///     .abi(linux)
///     .record(Policy::Insns(1000))?;
/// let mut file = Vec::new();
/// recording.write_to(&mut file, &TraceOptions::default())?;
///
/// let trace = Trace::open(file)?;
/// let dir = std::env::temp_dir().join(format!("rvjet-export-{}", std::process::id()));
/// let export = Export {
///     elf: Some(&elf),
///     tables: &[Table::Insns],
///     ..Export::new(&trace)
/// };
/// let exported = export.write(&dir, |_| {})?;
/// assert_eq!(exported.rows(Table::Insns), trace.totals().map(|totals| totals.insns));
/// # std::fs::remove_dir_all(&dir)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Export<'a, S = File> {
    /// The trace. One that is not complete is exported as far as chunks are known of.
    pub trace: &'a Trace<S>,
    /// The ELF file of the program, which all tables but [`Table::Chunks`] need.
    pub elf: Option<&'a [u8]>,
    /// The tables.
    pub tables: &'a [Table],
    /// The chunks; all of them if nothing is said.
    ///
    /// An access is linked to the one before it wherever that is: so for
    /// [`Table::Accesses`] the chunks before these are replayed too.
    pub chunks: Option<Range<u64>>,
    /// Threads that replay and encode. A few row groups and the accesses of the
    /// largest chunk are in memory for each.
    pub threads: usize,
    /// Whether files that are there are replaced.
    pub force: bool,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exported {
    /// The chunks.
    pub chunks: Range<u64>,
    /// The tables, and how many rows they have.
    pub tables: Vec<(Table, u64)>,
}

impl Exported {
    /// How many rows a table has, if it was written.
    pub fn rows(&self, table: Table) -> Option<u64> {
        let mut tables = self.tables.iter();
        tables.find(|(it, _)| *it == table).map(|(_, rows)| *rows)
    }
}

impl<'a, S: Source + Sync> Export<'a, S> {
    /// All tables of all chunks, by as many threads as the host runs at once.
    pub fn new(trace: &'a Trace<S>) -> Export<'a, S> {
        let threads = std::thread::available_parallelism();
        Export {
            trace,
            elf: None,
            tables: &Table::ALL,
            chunks: None,
            threads: threads.map_or(1, std::num::NonZeroUsize::get),
            force: false,
        }
    }

    /// How many chunks are gone through: those that are exported, and those that
    /// are replayed for the sake of later ones.
    pub fn passes(&self) -> u64 {
        let written = self.range();
        written.end - self.first(&written)
    }

    /// Writes the tables into a directory, which is made if there is none. Tells
    /// `progress` how many chunks have been gone through.
    ///
    /// The files have other names until all are whole: so a killed export leaves
    /// none that looks so, and no file is replaced by one of a trace that is wrong.
    ///
    /// # Errors
    /// The first thing that is wrong with the trace, or what the host refuses.
    pub fn write(
        &self,
        dir: &Path,
        mut progress: impl FnMut(u64),
    ) -> Result<Exported, ExportError> {
        let layouts = self.layouts()?;
        let batches = self.batches()?;
        self.check()?;
        std::fs::create_dir_all(dir).map_err(|source| ExportError::Create {
            path: dir.to_owned(),
            source,
        })?;
        let create = |layout: &Layout| TableFile::create(dir, layout.clone(), self.force);
        let mut files: Vec<TableFile> = layouts.iter().map(create).collect::<Result<_, _>>()?;
        self.fill(&mut files, layouts, batches, &mut progress)?;
        files.iter_mut().try_for_each(TableFile::complete)?;
        let tables = files.iter().map(|file| (file.table(), file.rows()));
        let exported = Exported {
            chunks: self.range(),
            tables: tables.collect(),
        };
        files.into_iter().try_for_each(TableFile::publish)?;
        Ok(exported)
    }

    fn fill(
        &self,
        files: &mut [TableFile],
        layouts: Vec<Layout>,
        batches: Vec<Batch>,
        progress: &mut impl FnMut(u64),
    ) -> Result<(), ExportError> {
        let first = self.first(&self.range());
        let serial = Serial {
            chain: (first == 0).then(|| Chain::new(self.trace.header())),
            join: Join::new(),
        };
        let job = Job {
            trace: self.trace,
            layouts,
            batches,
            turns: Turns::new(serial),
        };
        let take = |number: u64, worked: Result<Vec<_>, Halt>| {
            let additions = worked?;
            for (file, addition) in files.iter_mut().zip(additions) {
                file.add(addition)?;
            }
            progress(job.batches[number as usize].chunks.end - first);
            Ok(())
        };
        let count = job.batches.len() as u64;
        let ahead = self.threads.saturating_add(1);
        let work = |worker: &mut Worker, number| job.work(worker, number);
        match in_order(self.threads, ahead, count, || self.hire(), work, take) {
            Ok(()) => Ok(()),
            Err(Halt::Failed(error)) => Err(error),
            Err(Halt::Stopped) => unreachable!("a batch stops after one that has failed"),
        }
    }

    fn hire(&self) -> Result<Worker, Halt> {
        let header = self.trace.header();
        let replayer = match self.elf.filter(|_| self.is_replayed()) {
            Some(elf) => Some(Replayer::new(header, elf, EngineKind::Auto)?),
            None => None,
        };
        Ok(Worker::new(replayer))
    }

    fn is_replayed(&self) -> bool {
        self.tables.iter().any(|table| table.is_replayed())
    }

    /// The chunks that become rows.
    fn range(&self) -> Range<u64> {
        self.chunks.clone().unwrap_or(0..self.trace.len())
    }

    /// The first chunk that is looked at.
    fn first(&self, written: &Range<u64>) -> u64 {
        match self.tables.contains(&Table::Accesses) {
            true => 0,
            false => written.start,
        }
    }

    fn batches(&self) -> Result<Vec<Batch>, ExportError> {
        let (written, count) = (self.range(), self.trace.len());
        if written.start > written.end || written.end > count {
            let chunks = written;
            return Err(ExportError::NoChunks { chunks, count });
        }
        let first = self.first(&written);
        let mut all = batches(self.trace, first..written.start, false)?;
        all.extend(batches(self.trace, written, true)?);
        Ok(all)
    }

    fn check(&self) -> Result<(), ExportError> {
        let mut tables = self.tables.iter().copied();
        match tables.find(|table| table.is_replayed() && self.elf.is_none()) {
            Some(table) => Err(ExportError::NoElf { table }),
            None => Ok(()),
        }
    }

    /// Each table once, whatever was asked for.
    fn layouts(&self) -> Result<Vec<Layout>, ExportError> {
        let about = self.about();
        let tables = Table::ALL
            .iter()
            .filter(|table| self.tables.contains(table));
        let layouts = tables.map(|table| Layout::new(*table, &about));
        Ok(layouts.collect::<Result<_, _>>()?)
    }

    /// What a file says of the trace that it is of.
    fn about(&self) -> Vec<KeyValue> {
        let (header, chunks) = (self.trace.header(), self.range());
        let clock = &header.clock;
        let condition = match self.trace.condition() {
            Condition::Complete => "complete",
            Condition::Truncated { .. } => "truncated",
            Condition::Damaged(_) => "damaged",
        };
        let mut about = vec![
            ("rvjet.condition", condition.to_owned()),
            ("rvjet.chunks", format!("{}..{}", chunks.start, chunks.end)),
            ("rvjet.elf", header.elf.to_string()),
            ("rvjet.clock.start", clock.start.to_string()),
            ("rvjet.clock.insn", clock.insn.to_string()),
            ("rvjet.clock.ecall", clock.ecall.to_string()),
            ("rvjet.clock.access", clock.access.to_string()),
        ];
        about.extend(
            self.trace
                .root()
                .map(|root| ("rvjet.root", root.to_string())),
        );
        let about = about.into_iter();
        about
            .map(|(key, value)| KeyValue::new(key.to_owned(), value))
            .collect()
    }
}
