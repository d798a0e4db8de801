//! One process, run to its end.

use std::io::Read;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::process::wait;
use crate::samples::Times;

/// By how much the environment is longer in each round.
const ROUND_BYTES: usize = 1021;

/// What a process left, and took.
pub struct Run {
    command: Command,
    status: ExitStatus,
    /// What it wrote to standard output, unless that goes nowhere.
    pub output: Vec<u8>,
    /// What it wrote to standard error.
    pub error: Vec<u8>,
    /// What it took.
    pub times: Times,
}

impl Run {
    /// Runs a command that prints some lines.
    ///
    /// `round` makes the environment longer or shorter. Where a process has its stack and
    /// heap follows from that, and how fast some of them are from where they are:
    /// `qemu-riscv64` takes 1.7 times as long for `matmul` in an empty environment as in one
    /// of 2 KB. No peer is to be lucky or unlucky in all rounds.
    ///
    /// # Errors
    ///
    /// Fails if it does not start.
    pub fn of(mut command: Command, prints: bool, round: usize) -> Result<Self> {
        command
            .env_clear()
            .env("ROUND", "x".repeat(round * ROUND_BYTES))
            .stdin(Stdio::null())
            .stderr(Stdio::piped());
        command.stdout(match prints {
            true => Stdio::piped(),
            false => Stdio::null(),
        });
        let start = Instant::now();
        let mut child = command.spawn().with_context(|| format!("{command:?}"))?;
        let (output, error) = (child.stdout.take(), child.stderr.take());
        // A few lines: they are in the pipes before anything reads them.
        let (status, cpu) = wait(child);
        let wall = start.elapsed().as_secs_f64();
        Ok(Self {
            command,
            status,
            output: read(output)?,
            error: read(error)?,
            times: Times { cpu, wall },
        })
    }

    /// Fails with what it complains of, unless it ended with this code.
    ///
    /// # Errors
    ///
    /// See above.
    pub fn ends_with(&self, code: i32) -> Result<()> {
        let Self {
            command, status, ..
        } = self;
        let complaint = String::from_utf8_lossy(&self.error);
        ensure!(
            status.code() == Some(code),
            "{command:?}: {status}: {complaint}"
        );
        Ok(())
    }

    /// The command, as a context of errors.
    pub fn name(&self) -> String {
        format!("{:?}", self.command)
    }
}

fn read(pipe: Option<impl Read>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        pipe.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
