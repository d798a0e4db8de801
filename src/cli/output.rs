//! The only place that writes to the process's own standard streams.

use std::fmt::Arguments;
use std::io::{self, BufWriter, StdoutLock, Write};

/// Big enough that a listing is written by few system calls.
const BUFFER: usize = 64 << 10;

/// Prints one line `rvjet: …` on standard error.
pub fn message(text: Arguments<'_>) {
    line(format_args!("rvjet: {text}"));
}

/// Prints one line on standard error, by a single write so that lines of
/// several writers do not mix. There is nowhere to report a failure to.
pub fn line(text: Arguments<'_>) {
    let line = format!("{text}\n");
    let _unread = io::stderr().lock().write_all(line.as_bytes());
}

/// Standard output, buffered: flush it and look at the result.
pub fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::with_capacity(BUFFER, io::stdout().lock())
}
