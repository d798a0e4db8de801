//! The only place that writes to the process's own standard streams.

use std::fmt::Arguments;
use std::fs::File;
use std::io::{self, BufWriter, StdoutLock, Write};
use std::os::fd::AsFd;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::failure::Failure;
use rustix::event::{PollFd, PollFlags, Timespec};

/// Big enough that a listing is written by few system calls.
const BUFFER: usize = 64 << 10;
/// Bytes that a pipe which polls as writable takes without blocking (`PIPE_BUF`).
const PIPE_BUF: usize = 4096;
/// How long a line waits for its reader at least, so that what ended a run is
/// told to one that is but slow.
const PATIENCE: Duration = Duration::from_millis(100);

/// When lines no longer wait for their reader.
static DEADLINE: OnceLock<Instant> = OnceLock::new();

/// Has lines on standard error wait for their reader no longer than `limit`
/// from now, but for a moment each: a guest decides how many there are.
pub fn wait_at_most(limit: Duration) {
    if let Some(at) = Instant::now().checked_add(limit) {
        DEADLINE.get_or_init(|| at);
    }
}

/// Prints one line `rvjet: …` on standard error.
pub fn message(text: Arguments<'_>) {
    line(format_args!("rvjet: {text}"));
}

/// Prints one line on standard error, by a single write so that lines of
/// several writers do not mix.
pub fn line(text: Arguments<'_>) {
    stderr(&format!("{text}\n"));
}

/// Prints on standard error, unless nobody reads it up to the deadline. There is
/// nowhere to report a failure to.
pub fn stderr(text: &str) {
    for piece in text.as_bytes().chunks(PIPE_BUF) {
        let is_read = DEADLINE.get().is_none_or(|&at| is_read_by(at));
        if !is_read || io::stderr().lock().write_all(piece).is_err() {
            return;
        }
    }
}

/// Whether standard error takes a piece by then without blocking.
fn is_read_by(deadline: Instant) -> bool {
    let stderr = rustix::stdio::stderr();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left.max(PATIENCE)).ok();
        let mut polled = [PollFd::new(&stderr, PollFlags::OUT)];
        match rustix::event::poll(&mut polled, left.as_ref()) {
            Err(rustix::io::Errno::INTR) => {}
            outcome => return outcome != Ok(0),
        }
    }
}

/// Standard output, buffered: flush it and look at the result.
pub fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::with_capacity(BUFFER, io::stdout().lock())
}

/// Standard output as a file, in which every write is one of the host's.
pub fn stdout_file() -> io::Result<File> {
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

/// Has `write` write to standard output, buffered.
pub fn print(
    what: &str,
    write: impl FnOnce(&mut BufWriter<StdoutLock<'static>>) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = stdout();
    write(&mut out)
        .and_then(|()| out.flush())
        .map_err(lost(what))
}

/// What was to be written could not be.
pub fn lost(what: &str) -> impl Fn(io::Error) -> Failure + Copy {
    move |source| Failure::Output {
        what: what.to_owned(),
        source,
    }
}
