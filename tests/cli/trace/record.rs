//! `rvjet record`: where a trace goes, and that it is the same whoever writes it.

use std::process::{Command, Stdio};

use predicates::str::{contains, starts_with};
use rustix::fs::{CWD, Mode, mkfifoat};

use super::{Recorded, facts, program};
use crate::guest::{Guest, SPIN, exit};
use crate::run::scaled_sum;
use crate::{one_line, rvjet};

#[test]
fn the_program_runs_as_ever() {
    let guest = Guest::new(&exit(42));
    let path = guest.beside("t.rvt");
    let mut command = rvjet();
    command.args(["record", "-o"]).arg(&path).arg(&guest.path);
    command.assert().code(42).stdout("").stderr("");
    assert_eq!(facts(&path)["exit"]["code"], 42);
}

#[test]
fn a_limit_ends_the_trace() {
    let guest = Guest::new(&[SPIN]);
    let path = guest.beside("t.rvt");
    let mut command = rvjet();
    command.args(["record", "--max-insns=12345", "--chunk=insns=1Ki", "-o"]);
    command.arg(&path).arg(&guest.path);
    command.assert().code(152);
    let facts = facts(&path);
    assert_eq!(facts["instructions"], 12345);
    assert_eq!(facts["chunks"], 13);
    assert_eq!(facts["exit"]["kind"], "insn_limit");
}

/// What is left out is left out of every replay as well: the trace says so.
#[test]
fn a_trace_says_which_instructions_there_are() {
    let guest = scaled_sum();
    let recorded = Recorded::of(["--isa=rv64g_zbb"], &guest.path, &[]);
    let told = facts(&recorded.path);
    assert_eq!(told["isa"], "rv64imafd_zicsr_zifencei_zbb");
    assert_eq!(told["exit"]["kind"], "illegal_instruction");
    for engine in ["jit", "interp"] {
        let mut command = rvjet();
        command.args(["trace", "verify", "--engine", engine]);
        command.arg(&recorded.path).assert().code(0);
    }
    let recorded = Recorded::of(["--isa=rv64i_zba"], &guest.path, &[]);
    assert_eq!(facts(&recorded.path)["exit"]["code"], 3);
    let mut command = rvjet();
    command.args(["trace", "verify"]).arg(&recorded.path);
    command.assert().code(0);
}

#[test]
fn the_trace_does_not_depend_on_threads() {
    for codec in ["none", "zstd"] {
        let of = |threads| {
            let options = [
                "--chunk=touches=16".to_owned(),
                format!("--codec={codec}"),
                format!("--threads={threads}"),
            ];
            Recorded::of(options, &program("fib"), &["15"]).bytes()
        };
        let one = of(1);
        for threads in [2, 3, 7] {
            assert!(of(threads) == one, "{threads} threads, {codec}");
        }
    }
}

#[test]
fn a_pipe_takes_a_trace() {
    let expected = Recorded::fib();
    let mut command = rvjet();
    command.args([
        "record",
        "--chunk=insns=1000",
        "--stdout=/dev/null",
        "-o",
        "-",
    ]);
    let assert = command
        .arg(program("fib"))
        .arg("12")
        .assert()
        .code(0)
        .stderr("");
    assert!(assert.get_output().stdout == expected.bytes());
}

#[test]
fn a_fifo_takes_a_trace() {
    let expected = Recorded::fib();
    let fifo = expected.path.with_extension("fifo");
    mkfifoat(CWD, &fifo, Mode::RUSR | Mode::WUSR).unwrap();
    let mut recording = Command::new(assert_cmd::cargo::cargo_bin!("rvjet"))
        .args(["record", "--chunk=insns=1000", "-o"])
        .arg(&fifo)
        .arg(program("fib"))
        .arg("12")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let bytes = std::fs::read(&fifo).unwrap();
    assert!(recording.wait().unwrap().success());
    assert!(bytes == expected.bytes());
}

#[test]
fn a_trace_does_not_mix_with_the_programs_output() {
    rvjet()
        .args(["record", "-o", "-"])
        .arg(program("fib"))
        .assert()
        .code(64)
        .stdout("")
        .stderr(contains("--stdout"));
}

#[test]
fn a_file_is_replaced_by_force_alone() {
    let recorded = Recorded::fib();
    let before = recorded.bytes();
    let record = |force: &[&str]| {
        let mut command = rvjet();
        command
            .arg("record")
            .args(force)
            .arg("-o")
            .arg(&recorded.path);
        command.arg(program("fib")).arg("12").assert()
    };
    let path = recorded.path.display();
    let line = format!("rvjet: {path} is there already; --force replaces it");
    record(&[]).code(73).stdout("").stderr(one_line(&line));
    assert!(recorded.bytes() == before);
    record(&["--force", "--no-elf"]).code(0);
    assert!(recorded.bytes() != before);
}

#[test]
fn what_cannot_be_loaded_replaces_nothing() {
    let recorded = Recorded::fib();
    let before = recorded.bytes();
    let text = recorded.beside("text", b"no program");
    let mut command = rvjet();
    command
        .args(["record", "--force", "-o"])
        .arg(&recorded.path);
    command.arg(text).assert().code(65);
    assert!(recorded.bytes() == before);
}

#[test]
fn a_full_disk_stops_the_program() {
    for threads in ["--threads=1", "--threads=3"] {
        let guest = Guest::new(&[SPIN]);
        let mut command = rvjet();
        command.args(["record", threads, "--chunk=insns=1000", "-o", "/dev/full"]);
        let why = "rvjet: cannot write /dev/full: No space left on device";
        let assert = command.arg(&guest.path).assert();
        assert.code(74).stdout("").stderr(starts_with(why));
    }
}

#[test]
fn options_that_are_none_are_refused() {
    let guest = Guest::new(&exit(0));
    for option in [
        "--chunk=insns",
        "--chunk=insns=0",
        "--chunk=bytes=5",
        "--codec=xz",
        "--threads=0",
    ] {
        let mut command = rvjet();
        command
            .args(["record", option, "-o"])
            .arg(guest.beside("t"));
        command.arg(&guest.path).assert().code(64).stdout("");
    }
    rvjet().arg("record").arg(&guest.path).assert().code(64);
}
