//! `--dump-asm`: which host code is printed.

use crate::guest::{A0, A7, Guest, li};
use crate::{one_line, run};
use rvjet::isa::Inst;

/// Makes a call in `main`, and exits with 3 in `tail`.
fn guest() -> Guest {
    let main = [li(A7, 172), Inst::Ecall];
    let tail = [li(A0, 3), li(A7, 93), Inst::Ecall];
    Guest::new(&[&main[..], &tail].concat())
}

/// What is printed for `option`, after which the guest ends as it would without.
fn dumped(engine: &str, option: &str) -> String {
    let guest = guest();
    let assert = run(["--engine", engine, option, guest.path.to_str().unwrap()]);
    let output = assert.code(3).stdout("").get_output().stderr.clone();
    String::from_utf8(output).unwrap()
}

/// The guest addresses of the units that are printed for `option`.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn units(option: &str) -> Vec<String> {
    let listing = dumped("jit", option);
    let heads = listing.lines().filter(|line| line.starts_with("0x"));
    heads
        .map(|line| line.split(':').next().unwrap().to_owned())
        .collect()
}

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
#[test]
fn all_or_what_has_code_of_a_symbol_or_a_pc() {
    assert_eq!(units("--dump-asm"), ["0x10000", "0x10008"]);
    assert_eq!(units("--dump-asm="), ["0x10000", "0x10008"]);
    assert_eq!(units("--dump-asm=main"), ["0x10000"]);
    assert_eq!(units("--dump-asm=tail"), ["0x10008"]);
    assert_eq!(units("--dump-asm=0x10008"), ["0x10008"]);
    assert_eq!(units("--dump-asm=0x1000c"), ["0x10008"]);
    assert!(units("--dump-asm=0x20000").is_empty());
}

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
#[test]
fn host_code_stands_under_its_guest_instruction() {
    let listing = dumped("jit", "--dump-asm=tail");
    let lines: Vec<_> = listing.lines().collect();
    assert!(lines[0].starts_with("0x10008: fast unit, "), "{listing}");
    for guest in ["  0x10008  addi x10,x0,3", "  0x1000c  addi x17,x0,93"] {
        assert!(lines.contains(&guest), "{listing}");
    }
    let host = |line: &&&str| line.starts_with("     ");
    assert!(lines.iter().filter(host).count() > 2, "{listing}");
}

#[test]
fn the_interpreter_has_none() {
    for option in ["--dump-asm", "--dump-asm=main", "--dump-asm=0x10000"] {
        assert_eq!(dumped("interp", option), "");
    }
}

#[test]
fn a_symbol_that_is_not_there_is_told_before_the_run() {
    let guest = guest();
    let path = guest.path.as_os_str();
    for name in ["mai", "0xmain"] {
        let line = format!("rvjet: --dump-asm: the program has no symbol {name}");
        let option = format!("--dump-asm={name}");
        run([option.as_ref(), path])
            .code(64)
            .stderr(one_line(&line));
    }
}
