//! rvjet against `qemu-riscv64` on programs against C libraries, floating-point kernels
//! among them: user and system CPU time of whole processes. The kernels are native
//! programs as well. BENCHMARKS.md says what the figures mean.
//!
//! `cargo bench --bench linux -- [--rounds N] [PROGRAM]..`; with `--test`, one short round.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program that prints figures, and stops where it cannot make them"
)]

#[path = "common/process.rs"]
mod process;
#[path = "../tests/common/programs.rs"]
#[expect(dead_code, reason = "tests use the rest")]
mod programs;
#[path = "common/qemu.rs"]
mod qemu;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use process::{arguments, wait};
use programs::{Kind, Program};
use qemu::{QEMU, geometric_mean, instructions, interleaved, is_installed};

const NATIVE: &str = "gcc";

/// What runs a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runner {
    /// As users run it, who name no engine.
    Rvjet,
    Qemu,
    Native,
}

/// A program that is to be measured.
struct Subject {
    program: Program,
    args: Vec<String>,
    /// What it may write to.
    directory: PathBuf,
}

/// Where programs are built.
fn built() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("linux-programs")
}

fn built_natively() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("native-programs")
}

impl Subject {
    /// None for a program that has nothing to measure.
    fn new(program: Program, directory: &Path, is_short: bool) -> Option<Subject> {
        let long = program.bench_args_in(directory)?;
        let args = match is_short {
            true => program.args_in(directory),
            false => long,
        };
        let directory = directory.to_owned();
        Some(Subject {
            program,
            args,
            directory,
        })
    }

    fn start(&self, runner: Runner, options: &[&str]) -> Command {
        // Each run finds what the first one found.
        let _ = std::fs::remove_dir_all(&self.directory);
        std::fs::create_dir(&self.directory).unwrap();
        let mut command = match runner {
            Runner::Native => Command::new(built_natively().join(&self.program.name)),
            Runner::Qemu => {
                let mut command = Command::new(QEMU);
                command.arg(self.program.elf(&built()));
                command
            }
            Runner::Rvjet => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_rvjet"));
                let granted = self.directory.display();
                command.arg("run").arg(format!("--dir={granted}:{granted}"));
                command.args(options).arg(self.program.elf(&built()));
                command
            }
        };
        command.args(&self.args).env_clear().stdin(Stdio::null());
        command
    }

    /// Whether rvjet does what qemu does; returns how many guest instructions that takes.
    fn check(&self) -> u64 {
        let name = &self.program.name;
        let ours = self
            .start(Runner::Rvjet, &["--stats=json"])
            .output()
            .unwrap();
        let theirs = self.start(Runner::Qemu, &[]).output().unwrap();
        assert_eq!(ours.status.code(), Some(self.program.exit_code), "{name}");
        assert_eq!(ours.status.code(), theirs.status.code(), "{name}");
        assert!(ours.stdout == theirs.stdout, "{name}");
        instructions(&ours.stderr)
    }

    /// Seconds of CPU time of a run.
    fn seconds(&self, runner: Runner) -> f64 {
        let mut command = self.start(runner, &[]);
        let (status, seconds) = wait(command.stdout(Stdio::null()).spawn().unwrap());
        assert_eq!(status.code(), Some(self.program.exit_code), "{runner:?}");
        seconds
    }

    /// Prints its row; returns how many times as fast as qemu it is, and what share of the
    /// native speed it has.
    fn measure(&self, rounds: usize) -> (f64, Option<f64>) {
        let instructions = self.check() as f64 / 1e6;
        let is_native = self.program.kind == Kind::Kernels && is_installed(NATIVE);
        let runners = [Runner::Qemu, Runner::Rvjet, Runner::Native];
        let runners = &runners[..2 + usize::from(is_native)];
        let seconds = interleaved(runners, rounds, |runner| self.seconds(runner));
        let (qemu, jit, native) = (seconds[0], seconds[1], seconds.get(2).copied());
        let shown = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.3}"));
        println!(
            "| `{}` | {instructions:.0} | {} | {qemu:.3} | {jit:.3} | {:.2} | {} | {:.0} |",
            self.program.name,
            shown(native),
            qemu / jit,
            native.map_or(String::new(), |native| format!("{:.2}", jit / native)),
            instructions / jit,
        );
        (qemu / jit, native.map(|native| jit / native))
    }
}

/// The programs that were asked for and could be built.
fn subjects(directory: &Path, names: &[String], is_short: bool) -> Vec<Subject> {
    let mut kinds = vec![Kind::Kernels, Kind::C, Kind::Cxx, Kind::Rust];
    let wanted = programs::programs().into_iter();
    let wanted = wanted.filter(|program| names.is_empty() || names.contains(&program.name));
    let wanted = wanted.filter_map(|program| Subject::new(program, directory, is_short));
    let mut wanted: Vec<_> = wanted.collect();
    kinds.retain(|&kind| wanted.iter().any(|subject| subject.program.kind == kind));
    kinds.retain(|kind| kind.build(&built()));
    wanted.retain(|subject| kinds.contains(&subject.program.kind));
    wanted
}

fn main() {
    if !is_installed(QEMU) {
        println!("{QEMU} is not installed");
        return;
    }
    let (rounds, names) = arguments();
    let is_test = std::env::args().any(|arg| arg == "--test");
    let rounds = if is_test { 1 } else { rounds };
    let beside = TempDir::new().unwrap();
    let subjects = subjects(&beside.path().join("granted"), &names, is_test);
    if is_installed(NATIVE) {
        programs::build_natively(&built_natively());
    }
    println!(
        "| program | M instructions | native CPU s | qemu CPU s | jit CPU s | qemu / jit | jit / native | jit MIPS |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    let ratios = subjects.iter().map(|subject| subject.measure(rounds));
    let (faster, slower): (Vec<_>, Vec<_>) = ratios.unzip();
    let slower: Vec<_> = slower.into_iter().flatten().collect();
    let (faster, slower) = (geometric_mean(&faster), geometric_mean(&slower));
    println!("| geometric mean | | | | | **{faster:.2}** | {slower:.2} | |");
}
