//! What runs a program.

use anyhow::Result;

use crate::run::Run;
use crate::samples::Sample;
use crate::subject::Subject;
use crate::tools::Tools;

/// What runs a program, or goes through the trace of a run.
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
    /// SP1's executor, up to where it would start.
    Sp1Start,
    /// rvjet's interpreter.
    Interp,
    /// rvjet's JIT.
    Jit,
    /// The same with a trace, to /dev/null.
    Record,
    /// Every access of the trace written out, to /dev/null.
    Expand,
    /// rvjet's JIT, under `--abi sp1`.
    AbiRun,
    /// The same with a trace, to /dev/null.
    AbiRecord,
    /// SP1's chunks of the trace, to /dev/null.
    AbiExport,
    /// rvjet under `--abi sp1`, up to the first instruction.
    AbiStart,
}

impl Peer {
    /// Whether it is SP1's executor.
    pub fn is_sp1(self) -> bool {
        matches!(self, Peer::Sp1Simple | Peer::Sp1Tracing | Peer::Sp1Start)
    }

    /// What stands above its column.
    pub fn title(self) -> &'static str {
        match self {
            Peer::Native => "native",
            Peer::Qemu => "qemu",
            Peer::Sp1Simple => "sp1 simple",
            Peer::Sp1Tracing => "sp1 tracing",
            Peer::Sp1Start => "sp1 start",
            Peer::Interp => "interp",
            Peer::Jit => "jit",
            Peer::Record => "record",
            Peer::Expand => "expand",
            Peer::AbiRun => "`--abi sp1` run",
            Peer::AbiRecord => "`--abi sp1` record",
            Peer::AbiExport => "`--abi sp1` export",
            Peer::AbiStart => "`--abi sp1` start",
        }
    }

    /// Makes what it is to go through, if that is not the program itself.
    ///
    /// # Errors
    ///
    /// Fails if the program does not run.
    pub fn prepare(self, subject: &Subject, tools: &Tools) -> Result<()> {
        let (recorder, trace) = match self {
            Peer::Expand => (Peer::Record, subject.trace()),
            Peer::AbiExport => (Peer::AbiRecord, subject.sp1_trace()),
            _ => return Ok(()),
        };
        let command = recorder.command_to(&trace, subject, tools)?;
        recorder.sample(&Run::of(command, true, 0)?, subject)?;
        Ok(())
    }

    /// Runs a program once and checks what comes of it.
    ///
    /// # Errors
    ///
    /// Fails if it does not start, or does not end as it has to.
    pub fn run(self, subject: &Subject, tools: &Tools, round: usize) -> Result<Sample> {
        let command = self.command_to("/dev/null".as_ref(), subject, tools)?;
        // Accesses are many, and go to standard output.
        let prints = self != Peer::Expand;
        self.sample(&Run::of(command, prints, round)?, subject)
    }
}
