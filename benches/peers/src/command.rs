//! How a peer is told to run a program.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::peer::Peer;
use crate::sp1::ENTRIES;
use crate::subject::Subject;
use crate::tools::{QEMU, Tools};

/// Threads that go through a trace.
const THREADS: &str = "2";

impl Peer {
    /// The command, whose trace or chunks go to a file if it makes any.
    ///
    /// # Errors
    ///
    /// Fails if the input cannot be told.
    pub fn command_to(self, to: &Path, subject: &Subject, tools: &Tools) -> Result<Command> {
        let rvjet = || Command::new(&tools.rvjet);
        let mut command = match self {
            Peer::Native => return Ok(Command::new(subject.native())),
            Peer::Expand => return Ok(expand(rvjet(), subject)),
            Peer::AbiExport => return Ok(export(rvjet(), to, subject)),
            Peer::Sp1Simple | Peer::Sp1Tracing | Peer::Sp1Start => {
                sp1(self, Command::new(&tools.this), subject)?
            }
            Peer::Qemu => Command::new(QEMU.0),
            Peer::Interp => of(rvjet(), &["run", "--engine", "interp"]),
            Peer::Jit => of(rvjet(), &["run"]),
            Peer::Record => record(rvjet(), to),
            Peer::AbiRun => guest(of(rvjet(), &["run"]), subject),
            Peer::AbiRecord => guest(record(rvjet(), to), subject),
            Peer::AbiStart => of(rvjet(), &["run", "--abi", "sp1", "--max-insns", "1"]),
        };
        command.arg(&subject.elf);
        Ok(command)
    }
}

fn of(mut command: Command, arguments: &[&str]) -> Command {
    command.args(arguments);
    command
}

fn record(mut command: Command, to: &Path) -> Command {
    command.args(["record", "--engine", "jit", "--codec", "none", "--force"]);
    command.arg("-o").arg(to);
    command
}

/// What SP1 gives a program, and what there is to be checked.
fn guest(mut command: Command, subject: &Subject) -> Command {
    command
        .args(["--abi", "sp1", "--stats=json", "--public-values"])
        .arg(subject.public_values())
        .args(subject.input.iter().flat_map(|item| item.option()));
    command
}

/// Of every access what SP1 leaves of it.
fn expand(mut command: Command, subject: &Subject) -> Command {
    command.args(["trace", "expand", "--format", "links"]);
    command.args(["--threads", THREADS]).arg(subject.trace());
    command
}

/// The chunks that SP1's tracing makes.
fn export(mut command: Command, to: &Path, subject: &Subject) -> Command {
    command.args(["trace", "export", "--format", "sp1", "--force"]);
    command.args(["--threads", THREADS, "--max-trace-size"]);
    command.arg(ENTRIES.to_string());
    command.arg("-o").arg(to).arg(subject.sp1_trace());
    command
}

/// This program, as SP1's executor.
fn sp1(peer: Peer, mut command: Command, subject: &Subject) -> Result<Command> {
    command.args(match peer {
        Peer::Sp1Start => &["sp1-start"][..],
        Peer::Sp1Tracing => &["sp1-run", "--tracing"],
        _ => &["sp1-run"],
    });
    if peer != Peer::Sp1Start {
        command.arg("--input");
        command.arg(serde_json::to_string(&subject.input)?);
    }
    Ok(command)
}
