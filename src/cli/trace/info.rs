//! `rvjet trace info`: what a trace says of itself.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rvjet::trace::{self, ChunkInfo, TraceError};

use super::facts::{Facts, Read, Row, Whole};
use super::opened::{self, Opened};
use super::place::Names;
use crate::cli::failure::{self, Failure};
use crate::cli::output;
use crate::cli::status::Status;

/// Tell what a trace says of itself, without running anything.
///
/// Of a truncated or damaged trace it tells what there is. Chunks are not read
/// if the trace has an index: see "rvjet trace verify --quick", or --chunks.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The trace; - is standard input
    #[arg(value_name = "TRACE")]
    trace: PathBuf,

    /// As one JSON object
    #[arg(long)]
    json: bool,

    /// Each chunk, too
    #[arg(long)]
    chunks: bool,
}

/// Prints the facts.
pub fn execute(args: &Args) -> Result<ExitCode, Failure> {
    let file = opened::open(&args.trace)?;
    let facts = if opened::is_file(&file) {
        of_file(&Opened::open(&args.trace)?, args.chunks)?
    } else {
        of_stream(&args.trace, file, args.chunks)?
    };
    let text = match args.json {
        true => serde_json::to_string(&facts).map_err(|error| Failure::Output {
            what: "JSON".to_owned(),
            source: error.into(),
        })?,
        false => facts.to_string(),
    };
    output::print("the facts", |out| writeln!(out, "{}", text.trim_end()))?;
    Ok(Status::Success.into())
}

/// From header, index and ending; without an index, from every block.
fn of_file(opened: &Opened, list: bool) -> Result<Facts, Failure> {
    let trace = &opened.trace;
    let mut facts = Facts::new(trace.header());
    let elf = match trace.elf() {
        Ok(elf) => elf,
        Err(damage) => {
            facts.spoil(failure::chain(&damage));
            None
        }
    };
    facts.elf_bytes = elf.as_ref().map(|elf| elf.len() as u64);
    match trace.condition() {
        trace::Condition::Complete => {}
        trace::Condition::Truncated { offset } => facts.truncate(*offset),
        trace::Condition::Damaged(damage) => facts.spoil(failure::chain(damage)),
    }
    let names = Names::new(trace.header(), elf.as_deref().unwrap_or_default());
    let mut rows = Vec::new();
    for chunk in 0..trace.len() {
        let read = if list {
            row(opened, &names, chunk)
        } else {
            trace.chunk_info(chunk).map(|about| (about, None))
        };
        match read {
            Ok((about, row)) => {
                facts.count(&about);
                rows.extend(row.map(|row| Row {
                    chunk,
                    read: Read::Whole(row),
                }));
            }
            Err(TraceError::Io(error)) => return Err(opened.wrong(error.into())),
            Err(damage) => {
                let damage = failure::chain(&damage);
                facts.spoil(damage.clone());
                let read = Read::Damaged { damage };
                rows.push(Row { chunk, read });
            }
        }
    }
    if let Some(ending) = trace.ending() {
        let last = trace.len().checked_sub(1).map(|last| trace.chunk(last));
        let pc = match last {
            Some(Ok(chunk)) => chunk.end.state.pc,
            _ => trace.header().start.pc,
        };
        facts.end(ending, pc);
    }
    facts.root = trace.root();
    facts.measure(trace.bytes().map_err(|source| opened.wrong(source))?);
    facts.chunk_list = list.then_some(rows);
    Ok(facts)
}

fn row(
    opened: &Opened,
    names: &Names<'_>,
    number: u64,
) -> Result<(ChunkInfo, Option<Whole>), TraceError> {
    let trace = &opened.trace;
    let pc = trace.chunk(number)?.start.state.pc;
    let about = trace.chunk_info(number)?;
    let bytes = trace.chunk_bytes(number)?;
    let row = Whole::new(&about, pc, names.symbol(pc), bytes);
    Ok((about, Some(row)))
}

/// From all that comes, up to the first thing that is wrong.
fn of_stream(path: &Path, file: File, list: bool) -> Result<Facts, Failure> {
    let mut reader = opened::stream(path, file)?;
    let mut facts = Facts::new(reader.header());
    let elf = reader.elf().map(<[u8]>::to_vec);
    facts.elf_bytes = elf.as_ref().map(|elf| elf.len() as u64);
    let names = Names::new(&reader.header().clone(), elf.as_deref().unwrap_or_default());
    let mut rows = Vec::new();
    let mut pc = reader.header().start.pc;
    loop {
        match reader.next_chunk() {
            Ok(Some(chunk)) => {
                let Some(about) = reader.chunks().last() else {
                    continue;
                };
                facts.count(about);
                if list {
                    let at = chunk.start.state.pc;
                    let bytes = reader.offset() - about.offset;
                    let read = Read::Whole(Whole::new(about, at, names.symbol(at), bytes));
                    let chunk = chunk.number;
                    rows.push(Row { chunk, read });
                }
                pc = chunk.end.state.pc;
            }
            Ok(None) => break,
            Err(TraceError::Io(error)) => return Err(opened::wrong(path, error.into())),
            Err(TraceError::Truncated { offset }) => {
                facts.truncate(offset);
                break;
            }
            Err(damage) => {
                facts.spoil(failure::chain(&damage));
                break;
            }
        }
    }
    if let Some(ending) = reader.ending() {
        facts.end(ending, pc);
    }
    facts.root = reader.summary().map(|summary| summary.root);
    facts.measure(reader.offset());
    facts.chunk_list = list.then_some(rows);
    Ok(facts)
}
