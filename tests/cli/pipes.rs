//! Readers that go away, and others that do not come.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{CWD, Mode, mkfifoat};
use rvjet::isa::{AluOp, Cond, Inst, Reg};

use crate::guest::{A0, A7, CODE, DATA, Guest, exit, li, lui};

/// Starts the command, closes its standard output after a byte at most; its exit status.
fn abandoned(args: &[&str], read: bool) -> (Option<i32>, String) {
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("rvjet"))
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    if read {
        stdout.read_exact(&mut [0]).unwrap();
    }
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), stderr)
}

#[test]
fn a_listing_ends_quietly() {
    let guest = Guest::of_words(&[0x13; 1 << 13]);
    let args = ["disasm", guest.path.to_str().unwrap()];
    assert_eq!(abandoned(&args, true), (Some(0), String::new()));
}

#[test]
fn help_ends_quietly() {
    assert_eq!(
        abandoned(&["run", "--help"], false),
        (Some(0), String::new())
    );
}

/// Writes until the host refuses, and for ever after.
fn writer() -> Guest {
    let again = Inst::Jal {
        rd: Reg::ZERO,
        offset: -8,
    };
    let write = [li(A7, 64), lui(Reg::A1, CODE), li(Reg::A2, 64)];
    Guest::new(&[&write[..], &[li(A0, 1), Inst::Ecall, again]].concat())
}

#[test]
fn a_guest_that_does_not_look_at_errors_ends_quietly() {
    let guest = writer();
    for engine in ["auto", "interp"] {
        let engine = format!("--engine={engine}");
        let args = ["run", &engine, guest.path.to_str().unwrap()];
        assert_eq!(abandoned(&args, true), (Some(0), String::new()));
    }
}

#[test]
fn the_figures_say_what_ended_the_run() {
    let guest = writer();
    let args = ["run", "--stats=json", guest.path.to_str().unwrap()];
    let (code, figures) = abandoned(&args, false);
    let figures: serde_json::Value = serde_json::from_str(&figures).unwrap();
    assert_eq!(code, Some(0));
    assert_eq!(figures["exit"]["kind"], "broken_pipe");
    assert_eq!(figures["exit"]["code"], 0);
    assert_eq!(figures["exit"]["pc"], CODE + 16);
    // Three instructions before the loop of three, and one in it before the
    // call, which has not retired.
    let instructions = figures["instructions"].as_u64().unwrap();
    assert_eq!((instructions - 4) % 3, 0);
}

#[test]
fn a_guest_that_ignores_the_signal_is_told() {
    // The action on the stack is what the kernel lays there: argc, which is 1
    // (SIG_IGN), and flags and a mask that do not matter.
    let action = Inst::AluImm {
        op: AluOp::Add,
        rd: Reg::A1,
        rs1: Reg::SP,
        imm: 0,
    };
    let ignore = [li(A0, 13), action, li(Reg::A2, 0), li(Reg::new(13), 8)];
    let again = Inst::Branch {
        cond: Cond::Ge,
        rs1: A0,
        rs2: Reg::ZERO,
        offset: -8,
    };
    let write = [li(A7, 64), lui(Reg::A1, CODE), li(Reg::A2, 64)];
    let code = [
        &ignore[..],
        &[li(A7, 134), Inst::Ecall],
        &write,
        &[li(A0, 1), Inst::Ecall, again],
        &exit(7),
    ];
    let guest = Guest::new(&code.concat());
    let args = ["run", guest.path.to_str().unwrap()];
    assert_eq!(abandoned(&args, true), (Some(7), String::new()));
}

/// The exit status of a command; none if it takes far longer than its time limit.
fn ended(mut child: Child) -> Option<i32> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(20) {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap().code()
}

fn limited(options: &[&str], guest: &Guest) -> Child {
    Command::new(assert_cmd::cargo::cargo_bin!("rvjet"))
        .args(["run", "--timeout=200ms"])
        .args(options)
        .arg(&guest.path)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn lines_that_nobody_reads_do_not_outlast_the_time_limit() {
    let again = Inst::Jal {
        rd: Reg::ZERO,
        offset: -4,
    };
    let guest = Guest::new(&[li(A7, 172), Inst::Ecall, again]);
    for options in [&["--strace"][..], &["--strace", "--stats"]] {
        let mut child = limited(options, &guest);
        let _unread = child.stderr.take();
        assert_eq!(ended(child), Some(124));
    }
}

#[test]
fn a_fifo_that_nobody_writes_to_does_not_outlast_the_time_limit() {
    let read = [li(A0, 0), lui(Reg::A1, DATA), li(Reg::A2, 9), li(A7, 63)];
    let guest = Guest::new(&[&read[..], &[Inst::Ecall], &exit(0)].concat());
    let fifo = guest.beside("fifo");
    mkfifoat(CWD, &fifo, Mode::RUSR | Mode::WUSR).unwrap();
    let child = limited(&["--stdin", fifo.to_str().unwrap()], &guest);
    assert_eq!(ended(child), Some(124));
}
