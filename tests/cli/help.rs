//! What the command says of itself.

use crate::rvjet;

fn help(args: &[&str]) -> String {
    let assert = rvjet().args(args).assert().code(0).stderr("");
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

#[test]
fn of_the_command() {
    insta::assert_snapshot!(help(&["--help"]));
}

#[test]
fn of_run() {
    insta::assert_snapshot!(help(&["run", "--help"]));
}

#[test]
fn of_disasm() {
    insta::assert_snapshot!(help(&["disasm", "--help"]));
}

#[test]
fn of_record() {
    insta::assert_snapshot!(help(&["record", "--help"]));
}

#[test]
fn of_trace() {
    insta::assert_snapshot!(help(&["trace", "--help"]));
}

#[test]
fn of_its_commands() {
    for command in ["info", "verify", "expand", "dump", "diff", "stats"] {
        insta::assert_snapshot!(
            format!("trace_{command}"),
            help(&["trace", command, "--help"])
        );
    }
}

#[test]
fn version() {
    let version = concat!("rvjet ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(help(&["--version"]), version);
}
