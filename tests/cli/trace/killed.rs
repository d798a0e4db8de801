//! A recording that is killed leaves a trace, truncated.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{facts, trace};
use crate::guest::{Guest, SPIN};

/// Bytes that header and ELF file do not reach, so that there are chunks.
const MORE_THAN_HEAD: u64 = 1 << 16;

/// Records a program that does not end, and kills it so many milliseconds after
/// the first chunk may have been written.
fn killed(after: u64, threads: &str) {
    let guest = Guest::new(&[SPIN]);
    let path = guest.beside("t.rvt");
    let mut recording = Command::new(assert_cmd::cargo::cargo_bin!("rvjet"))
        .args(["record", "--chunk=insns=100000", threads, "-o"])
        .arg(&path)
        .arg(&guest.path)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let written = || std::fs::metadata(&path).map_or(0, |about| about.len());
    while written() < MORE_THAN_HEAD && start.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(after));
    recording.kill().unwrap();
    recording.wait().unwrap();

    let facts = facts(&path);
    assert_eq!(facts["condition"], "truncated");
    assert_eq!(facts["complete"], false);
    let chunks = facts["chunks"].as_u64().unwrap();
    assert!(chunks > 0);
    assert_eq!(facts["instructions"], chunks * 100_000);
    for level in ["--quick", "--replay"] {
        let assert = trace(["verify", level, path.to_str().unwrap()]).code(2);
        let out = String::from_utf8_lossy(&assert.get_output().stdout);
        assert!(out.contains(&format!(": {chunks} chunk")), "{out}");
        let err = String::from_utf8_lossy(&assert.get_output().stderr);
        assert!(err.contains("truncated at byte"), "{err}");
    }
}

#[test]
fn all_whole_chunks_are_left() {
    for after in [0, 1, 3, 8] {
        killed(after, "--threads=1");
        killed(after, "--threads=3");
    }
}
