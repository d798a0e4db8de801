//! What a guest's system calls are told to the user.

use rvjet::abi::linux::Linux;

use super::output;

/// Has calls that rvjet does not know told on standard error, and with `all` every call.
pub fn printed(process: Linux, all: bool) -> Linux {
    let process = process.on_unknown(|call| output::message(format_args!("{call}")));
    match all {
        true => process.on_call(|call| output::line(format_args!("{call}"))),
        false => process,
    }
}
