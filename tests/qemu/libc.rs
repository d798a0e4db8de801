//! Programs of a C library, linked statically. Without a RISC-V compiler that
//! has one nothing is checked.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::kernel::GCC;
use crate::opinion::{Start, is_installed};
use crate::signals::record;

const FLAGS: [&str; 5] = ["-O2", "-Wall", "-Wextra", "-Werror", "-static"];

/// The ELF file of a program, if the compiler and its library are there; says so if not.
pub fn compile(compiler: &str, flags: &[&str], source: &str, to: &Path) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/qemu/libc");
    let probe = to.join("probe.c");
    std::fs::write(&probe, "int main(void) { return 0; }").unwrap();
    let build = |source: &Path, flags: &[&str]| {
        let elf = to.join("guest.elf");
        let mut command = Command::new(compiler);
        command.args(FLAGS).args(flags).arg("-o").arg(&elf);
        (command.arg(source).arg("-lm").output(), elf)
    };
    if !build(&probe, &[])
        .0
        .is_ok_and(|output| output.status.success())
    {
        println!("skipped: {compiler} links no static programs");
        return None;
    }
    let (output, elf) = build(&folder.join(source), flags);
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    Some(elf)
}

fn check(compiler: &str, standard: &str, source: &str) {
    let (tools, dir) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    if !is_installed() {
        return;
    }
    let Some(elf) = compile(compiler, &[standard], source, tools.path()) else {
        return;
    };
    let start = Start {
        elf: elf.clone(),
        dir: dir.path().into(),
        grants: vec!["--dir=.".to_owned()],
        ..Start::default()
    };
    start.agreed(source);
    let command = ["--dir=.", elf.to_str().unwrap()];
    record(dir.path(), "auto", "insns=100000", &command);
}

#[test]
fn files_of_a_c_program() {
    check(GCC, "-std=c11", "files.c");
}

#[test]
fn files_of_a_cpp_program() {
    check("riscv64-linux-gnu-g++", "-std=c++17", "filesystem.cpp");
}
