//! What a guest's system calls are told to the user.

use rvjet::abi::linux::Event;

use super::output;

/// Prints calls that rvjet does not know, and with `all` every call, to standard error.
pub fn printer(all: bool) -> impl FnMut(Event<'_>) + Send + 'static {
    move |event| match event {
        Event::Call { .. } if all => output::line(format_args!("{event}")),
        Event::Unknown { .. } => output::message(format_args!("{event}")),
        _ => {}
    }
}
