//! `rvjet trace expand`: every memory access of a run.

use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use rvjet::isa::Width;
use rvjet::replay::{Access, AccessKind, Expand, ExpandError, Link};
use rvjet::trace::{Chunk, TraceError};

use super::opened::Opened;
use super::place::Names;
use crate::cli::create::create;
use crate::cli::failure::Failure;
use crate::cli::progress::Progress;
use crate::cli::{output, values};

/// Bytes that are written at once.
const BUFFER: usize = 1 << 18;
/// Bytes of a record of the raw format.
const RECORD: usize = 56;

/// Write every memory access of a run, with the clock of the one before to the same word.
///
/// The chunks are taken as they are: "rvjet trace verify" tells whether they are
/// right. docs/access-trace.md describes the formats.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The trace; - is standard input
    #[arg(value_name = "TRACE")]
    trace: PathBuf,

    /// Where the accesses go: a file that is not there yet, or - for standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,

    /// Replace the file if it is there
    #[arg(long)]
    force: bool,

    /// How an access is written
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,

    #[command(flatten)]
    part: Part,

    /// The program, if the trace does not have it
    #[arg(long, value_name = "FILE")]
    elf: Option<PathBuf>,

    /// Threads that replay [default: all of this host]
    #[arg(long, env = "RVJET_THREADS", value_name = "N", value_parser = values::threads)]
    threads: Option<usize>,
}

#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct Part {
    /// The accesses of one chunk alone; those before are replayed, too
    #[arg(long, value_name = "K", value_parser = values::count)]
    chunk: Option<u64>,

    /// The accesses of the chunks I up to J, without J
    #[arg(long, value_name = "I..J", value_parser = values::range)]
    chunks: Option<Range<u64>>,
}

impl Part {
    fn asked(&self) -> Option<Range<u64>> {
        let one = self.chunk.map(|chunk| chunk..chunk.saturating_add(1));
        one.or_else(|| self.chunks.clone())
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A JSON object a line
    Jsonl,
    /// Records of 56 bytes
    Raw,
    /// Of 16: the clock of the access before to the same word, and its value
    Links,
}

/// Writes the accesses.
pub fn execute(args: &Args) -> Result<ExitCode, Failure> {
    let opened = Opened::open(&args.trace)?;
    let elf = opened.program(args.elf.as_deref())?;
    let asked = opened.chunks(args.part.asked().as_ref())?;
    let trace = &opened.trace;
    let expand = Expand {
        header: trace.header(),
        elf: &elf,
        threads: args.threads.unwrap_or_else(values::all_threads),
    };
    let file = create(&args.output, args.force, &args.trace)?;
    let mut out = BufWriter::with_capacity(BUFFER, file);
    let progress = Progress::chunks(asked.end);
    let get = |number| trace.chunk(number);
    let is_asked = |chunk: &Chunk| asked.contains(&chunk.number);
    let expanded = match args.format {
        Format::Jsonl => expand.run(asked.end, get, |chunk, made| {
            progress.step();
            let mut wanted = made.accesses.iter().filter(|_| is_asked(chunk));
            Ok(wanted.try_for_each(|access| write_json(&mut out, access))?)
        }),
        Format::Raw => expand.run(asked.end, get, |chunk, made| {
            progress.step();
            let mut wanted = made.accesses.iter().filter(|_| is_asked(chunk));
            Ok(wanted.try_for_each(|access| out.write_all(&record(access)))?)
        }),
        Format::Links => expand.links(asked.end, get, |chunk, made| {
            progress.step();
            if is_asked(chunk) {
                out.write_all(&Link::bytes(&made.links))?;
            }
            Ok(())
        }),
    };
    drop(progress);
    let name = args.output.display().to_string();
    expanded.map_err(|error| failed(&opened, &elf, &name, error))?;
    out.flush().map_err(output::lost(&name))?;
    Ok(opened.done().into())
}

fn failed(opened: &Opened, elf: &[u8], name: &str, error: ExpandError<TraceError>) -> Failure {
    let path = opened.path.clone();
    match error {
        ExpandError::Replay(source) => Failure::Replay { path, source },
        ExpandError::Mismatch(found) => {
            let chunk = opened.trace.chunk(found.chunk).ok();
            let names = Names::new(opened.header(), elf);
            let what = names.tell(&found, chunk.as_ref());
            Failure::Wrong { path, what }
        }
        ExpandError::Chunk { source, .. } => opened.wrong(source),
        ExpandError::Sink {
            source: TraceError::Io(source),
            ..
        } => output::lost(name)(source),
        other => Failure::Wrong {
            path,
            what: other.to_string(),
        },
    }
}

fn write_json(out: &mut impl Write, access: &Access) -> io::Result<()> {
    let Access {
        clock,
        addr,
        word,
        before,
        after,
        ..
    } = *access;
    write!(out, "{{\"clock\":{clock},\"previous\":")?;
    match access.previous {
        Some(previous) => write!(out, "{previous}")?,
        None => out.write_all(b"null")?,
    }
    let (kind, size) = (name(access.kind), access.width.bytes());
    writeln!(
        out,
        ",\"kind\":\"{kind}\",\"addr\":\"{addr:#x}\",\"size\":{size},\"word\":\"{word:#x}\",\"before\":\"{before:#x}\",\"after\":\"{after:#x}\"}}"
    )
}

const fn name(kind: AccessKind) -> &'static str {
    match kind {
        AccessKind::Load => "load",
        AccessKind::Store => "store",
        AccessKind::Modify => "modify",
        AccessKind::CallRead => "call_read",
        AccessKind::CallWrite => "call_write",
    }
}

const fn number(kind: AccessKind) -> u8 {
    match kind {
        AccessKind::Load => 0,
        AccessKind::Store => 1,
        AccessKind::Modify => 2,
        AccessKind::CallRead => 3,
        AccessKind::CallWrite => 4,
    }
}

/// All numbers little-endian; no clock is all ones.
fn record(access: &Access) -> [u8; RECORD] {
    let words = [
        access.clock,
        access.previous.unwrap_or(u64::MAX),
        access.addr,
        access.word,
        access.before,
        access.after,
    ];
    let mut bytes = [0; RECORD];
    for (to, word) in bytes.chunks_exact_mut(size_of::<u64>()).zip(words) {
        to.copy_from_slice(&word.to_le_bytes());
    }
    bytes[48] = size(access.width);
    bytes[49] = number(access.kind);
    bytes
}

const fn size(width: Width) -> u8 {
    width.bytes() as u8
}
