//! The programs of the manifest.

use std::collections::BTreeSet;
use std::path::Path;

use tempfile::TempDir;

use crate::built::built;
use crate::opinion::{self, Start};
use crate::programs::{Kind, Program, programs};
use crate::run::Runner;

const RUNNERS: [Runner; 4] = [
    Runner::Rvjet("interp"),
    Runner::Rvjet("jit"),
    Runner::Rvjet("auto"),
    Runner::Recorded,
];

/// What goes wrong with a program, a line each.
fn complaints(program: &Program, folder: &Path) -> Vec<String> {
    let beside = TempDir::new().unwrap();
    let directory = beside.path().join("granted");
    let stdin = beside.path().join("stdin");
    std::fs::write(&stdin, &program.stdin).unwrap();
    let start = Start {
        elf: program.elf(folder),
        dir: ".".into(),
        args: program.args_in(&directory),
        env: program.env.clone(),
        stdin: Some(stdin),
        ..Start::default()
    };
    let name = &program.name;
    let qemu = Runner::Qemu.run(&start, &directory);
    let opinion::Run { code, stderr, .. } = &qemu.ended;
    if *code != program.exit_code || qemu.ended.stdout.is_empty() {
        return vec![format!("{name} by qemu: exit code {code}: {stderr}")];
    }
    let compared = |runner: Runner| {
        let difference = runner.run(&start, &directory).difference(&qemu)?;
        Some(format!("{name}, {runner:?}: {difference}"))
    };
    RUNNERS.into_iter().filter_map(compared).collect()
}

/// Runs all programs of a kind before it complains.
fn do_as_under_qemu(kind: Kind) {
    let Some(folder) = built(kind) else { return };
    let mut found = Vec::new();
    for program in programs().iter().filter(|program| program.kind == kind) {
        found.extend(complaints(program, &folder));
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn kernels_do_as_under_qemu() {
    do_as_under_qemu(Kind::Kernels);
}

#[test]
fn c_programs_do_as_under_qemu() {
    do_as_under_qemu(Kind::C);
}

/// The names of a kind's sources.
fn sources(kind: Kind) -> BTreeSet<String> {
    let entries = std::fs::read_dir(kind.sources()).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let is_program = |path: &std::path::PathBuf| match kind {
        Kind::Rust => path.join("Cargo.toml").exists(),
        _ => path.extension().is_some_and(|extension| extension != "h"),
    };
    let names = paths
        .filter(is_program)
        .map(|path| path.file_stem().unwrap().to_owned());
    names.map(|name| name.into_string().unwrap()).collect()
}

#[test]
fn every_source_is_in_the_manifest() {
    for kind in [Kind::Kernels, Kind::C, Kind::Cxx, Kind::Rust] {
        let programs = programs()
            .into_iter()
            .filter(|program| program.kind == kind);
        let listed: BTreeSet<_> = programs.map(|program| program.name).collect();
        assert_eq!(listed, sources(kind), "{kind:?}");
    }
}

#[test]
fn cxx_programs_do_as_under_qemu() {
    do_as_under_qemu(Kind::Cxx);
}

#[test]
fn rust_programs_do_as_under_qemu() {
    do_as_under_qemu(Kind::Rust);
}
