//! `rvjet trace export`: a trace as tables.

use std::io::{self, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use rvjet::export::{Export, ExportError, Exported, Table};

use super::opened::{Counted, Opened};
use super::place::Names;
use crate::cli::failure::{self, Failure};
use crate::cli::progress::Progress;
use crate::cli::{output, values};

/// Write a trace as tables, which data analysis tools read.
///
/// Makes DIR/chunks.parquet, DIR/insns.parquet, DIR/accesses.parquet and
/// DIR/ecalls.parquet; docs/parquet.md tells their columns. insns has a row for
/// each instruction and accesses one for each word accessed: think of --tables
/// and --chunks. Files get their names when all of them are whole.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The trace; - is standard input
    #[arg(value_name = "TRACE")]
    trace: PathBuf,

    /// Where the tables go; made if it is not there
    #[arg(value_name = "DIR")]
    dir: PathBuf,

    /// How a table is stored
    #[arg(long, value_enum, default_value_t = Format::Parquet)]
    format: Format,

    /// The tables
    #[arg(
        long,
        value_enum,
        value_name = "TABLE,..",
        value_delimiter = ',',
        default_values_t = Name::ALL
    )]
    tables: Vec<Name>,

    /// Of the chunks I up to J, without J [default: all]
    ///
    /// What the accesses before were is found out all the same, so for the table
    /// accesses the chunks before I are replayed, too.
    #[arg(long, value_name = "I..J", value_parser = values::range)]
    chunks: Option<Range<u64>>,

    /// Replace the tables that are there
    #[arg(long)]
    force: bool,

    /// The program, if the trace does not have it
    #[arg(long, value_name = "FILE")]
    elf: Option<PathBuf>,

    /// Threads; the tables do not depend on it [default: all of this host]
    #[arg(long, env = "RVJET_THREADS", value_name = "N", value_parser = values::threads)]
    threads: Option<usize>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Apache Parquet, a file each
    Parquet,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Name {
    /// What the trace says of each chunk
    Chunks,
    /// Each instruction, and what it wrote to its register
    Insns,
    /// Each access to a word of memory, and the one before it
    Accesses,
    /// Each call, with what it read and wrote
    Ecalls,
}

impl Name {
    const ALL: [Name; 4] = [Name::Chunks, Name::Insns, Name::Accesses, Name::Ecalls];

    const fn table(self) -> Table {
        match self {
            Name::Chunks => Table::Chunks,
            Name::Insns => Table::Insns,
            Name::Accesses => Table::Accesses,
            Name::Ecalls => Table::Ecalls,
        }
    }
}

/// Writes the tables; tells on standard output what they have.
pub fn execute(args: &Args) -> Result<ExitCode, Failure> {
    let Format::Parquet = args.format;
    let opened = Opened::open(&args.trace)?;
    let tables: Vec<Table> = args.tables.iter().map(|name| name.table()).collect();
    let elf = match tables.iter().any(|table| table.is_replayed()) {
        true => Some(opened.program(args.elf.as_deref())?),
        false => None,
    };
    let mut export = Export::new(&opened.trace);
    export.elf = elf.as_deref();
    export.tables = &tables;
    export.chunks = Some(opened.chunks(args.chunks.as_ref())?);
    export.force = args.force;
    if let Some(threads) = args.threads {
        export.threads = threads;
    }
    let progress = Progress::chunks(export.passes());
    let written = export.write(&args.dir, |chunks| progress.at(chunks));
    drop(progress);
    let exported =
        written.map_err(|error| failed(&opened, elf.as_deref().unwrap_or_default(), error))?;
    tell(args, &exported)?;
    Ok(opened.done().into())
}

fn tell(args: &Args, exported: &Exported) -> Result<(), Failure> {
    output::print("the result", |out| {
        exported.tables.iter().try_for_each(|(table, rows)| {
            let path = args.dir.join(table.file_name());
            writeln!(out, "{}: {}", path.display(), Counted(*rows, "row"))
        })
    })
}

fn failed(opened: &Opened, elf: &[u8], error: ExportError) -> Failure {
    let path = opened.path.clone();
    match error {
        ExportError::Trace(source) => opened.wrong(source),
        ExportError::Replay(source) => Failure::Replay { path, source },
        ExportError::Mismatch(found) => {
            let chunk = opened.trace.chunk(found.chunk).ok();
            let what = Names::new(opened.header(), elf).tell(&found, chunk.as_ref());
            Failure::Wrong { path, what }
        }
        ExportError::NoElf { .. } => Failure::NoElf { path },
        ExportError::Exists { path } => Failure::Exists { path },
        ExportError::Create { path, source } => Failure::Create { path, source },
        ExportError::Write { path, source } => Failure::Output {
            what: path.display().to_string(),
            source,
        },
        other => Failure::Output {
            what: "the tables".to_owned(),
            source: io::Error::other(failure::chain(&other)),
        },
    }
}
