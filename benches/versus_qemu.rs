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

use std::fs::File;
use std::process::{Command, Stdio};

use serde::Deserialize;

use common::{Guest, Size};
use process::{arguments, median, wait};

const QEMU: &str = "qemu-riscv64";
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
    #[derive(Deserialize)]
    struct Stats {
        instructions: u64,
    }
    let mut command = JIT.start(guest, size, &["--stats=json"]);
    let output = command.stdout(Stdio::null()).output().unwrap();
    let stats: Stats = serde_json::from_slice(&output.stderr).unwrap();
    stats.instructions
}

/// Medians of `rounds` rounds, in each of which every runner has its turn.
fn interleaved(runners: [Runner; 2], guest: &Guest, size: Size, rounds: usize) -> [f64; 2] {
    let mut seconds = [const { Vec::new() }; 2];
    for _ in 0..rounds {
        for (runner, seconds) in runners.iter().zip(&mut seconds) {
            seconds.push(runner.seconds(guest, size));
        }
    }
    seconds.map(median)
}

/// The table of all guests.
fn against_qemu(guests: &[Guest], size: Size, rounds: usize) {
    println!("| guest | M instructions | qemu CPU s | jit CPU s | qemu / jit | jit MIPS |");
    println!("|---|---:|---:|---:|---:|---:|");
    let mut product = 1.0;
    for guest in guests {
        Runner::Qemu.check(guest);
        JIT.check(guest);
        let instructions = instructions(guest, size) as f64 / 1e6;
        let [qemu, jit] = interleaved([Runner::Qemu, JIT], guest, size, rounds);
        let ratio = qemu / jit;
        product *= ratio;
        println!(
            "| `{}` | {instructions:.0} | {qemu:.3} | {jit:.3} | {ratio:.2} | {:.0} |",
            guest.name,
            instructions / jit,
        );
    }
    let mean = product.powf(1.0 / guests.len() as f64);
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
    if Command::new(QEMU).arg("--version").output().is_err() {
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
