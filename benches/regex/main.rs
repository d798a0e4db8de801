//! The regex workload, pattern by pattern and engine by engine: guest instructions, and the
//! time of each host. BENCHMARKS.md says what the figures mean.
//!
//! `cargo bench --bench regex -- [--rounds N] [NAME]..`, a name being that of an entry of the
//! corpus or the beginning of one; with `--test`, one short round.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program that prints figures, and stops where it cannot make them"
)]

#[path = "../common/mod.rs"]
#[expect(dead_code, reason = "other benches go through all guests")]
mod common;
mod corpus;
#[path = "../common/process.rs"]
mod process;
mod runner;

use std::process::Command;

use common::Guest;
use corpus::Entry;
use runner::{Runner, build_native, instructions, seconds, trace_bytes};

const QEMU: &str = "qemu-riscv64";
/// Searches are repeated until they have about so many guest instructions.
const LONG: u64 = 300_000_000;

/// How long a measurement is.
#[derive(Clone, Copy, Debug)]
struct Effort {
    instructions: u64,
    repeats: usize,
}

/// The line of one engine.
fn measure(entry: &Entry, engine: &str, runners: &[Runner], effort: Effort) {
    let length = std::fs::metadata(entry.haystack()).unwrap().len() as f64;
    let Some(counted) = instructions(entry, engine) else {
        println!(
            "| {} | {engine} | cannot |{}",
            entry.name,
            " |".repeat(runners.len() + 2)
        );
        return;
    };
    let rounds = (effort.instructions / counted.search.max(1)).clamp(1, 100);
    let times = seconds(runners, entry, engine, rounds, effort.repeats);
    let trace = trace_bytes(entry, engine) as f64 / length;
    let times = times.iter().map(|seconds| match seconds {
        Some(seconds) => format!("{:.2}", seconds * 1e9 / length),
        None => "–".to_owned(),
    });
    println!(
        "| {} | {engine} | {} | {:.2} | {} | {trace:.3} |",
        entry.name,
        counted.compile,
        counted.search as f64 / length,
        times.collect::<Vec<_>>().join(" | "),
    );
}

fn main() {
    let (repeats, names) = process::arguments();
    let effort = match common::is_test() {
        true => Effort {
            instructions: 0,
            repeats: 1,
        },
        false => Effort {
            instructions: LONG,
            repeats,
        },
    };
    let mut entries = corpus::entries();
    entries
        .retain(|entry| names.is_empty() || names.iter().any(|name| entry.name.starts_with(name)));
    if common::is_test() {
        entries.retain(|entry| entry.name == "backreference/doubled");
    }
    let mut runners = vec![Runner::Run, Runner::Record, Runner::Native(build_native())];
    let mut titles = "| run | record | native ".to_owned();
    let mut lines = "|---:|---:|---:".to_owned();
    if Command::new(QEMU).arg("--version").output().is_ok() {
        runners.push(Runner::Qemu);
        titles += "| qemu ";
        lines += "|---:";
    }
    for entry in &entries {
        println!("{}: `{}`", entry.name, entry.pattern.escape_debug());
    }
    println!("\n| pattern | engine | compile | search {titles}| trace |");
    println!("|---|---|---:|---:{lines}|---:|");
    for entry in &entries {
        let engines = entry.engines();
        engines
            .iter()
            .for_each(|engine| measure(entry, engine, &runners, effort));
    }
}
