//! What a trace costs: `record/<guest>`, against the same run without one, and
//! `verify/<guest>`. BENCHMARKS.md says what the figures mean.
//!
//! `cargo bench --bench record -- [--rounds N] [GUEST]..`; with `--test`, one
//! short round.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program that prints figures, and stops where it cannot make them"
)]

mod common;
#[path = "common/process.rs"]
mod process;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde::Deserialize;

use common::{Guest, Size};
use process::{arguments, median, wait};

/// Threads that verify.
const THREADS: &str = "2";

/// What `rvjet trace info --json` says.
#[derive(Deserialize)]
struct Trace {
    instructions: u64,
    touches: u64,
    bytes: u64,
    complete: bool,
}

/// What a guest is put to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    Run,
    /// With the trace going nowhere: how fast a disk is does not matter.
    Record,
    /// With chunks stored as they are, into a file.
    RecordPlain,
    /// Of that file.
    Verify,
}

const TASKS: [Task; 4] = [Task::Run, Task::Record, Task::RecordPlain, Task::Verify];

/// A guest, and where its trace goes.
struct Subject<'a> {
    guest: &'a Guest,
    size: Size,
    trace: PathBuf,
}

impl Subject<'_> {
    fn command(&self, task: Task) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rvjet"));
        command.env_clear().current_dir(Guest::dir());
        let nowhere = Path::new("/dev/null");
        match task {
            Task::Run => command.arg("run"),
            Task::Record => self.record(&mut command, nowhere),
            Task::RecordPlain => self.record(&mut command, &self.trace),
            Task::Verify => {
                command.args(["trace", "verify", "--threads", THREADS]);
                return self.quiet(command, &self.trace);
            }
        };
        for (name, value) in self.guest.env() {
            command.arg("--env").arg(format!("{name}={value}"));
        }
        command.arg(self.guest.program());
        command.args(self.guest.sized_args(self.size));
        command.stdin(match self.guest.stdin() {
            Some(path) => Stdio::from(File::open(path).unwrap()),
            None => Stdio::null(),
        });
        command.stdout(Stdio::null());
        command
    }

    fn record<'c>(&self, command: &'c mut Command, to: &Path) -> &'c mut Command {
        command
            .args(["record", "--force", "--codec", "none", "-o"])
            .arg(to)
    }

    fn quiet(&self, mut command: Command, trace: &Path) -> Command {
        command.arg(trace).stdout(Stdio::null());
        command
    }

    fn time(&self, task: Task) -> Times {
        let start = Instant::now();
        let (status, cpu) = wait(self.command(task).spawn().unwrap());
        let wall = start.elapsed().as_secs_f64();
        let expected = match task {
            Task::Verify => 0,
            _ => self.guest.exit_code,
        };
        let name = &self.guest.name;
        assert_eq!(status.code(), Some(expected), "{task:?} {name}");
        Times { cpu, wall }
    }

    /// Whether the guest prints what it should while it is recorded.
    fn check(&self) {
        let short = Subject {
            guest: self.guest,
            size: Size::Short,
            trace: self.trace.clone(),
        };
        let mut command = short.command(Task::Record);
        let output = command.stdout(Stdio::piped()).output().unwrap();
        let name = &self.guest.name;
        assert_eq!(output.status.code(), Some(self.guest.exit_code), "{name}");
        assert!(output.stdout == self.guest.expected(), "{name}");
    }

    /// What the trace says of itself.
    fn trace(&self) -> Trace {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rvjet"));
        command.args(["trace", "info", "--json"]).arg(&self.trace);
        let output = command.output().unwrap();
        let trace: Trace = serde_json::from_slice(&output.stdout).unwrap();
        assert!(trace.complete);
        trace
    }
}

/// CPU and wall time of a task, in seconds.
#[derive(Clone, Copy)]
struct Times {
    cpu: f64,
    wall: f64,
}

/// The tasks by turns, so that what disturbs a machine disturbs all of them.
fn interleaved(subject: &Subject<'_>, rounds: usize) -> [Times; TASKS.len()] {
    let mut ended = [const { Vec::new() }; TASKS.len()];
    for _ in 0..rounds {
        for (task, ended) in TASKS.iter().zip(&mut ended) {
            ended.push(subject.time(*task));
        }
    }
    ended.map(|ended| Times {
        cpu: median(ended.iter().map(|ended| ended.cpu).collect()),
        wall: median(ended.iter().map(|ended| ended.wall).collect()),
    })
}

/// Geometric means, one a column.
#[derive(Default)]
struct Means {
    logarithms: [f64; 4],
    count: f64,
}

impl Means {
    fn add(&mut self, values: [f64; 4]) {
        for (sum, value) in self.logarithms.iter_mut().zip(values) {
            *sum += value.ln();
        }
        self.count += 1.0;
    }

    fn values(&self) -> [f64; 4] {
        self.logarithms.map(|sum| (sum / self.count).exp())
    }
}

fn main() {
    let (rounds, names) = arguments();
    let (rounds, size) = match common::is_test() {
        true => (1, Size::Short),
        false => (rounds, Size::Long),
    };
    let mut guests = common::guests();
    guests.retain(|guest| names.is_empty() || names.contains(&guest.name));
    let dir = tempfile::tempdir().unwrap();
    println!(
        "| record/ | M insns | touches/insn | bytes/insn | run CPU s | record CPU s | speed by CPU \
         | run s | record s | speed | verify s, {THREADS} threads | verify / record |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    let mut means = Means::default();
    for guest in &guests {
        let trace = dir.path().join(&guest.name);
        let subject = Subject { guest, size, trace };
        means.add(row(&subject, rounds));
    }
    let [bytes, cpu, wall, verify] = means.values();
    println!(
        "| geometric mean | | | **{bytes:.4}** | | | **{cpu:.2}** | | | **{wall:.2}** | | **{verify:.2}** |"
    );
}

/// Prints what is found of one guest; returns what means are made of.
fn row(subject: &Subject<'_>, rounds: usize) -> [f64; 4] {
    subject.check();
    let [run, record, plain, verify] = interleaved(subject, rounds);
    let trace = subject.trace();
    std::fs::remove_file(&subject.trace).unwrap();
    let insns = trace.instructions as f64;
    let bytes = trace.bytes as f64 / insns;
    let means = [
        bytes,
        run.cpu / record.cpu,
        run.wall / record.wall,
        verify.wall / plain.wall,
    ];
    println!(
        "| `{}` | {:.0} | {:.4} | {bytes:.4} | {:.3} | {:.3} | {:.2} | {:.3} | {:.3} | {:.2} | {:.3} | {:.2} |",
        subject.guest.name,
        insns / 1e6,
        trace.touches as f64 / insns,
        run.cpu,
        record.cpu,
        means[1],
        run.wall,
        record.wall,
        means[2],
        verify.wall,
        means[3],
    );
    means
}
