//! Who runs the workload, and what that takes.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::corpus::Entry;
use crate::process::{median, wait};
use crate::{Guest, QEMU, corpus};

/// What runs the workload.
#[derive(Clone, Debug)]
pub enum Runner {
    /// `rvjet run`.
    Run,
    /// `rvjet record` to nowhere.
    Record,
    /// `qemu-riscv64`.
    Qemu,
    /// The workload as a program of the host's.
    Native(PathBuf),
}

impl Runner {
    /// Whether it can run the engine: machine code that the guest writes is RISC-V's.
    pub fn runs(&self, engine: &str) -> bool {
        !matches!(self, Self::Native(_)) || engine != "jit"
    }

    fn command(&self) -> Command {
        let rvjet = env!("CARGO_BIN_EXE_rvjet");
        let mut command = match self {
            Self::Run | Self::Record => Command::new(rvjet),
            Self::Qemu => Command::new(QEMU),
            Self::Native(program) => Command::new(program),
        };
        match self {
            Self::Run => command.arg("run"),
            Self::Record => {
                command.args(["record", "--force", "--codec", "none", "-o", "/dev/null"])
            }
            Self::Qemu | Self::Native(_) => &mut command,
        };
        if !matches!(self, Self::Native(_)) {
            command.arg(elf());
        }
        command
    }

    /// Seconds of CPU time of a run with so many rounds.
    fn seconds(&self, entry: &Entry, engine: &str, rounds: u64) -> f64 {
        let mut command = self.command();
        let (status, seconds) = wait(start(&mut command, entry, engine, rounds).spawn().unwrap());
        assert!(status.success(), "{self:?}: {} by {engine}", entry.name);
        seconds
    }
}

fn elf() -> PathBuf {
    Guest::dir().join("regex.elf")
}

fn start<'c>(
    command: &'c mut Command,
    entry: &Entry,
    engine: &str,
    rounds: u64,
) -> &'c mut Command {
    let haystack = File::open(entry.haystack()).unwrap();
    command.args(entry.arguments(engine, rounds));
    command.stdin(Stdio::from(haystack)).stdout(Stdio::null())
}

/// Builds the workload for the host.
pub fn build_native() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("regex-native");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "build",
        "--release",
        "--locked",
        "--quiet",
        "--bin",
        "regex",
        "--manifest-path",
    ]);
    cargo.arg(corpus::programs().join("regex/Cargo.toml"));
    let status = cargo.arg("--target-dir").arg(&target).status().unwrap();
    assert!(status.success(), "the workload does not build");
    target.join("release/regex")
}

/// Guest instructions, as the workload counts them itself.
#[derive(Clone, Copy, Debug)]
pub struct Instructions {
    pub compile: u64,
    /// Of one search of the whole text, the first.
    pub search: u64,
}

/// The exit codes of a workload whose engine does not take the pattern, or gives up.
const CANNOT: [i32; 2] = [2, 3];

/// What a run takes in guest instructions; checks the number of matches. Nothing where the
/// engine cannot do it.
pub fn instructions(entry: &Entry, engine: &str) -> Option<Instructions> {
    let mut command = Runner::Run.command();
    let output = start(&mut command, entry, engine, 1)
        .stdout(Stdio::piped())
        .output()
        .unwrap();
    if output
        .status
        .code()
        .is_some_and(|code| CANNOT.contains(&code))
    {
        return None;
    }
    assert!(output.status.success(), "{} by {engine}", entry.name);
    let line = String::from_utf8(output.stdout).unwrap();
    let mut words = line.rsplit(' ');
    let mut number = |name: &str| -> u64 {
        let value = words.find_map(|word| word.trim_end().strip_prefix(name));
        value.unwrap().parse().unwrap()
    };
    let (search, compile) = (number("first="), number("compile="));
    let mut words = line.rsplit(": ").next().unwrap().split(' ');
    assert_eq!(
        words.next().unwrap(),
        entry.matches.to_string(),
        "{} by {engine}",
        entry.name
    );
    Some(Instructions { compile, search })
}

/// Bytes that one search of the text adds to a trace.
pub fn trace_bytes(entry: &Entry, engine: &str) -> u64 {
    let trace = Path::new(env!("CARGO_TARGET_TMPDIR")).join("regex.rvt");
    let size = |rounds| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rvjet"));
        command
            .args(["record", "--force", "--codec", "none", "-o"])
            .arg(&trace)
            .arg(elf());
        let (status, _) = wait(start(&mut command, entry, engine, rounds).spawn().unwrap());
        assert!(status.success(), "{} by {engine}", entry.name);
        std::fs::metadata(&trace).unwrap().len()
    };
    let (with, without) = (size(1), size(0));
    std::fs::remove_file(&trace).unwrap();
    with.saturating_sub(without)
}

/// Seconds of CPU time of one search of the text by each runner that can: medians of
/// `repeats` turns, of what `rounds` searches take more than none.
pub fn seconds(
    runners: &[Runner],
    entry: &Entry,
    engine: &str,
    rounds: u64,
    repeats: usize,
) -> Vec<Option<f64>> {
    let mut all = vec![Vec::new(); runners.len()];
    for _ in 0..repeats {
        for (runner, seconds) in runners
            .iter()
            .zip(&mut all)
            .filter(|(runner, _)| runner.runs(engine))
        {
            let more = runner.seconds(entry, engine, rounds) - runner.seconds(entry, engine, 0);
            seconds.push(more.max(0.0) / rounds as f64);
        }
    }
    let medians = all
        .into_iter()
        .map(|seconds| (!seconds.is_empty()).then(|| median(seconds)));
    medians.collect()
}
