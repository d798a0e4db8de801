//! Runs of a program, and what they leave behind.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

pub const QEMU: &str = "qemu-riscv64";
/// No program here takes that long, on either engine.
const TIMEOUT: &str = "--timeout=120s";

/// What executes a program.
#[derive(Clone, Copy, Debug)]
pub enum Runner {
    Qemu,
    /// This engine.
    Rvjet(&'static str),
    /// The engine that users get, recording; the trace is verified.
    Recorded,
}

/// How a program is started.
#[derive(Clone, Debug, Default)]
pub struct Start {
    pub elf: PathBuf,
    pub args: Vec<String>,
    /// `NAME=VALUE`
    pub env: Vec<String>,
    pub stdin: String,
    /// Options for rvjet besides.
    pub options: Vec<String>,
}

/// What a run left behind.
#[derive(Debug)]
pub struct Run {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// As a shell gives it: 128 and the signal, if a signal ended the process.
    pub code: i32,
    /// The files in the directory that it could write to.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
    /// What is wrong with the trace, if one was made.
    pub verdict: Option<String>,
}

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        let signal = output.status.signal().map(|signal| 128 + signal);
        Run {
            stdout: output.stdout,
            stderr: output.stderr,
            code: output.status.code().or(signal).unwrap(),
            files: BTreeMap::new(),
            verdict: None,
        }
    }
}

impl Start {
    /// Runs it with `directory`, which is emptied, granted under the host's path.
    pub fn run(&self, runner: Runner, directory: &Path) -> Run {
        let beside = TempDir::new().unwrap();
        let (stdin, trace) = (beside.path().join("stdin"), beside.path().join("trace"));
        std::fs::write(&stdin, &self.stdin).unwrap();
        let _ = std::fs::remove_dir_all(directory);
        std::fs::create_dir(directory).unwrap();
        let mut command = self.command(runner, directory, &trace);
        command.arg(&self.elf).args(&self.args);
        command.stdin(File::open(stdin).unwrap());
        let mut run = Run::from(command.output().unwrap());
        run.files = files(directory);
        if matches!(runner, Runner::Recorded) {
            run.verdict = complaint(&trace);
        }
        run
    }

    fn command(&self, runner: Runner, directory: &Path, trace: &Path) -> Command {
        let rvjet = || Command::new(env!("CARGO_BIN_EXE_rvjet"));
        let mut command = match runner {
            Runner::Qemu => {
                let mut command = Command::new(QEMU);
                let env = self
                    .env
                    .iter()
                    .filter_map(|variable| variable.split_once('='));
                command.env_clear().envs(env);
                return command;
            }
            Runner::Rvjet(engine) => {
                let mut command = rvjet();
                command.args(["run", "--engine", engine]);
                command
            }
            Runner::Recorded => {
                let mut command = rvjet();
                command.arg("record").arg("-o").arg(trace);
                command
            }
        };
        let granted = directory.display();
        command.env_clear().arg(TIMEOUT).args(&self.options);
        command.arg(format!("--dir={granted}:{granted}"));
        for variable in &self.env {
            command.arg("--env").arg(variable);
        }
        command
    }
}

/// What `rvjet trace verify` finds wrong.
fn complaint(trace: &Path) -> Option<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rvjet"));
    let output = command
        .args(["trace", "verify"])
        .arg(trace)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (!output.status.success()).then_some(said)
}

/// All files below a directory.
fn files(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            found.insert(path, bytes);
        }
    }
    found
}

impl Run {
    /// What is different from what qemu does, if something is.
    pub fn difference(&self, qemu: &Run) -> Option<String> {
        if let Some(verdict) = &self.verdict {
            return Some(format!("its trace is wrong: {verdict}"));
        }
        if self.code != qemu.code {
            let stderr = String::from_utf8_lossy(&self.stderr);
            return Some(format!(
                "exit code {}, {} by qemu: {stderr}",
                self.code, qemu.code
            ));
        }
        if self.stdout != qemu.stdout {
            return Some(different_line(&self.stdout, &qemu.stdout));
        }
        let mut paths = self.files.keys().chain(qemu.files.keys());
        let changed = paths.find(|&path| self.files.get(path) != qemu.files.get(path));
        changed.map(|path| format!("the file {}", path.display()))
    }
}

/// The first line that is different.
fn different_line(ours: &[u8], theirs: &[u8]) -> String {
    let (ours, theirs) = (
        String::from_utf8_lossy(ours),
        String::from_utf8_lossy(theirs),
    );
    let mut pairs = ours.lines().zip(theirs.lines()).enumerate();
    match pairs.find(|(_, (ours, theirs))| ours != theirs) {
        Some((line, (ours, theirs))) => format!("line {}: {ours:?}, {theirs:?} by qemu", line + 1),
        None => format!("{} bytes, {} by qemu", ours.len(), theirs.len()),
    }
}
