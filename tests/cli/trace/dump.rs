//! `rvjet trace dump`.

use std::process::{Command, Stdio};

use predicates::str::contains;

use super::{Recorded, printed, sampler, trace};
use crate::guest::Guest;

fn dumped(format: &str) -> String {
    let guest = sampler();
    let recorded = Recorded::of(["--chunk=insns=4"], &guest.path, &[]);
    printed(["dump", "--format", format, recorded.path.to_str().unwrap()])
}

#[test]
fn for_people() {
    insta::assert_snapshot!(dumped("text"));
}

#[test]
fn as_spikes_commit_log() {
    insta::assert_snapshot!(dumped("spike"));
}

#[test]
fn as_rvfi() {
    let text = dumped("jsonl");
    for (order, line) in text.lines().enumerate() {
        let one: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(one["rvfi_order"], order);
    }
    insta::assert_snapshot!(text);
}

#[test]
fn floating_point_registers() {
    // Converts 3 to a double and a single, divides, takes a root, which is not exact,
    // stores it, compares it, and clears `fcsr`; then it exits.
    let guest = Guest::of_words(&[
        0x0030_0513,
        0xd225_70d3,
        0xd005_7553,
        0x18a5_71d3,
        0x5a00_f1d3,
        0xfe31_3c27,
        0xa231_a5d3,
        0x0030_5073,
        0x05d0_0893,
        0x0000_0513,
        0x0000_0073,
    ]);
    let recorded = Recorded::of(["--chunk=insns=3"], &guest.path, &[]);
    let path = recorded.path.to_str().unwrap();
    let of = |format| printed(["dump", "--format", format, path]);
    insta::assert_snapshot!(of("text") + &of("spike"));
    printed(["verify", path]);
}

#[test]
fn a_floating_point_register_that_differs_is_told() {
    // Loads the number of arguments, as a double.
    let guest = Guest::of_words(&[0x0001_3087, 0]);
    let of = |args: &[&str]| Recorded::of(["--chunk=insns=1"], &guest.path, args);
    let [a, b] = [of(&["a"]), of(&["a", "b"])];
    let out = trace(["diff".as_ref(), a.path.as_os_str(), b.path.as_os_str()]).code(1);
    let told = String::from_utf8(out.get_output().stdout.clone()).unwrap();
    let results = "  result:\n    a: f1 (ft1) = 0x2\n    b: f1 (ft1) = 0x3\n";
    assert!(told.contains(results), "{told}");
}

#[test]
fn a_trap_is_the_last_instruction() {
    // c.nop twice, and what is no instruction.
    let guest = Guest::of_words(&[0x0001_0001, 0]);
    let recorded = Recorded::of(["--chunk=insns=1"], &guest.path, &[]);
    let path = recorded.path.to_str().unwrap();
    let text = printed(["dump", path]);
    assert!(
        text.ends_with("illegal instruction 0x00000000 at pc 0x10004\n"),
        "{text}"
    );
    let last = printed(["dump", "--format=jsonl", path]);
    let last: serde_json::Value = serde_json::from_str(last.lines().last().unwrap()).unwrap();
    assert_eq!(last["rvfi_trap"], 1);
    assert_eq!(last["rvfi_order"], 2);
    assert_eq!(printed(["dump", "--format=spike", path]).lines().count(), 2);
    assert_eq!(printed(["dump", "--range=0..1", path]).lines().count(), 2);
}

#[test]
fn a_part_is_a_part_of_all() {
    let recorded = Recorded::fib();
    let path = recorded.path.to_str().unwrap();
    let all = printed(["dump", "--format=spike", path]);
    let all: Vec<_> = all.lines().collect();
    let part = |option: &str| printed(["dump", "--format=spike", option, path]);
    assert!(
        part("--chunk=2")
            .lines()
            .eq(all[2000..3000].iter().copied())
    );
    assert!(
        part("--range=999..2001")
            .lines()
            .eq(all[999..2001].iter().copied())
    );
    let one = format!("--range={}..{}", all.len() - 1, all.len());
    assert!(part(&one).lines().eq(all.last().copied()));
}

#[test]
fn what_there_is_not_is_refused() {
    let recorded = Recorded::fib();
    let path = recorded.path.to_str().unwrap();
    let told = "there is no chunk 100";
    trace(["dump", "--chunk=100", path])
        .code(64)
        .stdout("")
        .stderr(contains(told));
    let told = "there is no instruction 999999";
    let range = "--range=5..1000000";
    trace(["dump", range, path])
        .code(64)
        .stdout("")
        .stderr(contains(told));
    trace(["dump", "--range=5..5", path]).code(64).stdout("");
    let end = format!("--chunk={}", u64::MAX);
    trace(["dump", &end, path]).code(64).stdout("");
}

#[test]
fn a_reader_that_goes_ends_it_quietly() {
    let recorded = Recorded::fib();
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("rvjet"))
        .args(["trace", "dump", "--format=jsonl"])
        .arg(&recorded.path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}
