//! The command `rvjet trace export`.

use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::*;
use rvjet::trace::{Policy, Trace};
use tempfile::{TempDir, tempdir};

use crate::sample::{contents, file};
use crate::trace::{Plan, Trace as Recorded};

fn export(dir: &TempDir, args: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("rvjet"));
    command.current_dir(dir.path());
    command.args(["trace", "export", "--format", "parquet"]);
    command.args(["trace.rvt", "tables"]).args(args);
    command
}

/// A directory with a trace; the trace's bytes.
fn with_trace() -> (TempDir, Vec<u8>) {
    let recorded = Recorded::named("echoargs", Plan::new(Policy::Insns(100), 550));
    let dir = tempdir().unwrap();
    let bytes = file(&recorded);
    std::fs::write(dir.path().join("trace.rvt"), &bytes).unwrap();
    (dir, bytes)
}

fn names(dir: &Path) -> Vec<String> {
    contents(dir).into_keys().collect()
}

#[test]
fn tables_are_written_and_counted() {
    let (dir, _) = with_trace();
    let counted = predicate::str::contains("tables/insns.parquet: 550 rows\n");
    export(&dir, &[]).assert().success().stdout(counted);
    let tables = dir.path().join("tables");
    let all = ["accesses", "chunks", "ecalls", "insns"];
    assert_eq!(names(&tables), all.map(|name| format!("{name}.parquet")));
    let there = "rvjet: tables/chunks.parquet is there already; --force replaces it\n";
    export(&dir, &[]).assert().code(73).stderr(there);
    export(&dir, &["--force"]).assert().success();
}

#[test]
fn some_tables_of_some_chunks() {
    let (dir, _) = with_trace();
    let args = [
        "--tables",
        "insns,chunks",
        "--chunks",
        "2..4",
        "--threads",
        "1",
    ];
    let said = "tables/chunks.parquet: 2 rows\ntables/insns.parquet: 200 rows\n";
    export(&dir, &args).assert().success().stdout(said);
    export(&dir, &["--chunks", "2..7", "--force"])
        .assert()
        .code(64);
}

#[test]
fn of_a_truncated_trace_what_is_there() {
    let (dir, bytes) = with_trace();
    let offset = Trace::open(bytes.clone())
        .unwrap()
        .chunk_info(3)
        .unwrap()
        .offset;
    let cut = &bytes[..offset as usize + 1];
    std::fs::write(dir.path().join("trace.rvt"), cut).unwrap();
    let said = predicate::str::contains("tables/insns.parquet: 300 rows\n");
    let told = predicate::str::contains("after 3 chunks");
    export(&dir, &[]).assert().code(2).stdout(said).stderr(told);
}
