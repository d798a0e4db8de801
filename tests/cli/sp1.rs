//! `--abi sp1`: input, output, figures and traces of programs for SP1.

use std::path::{Path, PathBuf};

use predicates::prelude::*;
use predicates::str::{contains, starts_with};
use rvjet::isa::{Inst, LoadOp, Reg, encode};
use serde_json::Value;
use tempfile::TempDir;

use crate::builder::{Elf, Program, R, W, X, executable};
use crate::guest::{Guest, li, load, store};
use crate::{one_line, run, rvjet};

const CODE: u64 = 0x7800_0000;
const DATA: u64 = 0x7900_0000;
const T0: Reg = Reg::new(5);
const A0: Reg = Reg::A0;
const A1: Reg = Reg::A1;
const A2: Reg = Reg::A2;

/// A program of these instructions, and a page of data.
fn guest(code: &[Inst]) -> Guest {
    let words = code.iter().map(|inst| encode(*inst).unwrap());
    guest_of(&words.collect::<Vec<_>>())
}

fn guest_of(words: &[u32]) -> Guest {
    let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let elf = Elf {
        entry: CODE,
        programs: vec![
            Program::load(CODE, R | X, &code),
            Program::load(DATA, R | W, b"public values").size(0x1000),
        ],
        ..executable()
    };
    Guest::of_bytes(&elf.bytes())
}

fn lui(rd: Reg) -> Inst {
    let imm = DATA as i32;
    Inst::Lui { rd, imm }
}

/// A call with `a0` and these.
fn call(number: i32, a0: i32) -> [Inst; 3] {
    [li(T0, number), li(A0, a0), Inst::Ecall]
}

/// Reads its items, which it commits one after the other, each with a byte more, until
/// there are none; and exits with their number.
fn reader() -> Guest {
    const S0: Reg = Reg::new(8);
    let again: Vec<Inst> = vec![
        li(T0, 0xf0),
        Inst::Ecall,
        // All ones: no more.
        Inst::Branch {
            cond: rvjet::isa::Cond::Lt,
            rs1: T0,
            rs2: Reg::ZERO,
            offset: 4 * 14,
        },
        Inst::AluImm {
            op: rvjet::isa::AluOp::Add,
            rd: A1,
            rs1: T0,
            imm: 0,
        },
        lui(A0),
        li(T0, 0xf1),
        Inst::Ecall,
        Inst::AluImm {
            op: rvjet::isa::AluOp::Add,
            rd: A2,
            rs1: A1,
            imm: 1,
        },
        li(A0, 13),
        lui(A1),
        li(T0, 2),
        Inst::Ecall,
        Inst::AluImm {
            op: rvjet::isa::AluOp::Add,
            rd: S0,
            rs1: S0,
            imm: 1,
        },
        Inst::AluImm {
            op: rvjet::isa::AluOp::Add,
            rd: Reg::ZERO,
            rs1: Reg::ZERO,
            imm: 0,
        },
        Inst::Jal {
            rd: Reg::ZERO,
            offset: -4 * 14,
        },
        Inst::Jal {
            rd: Reg::ZERO,
            offset: 4,
        },
        Inst::AluImm {
            op: rvjet::isa::AluOp::Add,
            rd: A0,
            rs1: S0,
            imm: 0,
        },
        li(T0, 0),
        Inst::Ecall,
    ];
    guest(&again)
}

/// Arguments for `--abi sp1` of a program.
fn args<'a>(options: &'a [&'a str], path: &'a Path) -> Vec<&'a str> {
    let mut args = vec!["--abi=sp1"];
    args.extend(options);
    args.push(path.to_str().unwrap());
    args
}

/// Of one of the guest programs, with the input of the manifest.
fn ec() -> PathBuf {
    PathBuf::from("guest-programs/elf/sp1-ec.elf")
}

const EC_INPUT: [&str; 2] = ["--input-bincode-u64=7", "--input-bincode-u64=3"];

#[test]
fn the_exit_code_is_the_guests() {
    for (code, ours) in [(0, 0), (3, 3), (255, 255), (256 + 7, 7), (-1, 255)] {
        let guest = guest(&call(0, code));
        run(args(&[], &guest.path)).code(ours).stdout("").stderr("");
    }
}

#[test]
fn more_memory_is_no_more_address_space() {
    let guest = guest(&call(0, 7));
    run(args(&["--max-mem=2Ti"], &guest.path))
        .code(7)
        .stderr("");
}

#[test]
fn items_come_in_the_order_of_their_options() {
    let guest = reader();
    let file = guest.beside("item");
    std::fs::write(&file, b"abc").unwrap();
    let stdin = guest.beside("stdin");
    let words = [2u64, 1, 0x7a, 0].map(u64::to_le_bytes).concat();
    // Two items, z and nothing, and then what is not looked at.
    std::fs::write(&stdin, [&words[..17], &[0; 8], &[1; 30]].concat()).unwrap();
    let out = guest.beside("public");
    let file = file.to_str().unwrap();
    let options = [
        "--input-hex=0x00ff".to_owned(),
        format!("--input={file}"),
        format!("--stdin-sp1={}", stdin.display()),
        "--input-bincode-string=hi".into(),
        "--input-bincode-u32=1_000".into(),
        format!("--input-bincode-bytes={file}"),
        "--input-hex=".into(),
        "--input-bincode-u64=7".into(),
        format!("--public-values={}", out.display()),
    ];
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    run(args(&options, &guest.path))
        .code(9)
        .stdout("")
        .stderr("");
    let expected: Vec<u8> = [
        &[0x00, 0xff][..],
        b"abc",
        b"z",
        b"",
        b"\x02\0\0\0\0\0\0\0hi",
        &1000u32.to_le_bytes(),
        b"\x03\0\0\0\0\0\0\0abc",
        b"",
        &7u64.to_le_bytes(),
    ]
    .into_iter()
    .flat_map(|item| [item, &[0]].concat())
    .collect();
    assert_eq!(std::fs::read(&out).unwrap(), expected);
}

#[test]
fn a_stdin_that_is_cut_off_is_refused() {
    let guest = reader();
    let stdin = guest.beside("stdin");
    let whole = [1u64, 5].map(u64::to_le_bytes).concat();
    let whole = [&whole[..], b"12345"].concat();
    let option = format!("--stdin-sp1={}", stdin.display());
    for cut in 0..whole.len() {
        std::fs::write(&stdin, &whole[..cut]).unwrap();
        let assert = run(args(&[&option], &guest.path)).code(64).stdout("");
        let told = format!(
            "rvjet: --stdin-sp1: {}: the bytes end at {cut}",
            stdin.display()
        );
        assert.stderr(starts_with(told));
    }
    std::fs::write(&stdin, [0xff; 64]).unwrap();
    run(args(&[&option], &guest.path)).code(64);
    std::fs::write(&stdin, &whole).unwrap();
    run(args(&[&option], &guest.path)).code(1);
}

#[test]
fn input_that_is_none_is_refused_before_the_run() {
    let guest = reader();
    for (option, why) in [
        ("--input-hex=0", "pairs of hexadecimal digits"),
        ("--input-hex=zz", "pairs of hexadecimal digits"),
        (
            "--input-bincode-u32=4294967296",
            "--input-bincode-u32 4294967296: ",
        ),
        ("--input-bincode-u64=-1", "--input-bincode-u64 -1: "),
        ("--input-bincode-u64=", "--input-bincode-u64 : "),
    ] {
        let assert = run(args(&[option], &guest.path)).code(64).stdout("");
        assert.stderr(starts_with("rvjet: ").and(contains(why)));
    }
    for option in ["--input", "--input-bincode-bytes", "--stdin-sp1"] {
        let option = format!("{option}=/no/such/file");
        let line = "rvjet: cannot read /no/such/file: No such file or directory (os error 2)";
        let assert = run(args(&[&option], &guest.path)).code(66).stdout("");
        assert.stderr(one_line(line));
    }
}

#[test]
fn options_of_the_other_environment_are_refused() {
    let guest = guest(&call(0, 0));
    for option in [
        "--env=A=1",
        "--dir=/",
        "--stdin=/dev/null",
        "--host-time",
        "--host-random",
    ] {
        let name = option.split('=').next().unwrap();
        let line = format!("rvjet: {name}: --abi sp1 does not have it");
        let assert = run(args(&[option], &guest.path)).code(64).stdout("");
        assert.stderr(one_line(&line));
    }
    let linux = "guest-programs/elf/fib.elf";
    for option in [
        "--input=/dev/null",
        "--input-hex=00",
        "--input-bincode-u32=1",
        "--input-bincode-u64=1",
        "--input-bincode-string=a",
        "--input-bincode-bytes=/dev/null",
        "--stdin-sp1=/dev/null",
        "--public-values=/no/such/file",
    ] {
        let name = option.split('=').next().unwrap();
        let line = format!("rvjet: {name}: --abi sp1 alone has it");
        run([option, linux])
            .code(64)
            .stdout("")
            .stderr(one_line(&line));
    }
    let path = guest.path.to_str().unwrap();
    let assert = run(["--abi=sp1", path, "argument"]).code(64);
    assert.stderr(contains("no arguments"));
    run(["--abi=sp2", path]).code(64).stderr(contains("sp2"));
    let mut command = rvjet();
    command
        .args(["run", path, "argument"])
        .env("RVJET_ABI", "sp1");
    command.assert().code(64);
}

#[test]
fn a_program_for_another_environment_is_rejected() {
    let fib = Path::new("guest-programs/elf/fib.elf");
    let assert = run(args(&[], fib)).code(65).stdout("");
    assert.stderr(contains("not a program for SP1"));
}

#[test]
fn refusals_have_a_status_and_a_line() {
    let at = |index: u64| format!("pc {:#x}", CODE + 4 * index);
    let cases = [
        (
            call(0x77, 1),
            "call 0x77(0x1, 0x0, 0x0, 0x0, 0x0): there is no such call",
        ),
        (
            call(0x10, 8),
            "COMMIT: call 0x10(0x8, 0x0, 0x0, 0x0, 0x0): an argument",
        ),
        (
            call(0xf1, 8),
            "HINT_READ: call 0xf1(0x8, 0x0, 0x0, 0x0, 0x0): there is no input",
        ),
        (call(4, 8), "EXIT_UNCONSTRAINED: call 0x4("),
        (call(0x132, 8), "MPROTECT: call 0x132("),
    ];
    for (code, line) in cases {
        let guest = guest(&code);
        let told = starts_with("rvjet: ".to_owned() + line).and(contains(at(2)));
        run(args(&[], &guest.path))
            .code(159)
            .stdout("")
            .stderr(told);
    }
}

#[test]
fn traps_and_limits_have_the_statuses_that_they_have_elsewhere() {
    let status = |code: &[Inst], options: &[&str]| {
        let guest = guest(code);
        let output = run(args(options, &guest.path)).get_output().clone();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let spin = Inst::Jal {
        rd: Reg::ZERO,
        offset: 0,
    };
    let misaligned = [lui(A0), load(4)];
    let (code, told) = status(&misaligned, &[]);
    assert_eq!(code, 139);
    assert!(
        told.contains("misaligned load of 8 bytes at 0x79000004"),
        "{told}"
    );
    let (code, told) = status(&[li(A0, -8), store(0)], &[]);
    assert_eq!(code, 139);
    assert!(told.contains("0xfffffffffffffff8"), "{told}");
    assert_eq!(status(&[spin], &["--max-insns=5"]).0, 152);
    assert_eq!(status(&[spin], &["--timeout=20ms"]).0, 124);
    assert_eq!(status(&[li(A0, 0), store(0)], &["--max-mem=512KiB"]).0, 137);
    assert_eq!(status(&[Inst::Ebreak], &[]).0, 133);
    // Off the end.
    assert_eq!(status(&[li(A0, 0)], &[]).0, 139);
    let illegal = guest_of(&[0]);
    run(args(&[], &illegal.path)).code(132);
    let byte = Inst::Load {
        op: LoadOp::Lb,
        rd: A1,
        rs1: A0,
        offset: 3,
    };
    assert_eq!(
        status(&[&[lui(A0), byte][..], &call(0, 0)].concat(), &[]).0,
        0
    );
}

#[test]
fn figures_of_a_run() {
    let options = [&EC_INPUT[..], &["--stats=json"]].concat();
    let assert = run(args(&options, &ec())).code(0);
    let output = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
    let stats: Value = serde_json::from_str(output.lines().last().unwrap()).unwrap();
    let sp1 = &stats["sp1"];
    assert_eq!(stats["instructions"], 160_233);
    assert_eq!(sp1["cycles"], 160_233);
    let calls = sp1["ecalls"].as_object().unwrap();
    let inside = 6 - 3;
    let made: u64 = calls.values().map(|count| count.as_u64().unwrap()).sum();
    // A block is one call; what is written in it is none.
    assert!(made > 2555 && made < 2555 + 10 + inside, "{made}");
    assert_eq!(sp1["clock"], 1 + 8 * 160_233 + 256 * 2555);
    assert!(sp1["unconstrained"].as_u64().unwrap() > 1000);
    assert_eq!(calls["HALT"], 1);
    assert_eq!(calls["ENTER_UNCONSTRAINED"], calls["EXIT_UNCONSTRAINED"]);
    assert!(sp1["input_bytes"].as_u64().unwrap() >= 16);
    assert_eq!(sp1["public_values"]["bytes"], 96);
    let digest = sp1["public_values"]["digest"].as_array().unwrap();
    assert_eq!(digest.len(), 8);
    let options = [&EC_INPUT[..], &["--stats"]].concat();
    let text =
        contains("cycles:            160233\n").and(contains("public values:     96 bytes\n"));
    run(args(&options, &ec())).code(0).stderr(text);
}

#[test]
fn each_call_is_a_line() {
    let code = [
        &call(0x10, 3)[..],
        &[lui(A1), li(A2, 6)],
        &call(2, 13),
        &call(0x1f, 9),
    ]
    .concat();
    let guest = guest(&code);
    let assert = run(args(&["--strace"], &guest.path)).code(159).stdout("");
    assert.stderr(starts_with(
        "COMMIT(0x3, 0x0, 0x0, 0x0, 0x0) = 0x10\n\
         WRITE(0xd, 0x79000000, 0x6, 0x0, 0x0) = 0x2\n\
         unknown 0x1f(0x9, 0x79000000, 0x6, 0x0, 0x0) = ?\n\
         rvjet: call 0x1f(",
    ));
}

#[test]
fn output_goes_where_it_is_said() {
    let write = |fd| [&[lui(A1), li(A2, 6)][..], &call(2, fd), &call(0, 0)].concat();
    run(args(&[], &guest(&write(1)).path))
        .code(0)
        .stdout("public")
        .stderr("");
    run(args(&[], &guest(&write(2)).path))
        .code(0)
        .stdout("")
        .stderr("public");
    let guest = guest(&write(1));
    let file = guest.beside("out");
    std::fs::write(&file, "what was there before").unwrap();
    let option = format!("--stdout={}", file.display());
    run(args(&[&option], &guest.path))
        .code(0)
        .stdout("")
        .stderr("");
    assert_eq!(std::fs::read(&file).unwrap(), b"public");
    run(args(&["--stdout=/dev/full"], &guest.path)).code(159);
}

#[test]
fn public_values_are_written_however_the_run_ends() {
    let commit = [&[lui(A1), li(A2, 6)][..], &call(2, 13)].concat();
    for (end, status) in [(call(0, 4), 4), (call(0x77, 0), 159)] {
        let guest = guest(&[&commit[..], &end].concat());
        let file = guest.beside("public");
        std::fs::write(&file, "what was there before").unwrap();
        let option = format!("--public-values={}", file.display());
        run(args(&[&option], &guest.path)).code(status).stdout("");
        assert_eq!(std::fs::read(&file).unwrap(), b"public");
    }
    let guest = guest(&[&commit[..], &call(0, 4)].concat());
    let line = "rvjet: cannot create /no/such/file: No such file or directory (os error 2)";
    let assert = run(args(&["--public-values=/no/such/file"], &guest.path)).code(73);
    assert.stderr(one_line(line));
    let line = "rvjet: cannot write /dev/full: No space left on device (os error 28)";
    let assert = run(args(&["--public-values=/dev/full"], &guest.path)).code(74);
    assert.stderr(one_line(line));
}

/// A recording of the guest program, in a directory of the test's own.
struct Recorded {
    dir: TempDir,
    trace: String,
}

impl Recorded {
    fn new() -> Recorded {
        Recorded::of(&EC_INPUT, &["--chunk=insns=20000"], &ec(), 0)
    }

    fn of(input: &[&str], options: &[&str], elf: &Path, status: i32) -> Recorded {
        let dir = TempDir::new().unwrap();
        let trace = dir.path().join("trace.rvt").to_str().unwrap().to_owned();
        let mut command = rvjet();
        command.args(["record", "-o", &trace]).args(options);
        let command = command.args(args(input, elf));
        command.assert().code(status);
        Recorded { dir, trace }
    }

    fn beside(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }
}

fn trace(args: &[&str]) -> assert_cmd::assert::Assert {
    rvjet().arg("trace").args(args).assert()
}

/// The headers of chunks that lie one after the other: clocks, entries, instructions.
fn headers(bytes: &[u8]) -> Vec<[u64; 4]> {
    let word = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    let (mut at, mut headers) = (0, Vec::new());
    while at < bytes.len() {
        let header = [0x108, 0x110, 0x118, 0x120].map(|field| word(at + field));
        at += 0x130 + 16 * header[2] as usize;
        headers.push(header);
    }
    assert_eq!(at, bytes.len());
    headers
}

#[test]
fn chunks_of_a_recording() {
    let recorded = Recorded::new();
    let mut last: Option<Vec<u8>> = None;
    for threads in ["1", "2", "5"] {
        let file = recorded.beside(&format!("chunks-{threads}"));
        let assert = trace(&[
            "export",
            "--format=sp1",
            "--max-trace-size=1Ki",
            "--threads",
            threads,
            "-o",
            &file,
            &recorded.trace,
        ]);
        assert
            .code(0)
            .stderr("")
            .stdout(starts_with(format!("{file}: ")));
        let bytes = std::fs::read(&file).unwrap();
        let headers = headers(&bytes);
        let (first, end) = (headers[0], headers[headers.len() - 1]);
        assert_eq!(first[0], 1);
        assert_eq!(end[1], 1 + 8 * 160_233 + 256 * 2555);
        assert_eq!(end[3], 160_233);
        assert!(headers.windows(2).all(|pair| pair[0][1] == pair[1][0]));
        let full = &headers[..headers.len() - 1];
        assert!(
            full.iter()
                .all(|chunk| (1024..1024 + 288).contains(&chunk[2]))
        );
        assert!(last.is_none_or(|last| last == bytes));
        last = Some(bytes);
    }
    let mut command = rvjet();
    command.args([
        "trace",
        "export",
        "--format=sp1",
        "--max-trace-size=2^10",
        "-o",
        "-",
    ]);
    let assert = command.arg(&recorded.trace).assert().code(0).stderr("");
    assert_eq!(Some(&assert.get_output().stdout), last.as_ref());
}

#[test]
fn an_export_says_what_it_needs() {
    let recorded = Recorded::new();
    let file = recorded.beside("out");
    let export = |args: &[&str]| trace(&[&["export", "--format=sp1"], args].concat());
    let path = recorded.trace.as_str();
    export(&[path]).code(64).stderr(contains("needs --output"));
    export(&["-o", &file, path])
        .code(64)
        .stderr(contains("needs --max-trace-size"));
    export(&["-o", &file, "--max-trace-size=0", path])
        .code(64)
        .stderr(contains("0 entries"));
    for wrong in ["-1", "x", "2^70", "1.5"] {
        export(&["-o", &file, "--max-trace-size", wrong, path]).code(64);
    }
    let right = ["-o", &file, "--max-trace-size=100"];
    let stray = recorded.beside("dir");
    export(&[&right[..], &[path, &stray]].concat()).code(64);
    export(&[&right[..], &["--chunks=0..1", path]].concat()).code(64);
    trace(&["export", "-o", &file, path, &stray]).code(64);
    trace(&["export", "--max-trace-size=5", path, &stray]).code(64);
    assert!(!Path::new(&file).exists());
    export(&[&right[..], &[path]].concat()).code(0);
    export(&[&right[..], &[path]].concat())
        .code(73)
        .stderr(contains("is there already"));
    export(&[&right[..], &["--force", path]].concat()).code(0);
    let before = std::fs::read(path).unwrap();
    export(&["-o", path, "--force", "--max-trace-size=100", path])
        .code(73)
        .stderr(contains("it is what is read"));
    assert_eq!(std::fs::read(path).unwrap(), before);
    export(&["-o", "/dev/full", "--force", "--max-trace-size=1", path]).code(74);
    export(&[&right[..], &["/no/such/trace"]].concat()).code(66);
}

#[test]
fn a_trace_of_a_process_has_no_such_chunks() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("trace.rvt").to_str().unwrap().to_owned();
    let mut command = rvjet();
    command.args(["record", "-o", &path, "guest-programs/elf/fib.elf", "5"]);
    command.assert().code(0);
    let file = dir.path().join("out").to_str().unwrap().to_owned();
    let assert = trace(&[
        "export",
        "--format=sp1",
        "--max-trace-size=5",
        "-o",
        &file,
        &path,
    ]);
    assert.code(64).stderr(contains("\"linux\""));
}

#[test]
fn a_program_that_is_not_in_the_trace_is_asked_for() {
    let recorded = Recorded::of(&EC_INPUT, &["--no-elf"], &ec(), 0);
    let file = recorded.beside("out");
    let path = recorded.trace.as_str();
    let export = [
        "export",
        "--format=sp1",
        "--max-trace-size=5",
        "-o",
        &file,
        path,
    ];
    trace(&export).code(64).stderr(contains("--elf"));
    let other = "--elf=guest-programs/elf/sp1-words.elf";
    trace(&[&export[..], &[other]].concat()).code(65);
    let right = "--elf=guest-programs/elf/sp1-ec.elf";
    trace(&[&export[..], &["--force", right]].concat()).code(0);
}

#[test]
fn a_damaged_or_truncated_trace_is_told() {
    let recorded = Recorded::new();
    let bytes = std::fs::read(&recorded.trace).unwrap();
    let cut = recorded.beside("cut.rvt");
    std::fs::write(&cut, &bytes[..bytes.len() * 3 / 4]).unwrap();
    let file = recorded.beside("out");
    let export = |path: &str| {
        trace(&[
            "export",
            "--format=sp1",
            "--force",
            "--max-trace-size=99",
            "-o",
            &file,
            path,
        ])
    };
    export(&cut).code(2).stderr(contains("truncated"));
    let last = headers(&std::fs::read(&file).unwrap()).pop().unwrap();
    assert!(
        last[3] > 10_000 && last[3] < 160_233 && last[3].is_multiple_of(20_000),
        "{last:?}"
    );
    for at in (0..bytes.len()).step_by(bytes.len() / 23) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x20;
        let path = recorded.beside("changed.rvt");
        std::fs::write(&path, changed).unwrap();
        let code = export(&path).get_output().status.code();
        assert!(matches!(code, Some(1 | 2 | 65)), "{at}: {code:?}");
    }
}

#[test]
fn the_other_commands_work_on_such_traces() {
    let recorded = Recorded::new();
    let path = recorded.trace.as_str();
    let text = contains("rv64im, sp1").and(contains("exit code 0"));
    trace(&["info", "--chunks", path])
        .code(0)
        .stdout(text)
        .stderr("");
    let json = trace(&["info", "--json", path]).code(0);
    let facts: Value = serde_json::from_slice(&json.get_output().stdout).unwrap();
    assert_eq!(
        (&facts["abi"], &facts["isa"]),
        (&"sp1".into(), &"rv64im".into())
    );
    assert_eq!(facts["clock"]["start"], 1);
    assert_eq!(
        (&facts["ecalls"], &facts["instructions"]),
        (&2555.into(), &160_233.into())
    );
    for level in ["--quick", "--chain", "--replay"] {
        for engine in ["--engine=interp", "--engine=auto"] {
            let assert = trace(&["verify", level, engine, path]).code(0).stderr("");
            assert.stdout(contains("160233 instructions"));
        }
    }
    for format in ["text", "jsonl", "spike"] {
        let assert = trace(&["dump", "--format", format, path])
            .code(0)
            .stderr("");
        let lines = assert.get_output().stdout.split(|byte| *byte == b'\n');
        assert!(lines.count() > 160_000, "{format}");
    }
    for by in ["function", "opcode"] {
        trace(&["stats", "--by", by, path]).code(0).stderr("");
    }
    trace(&["diff", path, path])
        .code(0)
        .stdout(contains("the same run"));
    let other = Recorded::of(
        &["--input-bincode-u64=7", "--input-bincode-u64=2"],
        &["--chunk=insns=20000"],
        &ec(),
        0,
    );
    trace(&["diff", path, &other.trace]).code(1);
    for format in ["accesses", "links"] {
        let file = recorded.beside(format);
        let assert = trace(&["expand", "--format", format, "-o", &file, path]);
        let output = assert.get_output();
        assert!(
            output.status.success() || format == "accesses",
            "{output:?}"
        );
    }
}

#[test]
fn a_recording_of_a_run_that_is_refused() {
    let code = [&[lui(A0), store(0), load(8)][..], &call(0x10, 9)].concat();
    let guest = guest(&code);
    let recorded = Recorded::of(&[], &[], &guest.path, 159);
    let path = recorded.trace.as_str();
    let told = contains("COMMIT: call 0x10(0x9, ").and(contains("an argument is out of range"));
    trace(&["info", path]).code(0).stdout(told);
    trace(&["verify", path]).code(0);
    let file = recorded.beside("out");
    let export = [
        "export",
        "--format=sp1",
        "--max-trace-size=5",
        "-o",
        &file,
        path,
    ];
    trace(&export).code(0);
    // Two accesses; what sets registers for the call has retired, the call has not.
    assert_eq!(
        headers(&std::fs::read(&file).unwrap()),
        [[1, 1 + 8 * 5, 2, 5]]
    );
}

#[test]
fn variables_stand_for_options_here_too() {
    let guest = guest(&call(0, 6));
    let mut command = rvjet();
    command.arg("run").arg(&guest.path).env("RVJET_ABI", "sp1");
    command.assert().code(6).stdout("").stderr("");
    let mut command = rvjet();
    command
        .arg("run")
        .args(args(&["--max-insns=2"], &guest.path));
    command.env("RVJET_MAX_INSNS", "9").assert().code(152);
}

#[test]
fn code_may_come_from_a_cache() {
    let dir = TempDir::new().unwrap();
    let option = format!("--cache={}", dir.path().join("cache").display());
    let mut digests = Vec::new();
    for _ in 0..2 {
        let mut command = rvjet();
        command
            .env("XDG_STATE_HOME", dir.path().join("state"))
            .arg("run");
        let options = [&EC_INPUT[..], &[&option, "--stats=json"]].concat();
        let assert = command.args(args(&options, &ec())).assert().code(0);
        let output = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        let stats: Value = serde_json::from_str(output.lines().last().unwrap()).unwrap();
        assert_eq!(stats["code_cache"]["trouble"], Value::Null);
        digests.push((
            stats["sp1"].clone(),
            stats["code_cache"]["restored"].clone(),
        ));
    }
    assert_eq!(digests[0].0, digests[1].0);
    assert_eq!(digests[0].1, 0);
    assert!(digests[1].1.as_u64().unwrap() > 0);
}

#[test]
fn words_that_sp1_cannot_execute_are_listed() {
    // slli with an odd funct7 is one for SP1; fence, c.nop twice, amoadd.w are none.
    let words = [
        0x0000_0073,
        0xfe11_1093,
        0x0ff0_000f,
        0x0001_0001,
        0x0020_a0af,
    ];
    let guest = guest_of(&words);
    let listed = rvjet()
        .args(["disasm", "--illegal-for-sp1"])
        .arg(&guest.path)
        .assert()
        .success();
    let text = String::from_utf8(listed.get_output().stdout.clone()).unwrap();
    let listed: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    assert_eq!(listed, ["0ff0000f", "00010001", "0020a0af"]);
    let process = Guest::new(&call(0, 0));
    rvjet()
        .args(["disasm", "--illegal-for-sp1"])
        .arg(&process.path)
        .assert()
        .code(65)
        .stderr(contains("not a program for SP1"));
}
