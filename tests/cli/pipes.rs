//! Readers that go away.

use std::io::Read;
use std::process::{Command, Stdio};

use rvjet::isa::{Cond, Inst, Reg};

use crate::guest::{A0, A7, CODE, Guest, exit, li, lui};

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

/// The guest learns of it as under a kernel that has SIGPIPE ignored, and may end as it likes.
#[test]
fn a_guest_is_told() {
    let again = Inst::Branch {
        cond: Cond::Ge,
        rs1: A0,
        rs2: Reg::ZERO,
        offset: -8,
    };
    let [a, b, c] = exit(0);
    let write = [li(A7, 64), lui(Reg::A1, CODE), li(Reg::A2, 64)];
    let more = [li(A0, 1), Inst::Ecall, again, a, b, c];
    let guest = Guest::new(&[&write[..], &more].concat());
    let args = ["run", guest.path.to_str().unwrap()];
    assert_eq!(abandoned(&args, true), (Some(0), String::new()));
}
