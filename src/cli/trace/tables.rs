//! `rvjet trace export --format parquet`: a trace as tables.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use rvjet::export::{Export, ExportError, Exported, Table};

use super::export::{Args, Table as Wanted};
use super::opened::{Counted, Opened};
use super::place::Names;
use crate::cli::failure::{self, Failure};
use crate::cli::output;
use crate::cli::progress::Progress;

impl Wanted {
    const fn table(self) -> Table {
        match self {
            Wanted::Chunks => Table::Chunks,
            Wanted::Insns => Table::Insns,
            Wanted::Accesses => Table::Accesses,
            Wanted::Ecalls => Table::Ecalls,
        }
    }
}

/// Writes the tables; tells on standard output what they have.
pub fn execute(args: &Args) -> Result<ExitCode, Failure> {
    let Some(dir) = args.dir.as_deref() else {
        let why = "trace export: --format parquet needs a directory";
        return Err(Failure::Usage(why.to_owned()));
    };
    let opened = Opened::open(&args.trace)?;
    let tables: Vec<Table> = args
        .tables
        .tables
        .iter()
        .map(|wanted| wanted.table())
        .collect();
    let elf = match tables.iter().any(|table| table.is_replayed()) {
        true => Some(opened.program(args.elf.as_deref())?),
        false => None,
    };
    let mut export = Export::new(&opened.trace);
    export.elf = elf.as_deref();
    export.tables = &tables;
    export.chunks = Some(opened.chunks(args.tables.chunks.as_ref())?);
    export.force = args.force;
    if let Some(threads) = args.threads {
        export.threads = threads;
    }
    let progress = Progress::chunks(export.passes());
    let written = export.write(dir, |chunks| progress.at(chunks));
    drop(progress);
    let exported =
        written.map_err(|error| failed(&opened, elf.as_deref().unwrap_or_default(), error))?;
    tell(dir, &exported)?;
    Ok(opened.done().into())
}

fn tell(dir: &Path, exported: &Exported) -> Result<(), Failure> {
    output::print("the result", |out| {
        exported.tables.iter().try_for_each(|(table, rows)| {
            let path = dir.join(table.file_name());
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
