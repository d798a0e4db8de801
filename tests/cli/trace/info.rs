//! `rvjet trace info`.

use super::{Recorded, facts, printed, program, trace};
use crate::rvjet;

/// Facts without what another version of the program may have otherwise.
#[test]
fn of_a_whole_trace() {
    let recorded = Recorded::fib();
    let text = printed([
        "info".as_ref(),
        "--chunks".as_ref(),
        recorded.path.as_os_str(),
    ]);
    insta::assert_snapshot!(text);
}

#[test]
fn as_json() {
    let recorded = Recorded::fib();
    let facts = facts(&recorded.path);
    assert_eq!(facts["condition"], "complete");
    assert_eq!(facts["complete"], true);
    assert_eq!(facts["abi"], "linux");
    assert_eq!(facts["policy"], "insns=1000");
    assert_eq!(facts["exit"]["kind"], "exited");
    assert_eq!(facts["bytes"], recorded.bytes().len());
    let elf = std::fs::metadata(program("fib")).unwrap().len();
    assert_eq!(facts["elf_bytes"], elf);
    for field in ["instructions", "accesses", "touches", "ecalls"] {
        assert!(facts[field].as_u64().unwrap() > 0, "{field}");
    }
    assert!(facts.get("chunk_list").is_none());
}

#[test]
fn chunks_add_up() {
    let recorded = Recorded::fib();
    let path = recorded.path.to_str().unwrap();
    let text = printed(["info", "--json", "--chunks", path]);
    let facts: serde_json::Value = serde_json::from_str(&text).unwrap();
    let list = facts["chunk_list"].as_array().unwrap();
    assert_eq!(facts["chunks"], list.len());
    for field in ["instructions", "accesses", "touches", "ecalls"] {
        let sum: u64 = list.iter().map(|row| row[field].as_u64().unwrap()).sum();
        assert_eq!(facts[field], sum, "{field}");
    }
    assert_eq!(list[0]["symbol"], "_start");
}

#[test]
fn a_pipe_has_the_same_facts() {
    let recorded = Recorded::fib();
    for options in [&["--json"][..], &["--json", "--chunks"], &["--chunks"]] {
        let args = [&["info"], options].concat();
        let expected = printed(
            args.iter()
                .copied()
                .chain([recorded.path.to_str().unwrap()]),
        );
        let mut command = rvjet();
        command.arg("trace").args(&args).arg("-");
        let assert = command.write_stdin(recorded.bytes()).assert().code(0);
        assert.stdout(expected).stderr("");
    }
}

#[test]
fn of_a_truncated_trace() {
    let recorded = Recorded::fib();
    let bytes = recorded.bytes();
    let path = recorded.beside("cut.rvt", &bytes[..bytes.len() * 3 / 4]);
    let facts = facts(&path);
    assert_eq!(facts["condition"], "truncated");
    assert_eq!(facts["complete"], false);
    assert_eq!(facts["exit"], serde_json::Value::Null);
    let mut command = rvjet();
    command.args(["trace", "info", "--json", "-"]);
    let assert = command.pipe_stdin(&path).unwrap().assert().code(0);
    let piped: serde_json::Value = serde_json::from_slice(&assert.get_output().stdout).unwrap();
    for field in ["condition", "truncated_at", "chunks", "instructions"] {
        assert_eq!(piped[field], facts[field], "{field}");
    }
}

#[test]
fn what_is_no_trace_is_refused() {
    let recorded = Recorded::fib();
    let elf = program("fib");
    trace(["info".as_ref(), elf.as_os_str()])
        .code(65)
        .stdout("");
    let missing = recorded.path.with_extension("none");
    trace(["info".as_ref(), missing.as_os_str()])
        .code(66)
        .stdout("");
    let dir = recorded.path.parent().unwrap();
    trace(["info".as_ref(), dir.as_os_str()])
        .code(66)
        .stdout("");
    let mut mangled = recorded.bytes();
    mangled[8] ^= 0x40;
    let mangled = recorded.beside("mangled.rvt", &mangled);
    trace(["info".as_ref(), mangled.as_os_str()])
        .code(65)
        .stdout("");
}
