//! The command `rvjet`, from outside.

#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "the lints spare test functions, not what they call"
)]

#[path = "../common/builder.rs"]
#[expect(dead_code, reason = "the tests of the ELF stage use the rest")]
mod builder;
mod cache;
mod disasm;
mod dump;
mod grants;
mod guest;
mod help;
mod limits;
mod perf;
mod pipes;
mod run;
#[cfg(feature = "precompiles")]
mod sp1;
mod stats;
mod trace;

use std::ffi::OsStr;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use predicates::prelude::*;

/// The command with nothing of this test's environment that it would look at.
pub fn rvjet() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("rvjet"));
    for (name, _) in std::env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"RVJET_") {
            command.env_remove(name);
        }
    }
    command
}

/// `rvjet run` with these options and arguments.
pub fn run<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Assert {
    rvjet().arg("run").args(args).assert()
}

/// Exactly this line on standard error, and nothing else there.
pub fn one_line(line: &str) -> impl Predicate<str> + use<> {
    predicate::str::diff(format!("{line}\n"))
}
