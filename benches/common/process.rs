//! Whole processes, timed.

use std::mem::MaybeUninit;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::time::Instant;

/// How often a run is repeated, unless told otherwise.
const ROUNDS: usize = 5;

/// A process that has ended.
pub struct Ended {
    /// How.
    pub status: ExitStatus,
    /// Its user and system time, in seconds.
    pub cpu: f64,
    /// From its start to its end, in seconds.
    pub wall: f64,
}

/// Runs a process to its end.
pub fn wait(command: &mut Command) -> Ended {
    let start = Instant::now();
    let child = command.spawn().unwrap();
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
    Ended {
        status: ExitStatus::from_raw(status),
        cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime),
        wall: start.elapsed().as_secs_f64(),
    }
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
