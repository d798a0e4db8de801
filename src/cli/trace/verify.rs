//! `rvjet trace verify`: whether a trace is what execution makes of its start.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use rvjet::replay::{Level, Verify, VerifyError};
use rvjet::trace::TraceError;

use super::opened::{self, Counted, Opened};
use super::place::Names;
use crate::cli::failure::Failure;
use crate::cli::launch::{CacheArgs, EngineArgs};
use crate::cli::progress::Progress;
use crate::cli::status::Status;
use crate::cli::{failure, output, values};

/// Check that a trace is right: that execution makes it of its start and inputs.
///
/// Chunks are replayed by several threads. The first thing that is wrong is
/// told, with chunk, instruction, pc, and what is expected there; the exit status
/// is 1 then, and 2 of a trace that is right as far as it goes and truncated.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The trace; - is standard input
    #[arg(value_name = "TRACE")]
    trace: PathBuf,

    #[command(flatten)]
    level: LevelArgs,

    #[command(flatten)]
    engine: EngineArgs,

    #[command(flatten)]
    cache: CacheArgs,

    /// The program, if the trace does not have it
    #[arg(long, value_name = "FILE")]
    elf: Option<PathBuf>,

    /// Threads that replay [default: all of this host]
    #[arg(long, env = "RVJET_THREADS", value_name = "N", value_parser = values::threads)]
    threads: Option<usize>,
}

#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct LevelArgs {
    /// The file alone: checksums, digests, links between chunks
    #[arg(long)]
    quick: bool,

    /// Besides, that every chunk replays, and starts where the one before ended
    #[arg(long)]
    chain: bool,

    /// Besides, that memory and inputs are what the program and earlier chunks left (the default)
    #[arg(long)]
    replay: bool,
}

/// Verifies; tells figures of what is right on standard output.
pub fn execute(args: &Args) -> Result<ExitCode, Failure> {
    if args.level.quick {
        return quick(args);
    }
    let level = match args.level.chain {
        true => Level::Chain,
        false => Level::Replay,
    };
    replay(args, level)
}

/// Reads the file from start to end.
fn quick(args: &Args) -> Result<ExitCode, Failure> {
    let path = &args.trace;
    let file = opened::open(path)?;
    let progress = Progress::bytes(file.metadata().map_or(0, |about| about.len()));
    let mut reader = opened::stream(path, file)?;
    let mut whole = Whole::default();
    let truncated = loop {
        match reader.next_chunk() {
            Ok(Some(chunk)) => {
                whole.chunks += 1;
                whole.insns = chunk.end.state.insns;
                progress.at(reader.offset());
            }
            Ok(None) => break None,
            Err(TraceError::Truncated { offset }) => break Some(offset),
            Err(source) => return Err(opened::wrong(path, source)),
        }
    };
    drop(progress);
    tell(args, &whole, "checked")?;
    let status = match truncated {
        Some(offset) => opened::truncated(path, offset, whole.chunks),
        None => Status::Success,
    };
    Ok(status.into())
}

/// What was found to be right.
#[derive(Debug, Default)]
struct Whole {
    chunks: u64,
    insns: u64,
}

fn tell(args: &Args, whole: &Whole, done: &str) -> Result<(), Failure> {
    let path = args.trace.display();
    let chunks = Counted(whole.chunks, "chunk");
    let insns = Counted(whole.insns, "instruction");
    output::print("the result", |out| {
        writeln!(out, "{path}: {chunks}, {insns} {done}")
    })
}

fn replay(args: &Args, level: Level) -> Result<ExitCode, Failure> {
    let opened = Opened::open(&args.trace)?;
    let elf = opened.program(args.elf.as_deref())?;
    let trace = &opened.trace;
    let mut verify = Verify::new(trace.header(), &elf);
    verify.ending = trace.ending().cloned();
    verify.level = level;
    verify.engine = args.engine.kind();
    verify.code_cache.clone_from(&args.cache.directory);
    if let Some(threads) = args.threads {
        verify.threads = threads;
    }
    let progress = Progress::chunks(trace.len());
    let verified = verify.run(
        trace.len(),
        |number| trace.chunk(number),
        |_| progress.step(),
    );
    drop(progress);
    match verified {
        Ok(verified) => {
            let whole = Whole {
                chunks: verified.chunks,
                insns: verified.insns,
            };
            tell(args, &whole, "verified")?;
            Ok(opened.done().into())
        }
        Err(error) => Err(failed(&opened, &elf, error)),
    }
}

/// What is wrong with the trace, or why that could not be found out.
fn failed(opened: &Opened, elf: &[u8], error: VerifyError<TraceError>) -> Failure {
    let path = &opened.path;
    match error {
        VerifyError::Replay(source) => Failure::Replay {
            path: path.clone(),
            source,
        },
        VerifyError::Chunk { source, .. } => opened.wrong(source),
        VerifyError::Mismatch(found) => {
            let chunk = opened.trace.chunk(found.chunk).ok();
            let names = Names::new(opened.header(), elf);
            Failure::Wrong {
                path: path.clone(),
                what: names.tell(&found, chunk.as_ref()),
            }
        }
        other => Failure::Wrong {
            path: path.clone(),
            what: failure::chain(&other),
        },
    }
}
