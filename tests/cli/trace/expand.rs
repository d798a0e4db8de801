//! `rvjet trace expand`.

use std::ffi::OsStr;

use predicates::str::contains;

use super::{Recorded, facts, printed, sampler, trace};

fn expanded(path: &OsStr, options: &[&str]) -> Vec<u8> {
    let options = options.iter().map(OsStr::new);
    let assert = trace(["expand".as_ref(), path].into_iter().chain(options));
    assert.code(0).stderr("").get_output().stdout.clone()
}

#[test]
fn as_json_lines() {
    let guest = sampler();
    let recorded = Recorded::of(["--chunk=insns=4"], &guest.path, &[]);
    let text = expanded(recorded.path.as_os_str(), &[]);
    insta::assert_snapshot!(String::from_utf8(text).unwrap());
}

#[test]
fn both_formats_say_the_same() {
    let recorded = Recorded::fib();
    let path = recorded.path.as_os_str();
    let raw = expanded(path, &["--format=raw"]);
    let text = String::from_utf8(expanded(path, &["--threads=3"])).unwrap();
    let accesses = facts(&recorded.path)["accesses"].as_u64().unwrap() as usize;
    assert_eq!(raw.len(), 56 * accesses);
    assert_eq!(text.lines().count(), accesses);
    let kinds = ["load", "store", "modify", "call_read", "call_write"];
    for (record, line) in raw.chunks(56).zip(text.lines()) {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let word = |at: usize| u64::from_le_bytes(record[at..at + 8].try_into().unwrap());
        assert_eq!(line["clock"], word(0));
        assert_eq!(line["previous"].as_u64().unwrap_or(u64::MAX), word(8));
        for (at, field) in [(16, "addr"), (24, "word"), (32, "before"), (40, "after")] {
            assert_eq!(line[field], format!("{:#x}", word(at)));
        }
        assert_eq!(line["size"], record[48]);
        assert_eq!(line["kind"], kinds[usize::from(record[49])]);
        assert_eq!(record[50..], [0; 6]);
    }
}

#[test]
fn links_are_a_part_of_each_record() {
    let guest = sampler();
    let recorded = [
        Recorded::fib(),
        Recorded::of(["--chunk=insns=4"], &guest.path, &[]),
    ];
    for (recorded, threads) in recorded.iter().zip(["--threads=1", "--threads=3"]) {
        let path = recorded.path.as_os_str();
        let raw = expanded(path, &["--format=raw"]);
        let links = expanded(path, &["--format=links", threads]);
        let parts = raw
            .chunks(56)
            .flat_map(|record| [&record[8..16], &record[32..40]].concat());
        assert!(links.iter().copied().eq(parts));
    }
}

#[test]
fn links_are_as_the_manual_shows() {
    let guest = sampler();
    let recorded = Recorded::of(["--chunk=insns=4"], &guest.path, &[]);
    let path = recorded.path.as_os_str();
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|b| format!("{b:02x}")).collect() };
    let links = expanded(path, &["--format=links"]);
    let records = links.chunks(16).take(4);
    let records = records.map(|record| format!("{} {}\n", hex(&record[..8]), hex(&record[8..])));
    let text = String::from_utf8(expanded(path, &[])).unwrap();
    let lines = text.split_inclusive('\n').take(4);
    let shown = [
        "```text\n".to_owned(),
        records.collect(),
        "```\n\n```json\n".to_owned(),
        lines.collect(),
    ];
    assert!(include_str!("../../../docs/access-trace.md").contains(&shown.concat()));
}

#[test]
fn a_part_is_a_part_of_all() {
    let recorded = Recorded::fib();
    let path = recorded.path.as_os_str();
    for format in ["--format=jsonl", "--format=links"] {
        let all = expanded(path, &[format]);
        let parts = [["--chunk=0", format], ["--chunks=1..3", format]];
        let start = parts.iter().flat_map(|part| expanded(path, part));
        let start: Vec<u8> = start.collect();
        assert!(all.starts_with(&start) && !start.is_empty());
    }
}

#[test]
fn into_a_file_that_is_not_there() {
    let recorded = Recorded::fib();
    let path = recorded.path.to_str().unwrap();
    let out = recorded.path.with_extension("accesses");
    let args = ["expand", "-o", out.to_str().unwrap(), path];
    assert_eq!(printed(args), "");
    assert!(std::fs::read(&out).unwrap() == expanded(recorded.path.as_os_str(), &[]));
    trace(args).code(73).stderr(contains("--force"));
    trace(["expand", "-o", "/dev/full", path])
        .code(74)
        .stderr(contains("/dev/full"));
    trace(["expand", "--chunks=3..1000", path])
        .code(64)
        .stderr(contains("no chunk 999"));
}
