//! Waiting that ends: in a process of its own, whose standard input is a pipe.

use std::env;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{CWD, Mode, mkfifoat};
use rvjet::abi::Linux;
use rvjet::machine::Exit;
use tempfile::TempDir;

use crate::guest::{Guest, SCRATCH, nr};

const LIMIT: Duration = Duration::from_millis(200);
const TIMEOUT: Exit = Exit::Timeout { limit: LIMIT };

/// Set in the processes that do what is tested in earnest.
const CHILD: &str = "RVJET_TEST_CHILD";

fn is_child() -> bool {
    env::var_os(CHILD).is_some()
}

/// Runs one of the tests below as a child.
fn child(test: &str) -> Child {
    Command::new(env::current_exe().unwrap())
        .env(CHILD, "")
        .args(["--exact", test, "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn timed(check: impl FnOnce()) {
    let start = Instant::now();
    check();
    let took = start.elapsed();
    assert!((LIMIT..20 * LIMIT).contains(&took), "{took:?}");
}

fn limited() -> Guest {
    Guest::new(Linux::new().timeout(LIMIT))
}

#[test]
fn a_read_that_waits_ends_at_the_deadline() {
    // The pipe stays open, and nothing is written to it.
    let mut child = child("deadline::child_reads");
    let _open = child.stdin.take();
    assert!(child.wait().unwrap().success());
}

#[test]
fn child_reads() {
    if !is_child() {
        return;
    }
    timed(|| {
        let exit = limited().try_call(nr::READ, [0, SCRATCH, 1]);
        assert_eq!(exit, Err(TIMEOUT));
    });
}

/// A FIFO, opened for reading without waiting for a writer, and for writing.
fn fifo() -> (TempDir, File, impl Fn() -> File) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fifo");
    mkfifoat(CWD, &path, Mode::RUSR | Mode::WUSR).unwrap();
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(libc::O_NONBLOCK);
    let reader = options.open(&path).unwrap();
    (dir, reader, move || {
        OpenOptions::new().write(true).open(&path).unwrap()
    })
}

#[test]
fn a_fifo_without_a_writer_is_waited_for_up_to_the_deadline() {
    let (_dir, reader, _) = fifo();
    let mut guest = Guest::new(Linux::new().timeout(LIMIT).stdin_file(reader));
    timed(|| {
        let exit = guest.try_call(nr::READ, [0, SCRATCH, 1]);
        assert_eq!(exit, Err(TIMEOUT));
    });
}

#[test]
fn a_fifo_ends_when_its_writer_has_gone() {
    let (_dir, reader, open) = fifo();
    let mut guest = Guest::new(Linux::new().stdin_file(reader));
    let writer = std::thread::spawn(move || {
        std::thread::sleep(LIMIT);
        open().write_all(b"text").unwrap();
    });
    assert_eq!(guest.read(0), "text");
    assert_eq!(guest.read(0), "");
    writer.join().unwrap();
}

#[test]
fn a_write_that_waits_ends_at_the_deadline() {
    // Nothing is read from the pipe until the child is done.
    let mut child = child("deadline::child_writes");
    assert!(child.wait().unwrap().success());
    let mut text = Vec::new();
    child.stdout.unwrap().read_to_end(&mut text).unwrap();
    assert!(text.len() >= 4096);
}

#[test]
fn child_writes() {
    if !is_child() {
        return;
    }
    let mut guest = limited();
    timed(|| {
        let exit = (0..100).find_map(|_| guest.try_call(nr::WRITE, [1, SCRATCH, 1 << 16]).err());
        assert_eq!(exit, Some(TIMEOUT));
    });
    // The harness would wait for ever to tell of the success.
    std::process::exit(0);
}

#[test]
fn a_pipe_that_no_one_reads_ends_the_run() {
    let mut child = child("deadline::child_writes_to_no_one");
    // The harness has said what it has to say before the child is ready.
    let output = BufReader::new(child.stdout.take().unwrap());
    assert!(output.lines().any(|line| line.unwrap().ends_with("ready")));
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn child_writes_to_no_one() {
    if !is_child() {
        return;
    }
    let mut guest = Guest::new(Linux::new());
    guest.put(SCRATCH, b"ready\n");
    assert_eq!(guest.call(nr::WRITE, [1, SCRATCH, 6]), 6);
    assert_eq!(
        guest.call(nr::READ, [0, SCRATCH, 1]),
        0,
        "the pipe is closed by now"
    );
    let written = guest.try_call(nr::WRITE, [1, SCRATCH, 1]);
    // The harness could not tell of the success either.
    std::process::exit(i32::from(written != Err(Exit::BrokenPipe)));
}

#[test]
fn sleep_ends_at_the_deadline() {
    let mut guest = Guest::new(Linux::new().timeout(LIMIT).host_time());
    guest.put_words(SCRATCH, &[1000, 0]);
    timed(|| assert_eq!(guest.try_call(101, [SCRATCH, 0]), Err(TIMEOUT)));
}

#[test]
fn a_limit_that_never_comes_is_none() {
    let linux = Linux::new().timeout(Duration::MAX).stdin(&b"x"[..]);
    let mut guest = Guest::new(linux);
    assert_eq!(guest.call(nr::READ, [0, SCRATCH, 1]), 1);
}
