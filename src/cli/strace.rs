//! What a guest's system calls are told to the user.

use rvjet::abi::{Linux, Sp1};

use super::output;

/// Has calls that rvjet does not know told on standard error, and with `all` every call
/// and every signal that is handled.
pub fn printed(process: Linux, all: bool) -> Linux {
    let process = process.on_unknown(|call| output::message(format_args!("{call}")));
    match all {
        true => process
            .on_call(|call| output::line(format_args!("{call}")))
            .on_signal(|signal| output::line(format_args!("{signal}"))),
        false => process,
    }
}

/// Has every call told on standard error, if `wanted`.
pub fn printed_sp1(sp1: Sp1, wanted: bool) -> Sp1 {
    match wanted {
        true => sp1.on_call(|call| output::line(format_args!("{call}"))),
        false => sp1,
    }
}
