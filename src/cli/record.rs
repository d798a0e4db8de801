//! `rvjet record`: runs a program and writes a trace of it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use rvjet::TraceOptions;
use rvjet::trace::{Codec, Policy, TraceError};

use super::create::{create, is_stdout};
use super::failure::Failure;
use super::{launch, status, values};

/// Run a program and write a trace of the run, which can be replayed.
///
/// The program runs, and rvjet ends, as with "rvjet run". Options come before
/// ELF; everything after it is passed to the program. A variable RVJET_* stands
/// for an option that is not given.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "rvjet record [OPTIONS] -o TRACE ELF [ARGS]...",
    after_help = status::table()
)]
pub struct Args {
    #[command(flatten)]
    trace: TraceArgs,
    #[command(flatten)]
    options: launch::Options,

    /// A statically linked RV64 program, and its arguments
    #[arg(
        value_names = ["ELF", "ARGS"],
        num_args = 1..,
        required = true,
        trailing_var_arg = true,
        help_heading = "Arguments"
    )]
    command: Vec<OsString>,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Trace")]
struct TraceArgs {
    /// Where the trace goes: a file that is not there yet, a FIFO, or - for standard output
    ///
    /// With -, the program's own standard output has to go elsewhere: see --stdout.
    #[arg(short, long, value_name = "TRACE")]
    output: PathBuf,

    /// Replace the trace if it is there
    #[arg(long)]
    force: bool,

    /// What ends a chunk: so many instructions, accesses, or words touched
    ///
    /// N is a number such as 1_000_000, 4Mi or 2^22. A chunk is what a replay
    /// starts from, and what several threads replay at once.
    #[arg(
        long,
        env = "RVJET_CHUNK",
        value_name = "insns=N|accesses=N|touches=N",
        default_value_t = Policy::default(),
        value_parser = policy
    )]
    chunk: Policy,

    /// How chunks are stored
    #[arg(long, env = "RVJET_CODEC", value_enum, default_value_t = Storage::None)]
    codec: Storage,

    /// Leave the program's ELF file out of the trace: what replays it will need the file
    #[arg(long)]
    no_elf: bool,

    /// Threads: one runs the program, the others encode; the trace does not depend on it
    /// [default: those of this host that help]
    #[arg(long, env = "RVJET_THREADS", value_name = "N", value_parser = values::threads)]
    threads: Option<usize>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Storage {
    /// As they are
    None,
    /// Compressed
    Zstd,
}

impl From<Storage> for Codec {
    fn from(storage: Storage) -> Codec {
        match storage {
            Storage::None => Codec::None,
            Storage::Zstd => Codec::Zstd,
        }
    }
}

fn policy(text: &str) -> Result<Policy, String> {
    let (kind, most) = text
        .split_once('=')
        .ok_or("expected insns=N, accesses=N or touches=N")?;
    let policy = match kind {
        "insns" => Policy::Insns,
        "accesses" => Policy::Accesses,
        "touches" => Policy::Touches,
        _ => return Err(format!("chunks do not end by {kind:?}")),
    };
    match values::quantity(most)? {
        0 => Err("a chunk has at least one".to_owned()),
        most => Ok(policy(most)),
    }
}

/// Runs the program and writes the trace; the exit status is that of `rvjet run`.
pub fn execute(args: Args) -> Result<ExitCode, Failure> {
    let TraceArgs { output, force, .. } = &args.trace;
    if is_stdout(output) && args.options.uses_stdout() {
        return Err(Failure::Usage(
            "-o -: the trace would mix with what the program prints; give that a file by --stdout"
                .to_owned(),
        ));
    }
    let (launch, environment) = args.options.prepare(args.command)?;
    let recorded = launch.builder(environment).record(args.trace.chunk);
    let mut recording = recorded.map_err(|source| launch.refused(source))?;
    let reports = launch.reports(recording.machine())?;
    let file = create(output, *force, &launch.path)?;
    let mut options = TraceOptions {
        elf: (!args.trace.no_elf).then_some(&launch.elf),
        codec: args.trace.codec.into(),
        ..TraceOptions::default()
    };
    if let Some(threads) = args.trace.threads {
        options.threads = threads;
    }
    let written = recording.write_to(file, &options);
    reports.list(recording.machine())?;
    written.map_err(|error| failed(output, error))?;
    reports.tell(&recording.finish())
}

fn failed(path: &Path, error: TraceError) -> Failure {
    match error {
        TraceError::Io(source) => Failure::Output {
            what: path.display().to_string(),
            source,
        },
        source => Failure::Trace {
            path: path.to_owned(),
            source,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies() {
        assert_eq!(policy("insns=4Mi"), Ok(Policy::Insns(4 << 20)));
        assert_eq!(policy("accesses=1_000"), Ok(Policy::Accesses(1000)));
        assert_eq!(policy("touches=2^12"), Ok(Policy::Touches(4096)));
        for wrong in ["", "insns", "insns=", "insns=0", "bytes=1", "insns=-1"] {
            assert!(policy(wrong).is_err(), "{wrong:?}");
        }
    }
}
