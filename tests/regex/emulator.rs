//! What runs the workload.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const QEMU: &str = "qemu-riscv64";

/// An emulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emulator {
    /// `rvjet run` by one of its engines.
    Rvjet(&'static str),
    Qemu,
}

/// Those that are there; says so if qemu is not.
pub fn emulators() -> Vec<Emulator> {
    let mut all = vec![Emulator::Rvjet("jit"), Emulator::Rvjet("interp")];
    match Command::new(QEMU).arg("--version").output() {
        Ok(_) => all.push(Emulator::Qemu),
        Err(_) => println!("skipped: {QEMU} is not installed"),
    }
    all
}

/// How a run ended, and what it printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Emulator {
    /// Runs the workload.
    pub fn run(self, arguments: &[&str], text: &[u8]) -> Ended {
        let mut command = match self {
            Self::Qemu => Command::new(QEMU),
            Self::Rvjet(engine) => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_rvjet"));
                command.args(["run", "--engine", engine]);
                command
            }
        };
        let elf = Path::new(env!("CARGO_MANIFEST_DIR")).join("guest-programs/elf/regex.elf");
        let piped = command.arg(elf).args(arguments).stdin(Stdio::piped());
        let mut child = piped
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let text = text.to_vec();
        // A run that does not like its arguments does not read.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&text)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ended {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}
