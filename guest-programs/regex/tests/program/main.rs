//! The program, run natively: what it prints and how it ends.

use std::io::Write;
use std::process::{Command, Stdio};

/// Its exit code, and what it printed to the standard output and the standard error output.
fn run(arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_regex"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end without having read its input.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout), text(output.stderr))
}

/// A benchmark in KLV format, with one iteration and without a warm-up.
fn klv(model: &str, patterns: &[&str], haystack: &str) -> Vec<u8> {
    let mut items = vec![("name", "test/it"), ("model", model)];
    items.extend(patterns.iter().map(|&pattern| ("pattern", pattern)));
    items.extend([
        ("case-insensitive", "false"),
        ("unicode", "true"),
        ("haystack", haystack),
        ("max-iters", "3"),
        ("max-time", "1000000000000000"),
        ("max-warmup-iters", "1"),
        ("max-warmup-time", "0"),
    ]);
    let items = items.into_iter();
    items
        .map(|(key, value)| format!("{key}:{}:{value}\n", value.len()))
        .collect::<String>()
        .into_bytes()
}

#[test]
fn a_pattern_takes_a_line_that_ends_in_its_matches() {
    let (code, printed, complaint) = run(&["a+", "-n", "2", "b", "a\nb"], b"aab a\nb");
    assert_eq!((code, complaint.as_str()), (0, ""));
    assert_eq!(printed, "a+: 2\nb: 2\na\\nb: 1\n");
    let (_, printed, _) = run(&["--model", "grep", "-i", "A"], b"a\nb\na a\n");
    assert_eq!(printed, "A: 2\n");
    let (_, printed, _) = run(&["--bytes", "."], "é".as_bytes());
    assert_eq!(printed, ".: 2\n");
}

#[test]
fn costs_follow_the_count() {
    let (_, printed, _) = run(&["--costs", "a"], b"aa");
    let mut words = printed.split_whitespace();
    assert_eq!(words.next(), Some("a:"));
    assert_eq!(words.next(), Some("2"));
    let names: Vec<&str> = words.map(|word| word.split('=').next().unwrap()).collect();
    assert_eq!(names, ["engine", "unit", "compile", "first", "last"]);
}

#[test]
fn a_bad_pattern_is_shown_and_nothing_is_counted() {
    let (code, printed, complaint) = run(&["a", "b(", "*"], b"a");
    assert_eq!((code, printed.as_str()), (2, ""));
    assert!(complaint.contains("\n    b(\n     ^\n"), "{complaint}");
    assert!(complaint.ends_with("\n    *\n    ^\n"), "{complaint}");
}

#[test]
fn a_search_without_a_result_leaves_the_others_alone() {
    let haystack = "a".repeat(22);
    for engine in ["backtrack", "fancy-regex"] {
        let arguments = ["--engine", engine, r"(?:(a*)*)\1b", "a"];
        let (code, printed, complaint) = run(&arguments, haystack.as_bytes());
        assert_eq!((code, printed.as_str()), (3, "a: 22\n"));
        assert!(
            complaint.starts_with(r"(?:(a*)*)\1b: budget exceeded: "),
            "{complaint}"
        );
    }
    let (code, _, complaint) = run(&["--budget-steps", "10", r"(a)\1b"], haystack.as_bytes());
    assert_eq!(code, 3);
    assert!(complaint.contains("more than 10 steps"), "{complaint}");
}

#[test]
fn a_bad_argument_is_answered_by_the_usage() {
    let (code, printed, complaint) = run(&["--frobnicate"], b"");
    assert_eq!((code, printed.as_str()), (2, ""));
    assert!(
        complaint.starts_with("no such option: --frobnicate\nusage: "),
        "{complaint}"
    );
    let (code, printed, _) = run(&["--help"], b"");
    assert_eq!(code, 0);
    assert!(printed.starts_with("usage: "));
}

#[test]
fn a_benchmark_has_a_sample_for_each_iteration() {
    for (model, count) in [("compile", 2), ("count", 2), ("count-spans", 3)] {
        let (code, printed, complaint) = run(&[], &klv(model, &["a+"], "aaba"));
        assert_eq!((code, complaint.as_str()), (0, ""));
        let counts = printed.lines().map(|line| {
            let (duration, count) = line.split_once(',').unwrap();
            duration.parse::<u64>().unwrap();
            count.parse::<u64>().unwrap()
        });
        assert_eq!(counts.collect::<Vec<_>>(), [count; 3], "{model}");
    }
}

#[test]
fn a_benchmark_that_cannot_be_run_is_answered_by_one_line() {
    for (patterns, engine, answer) in [
        (
            &["a", "b"][..],
            "auto",
            "an engine searches for one pattern, not for 2",
        ),
        (&[], "auto", "an engine searches for one pattern, not for 0"),
        (&["b("], "auto", "bad pattern: unclosed group, at byte 1"),
        (
            &["a"],
            "regex-automata-hybrid",
            "engine regex-automata-hybrid does not find groups",
        ),
    ] {
        let (code, printed, complaint) = run(
            &["--engine", engine],
            &klv("count-captures", patterns, "ab"),
        );
        assert_eq!((code, printed.as_str()), (2, ""));
        assert_eq!(complaint, format!("benchmark test/it: {answer}\n"));
    }
    let (code, _, complaint) = run(&[], b"name:5:test");
    assert_eq!(code, 2);
    assert_eq!(
        complaint,
        "benchmark: byte 7: key name: the value is longer than the 4 bytes left\n"
    );
}

#[test]
fn a_benchmark_can_name_its_engine() {
    let mut input = klv("count", &[r"(?:(a*)*)\1b"], "aaaaaaaaaaaaaaaaaaaaaa");
    input.extend(b"engine:11:fancy-regex\n");
    let (code, printed, complaint) = run(&["--engine", "linear"], &input);
    assert_eq!((code, printed.as_str()), (3, ""));
    assert!(
        complaint.starts_with("benchmark test/it: budget exceeded: "),
        "{complaint}"
    );
}

#[test]
fn the_versions_are_a_line_a_package() {
    let (code, printed, _) = run(&["--version"], b"");
    let packages: Vec<&str> = printed
        .lines()
        .map(|line| line.split_once(' ').unwrap().0)
        .collect();
    assert_eq!(
        (code, packages),
        (0, vec!["rvregex", "regex-automata", "fancy-regex"])
    );
}
