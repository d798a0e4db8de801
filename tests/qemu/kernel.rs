//! Small C programs that call the kernel and print what it says. Without a
//! RISC-V gcc nothing is checked.
//!
//! What Linux leaves to the machine (addresses, process numbers, the host's
//! release) is not printed.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::opinion::{Run, Start, has, is_installed};

const SIGSEGV: i32 = 11;
pub const GCC: &str = "riscv64-linux-gnu-gcc";
const FLAGS: [&str; 16] = [
    "-std=c11",
    "-O2",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wno-unused-function",
    "-march=rv64imac",
    "-mabi=lp64",
    "-mcmodel=medany",
    "-ffreestanding",
    "-fno-pie",
    "-fno-stack-protector",
    "-fno-tree-loop-distribute-patterns",
    "-nostdlib",
    "-static",
    "-no-pie",
];

/// Compiles the program of this name into a directory.
pub fn compile(name: &str, to: &Path) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/qemu/c");
    let elf = to.join(format!("{name}.elf"));
    let mut command = Command::new(GCC);
    command.args(FLAGS).arg("-o").arg(&elf);
    let output = command
        .arg(folder.join(name).with_extension("c"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    elf
}

/// Runs a program in a directory that has a file `input` to it.
fn check(name: &str, grants: &[&str]) -> Option<Run> {
    if !is_installed() || !has(GCC) {
        return None;
    }
    let (tools, dir) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    std::fs::write(dir.path().join("input"), "0123456789").unwrap();
    let start = Start {
        elf: compile(name, tools.path()),
        dir: dir.path().into(),
        args: ["one", "", "-x=é"].map(str::to_owned).into(),
        // qemu 7.2 gives variables in reverse.
        env: vec!["A=1 2".to_owned()],
        grants: grants.iter().map(|&grant| grant.to_owned()).collect(),
        ..Start::default()
    };
    Some(start.agreed(name))
}

#[test]
fn memory() {
    check("memory", &[]);
}

#[test]
fn streams() {
    check("streams", &[]);
}

#[test]
fn files() {
    check("files", &["--dir=."]);
}

#[test]
fn names() {
    check("names", &["--dir=."]);
}

#[test]
fn pipes() {
    check("pipes", &["--dir=."]);
}

#[test]
fn process() {
    let run = check("process", &[]);
    assert!(run.is_none_or(|run| run.code == 0x67));
}

#[test]
fn start() {
    let run = check("start", &[]);
    assert!(run.is_none_or(|run| run.code == 128 + SIGSEGV));
}
