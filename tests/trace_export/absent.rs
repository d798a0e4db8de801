//! A build without the feature.

use assert_cmd::Command;
use predicates::prelude::*;

#[test]
fn export_says_how_to_build_it() {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("rvjet"));
    let args = [
        "trace", "export", "--format", "parquet", "any.rvt", "tables",
    ];
    let how = predicate::str::contains("cargo build --release --features parquet");
    command.args(args).assert().code(64).stderr(how);
}
