//! rvjet against `qemu-riscv64`: user and system CPU time of whole processes.
//! BENCHMARKS.md says what the figures mean.
//!
//! `cargo bench --bench versus_qemu -- [--rounds N] [GUEST]..`; with `--test`,
//! one short round.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program that prints figures, and stops where it cannot make them"
)]

mod common;
#[path = "common/process.rs"]
mod process;
#[path = "common/qemu.rs"]
mod qemu;

use std::fs::File;
use std::process::{Command, Stdio};

use common::{Guest, Size};
use process::{arguments, median, wait};
use qemu::{QEMU, geometric_mean, interleaved, is_installed};

/// Guests on which the engines are compared, by short runs.
const INTERPRETED: [&str; 2] = ["sha256", "matmul"];

/// What runs a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runner {
    Qemu,
    Rvjet(&'static str),
}

/// As users run it, who name no engine.
const JIT: Runner = Runner::Rvjet("auto");
const INTERP: Runner = Runner::Rvjet("interp");

impl Runner {
    fn command(self, guest: &Guest) -> Command {
        match self {
            Runner::Qemu => {
                let mut command = Command::new(QEMU);
                command.env_clear().envs(guest.env());
                command
            }
            Runner::Rvjet(engine) => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_rvjet"));
                command.env_clear().args(["run", "--engine", engine]);
                for (name, value) in guest.env() {
                    command.arg("--env").arg(format!("{name}={value}"));
                }
                command
            }
        }
    }

    fn start(self, guest: &Guest, size: Size, extra: &[&str]) -> Command {
        let mut command = self.command(guest);
        command.args(extra);
        command.arg(guest.program()).args(guest.sized_args(size));
        command.current_dir(Guest::dir());
        command.stdin(match guest.stdin() {
            Some(path) => Stdio::from(File::open(path).unwrap()),
            None => Stdio::null(),
        });
        command
    }

    /// Whether the guest prints what it should.
    fn check(self, guest: &Guest) {
        let output = self.start(guest, Size::Short, &[]).output().unwrap();
        assert_eq!(output.status.code(), Some(guest.exit_code), "{self:?}");
        assert!(output.stdout == guest.expected(), "{self:?} {}", guest.name);
    }

    /// Seconds of CPU time of a run.
    fn seconds(self, guest: &Guest, size: Size) -> f64 {
        let mut command = self.start(guest, size, &[]);
        let (status, seconds) = wait(command.stdout(Stdio::null()).spawn().unwrap());
        assert_eq!(status.code(), Some(guest.exit_code), "{self:?}");
        seconds
    }
}

/// Guest instructions of a run.
fn instructions(guest: &Guest, size: Size) -> u64 {
    let mut command = JIT.start(guest, size, &["--stats=json"]);
    let output = command.stdout(Stdio::null()).output().unwrap();
    qemu::instructions(&output.stderr)
}

/// The table of all guests.
fn against_qemu(guests: &[Guest], size: Size, rounds: usize) {
    println!("| guest | M instructions | qemu CPU s | jit CPU s | qemu / jit | jit MIPS |");
    println!("|---|---:|---:|---:|---:|---:|");
    let mut ratios = Vec::new();
    for guest in guests {
        Runner::Qemu.check(guest);
        JIT.check(guest);
        let instructions = instructions(guest, size) as f64 / 1e6;
        let seconds = |runner: Runner| runner.seconds(guest, size);
        let seconds = interleaved(&[Runner::Qemu, JIT], rounds, seconds);
        let (qemu, jit) = (seconds[0], seconds[1]);
        let ratio = qemu / jit;
        ratios.push(ratio);
        println!(
            "| `{}` | {instructions:.0} | {qemu:.3} | {jit:.3} | {ratio:.2} | {:.0} |",
            guest.name,
            instructions / jit,
        );
    }
    let mean = geometric_mean(&ratios);
    println!("| geometric mean | | | | **{mean:.2}** | |");
}

/// The table of the guests that show how much faster the JIT is than the interpreter.
fn against_interpreter(guests: &[Guest], long: Size, rounds: usize) {
    println!("| guest | interp MIPS | jit MIPS | jit / interp |");
    println!("|---|---:|---:|---:|");
    for guest in guests {
        INTERP.check(guest);
        let mips = |runner: Runner, size| {
            let seconds = (0..rounds).map(|_| runner.seconds(guest, size)).collect();
            instructions(guest, size) as f64 / 1e6 / median(seconds)
        };
        let (interp, jit) = (mips(INTERP, Size::Short), mips(JIT, long));
        let ratio = jit / interp;
        println!("| `{}` | {interp:.0} | {jit:.0} | {ratio:.1} |", guest.name);
    }
}

fn main() {
    if !is_installed(QEMU) {
        println!("{QEMU} is not installed");
        return;
    }
    let (rounds, names) = arguments();
    let (rounds, size) = match common::is_test() {
        true => (1, Size::Short),
        false => (rounds, Size::Long),
    };
    let mut guests = common::guests();
    guests.retain(|guest| names.is_empty() || names.contains(&guest.name));
    if guests.is_empty() {
        return;
    }
    against_qemu(&guests, size, rounds);
    guests.retain(|guest| INTERPRETED.contains(&guest.name.as_str()));
    println!();
    against_interpreter(&guests, size, rounds);
}
