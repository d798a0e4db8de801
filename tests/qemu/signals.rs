//! Handlers of signals, by a C program; and its recordings, which replay.
//!
//! Where qemu 7.2 is not as Linux, it is not asked: it does not block what `sa_mask` says,
//! does not tell of a stack that is full or is none, knows no `SS_AUTODISARM`, and keeps a
//! reservation.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::kernel::{GCC, compile};
use crate::libc;
use crate::opinion::{ENGINES, Start, has, is_installed};

/// The program, in a directory of its own.
fn program() -> Option<(TempDir, Start)> {
    if !is_installed() || !has(GCC) {
        return None;
    }
    let dir = TempDir::new().unwrap();
    let start = Start {
        elf: compile("signals", dir.path()),
        dir: dir.path().into(),
        ..Start::default()
    };
    Some((dir, start))
}

/// The program, to try one thing.
fn to_try(start: &Start, way: &str) -> Start {
    Start {
        args: vec![way.to_owned()],
        ..start.clone()
    }
}

#[test]
fn handlers_are_called_as_under_qemu() {
    let Some((_dir, start)) = program() else {
        return;
    };
    for (way, code) in [
        ("all", 0),
        ("abort", 128 + 6),
        ("blocked", 139),
        ("ignored", 139),
        ("again", 139),
        ("again without end", 139),
        ("no handler there", 139),
        ("bad stack", 139),
        ("return from nowhere", 139),
        ("return from nowhere, caught", 7),
        ("return from zeros", 139),
        ("suspended", 128 + 15),
    ] {
        let run = to_try(&start, way).agreed(&format!("signals-{way}"));
        assert_eq!(run.code, code, "{way}");
    }
}

#[test]
fn bad_stacks_and_reservations_are_as_under_linux() {
    let Some((_dir, start)) = program() else {
        return;
    };
    for (way, code, output) in [
        ("bad stack, other signal", 139, ""),
        ("bad stack, caught", 7, "caught: 11\ncode: 128\n"),
        ("full other stack", 139, "depth: 1\ndepth: 2\ndepth: 3\n"),
        (
            "reservation",
            0,
            "signal: 4\ncode: 1\nat: 1\npc: 1\nstore failed: 1\n",
        ),
        (
            "mask",
            0,
            "handler of: 12\ncode: -6\nmask before: 0\nmask: 18432\n",
        ),
    ] {
        for engine in ENGINES {
            let run = to_try(&start, way).under_rvjet(engine);
            let stdout = String::from_utf8(run.stdout).unwrap();
            assert_eq!((run.code, &*stdout), (code, output), "{way}, {engine}");
        }
    }
}

#[test]
fn the_c_library_has_its_way_with_handlers() {
    if !is_installed() {
        return;
    }
    let dir = TempDir::new().unwrap();
    let flags = ["-std=c11", "-frounding-math"];
    let Some(elf) = libc::compile(GCC, &flags, "handlers.c", dir.path()) else {
        return;
    };
    let start = Start {
        elf,
        dir: dir.path().into(),
        ..Start::default()
    };
    let run = start.agreed("handlers");
    assert_eq!(run.code, 128 + 6);
    let elf = start.elf.to_str().unwrap();
    for chunk in ["insns=100", "touches=1000", "insns=1M"] {
        let files = ENGINES.map(|engine| record(dir.path(), engine, chunk, &[elf]));
        assert!(files[0] == files[1], "{chunk}: recordings differ");
    }
}

/// Records a program, and has the recording verified.
pub fn record(dir: &Path, engine: &str, chunk: &str, command: &[&str]) -> Vec<u8> {
    let file = format!("{engine}.rvt");
    let (engine, chunk) = (format!("--engine={engine}"), format!("--chunk={chunk}"));
    let args = ["record", &engine, &chunk, "--force", "-o", &file];
    rvjet(dir, &[&args, command].concat());
    let verified = rvjet(dir, &["trace", "verify", &file]);
    let error = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success(), "{command:?}, {chunk}: {error}");
    std::fs::read(dir.join(&file)).unwrap()
}

#[test]
fn a_fault_that_is_never_mended_ends_at_a_limit() {
    let Some((dir, start)) = program() else {
        return;
    };
    let elf = start.elf.to_str().unwrap();
    let limit = "--max-insns=10001";
    for engine in ENGINES {
        let engine = format!("--engine={engine}");
        let run = ["run", &engine, limit, elf, "not mended"];
        assert_eq!(rvjet(dir.path(), &run).status.code(), Some(152));
    }
    let files = ENGINES.map(|engine| {
        record(
            dir.path(),
            engine,
            "insns=1000",
            &[limit, elf, "not mended"],
        )
    });
    assert!(files[0] == files[1], "recordings differ");
}

fn rvjet(dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rvjet"));
    command.current_dir(dir).args(args).output().unwrap()
}

#[test]
fn recordings_replay_whatever_engine_made_them() {
    let Some((dir, start)) = program() else {
        return;
    };
    let elf = start.elf.to_str().unwrap();
    let dir = dir.path();
    for way in [
        "all",
        "again",
        "bad stack, other signal",
        "return from nowhere",
        "abort",
    ] {
        for chunk in [
            "insns=1",
            "insns=7",
            "touches=100",
            "accesses=1000",
            "insns=1M",
        ] {
            // Every instruction a chunk, of all that there is, takes too long.
            if way == "all" && chunk.len() < 8 {
                continue;
            }
            let files = ENGINES.map(|engine| record(dir, engine, chunk, &[elf, way]));
            assert!(files[0] == files[1], "{way}, {chunk}: recordings differ");
        }
    }
}
