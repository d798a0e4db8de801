//! The regex workload: counts what patterns match in the standard input, by an engine of
//! [`rvregex`] or by one of the crates that it is measured against.
//!
//! With patterns as arguments it reads a text ([`plain`]). Without, it is a runner for the
//! regex barometer rebar, and reads a benchmark ([`klv`], [`bench`]).
#![cfg_attr(target_os = "none", no_std, no_main)]

extern crate alloc;

mod bench;
mod engine;
mod expression;
mod host;
mod klv;
mod model;
mod options;
mod peer;
mod plain;
mod version;

use alloc::string::String;

use host::{eprintln, print};
use options::Task;

/// What a run comes to, as its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// All was counted.
    Done = 0,
    /// The input could not be read.
    NoInput = 1,
    /// The arguments, a pattern or a benchmark cannot be used.
    Usage = 2,
    /// A search needed more than its budget.
    Exceeded = 3,
}

#[cfg(target_os = "none")]
rt::entry!(run);

#[cfg(not(target_os = "none"))]
fn main() {
    std::process::exit(run());
}

fn run() -> i32 {
    let arguments = host::arguments();
    let task = match options::parse(&arguments) {
        Ok(task) => task,
        Err(error) => {
            eprintln!("{error}\n{}", options::USAGE);
            return Verdict::Usage as i32;
        }
    };
    let verdict = match task {
        Task::Help => show(options::USAGE),
        Task::Version => show(&version::lines()),
        Task::Count(options) => on_input(|text| plain::run(&options, text)),
        Task::Bench(settings) => on_input(|benchmark| bench::run(settings, benchmark)),
    };
    verdict as i32
}

fn show(lines: &str) -> Verdict {
    print!("{lines}");
    Verdict::Done
}

fn on_input(task: impl FnOnce(&[u8]) -> Verdict) -> Verdict {
    match host::input() {
        Ok(input) => task(&input),
        Err(error) => {
            eprintln!("standard input: {error}");
            Verdict::NoInput
        }
    }
}

/// `text` with its control characters escaped, so that it takes one line.
fn one_line(text: &str) -> String {
    let mut line = String::new();
    for scalar in text.chars() {
        match scalar.is_control() {
            true => line.extend(scalar.escape_default()),
            false => line.push(scalar),
        }
    }
    line
}
