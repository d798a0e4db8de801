//! The arguments the guest was started with.

use core::cell::Cell;
use core::ffi::{CStr, c_char};
use core::slice;

use crate::{OneThread, USAGE, eprintln};

static ARGUMENTS: OneThread<Cell<&'static [*const c_char]>> = OneThread(Cell::new(&[]));

/// Remembers where the loader put the arguments.
///
/// # Safety
/// `stack` must point to argc as the Linux start-up convention lays it out: that
/// many pointers to NUL-terminated strings follow, and nobody writes to them.
pub(crate) unsafe fn keep(stack: *const usize) {
    // SAFETY: the caller vouches for the layout.
    let arguments = unsafe { slice::from_raw_parts(stack.add(1).cast(), *stack) };
    ARGUMENTS.0.set(arguments);
}

/// All arguments, the program's own name first.
pub fn all() -> impl Iterator<Item = &'static [u8]> {
    ARGUMENTS.0.get().iter().map(|&argument| {
        // SAFETY: `keep` was promised NUL-terminated strings that stay as they are.
        unsafe { CStr::from_ptr(argument) }.to_bytes()
    })
}

/// The arguments behind the program's name.
pub fn rest() -> impl Iterator<Item = &'static [u8]> {
    all().skip(1)
}

/// The first argument as a number, the size of the guest's work; `default`
/// without one. Anything but a decimal number ends the guest with [`USAGE`].
pub fn scale(default: u64) -> u64 {
    match rest().next() {
        None => default,
        Some(argument) => number(argument),
    }
}

/// `argument` as a decimal number; anything else ends the guest with [`USAGE`].
pub fn number(argument: &[u8]) -> u64 {
    let digits = core::str::from_utf8(argument).ok();
    digits
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_else(|| {
            eprintln!("not a number: {}", argument.escape_ascii());
            crate::exit(USAGE)
        })
}
