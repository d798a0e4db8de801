//! `rvjet run`: runs a program and ends as it does.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::BoolishValueParser;
use rvjet::{Builder, EngineKind, Limits, Machine};

use super::ending::{self, Ending};
use super::failure::Failure;
use super::grants::Grants;
use super::stats::{self, Sink};
use super::{dump, input, output, status, strace, values};

/// Run a program.
///
/// Options come before ELF; everything after it is passed to the program.
/// A variable RVJET_* stands for an option that is not given.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "rvjet run [OPTIONS] ELF [ARGS]...",
    after_help = status::table()
)]
pub struct Args {
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    grants: Grants,
    #[command(flatten)]
    reports: ReportArgs,

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
struct EngineArgs {
    /// What executes the program
    #[arg(long, env = "RVJET_ENGINE", value_enum, default_value_t = Engine::Auto)]
    engine: Engine,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Engine {
    /// The JIT where there is one, else the interpreter
    Auto,
    /// The JIT, or an error where there is none
    Jit,
    /// The interpreter
    Interp,
}

impl From<Engine> for EngineKind {
    fn from(engine: Engine) -> EngineKind {
        match engine {
            Engine::Auto => EngineKind::Auto,
            Engine::Jit => EngineKind::Jit,
            Engine::Interp => EngineKind::Interp,
        }
    }
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
struct LimitArgs {
    /// Stop after exactly N instructions; 1_000_000 is a number, too
    #[arg(long, env = "RVJET_MAX_INSNS", value_name = "N", value_parser = values::count)]
    max_insns: Option<u64>,

    /// Stop before the program uses more memory than SIZE bytes: 4096, 512KiB, 64M, 1G
    #[arg(long, env = "RVJET_MAX_MEM", value_name = "SIZE", value_parser = values::size)]
    max_mem: Option<u64>,

    /// Stop after a wall time of T: 500ms, 1s, 2m
    #[arg(long, env = "RVJET_TIMEOUT", value_name = "T", value_parser = humantime::parse_duration)]
    timeout: Option<Duration>,
}

impl From<LimitArgs> for Limits {
    fn from(args: LimitArgs) -> Limits {
        Limits {
            max_insns: args.max_insns,
            max_memory: args.max_mem,
            timeout: args.timeout,
        }
    }
}

/// The usual address space, or as much more as the memory limit asks for. More
/// than there can be is not judged here.
fn address_space(limits: Limits) -> u64 {
    let memory = limits.max_memory.unwrap_or(0);
    let enough = memory.checked_next_power_of_two().unwrap_or(u64::MAX);
    enough.max(Builder::ADDRESS_SPACE)
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Reports")]
struct ReportArgs {
    /// Print figures after the run as text (if nothing is said) or json, to FILE or standard error
    ///
    /// Times are wall time, in json nanoseconds: "load" checks the program and
    /// lays it out, "compile" emits host code, "run" is the rest until the
    /// program ends. "mips" is million instructions a second of compile and
    /// run, 0 if no time passed. Memory is in bytes.
    #[arg(
        long,
        env = "RVJET_STATS",
        value_name = "FORMAT[:FILE]",
        require_equals = true,
        num_args = 0..=1,
        default_missing_value = "text",
        value_parser = stats::request
    )]
    stats: Option<stats::Request>,

    /// Print each system call to standard error
    #[arg(long, env = "RVJET_STRACE", value_parser = BoolishValueParser::new())]
    strace: bool,

    /// Print the compiled host code: all, or what has code of a symbol or of a pc such as 0x10078
    ///
    /// It goes to standard error after the run. The interpreter compiles nothing.
    #[arg(
        long,
        env = "RVJET_DUMP_ASM",
        value_name = "FILTER",
        require_equals = true,
        num_args = 0..=1,
        default_missing_value = ""
    )]
    dump_asm: Option<String>,
}

/// Runs the program; the exit status is the guest's, or tells what stopped it.
pub fn execute(args: Args) -> Result<ExitCode, Failure> {
    let path = PathBuf::from(args.command.first().cloned().unwrap_or_default());
    let limits = Limits::from(args.limits);
    let process = args.grants.process(args.command, limits.timeout)?;
    let process = strace::printed(process, args.reports.strace);
    let elf = input::read_elf(&path)?;
    let built = Machine::builder()
        .elf(&elf)
        .abi(process)
        .engine(args.engine.engine.into())
        .limits(limits)
        .address_space(address_space(limits))
        .build();
    let mut machine = built.map_err(|source| Failure::Machine { path, source })?;
    let sink = args.reports.stats.map(Sink::open).transpose()?;
    let filter = args.reports.dump_asm.as_deref();
    let dumped = filter
        .map(|filter| dump::range(filter, &elf, &machine))
        .transpose()?;
    if let Some(limit) = limits.timeout {
        output::wait_at_most(limit);
    }
    let outcome = machine.run();
    if let Some(pcs) = dumped {
        dump::print(&machine, pcs)?;
    }
    if let Some(line) = ending::line(&outcome, &elf, &machine) {
        output::message(format_args!("{line}"));
    }
    if let Some(sink) = sink {
        sink.write(&outcome)?;
    }
    Ok(ExitCode::from(Ending::of(&outcome).code))
}
