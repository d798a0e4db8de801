//! `--dump-asm`: which host code is printed.

use crate::guest::{A0, A7, Guest, li, lui};
use crate::{one_line, run};
use rvjet::isa::{AluOp, Cond, Inst, Reg};

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
    // What the guest uses most is not known after so few instructions.
    assert!(lines[0].starts_with("homes: x10=rbx x15=rbp "), "{listing}");
    assert!(lines[0].contains("; in the frame: "), "{listing}");
    assert_eq!(lines[1], "windows: 0, verdicts: 0, hot units: 0");
    let head = "0x10008: fast unit, baseline, 2 insns, ";
    assert!(lines[2].starts_with(head), "{listing}");
    for guest in ["  0x10008  addi x10,x0,3", "  0x1000c  addi x17,x0,93"] {
        assert!(lines.contains(&guest), "{listing}");
    }
    let host = |line: &&&str| line.starts_with("     ");
    assert!(lines.iter().filter(host).count() > 2, "{listing}");
}

/// A loop of two instructions, which goes around often enough to be hot.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
#[test]
fn a_unit_is_told_why_it_is_hot() {
    let back = Inst::Branch {
        cond: Cond::Ne,
        rs1: A0,
        rs2: Reg::ZERO,
        offset: -4,
    };
    let guest = Guest::new(&[
        lui(A0, 8 << 20),
        Inst::AluImm {
            op: AluOp::Add,
            rd: A0,
            rs1: A0,
            imm: -1,
        },
        back,
        li(A7, 93),
        Inst::Ecall,
    ]);
    let assert = run(["--dump-asm", guest.path.to_str().unwrap()]);
    let listing = String::from_utf8(assert.code(0).get_output().stderr.clone()).unwrap();
    let line = |start: &str| {
        let mut lines = listing.lines();
        let line = lines.find(|line| line.starts_with(start));
        line.unwrap_or_else(|| panic!("{listing}"))
    };
    insta::assert_snapshot!(line("windows:"), @"windows: 33, verdicts: 4, hot units: 1");
    let (head, _bytes) = line("0x10004: ").rsplit_once(", ").unwrap();
    insta::assert_snapshot!(head, @"0x10004: fast unit, hot: 8 windows entered it 1024 times, a loop of 2 insns, 9 rounds");
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
