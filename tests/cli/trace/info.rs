//! `rvjet trace info`.

use predicates::str::contains;

use super::{Recorded, facts, printed, program, trace};
use crate::rvjet;

/// The text with a dot for each digit of a digest, which the format decides on.
fn without_digests(text: &str) -> String {
    let is_digest = |word: &str| {
        matches!(word.len(), 8 | 64) && word.bytes().all(|digit| digit.is_ascii_hexdigit())
    };
    let words = text.split_inclusive([' ', '\n']).map(|word| {
        let digits = word.trim_end();
        match is_digest(digits) {
            true => word.replace(digits, &".".repeat(digits.len())),
            false => word.to_owned(),
        }
    });
    words.collect()
}

#[test]
fn of_a_whole_trace() {
    let recorded = Recorded::fib();
    let text = printed([
        "info".as_ref(),
        "--chunks".as_ref(),
        recorded.path.as_os_str(),
    ]);
    insta::assert_snapshot!(without_digests(&text));
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
    let path = recorded.beside("cut.rvt", &bytes[..bytes.len() - bytes.len() / 10]);
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
    let bytes = recorded.bytes();
    let at = bytes.windows(2).position(|pair| pair == b"\r\n").unwrap();
    let text = [&bytes[..at], &bytes[at + 1..]].concat();
    let text = recorded.beside("text.rvt", &text);
    trace(["info".as_ref(), text.as_os_str()])
        .code(65)
        .stdout("")
        .stderr(contains("mangled"));
    let mut damaged = recorded.bytes();
    damaged[8] ^= 0x40;
    let damaged = recorded.beside("damaged.rvt", &damaged);
    trace(["info".as_ref(), damaged.as_os_str()])
        .code(1)
        .stdout("");
}
