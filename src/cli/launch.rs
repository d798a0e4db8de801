//! What `run` and `record` have in common: a program, how it runs, and what is told of that.

use std::ffi::OsString;
use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::BoolishValueParser;
use rvjet::abi::{Linux, Sp1};
use rvjet::isa::Isa;
use rvjet::program::Convention;
use rvjet::{Builder, EngineKind, Limits, Machine, Outcome};

use super::ending::{self, Ending};
use super::failure::Failure;
use super::grants::Grants;
use super::sp1::{Left, Sp1Args};
use super::stats::{self, Sink};
use super::{dump, input, output, strace, values};

/// How a program runs.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The environment that the program is made for
    #[arg(long, env = "RVJET_ABI", value_enum, default_value_t = Abi::Linux)]
    abi: Abi,
    /// The instructions that the program may execute, as an ISA string such as rv64gc_zba_zbb, or auto for all that there are
    ///
    /// Any other is an illegal instruction. A program for SP1 has those of rv64im
    /// at the most.
    #[arg(
        long,
        env = "RVJET_ISA",
        value_name = "STRING",
        default_value = "auto",
        value_parser = values::isa
    )]
    isa: Isa,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    cache: CacheArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    grants: Grants,
    #[command(flatten)]
    sp1: Sp1Args,
    #[command(flatten)]
    reports: ReportArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Abi {
    /// A process of Linux
    Linux,
    /// A guest of SP1, version 6
    Sp1,
}

/// What a program runs as.
pub enum Environment {
    Linux(Box<Linux>),
    Sp1(Box<Sp1>),
}

#[derive(Debug, clap::Args)]
pub struct EngineArgs {
    /// What executes the program
    #[arg(long, env = "RVJET_ENGINE", value_enum, default_value_t = Engine::Auto)]
    engine: Engine,
}

impl EngineArgs {
    pub fn kind(&self) -> EngineKind {
        self.engine.into()
    }
}

#[derive(Debug, clap::Args)]
pub struct CacheArgs {
    /// Keep compiled host code in DIR, and do not compile it again in a later run
    ///
    /// Only code that this user's rvjet has left there is used. DIR is made if it
    /// is not there; no program that runs should have access to it.
    #[arg(long = "cache", env = "RVJET_CACHE", value_name = "DIR")]
    pub directory: Option<PathBuf>,
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

/// The usual address space or, of a process, as much more as the memory limit asks for.
/// More than there can be is not judged here.
fn address_space(convention: Convention, limits: Limits) -> u64 {
    let usual = convention.address_space();
    if convention == Convention::Sp1 {
        return usual;
    }
    let memory = limits.max_memory.unwrap_or(0);
    let enough = memory.checked_next_power_of_two().unwrap_or(u64::MAX);
    enough.max(usual)
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

    /// Tell Linux perf which guest code is where, by /tmp/perf-PID.map
    ///
    /// "perf record rvjet run --perf-map ELF" and "perf report" name guest
    /// functions then. The interpreter has nothing to tell.
    #[arg(long, env = "RVJET_PERF_MAP", value_parser = BoolishValueParser::new())]
    perf_map: bool,
}

impl Options {
    /// Whether the guest writes to standard output of this process.
    pub fn uses_stdout(&self) -> bool {
        !self.grants.has_stdout()
    }

    /// Reads the program that `command` names first. A process is started as `command`.
    pub fn prepare(self, command: Vec<OsString>) -> Result<(Launch, Environment), Failure> {
        let path = PathBuf::from(command.first().cloned().unwrap_or_default());
        let limits = Limits::from(self.limits);
        let all = self.reports.strace;
        let (environment, left) = match self.abi {
            Abi::Linux => {
                refuse(self.sp1.given(), "--abi sp1 alone has it")?;
                let process = self.grants.process(command, limits.timeout)?;
                let process = Box::new(strace::printed(process, all));
                (Environment::Linux(process), None)
            }
            Abi::Sp1 => {
                let (sp1, left) = sp1(&self.grants, self.sp1, &command)?;
                let sp1 = Box::new(strace::printed_sp1(sp1, all));
                (Environment::Sp1(sp1), Some(left))
            }
        };
        let launch = Launch {
            elf: input::read_elf(&path)?,
            path,
            isa: self.isa,
            engine: self.engine.kind(),
            cache: self.cache.directory,
            limits,
            reports: self.reports,
            left,
        };
        Ok((launch, environment))
    }
}

/// The environment of a program for SP1.
fn sp1(grants: &Grants, args: Sp1Args, command: &[OsString]) -> Result<(Sp1, Left), Failure> {
    refuse(grants.only_for_a_process(), "--abi sp1 does not have it")?;
    if command.len() > 1 {
        let why = "a program for SP1 has no arguments; --input gives it items";
        return Err(Failure::Usage(why.to_owned()));
    }
    let (sp1, left) = args.environment()?;
    match grants.create_stdout()? {
        Some(file) => Ok((sp1.stdout(file), left)),
        None => Ok((sp1, left)),
    }
}

/// An option that is given is an error.
fn refuse(option: Option<&str>, why: &str) -> Result<(), Failure> {
    option.map_or(Ok(()), |name| {
        Err(Failure::Usage(format!("--{name}: {why}")))
    })
}

/// A program that is to run.
#[derive(Debug)]
pub struct Launch {
    pub elf: Vec<u8>,
    pub path: PathBuf,
    isa: Isa,
    engine: EngineKind,
    cache: Option<PathBuf>,
    limits: Limits,
    reports: ReportArgs,
    /// What it leaves, if it is for SP1.
    left: Option<Left>,
}

impl Launch {
    /// The configuration of the machine in which it runs so.
    pub fn builder(&self, environment: Environment) -> Builder<'_> {
        let builder = match &self.cache {
            Some(directory) => Machine::builder().code_cache(directory),
            None => Machine::builder(),
        };
        let (builder, convention) = match environment {
            Environment::Linux(process) => (builder.abi(*process), Convention::Process),
            Environment::Sp1(sp1) => (builder.abi(*sp1), Convention::Sp1),
        };
        builder
            .elf(&self.elf)
            .isa(self.isa)
            .engine(self.engine)
            .limits(self.limits)
            .address_space(address_space(convention, self.limits))
            .perf_map(self.reports.perf_map)
    }

    /// No machine could be made of it.
    pub fn refused(&self, source: rvjet::Error) -> Failure {
        let path = self.path.clone();
        Failure::Machine { path, source }
    }

    /// What is to be told of the run of `machine`, which is about to start.
    pub fn reports(&self, machine: &Machine) -> Result<Reports<'_>, Failure> {
        let ReportArgs {
            stats, dump_asm, ..
        } = &self.reports;
        let sink = stats.clone().map(Sink::open).transpose()?;
        let filter = dump_asm.as_deref();
        let listed = filter
            .map(|filter| dump::range(filter, &self.elf, machine))
            .transpose()?;
        if let Some(limit) = self.limits.timeout {
            output::wait_at_most(limit);
        }
        Ok(Reports {
            elf: &self.elf,
            bias: machine.program().bias,
            sink,
            listed,
            left: self.left.as_ref(),
        })
    }
}

/// What is told of a run when it has ended.
#[derive(Debug)]
pub struct Reports<'a> {
    elf: &'a [u8],
    bias: u64,
    sink: Option<Sink>,
    /// The guest addresses whose host code is to be listed.
    listed: Option<Range<u64>>,
    left: Option<&'a Left>,
}

impl Reports<'_> {
    /// Lists the host code of a machine that has run.
    pub fn list(&self, machine: &Machine) -> Result<(), Failure> {
        match &self.listed {
            Some(pcs) => dump::print(machine, pcs.clone()),
            None => Ok(()),
        }
    }

    /// Tells how a run has ended; the exit status of the process.
    pub fn tell(self, outcome: &Outcome) -> Result<ExitCode, Failure> {
        if let Some(line) = ending::line(outcome, self.elf, self.bias) {
            output::message(format_args!("{line}"));
        }
        if let Some(sink) = self.sink {
            sink.write(outcome, self.left.map(|left| &left.results))?;
        }
        if let Some(left) = self.left {
            left.write()?;
        }
        Ok(ExitCode::from(Ending::of(outcome).code))
    }
}
