//! `--perf-map`: what Linux perf is told.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::guest::{A0, A7, Guest, li};
use crate::rvjet;
use rvjet::isa::Inst;

/// Makes a call in `main`, and exits with 3 in `tail`.
fn guest() -> Guest {
    let main = [li(A7, 172), Inst::Ecall];
    let tail = [li(A0, 3), li(A7, 93), Inst::Ecall];
    Guest::new(&[&main[..], &tail].concat())
}

/// Runs the guest; what the file for perf holds afterwards, if it is there.
fn map(args: &[&str]) -> Option<String> {
    map_of(&guest(), args)
}

fn map_of(guest: &Guest, args: &[&str]) -> Option<String> {
    let mut command = Command::new(rvjet().get_program());
    command.args(args).arg(&guest.path);
    command.env("XDG_STATE_HOME", guest.beside("state"));
    let mut process = command.stderr(Stdio::null()).spawn().unwrap();
    let path = PathBuf::from(format!("/tmp/perf-{}.map", process.id()));
    assert_eq!(process.wait().unwrap().code(), Some(3));
    let map = std::fs::read_to_string(&path).ok()?;
    std::fs::remove_file(path).unwrap();
    Some(map)
}

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
#[test]
fn each_unit_is_named_by_its_symbol() {
    let trace = tempfile::tempdir().unwrap();
    let trace = trace.path().join("trace");
    let record = ["record", "-o", trace.to_str().unwrap()];
    for (command, touch) in [(&["run"][..], false), (&record, true)] {
        let map = map(&[command, &["--perf-map", "--engine=jit"]].concat()).unwrap();
        let mut names = Vec::new();
        let mut last = 0;
        for line in map.lines() {
            let [addr, len, name] = line.splitn(3, ' ').collect::<Vec<_>>()[..] else {
                panic!("{line}");
            };
            let addr = u64::from_str_radix(addr, 16).unwrap();
            assert!(addr >= last, "{map}");
            last = addr + u64::from_str_radix(len, 16).unwrap();
            names.push(name);
        }
        let mut expected = vec!["rvjet enter", "rvjet miss", "rvjet exit"];
        expected.extend(touch.then_some("rvjet touch"));
        expected.extend(["main [fast]", "tail [fast]"]);
        assert_eq!(names, expected);
    }
}

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
#[test]
fn units_from_a_cache_have_names_too() {
    let guest = guest();
    let code = guest.beside("code");
    let engine = "--engine=jit";
    let args = [
        "run",
        engine,
        "--perf-map",
        "--cache",
        code.to_str().unwrap(),
    ];
    let names = || {
        let map = map_of(&guest, &args).unwrap();
        let name = |line: &str| line.splitn(3, ' ').nth(2).unwrap().to_owned();
        map.lines().map(name).collect::<Vec<_>>()
    };
    let cold = names();
    assert_eq!(std::fs::read_dir(&code).unwrap().count(), 1);
    assert_eq!(names(), cold);
}

#[test]
fn there_is_no_file_where_nothing_is_emitted_or_asked_for() {
    assert_eq!(map(&["run", "--perf-map", "--engine", "interp"]), None);
    assert_eq!(map(&["run"]), None);
}
