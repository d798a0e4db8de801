//! What runs a kernel.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::kernel::Subject;
use crate::process::wait;
use crate::samples::{Sample, Times};
use crate::sp1;
use crate::tools::{QEMU, Tools};

/// By how much the environment is longer in each round.
const ROUND_BYTES: usize = 1021;
/// Threads that expand a trace.
const THREADS: &str = "2";

/// What runs a kernel, or goes through the trace of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// Compiled for this host.
    Native,
    /// `qemu-riscv64`.
    Qemu,
    /// SP1's executor, without a trace.
    Sp1Simple,
    /// SP1's executor, with a trace that nobody reads.
    Sp1Tracing,
    /// rvjet's interpreter.
    Interp,
    /// rvjet's JIT.
    Jit,
    /// The same with a trace, to /dev/null.
    Record,
    /// Every access of the trace written out, to /dev/null.
    Expand,
}

/// Where a peer leaves what a kernel prints.
enum Prints {
    /// On standard output.
    Output,
    /// On standard error, marked; standard output has what the run took.
    Marked,
    /// Nowhere.
    Nothing,
}

impl Peer {
    /// All, those of SP1 if they are wanted.
    pub fn all(sp1: bool) -> Vec<Self> {
        use Peer::{Expand, Interp, Jit, Native, Qemu, Record, Sp1Simple, Sp1Tracing};
        let mut all = vec![
            Native, Qemu, Sp1Simple, Sp1Tracing, Interp, Jit, Record, Expand,
        ];
        all.retain(|peer| sp1 || !peer.is_sp1());
        all
    }

    /// Whether it is SP1's executor.
    pub fn is_sp1(self) -> bool {
        matches!(self, Peer::Sp1Simple | Peer::Sp1Tracing)
    }

    /// What stands above its column.
    pub fn title(self) -> &'static str {
        match self {
            Peer::Native => "native",
            Peer::Qemu => "qemu",
            Peer::Sp1Simple => "sp1 simple",
            Peer::Sp1Tracing => "sp1 tracing",
            Peer::Interp => "interp",
            Peer::Jit => "jit",
            Peer::Record => "record",
            Peer::Expand => "expand",
        }
    }

    /// Runs a kernel once and checks what comes of it.
    ///
    /// `round` makes the environment longer or shorter. Where a process has its stack and
    /// heap follows from that, and how fast some of them are from where they are:
    /// `qemu-riscv64` takes 1.7 times as long for `matmul` in an empty environment as in one
    /// of 2 KB. No peer is to be lucky or unlucky in all rounds.
    ///
    /// # Errors
    ///
    /// Fails if it does not start, or the kernel's checksum is not that of native code.
    pub fn run(self, subject: &Subject, tools: &Tools, round: usize) -> Result<Sample> {
        let mut command = self.command(subject, tools);
        command
            .env_clear()
            .env("ROUND", "x".repeat(round * ROUND_BYTES))
            .stdin(Stdio::null())
            .stderr(Stdio::piped());
        command.stdout(match self.prints() {
            Prints::Nothing => Stdio::null(),
            _ => Stdio::piped(),
        });
        let start = Instant::now();
        let mut child = command.spawn().with_context(|| format!("{command:?}"))?;
        let (output, error) = (child.stdout.take(), child.stderr.take());
        // A few lines: they are in the pipes before anything reads them.
        let (status, cpu) = wait(child);
        let wall = start.elapsed().as_secs_f64();
        let (output, error) = (read(output)?, read(error)?);
        let complaint = String::from_utf8_lossy(&error);
        ensure!(
            status.code() == Some(self.exit_code(subject)),
            "{command:?}: {status}: {complaint}"
        );
        let whole = Times { cpu, wall };
        let (printed, sample) = match self.prints() {
            Prints::Output => (&output[..], Sample::of(whole)),
            Prints::Nothing => return Ok(Sample::of(whole)),
            Prints::Marked => (sp1::unmarked(&error), sp1::sample(&output, whole, subject)?),
        };
        ensure!(
            printed == subject.output,
            "{command:?} prints something else"
        );
        Ok(sample)
    }

    fn command(self, subject: &Subject, tools: &Tools) -> Command {
        let (program, arguments) = match self {
            Peer::Native => return Command::new(&subject.native),
            Peer::Qemu => (QEMU.0.as_ref(), &[][..]),
            Peer::Sp1Simple => (tools.this.as_path(), &["sp1-simple"][..]),
            Peer::Sp1Tracing => (tools.this.as_path(), &["sp1-tracing"][..]),
            Peer::Interp => (tools.rvjet.as_path(), &["run", "--engine", "interp"][..]),
            Peer::Jit => (tools.rvjet.as_path(), &["run"][..]),
            Peer::Record => (tools.rvjet.as_path(), &RECORD[..]),
            Peer::Expand => (tools.rvjet.as_path(), &EXPAND[..]),
        };
        let mut command = Command::new(program);
        command.args(arguments).arg(match self {
            Peer::Expand => &subject.trace,
            _ => &subject.elf,
        });
        command
    }

    fn exit_code(self, subject: &Subject) -> i32 {
        match self {
            Peer::Expand => 0,
            _ => subject.exit_code,
        }
    }

    fn prints(self) -> Prints {
        match self {
            Peer::Expand => Prints::Nothing,
            _ if self.is_sp1() => Prints::Marked,
            _ => Prints::Output,
        }
    }
}

const RECORD: [&str; 8] = [
    "record",
    "--engine",
    "jit",
    "--codec",
    "none",
    "--force",
    "-o",
    "/dev/null",
];
/// Of every access what SP1 leaves of it, too.
const EXPAND: [&str; 6] = ["trace", "expand", "--format", "links", "--threads", THREADS];

fn read(pipe: Option<impl Read>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        pipe.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
