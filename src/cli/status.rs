//! The exit statuses of the command, but for those that the guest itself exits with.

use std::process::ExitCode;

/// Why the process ended. Below 128 these are 1 and 2, the numbers of `sysexits.h` and
/// of `timeout(1)`; above, 128 and the signal that a kernel would have sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    Success = 0,
    Wrong = 1,
    Truncated = 2,
    Usage = 64,
    Rejected = 65,
    NoInput = 66,
    Internal = 70,
    CannotCreate = 73,
    Io = 74,
    Timeout = 124,
    IllegalInstruction = 132,
    Breakpoint = 133,
    MemoryLimit = 137,
    MemoryAccess = 139,
    InsnLimit = 152,
    Refused = 159,
}

/// What the help says of each.
const MEANINGS: [(Status, &str); 16] = [
    (Status::Success, "the reader of its output has gone"),
    (
        Status::Wrong,
        "trace verify: the trace is wrong; trace diff: the traces differ",
    ),
    (
        Status::Truncated,
        "trace: it is truncated, what is there of it was done",
    ),
    (Status::Usage, "the command line is wrong"),
    (
        Status::Rejected,
        "the ELF file is not one that rvjet runs, or the trace not one that it reads",
    ),
    (Status::NoInput, "a file or directory cannot be read"),
    (Status::Internal, "this host cannot do what was asked"),
    (
        Status::CannotCreate,
        "a file cannot be created, or is there already",
    ),
    (Status::Io, "output cannot be written"),
    (Status::Timeout, "time limit (--timeout)"),
    (Status::IllegalInstruction, "illegal instruction"),
    (Status::Breakpoint, "breakpoint (ebreak)"),
    (Status::MemoryLimit, "memory limit (--max-mem)"),
    (
        Status::MemoryAccess,
        "memory access not allowed, or misaligned where that traps",
    ),
    (Status::InsnLimit, "instruction limit (--max-insns)"),
    (Status::Refused, "a call that its environment refuses"),
];

/// The exit statuses, for the end of the help.
pub fn table() -> String {
    let mut table = String::from("Exit status:\n  the guest's own, its low 8 bits; or");
    for (status, meaning) in MEANINGS {
        table.push_str(&format!("\n  {:>3}  {meaning}", status as u8));
    }
    table
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(status as u8)
    }
}
