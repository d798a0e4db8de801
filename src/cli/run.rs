//! `rvjet run`: runs a program and ends as it does.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::{BoolishValueParser, OsStringValueParser, TypedValueParser};
use rvjet::{EngineKind, Limits, Machine, Outcome};

use super::ending::{self, Ending};
use super::failure::Failure;
use super::stats::{self, Sink};
use super::values::{self, Directory, Variable};
use super::{input, output, status};

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
    guest: GuestArgs,
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

impl From<&LimitArgs> for Limits {
    fn from(args: &LimitArgs) -> Limits {
        Limits {
            max_insns: args.max_insns,
            max_memory: args.max_mem,
            timeout: args.timeout,
        }
    }
}

/// What the guest gets of the host: nothing unless it is said here.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What the program gets of the host")]
struct GuestArgs {
    /// Standard input from FILE instead of rvjet's own
    #[arg(long, env = "RVJET_STDIN", value_name = "FILE")]
    stdin: Option<PathBuf>,

    /// An environment variable; may be repeated, there are no others
    /// [env: RVJET_ENV=, separated by ';']
    #[arg(
        long,
        value_name = "K=V",
        value_parser = OsStringValueParser::new().try_map(|text| values::variable(&text))
    )]
    env: Vec<Variable>,

    /// A directory, which the program sees as GUEST; may be repeated
    /// [env: RVJET_DIR=, separated by ';']
    #[arg(
        long,
        value_name = "HOST[:GUEST]",
        value_parser = OsStringValueParser::new().try_map(|text| values::directory(&text))
    )]
    dir: Vec<Directory>,

    /// The host's clocks; without it, time follows the instruction count
    #[arg(long, env = "RVJET_HOST_TIME", value_parser = BoolishValueParser::new())]
    host_time: bool,

    /// The host's randomness; without it, random bytes follow from --seed
    #[arg(long, env = "RVJET_HOST_RANDOM", value_parser = BoolishValueParser::new())]
    host_random: bool,

    /// What the program's random bytes follow from, unless --host-random is given
    #[arg(
        long,
        env = "RVJET_SEED",
        value_name = "N",
        default_value = "0",
        value_parser = values::count
    )]
    seed: u64,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Reports")]
struct ReportArgs {
    /// Print figures after the run as text (if nothing is said) or json, to FILE or standard error
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

    /// Print the compiled host code, of all or of a symbol or a pc such as 0x10078
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
pub fn execute(mut args: Args) -> Result<ExitCode, Failure> {
    args.guest.env = values::listed(args.guest.env, "RVJET_ENV", values::variable)?;
    args.guest.dir = values::listed(args.guest.dir, "RVJET_DIR", values::directory)?;
    let path = args.command.first().map(Path::new).unwrap_or(Path::new(""));
    let elf = input::read_elf(path)?;
    let mut machine = build(&elf, path, &args)?;
    let sink = args.reports.stats.take().map(Sink::open).transpose()?;
    let outcome = machine.run();
    report(&outcome, &elf, &machine);
    if let Some(sink) = sink {
        sink.write(&outcome)?;
    }
    Ok(ExitCode::from(Ending::of(&outcome).code))
}

fn build(elf: &[u8], path: &Path, args: &Args) -> Result<Machine, Failure> {
    Machine::builder()
        .elf(elf)
        .engine(args.engine.engine.into())
        .limits(Limits::from(&args.limits))
        .build()
        .map_err(|source| Failure::Machine {
            path: path.to_owned(),
            source,
        })
}

/// Says why the run ended, unless the guest wanted it so.
fn report(outcome: &Outcome, elf: &[u8], machine: &Machine) {
    if let Some(line) = ending::line(outcome, elf, machine) {
        output::message(format_args!("{line}"));
    }
}
