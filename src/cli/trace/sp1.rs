//! `rvjet trace export --format sp1`: the chunks that SP1's executor makes.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use rvjet::sp1::{Chunks, Error, Options};

use super::export::Args;
use super::opened::{Counted, Opened};
use super::place::Names;
use crate::cli::create::{create, is_stdout};
use crate::cli::failure::{self, Failure};
use crate::cli::output;
use crate::cli::progress::Progress;

/// Bytes that are written at once.
const BUFFER: usize = 1 << 20;

/// Writes the chunks, one after the other.
pub fn execute(args: &Args) -> Result<ExitCode, Failure> {
    let missing = |name| Failure::Usage(format!("trace export: --format sp1 needs --{name}"));
    let path = args.sp1.output.as_deref().ok_or(missing("output"))?;
    let most = args.sp1.max_trace_size.ok_or(missing("max-trace-size"))?;
    let opened = Opened::open(&args.trace)?;
    let elf = opened.program(args.elf.as_deref())?;
    let mut options = Options::new(most);
    options.threads = args.threads.unwrap_or(options.threads);
    let total = opened.trace.totals().map_or(0, |totals| totals.insns);
    let status = opened.done();
    let trace = opened.trace;
    let failed = |error| failed(&args.trace, &elf, error);
    let chunks = Chunks::of_trace(trace, &elf, options).map_err(failed)?;
    let file = create(path, args.force, &args.trace)?;
    let mut out = BufWriter::with_capacity(BUFFER, file);
    let name = path.display().to_string();
    let progress = Progress::insns(total);
    let (mut count, mut entries) = (0, 0);
    for chunk in chunks {
        let chunk = chunk.map_err(failed)?;
        chunk.write_to(&mut out).map_err(output::lost(&name))?;
        progress.at(chunk.global_clk_end);
        count += 1;
        entries += chunk.mem_reads.len() as u64;
    }
    out.flush().map_err(output::lost(&name))?;
    drop(progress);
    if !is_stdout(path) {
        output::print("the result", |out| {
            let chunks = Counted(count, "chunk");
            writeln!(out, "{name}: {chunks}, entries: {entries}")
        })?;
    }
    Ok(status.into())
}

fn failed(path: &Path, elf: &[u8], error: Error) -> Failure {
    let path = path.to_owned();
    match error {
        Error::Trace(source) => super::opened::wrong(&path, source),
        Error::Replay(source) => Failure::Replay { path, source },
        Error::OtherAbi { .. } | Error::EmptyChunks => {
            Failure::Usage(format!("{}: {error}", path.display()))
        }
        Error::Mismatch(found) => {
            // The trace is gone, and with it what else there is to tell.
            let what = match Opened::open(&path) {
                Ok(opened) => {
                    let chunk = opened.trace.chunk(found.chunk).ok();
                    Names::new(opened.header(), elf).tell(&found, chunk.as_ref())
                }
                Err(_) => found.to_string(),
            };
            Failure::Wrong { path, what }
        }
        Error::Thread(source) => Failure::Threads {
            source: Box::new(source),
        },
        other => Failure::Wrong {
            path,
            what: failure::chain(&other),
        },
    }
}
