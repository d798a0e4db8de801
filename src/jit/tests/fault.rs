//! Faults that are not the guest's go to whoever handled them before: `fault`.
//!
//! What happens then ends the process, so each test runs itself once more, in a child.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};

use super::super::fault::{self, Watch};
use crate::machine::Memory;

/// How the earlier handler ends the process.
const HANDLED: i32 = 42;
/// Set in the child.
const CHILD: &str = "RVJET_TEST_FAULTS";

/// How a child ends that does `act`; `test` is the name of the test that asks.
fn in_child(test: &str, act: fn()) -> ExitStatus {
    if std::env::var_os(CHILD).is_some() {
        act();
        std::process::exit(0);
    }
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("jit::tests::fault::{test}")])
        .env(CHILD, "1")
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

/// Makes [`plain`] the handler that the module under test finds.
fn handle_plainly() {
    let handler: extern "C" fn(libc::c_int) = plain;
    handle_by(handler as usize, 0);
}

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

/// A guest's memory of which nothing can be accessed.
fn unmapped() -> Memory {
    Memory::new(1 << 24, 1 << 20).unwrap()
}

/// Reads the first byte of an [`unmapped`] window.
fn fault_in(memory: &Memory) {
    // SAFETY: within the reservation; the read faults, which ends the process.
    unsafe {
        memory.host_base().read_volatile();
    }
}

/// A watch over `memory`, for code in this range.
fn watch(memory: &Memory, code: (u64, u64)) -> Watch {
    Watch {
        code,
        memory: memory.host_span(),
        exit: 0,
    }
}

#[test]
fn a_fault_without_a_watch_is_passed_on() {
    let status = in_child("a_fault_without_a_watch_is_passed_on", || {
        handle_plainly();
        fault_in(&unmapped());
    });
    assert_eq!(status.code(), Some(HANDLED));
}

#[test]
fn a_handler_that_wants_to_know_more_is_told() {
    let status = in_child("a_handler_that_wants_to_know_more_is_told", || {
        let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = detailed;
        handle_by(handler as usize, libc::SA_SIGINFO);
        fault_in(&unmapped());
    });
    assert_eq!(status.code(), Some(HANDLED));
}

/// In the guest's memory, but not by emitted code.
#[test]
fn a_fault_of_other_code_is_passed_on() {
    let status = in_child("a_fault_of_other_code_is_passed_on", || {
        handle_plainly();
        let memory = unmapped();
        fault::watched(watch(&memory, (0, 0)), || fault_in(&memory));
    });
    assert_eq!(status.code(), Some(HANDLED));
}

/// By code that is watched, but not in the guest's memory.
#[test]
fn a_fault_elsewhere_is_passed_on() {
    let status = in_child("a_fault_elsewhere_is_passed_on", || {
        handle_plainly();
        let (watched, other) = (unmapped(), unmapped());
        fault::watched(watch(&watched, (0, u64::MAX)), || fault_in(&other));
    });
    assert_eq!(status.code(), Some(HANDLED));
}

#[test]
fn a_watch_ends_with_what_it_is_for() {
    let status = in_child("a_watch_ends_with_what_it_is_for", || {
        handle_plainly();
        let memory = unmapped();
        let seven = fault::watched(watch(&memory, (0, u64::MAX)), || 7);
        assert_eq!(seven, 7);
        fault_in(&memory);
    });
    assert_eq!(status.code(), Some(HANDLED));
}

#[test]
fn a_fault_that_nobody_handles_is_fatal() {
    let status = in_child("a_fault_that_nobody_handles_is_fatal", || {
        handle_by(libc::SIG_DFL, 0);
        fault_in(&unmapped());
    });
    assert_eq!(status.signal(), Some(libc::SIGSEGV));
}
