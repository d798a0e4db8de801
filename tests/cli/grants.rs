//! What guests get of their host, and what is seen of what they ask for.

use std::path::{Path, PathBuf};

use predicates::str::contains;
use rvjet::isa::{AluOp, Inst, Reg};

use crate::guest::{A0, A7, CODE, DATA, Guest, exit, li, lui};
use crate::{one_line, run, rvjet};

fn echoargs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("guest-programs/elf/echoargs.elf")
}

#[test]
fn the_environment_is_what_was_given() {
    let guest = echoargs();
    let envp = |options: &[&str]| {
        let mut command = rvjet();
        command.env("RVJET_ENV", "C=c;D=");
        let assert = command.arg("run").args(options).arg(&guest).assert();
        let out = String::from_utf8(assert.code(0).get_output().stdout.clone()).unwrap();
        let lines = out.lines().filter(|line| line.starts_with("envp["));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let given = ["--env", "A=a;a", "--env=B="];
    assert_eq!(envp(&given), ["envp[0] = A=a;a", "envp[1] = B="]);
    assert_eq!(envp(&[]), ["envp[0] = C=c", "envp[1] = D="]);
}

/// Opens `/in/file`; exits with the file number, or an error number below 256.
fn opener() -> Guest {
    let path = Inst::AluImm {
        op: AluOp::Add,
        rd: Reg::A1,
        rs1: Reg::A1,
        imm: 32,
    };
    let open = [li(A0, -100), lui(Reg::A1, CODE), path, li(Reg::A2, 0)];
    let call_and_exit = [li(A7, 56), Inst::Ecall, li(A7, 93), Inst::Ecall];
    let code = [open, call_and_exit].concat();
    let path = b"/in/file\0\0\0\0".chunks(4);
    let path = path.map(|bytes| bytes.iter().rev().fold(0, |w, &b| w << 8 | u32::from(b)));
    let words = code.iter().map(|&inst| rvjet::isa::encode(inst).unwrap());
    Guest::of_words(&words.chain(path).collect::<Vec<_>>())
}

#[test]
fn a_directory_is_there_under_its_name() {
    let guest = opener();
    std::fs::write(guest.beside("file"), "text").unwrap();
    let host = guest.beside("").display().to_string();
    let path = guest.path.to_str().unwrap();
    run(["--dir", &format!("{host}:/in"), path]).code(3);
    run(["--dir", &format!("{host}:/out"), path]).code(256 - 2);
    run([path]).code(256 - 2);
    let mut command = rvjet();
    command.env("RVJET_DIR", format!("/:/out;{host}:/in"));
    command.arg("run").arg(path).assert().code(3);
}

#[test]
fn standard_input_is_a_file_or_our_own() {
    let read = [li(A0, 0), lui(Reg::A1, DATA), li(Reg::A2, 100), li(A7, 63)];
    let code = [&read[..], &[Inst::Ecall, li(A7, 93), Inst::Ecall]].concat();
    let guest = Guest::new(&code);
    let input = guest.beside("input");
    std::fs::write(&input, "twelve bytes").unwrap();
    let input = input.to_str().unwrap();
    run(["--stdin", input, guest.path.to_str().unwrap()]).code(12);
    let mut command = rvjet();
    command.arg("run").arg(&guest.path).write_stdin("five!");
    command.assert().code(5);
}

#[test]
fn a_directory_that_is_not_there_is_told() {
    let guest = Guest::new(&exit(0));
    run(["--dir=/no/such/directory".as_ref(), guest.path.as_os_str()])
        .code(66)
        .stderr(one_line(
            "rvjet: cannot read /no/such/directory: No such file or directory (os error 2)",
        ));
}

#[test]
fn a_directory_to_read_only_is_not_in_one_to_write() {
    let guest = Guest::new(&exit(0));
    let path = guest.path.to_str().unwrap();
    let host = guest.beside("").display().to_string();
    let (outer, inner) = ("--dir=/:/all", format!("--dir={host}:/in:ro"));
    run([outer, &inner, path])
        .code(64)
        .stderr(contains("/in is to be read only"))
        .stderr(contains("what /all lets be written"));
}

#[test]
fn a_directory_to_read_only_needs_a_name() {
    let guest = Guest::new(&exit(0));
    run(["--dir=/:ro".as_ref(), guest.path.as_os_str()])
        .code(64)
        .stderr(contains("HOST:GUEST:ro"));
}

#[test]
fn an_unknown_call_is_told_once() {
    let [a, b, c] = exit(0);
    let guest = Guest::new(&[li(A7, 2000), Inst::Ecall, Inst::Ecall, a, b, c]);
    let line = "rvjet: unknown system call 2000 at pc 0x10004";
    run([&guest.path]).code(0).stdout("").stderr(one_line(line));
}

#[test]
fn calls_are_traced_when_asked_for() {
    let guest = Guest::new(&exit(7));
    run(["--strace".as_ref(), guest.path.as_os_str()])
        .code(7)
        .stdout("")
        .stderr(one_line("exit(7) = ?"));
    run(["--strace".as_ref(), echoargs().as_os_str()])
        .code(0)
        .stderr(contains("write(1, \"argc = "));
}
