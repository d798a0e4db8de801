//! Faults that are not the guest's go to whoever handled them before: `fault`.
//!
//! What happens then ends the process, so each case is a test of its own,
//! which another one runs as a child.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};

use super::super::fault::{self, Watch};
use crate::machine::Memory;

/// How the earlier handler ends the process.
const HANDLED: i32 = 42;

fn run(child: &str) -> ExitStatus {
    let name = format!("{}::{child}", module_path!().split_once("::").unwrap().1);
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &name, "--ignored", "--test-threads=1"])
        .output()
        .unwrap()
        .status
}

extern "C" fn plain(_signal: libc::c_int) {
    // SAFETY: ends the process without anything that is not safe in a handler.
    unsafe { libc::_exit(HANDLED) }
}

extern "C" fn detailed(
    signal: libc::c_int,
    cause: *mut libc::siginfo_t,
    context: *mut libc::c_void,
) {
    let complete = signal == libc::SIGSEGV && !cause.is_null() && !context.is_null();
    // SAFETY: as above.
    unsafe { libc::_exit(if complete { HANDLED } else { 1 }) }
}

/// Makes `handler` the one that the module under test finds.
fn handle_by(handler: usize, flags: libc::c_int) {
    // SAFETY: the action is complete, and the handler of the type that `flags` say.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler;
        action.sa_flags = flags;
        libc::sigemptyset(&raw mut action.sa_mask);
        let done = libc::sigaction(libc::SIGSEGV, &raw const action, std::ptr::null_mut());
        assert_eq!(done, 0);
    }
    fault::install().unwrap();
}

/// Reads the first byte of a window of which nothing is mapped.
fn fault_in(memory: &Memory) {
    // SAFETY: not safe at all: the read faults, which ends the process.
    unsafe {
        memory.host_base().read_volatile();
    }
}

fn unmapped() -> Memory {
    Memory::new(1 << 24, 1 << 20).unwrap()
}

#[test]
fn a_fault_without_a_watch_is_passed_on() {
    assert_eq!(run("child_with_a_plain_handler").code(), Some(HANDLED));
    assert_eq!(run("child_with_a_detailed_handler").code(), Some(HANDLED));
}

#[test]
#[ignore = "ends the process"]
fn child_with_a_plain_handler() {
    let handler: extern "C" fn(libc::c_int) = plain;
    handle_by(handler as usize, 0);
    fault_in(&unmapped());
}

#[test]
#[ignore = "ends the process"]
fn child_with_a_detailed_handler() {
    let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = detailed;
    handle_by(handler as usize, libc::SA_SIGINFO);
    fault_in(&unmapped());
}

/// In the guest's memory, but not by emitted code.
#[test]
fn a_fault_of_other_code_is_passed_on() {
    let status = run("child_that_faults_in_the_window");
    assert_eq!(status.code(), Some(HANDLED));
}

#[test]
#[ignore = "ends the process"]
fn child_that_faults_in_the_window() {
    let handler: extern "C" fn(libc::c_int) = plain;
    handle_by(handler as usize, 0);
    let memory = unmapped();
    let watch = Watch {
        code: (0, 0),
        memory: memory.host_span(),
        exit: 0,
    };
    fault::watched(watch, || fault_in(&memory));
}

/// By code that is watched, but elsewhere than in the guest's memory.
#[test]
fn a_fault_elsewhere_is_passed_on() {
    let status = run("child_that_faults_outside_the_window");
    assert_eq!(status.code(), Some(HANDLED));
}

#[test]
#[ignore = "ends the process"]
fn child_that_faults_outside_the_window() {
    let handler: extern "C" fn(libc::c_int) = plain;
    handle_by(handler as usize, 0);
    let (watched, other) = (unmapped(), unmapped());
    let watch = Watch {
        code: (0, u64::MAX),
        memory: watched.host_span(),
        exit: 0,
    };
    fault::watched(watch, || fault_in(&other));
}

#[test]
fn a_fault_that_nobody_handled_is_fatal() {
    let status = run("child_without_a_handler");
    assert_eq!(status.signal(), Some(libc::SIGSEGV));
}

#[test]
#[ignore = "ends the process"]
fn child_without_a_handler() {
    handle_by(libc::SIG_DFL, 0);
    fault_in(&unmapped());
}

/// A watch ends with what it is for, and the one around it stands again.
#[test]
fn a_watch_ends() {
    let status = run("child_that_faults_after_its_watch");
    assert_eq!(status.code(), Some(HANDLED));
}

#[test]
#[ignore = "ends the process"]
fn child_that_faults_after_its_watch() {
    let handler: extern "C" fn(libc::c_int) = plain;
    handle_by(handler as usize, 0);
    let memory = unmapped();
    let watch = Watch {
        code: (0, u64::MAX),
        memory: memory.host_span(),
        exit: 0,
    };
    assert_eq!(fault::watched(watch, || 7), 7);
    fault_in(&memory);
}
