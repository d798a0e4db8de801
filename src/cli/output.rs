//! The only place that writes to the process's own standard streams.

use std::fmt::Arguments;
use std::io::{self, Write};

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
