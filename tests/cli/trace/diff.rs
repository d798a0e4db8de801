//! `rvjet trace diff`.

use std::path::Path;

use predicates::str::contains;

use super::{Recorded, program, trace};

fn diff(a: &Path, b: &Path) -> assert_cmd::assert::Assert {
    trace(["diff".as_ref(), a.as_os_str(), b.as_os_str()])
}

#[test]
fn the_same_run_is_the_same_in_any_chunks() {
    let a = Recorded::fib();
    let b = Recorded::of(["--chunk=accesses=700"], &program("fib"), &["12"]);
    diff(&a.path, &a.path).code(0).stderr("");
    diff(&a.path, &b.path)
        .code(0)
        .stderr("")
        .stdout(contains("the same run"));
}

#[test]
fn the_first_instruction_that_differs_is_told() {
    let elf = program("wordfreq");
    let text = "one two two three three three\n".repeat(40);
    let of = |name: &str, text: &str| {
        let dir = tempfile::TempDir::new().unwrap();
        let input = dir.path().join(name);
        std::fs::write(&input, text).unwrap();
        let stdin = format!("--stdin={}", input.display());
        Recorded::of(["--chunk=insns=5000", &stdin], &elf, &[])
    };
    let a = of("a", &text);
    let b = of("b", &text.replacen("three\n", "threx\n", 1));
    let assert = diff(&a.path, &b.path).code(1).stderr("");
    let told = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    let paths = [(&a, "A"), (&b, "B")];
    let told = paths.iter().fold(told, |told, (recorded, name)| {
        told.replace(recorded.path.to_str().unwrap(), name)
    });
    insta::assert_snapshot!(told);
}

#[test]
fn a_run_that_ends_early_is_another() {
    let a = Recorded::fib();
    let options = ["--chunk=insns=1000", "--max-insns=2500"];
    let b = Recorded::of(options, &program("fib"), &["12"]);
    let told = "only a has instruction 2500 at pc";
    diff(&a.path, &b.path).code(1).stdout(contains(told));
    let told = "only b has instruction 2500 at pc";
    diff(&b.path, &a.path).code(1).stdout(contains(told));
}

#[test]
fn programs_differ() {
    let a = Recorded::fib();
    let b = Recorded::of([""; 0], &program("echoargs"), &[]);
    diff(&a.path, &b.path)
        .code(1)
        .stdout(contains("the programs differ"));
}

#[test]
fn inputs_differ() {
    let a = Recorded::fib();
    let b = Recorded::of(["--chunk=insns=1000"], &program("fib"), &["13"]);
    diff(&a.path, &b.path)
        .code(1)
        .stdout(contains("the inputs differ"));
}
