//! `rvjet run`: what is whose on the command line, and what is refused.

use predicates::prelude::*;
use predicates::str::{contains, starts_with};

use crate::guest::{A0, Guest, exit, li};
use crate::{one_line, run, rvjet};

#[test]
fn the_guests_exit_code_is_ours() {
    for (code, ours) in [(0, 0), (42, 42), (255, 255), (256 + 7, 7), (-1, 255)] {
        let guest = Guest::new(&exit(code));
        run([&guest.path]).code(ours).stdout("").stderr("");
    }
}

#[test]
fn options_of_neither_are_refused() {
    let guest = Guest::new(&exit(0));
    let path = guest.path.as_os_str();
    let wrong = [
        "--no-such-option",
        "--engine=fast",
        "--max-insns=-1",
        "--max-insns=many",
        "--max-mem=64X",
        "--timeout=5",
        "--env=NAME",
        "--dir=:guest",
        "--seed=x",
        "--stats=xml",
        "--stats=json:",
        "--strace=yes",
    ];
    for option in wrong {
        run([option.as_ref(), path])
            .code(64)
            .stdout("")
            .stderr(starts_with("error: ").and(contains(option.split('=').next().unwrap())));
    }
}

#[test]
fn a_missing_command_or_program_is_a_usage_error() {
    rvjet().assert().code(64).stdout("");
    rvjet().arg("walk").assert().code(64);
    run([""; 0]).code(64).stderr(contains("ELF"));
    rvjet().arg("disasm").assert().code(64);
}

#[test]
fn everything_behind_the_elf_is_the_guests() {
    let guest = Guest::new(&exit(5));
    let path = guest.path.to_str().unwrap();
    for args in [
        &[path, "--help"][..],
        &[path, "--max-insns=0"],
        &[path, "--", "--stats", "-x"],
        &["--", path, "--max-insns=0"],
    ] {
        run(args).code(5).stdout("").stderr("");
    }
}

/// Exits with the number of its arguments, its name included.
fn argument_count() -> Guest {
    use rvjet::isa::{Inst, LoadOp, Reg};
    let argc = Inst::Load {
        op: LoadOp::Ld,
        rd: A0,
        rs1: Reg::SP,
        offset: 0,
    };
    Guest::new(&[argc, li(Reg::A7, 93), Inst::Ecall])
}

#[test]
fn no_argument_is_lost() {
    let guest = argument_count();
    let path = guest.path.to_str().unwrap();
    run([path]).code(1);
    run([path, "", "--", "--", "-h", "a b"]).code(6);
    run(["--", path, "--"]).code(2);
}

#[test]
fn variables_stand_for_options() {
    let guest = Guest::new(&exit(0));
    let run_with = |name, value| {
        let mut command = rvjet();
        command.arg("run").arg(&guest.path).env(name, value);
        command.assert()
    };
    run_with("RVJET_MAX_INSNS", "2").code(152);
    run_with("RVJET_ENGINE", "fast").code(64);
    run_with("RVJET_MAX_MEM", "1").code(137);
    run_with("RVJET_TIMEOUT", "soon").code(64);
    run_with("RVJET_STDIN", "/no/such/file").code(66);
    run_with("RVJET_STATS", "json")
        .code(0)
        .stderr(starts_with("{"));
    run_with("RVJET_STRACE", "perhaps").code(64);
    run_with("RVJET_HOST_TIME", "1").code(0);
    run_with("RVJET_HOST_RANDOM", "0").code(0);
    run_with("RVJET_SEED", "x").code(64);
    let line = "rvjet: invalid value 'B' in RVJET_ENV: expected NAME=VALUE";
    run_with("RVJET_ENV", "A=1;B")
        .code(64)
        .stderr(one_line(line));
    let line = "rvjet: invalid value ':x' in RVJET_DIR: expected HOST, HOST:GUEST or HOST:GUEST:ro";
    run_with("RVJET_DIR", ":x").code(64).stderr(one_line(line));
}

#[test]
fn an_option_beats_its_variable() {
    let guest = Guest::new(&exit(9));
    let mut command = rvjet();
    command.args(["run", "--max-insns=3"]).arg(&guest.path);
    command.env("RVJET_MAX_INSNS", "1").assert().code(9);
}

#[test]
fn files_that_are_no_programs_are_rejected() {
    let script = Guest::of_bytes(b"#!/bin/sh\n");
    let cut_off = Guest::of_bytes(b"\x7fELF\x02\x01\x01\0");
    for (guest, why) in [
        (
            script,
            "ELF magic is [23, 21, 2f, 62], expected [7f, 45, 4c, 46]",
        ),
        (
            cut_off,
            "ELF header is cut off: the file has 8 bytes, the header alone needs 64",
        ),
    ] {
        let path = guest.path.display();
        let line = format!("rvjet: {path}: cannot load the program: {why}");
        run([&guest.path]).code(65).stderr(one_line(&line));
        let line = format!("rvjet: {path}: {why}");
        let mut command = rvjet();
        command.arg("disasm").arg(&guest.path);
        command.assert().code(65).stdout("").stderr(one_line(&line));
    }
}

#[test]
fn files_that_cannot_be_read_are_told() {
    run(["/no/such/file"]).code(66).stderr(one_line(
        "rvjet: cannot read /no/such/file: No such file or directory (os error 2)",
    ));
    run(["/"])
        .code(66)
        .stderr(one_line("rvjet: cannot read /: is a directory"));
    run(["/dev/zero"])
        .code(66)
        .stderr(one_line("rvjet: cannot read /dev/zero: not a regular file"));
}

#[test]
fn a_huge_file_is_not_read() {
    let guest = Guest::new(&exit(0));
    let file = std::fs::File::create(&guest.path).unwrap();
    file.set_len(1 << 40).unwrap();
    run([&guest.path])
        .code(66)
        .stderr(contains("the file is larger than"));
}

#[test]
fn a_fifo_is_not_waited_for() {
    let guest = Guest::new(&exit(0));
    let fifo = guest.beside("fifo");
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    run([&fifo]).code(66).stderr(contains("not a regular file"));
}
