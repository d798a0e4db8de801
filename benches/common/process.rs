//! Whole processes, timed.

use std::mem::MaybeUninit;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};

/// How often a run is repeated, unless told otherwise.
const ROUNDS: usize = 5;

/// Waits for a process; returns how it ended and its user and system time in seconds.
pub fn wait(child: Child) -> (ExitStatus, f64) {
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    let pid = child.id().cast_signed();
    // SAFETY: both pointers are to live values of the types that the call
    // writes, and all of `rusage` may be zero, should it write nothing.
    let (waited, usage) = unsafe {
        let waited = libc::wait4(pid, &raw mut status, 0, usage.as_mut_ptr());
        (waited, usage.assume_init())
    };
    assert_eq!(waited, pid);
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    let cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    (ExitStatus::from_raw(status), cpu)
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// How often each run is repeated, and the guests named on the command line.
pub fn arguments() -> (usize, Vec<String>) {
    let mut rounds = ROUNDS;
    let mut names = Vec::new();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--rounds" => rounds = args.next().unwrap().parse().unwrap(),
            // What cargo itself passes.
            "--bench" | "--test" => {}
            name => {
                assert!(!name.starts_with('-'), "unknown option {name}");
                names.push(arg);
            }
        }
    }
    (rounds, names)
}
