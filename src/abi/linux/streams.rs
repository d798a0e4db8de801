//! The three standard streams: the host's own, or what the library's user gave instead.

use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::FileType;
use rustix::io::Errno as HostErrno;

use super::errno::{Errno, Failure};
use crate::machine::Exit;

/// Bytes that a pipe which polls as writable takes without blocking (`PIPE_BUF`).
const PIPE_BUF: usize = 4096;
/// Bytes written to a file between two looks at the clock.
const FILE_PIECE: usize = 1 << 20;

/// When a call may no longer wait.
#[derive(Clone, Copy, Debug)]
pub(in crate::abi) struct Deadline {
    /// The moment.
    pub(in crate::abi) at: Instant,
    /// How long after the start that is.
    pub(in crate::abi) limit: Duration,
}

impl Deadline {
    /// The time left, or the end of the run.
    pub(super) fn left(self) -> Result<Duration, Failure> {
        let left = self.at.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Failure::Exit(Exit::Timeout { limit: self.limit }));
        }
        Ok(left)
    }
}

/// The time left, if there is an end to it, or the end of the run.
pub(super) fn time_left(deadline: Option<Deadline>) -> Result<Option<Duration>, Failure> {
    deadline.map(Deadline::left).transpose()
}

/// Where the guest's standard input comes from.
pub(super) enum Input {
    /// The host process's standard input.
    Inherited,
    /// An open file.
    Fd(OwnedFd),
    /// A reader; what it does not give at once, it must not wait for too long.
    Reader(Box<dyn Read + Send>),
}

impl Input {
    /// Reads at least a byte into `place`, unless the input is at its end.
    pub(super) fn read(
        &mut self,
        place: &mut [u8],
        deadline: Option<Deadline>,
    ) -> Result<usize, Failure> {
        match self {
            Input::Inherited => read_fd(rustix::stdio::stdin(), place, deadline),
            Input::Fd(fd) => read_fd(fd.as_fd(), place, deadline),
            Input::Reader(reader) => Ok(uninterrupted(|| reader.read(place))?),
        }
    }
}

/// Where the guest's standard output or error output goes.
pub(in crate::abi) enum Output {
    /// The host process's standard output.
    InheritedStdout,
    /// The host process's standard error output.
    InheritedStderr,
    /// A writer.
    Writer(Box<dyn Write + Send>),
}

impl Output {
    /// Writes all of `bytes`, or what can be written before an error. `unread`
    /// is what comes of it if the reader has gone, be it after some bytes.
    pub(in crate::abi) fn write(
        &mut self,
        bytes: &[u8],
        deadline: Option<Deadline>,
        unread: Failure,
    ) -> Result<usize, Failure> {
        let or_unread = |failure| match failure {
            Failure::Errno(Errno::PIPE) => unread,
            failure => failure,
        };
        let fd = match self {
            Output::InheritedStdout => rustix::stdio::stdout(),
            Output::InheritedStderr => rustix::stdio::stderr(),
            Output::Writer(writer) => return write_through(writer.as_mut(), bytes, or_unread),
        };
        write_fd(fd, bytes, deadline, or_unread)
    }
}

fn write_through(
    writer: &mut dyn Write,
    bytes: &[u8],
    or_unread: impl Fn(Failure) -> Failure,
) -> Result<usize, Failure> {
    let mut call = |rest: &[u8]| uninterrupted(|| writer.write(rest)).map_err(Failure::from);
    let done = write_all(bytes, |rest| call(rest).map_err(&or_unread))?;
    uninterrupted(|| writer.flush()).map_err(|error| or_unread(error.into()))?;
    Ok(done)
}

/// Writes by `write` until nothing is left; an error counts only if nothing was written,
/// unless it ends the run.
pub(super) fn write_all(
    bytes: &[u8],
    mut write: impl FnMut(&[u8]) -> Result<usize, Failure>,
) -> Result<usize, Failure> {
    let mut done = 0;
    while done < bytes.len() {
        match write(&bytes[done..]) {
            Ok(0) => return some_or(done, Errno::IO.into()),
            Ok(count) => done = bytes.len().min(done + count),
            Err(failure) => return some_or(done, failure),
        }
    }
    Ok(done)
}

/// What was done before a failure, or the failure.
pub(super) fn some_or<T: PartialOrd + Default>(done: T, failure: Failure) -> Result<T, Failure> {
    match failure {
        Failure::Errno(_) if done > T::default() => Ok(done),
        failure => Err(failure),
    }
}

/// Repeats what a signal to the host interrupts.
pub(super) fn uninterrupted<T>(
    mut attempt: impl FnMut() -> std::io::Result<T>,
) -> std::io::Result<T> {
    loop {
        match attempt() {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

/// Asks whether there is anything to read first, be there a deadline or not: a
/// FIFO that was opened without waiting reads as ended until a writer comes,
/// whereas a poll tells of an end only after one has gone.
fn read_fd(
    fd: BorrowedFd<'_>,
    place: &mut [u8],
    deadline: Option<Deadline>,
) -> Result<usize, Failure> {
    loop {
        wait(fd, PollFlags::IN, deadline)?;
        match rustix::io::read(fd, &mut *place) {
            Err(HostErrno::INTR | HostErrno::AGAIN) => {}
            outcome => return Ok(outcome?),
        }
    }
}

fn write_fd(
    fd: BorrowedFd<'_>,
    bytes: &[u8],
    deadline: Option<Deadline>,
    or_unread: impl Fn(Failure) -> Failure,
) -> Result<usize, Failure> {
    let piece = match deadline {
        None => bytes.len(),
        Some(_) if is_regular(fd) => FILE_PIECE,
        Some(_) => PIPE_BUF,
    };
    write_all(bytes, |rest| {
        loop {
            if deadline.is_some() {
                wait(fd, PollFlags::OUT, deadline)?;
            }
            match rustix::io::write(fd, &rest[..piece.min(rest.len())]) {
                Err(HostErrno::INTR) => {}
                Err(HostErrno::AGAIN) => wait(fd, PollFlags::OUT, deadline)?,
                outcome => return outcome.map_err(|errno| or_unread(errno.into())),
            }
        }
    })
}

fn is_regular(fd: BorrowedFd<'_>) -> bool {
    rustix::fs::fstat(fd)
        .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile)
}

/// Waits until `fd` is ready; past the deadline the run ends.
fn wait(fd: BorrowedFd<'_>, events: PollFlags, deadline: Option<Deadline>) -> Result<(), Failure> {
    loop {
        let left = time_left(deadline)?.and_then(|left| Timespec::try_from(left).ok());
        match rustix::event::poll(&mut [PollFd::from_borrowed_fd(fd, events)], left.as_ref()) {
            Ok(0) | Err(HostErrno::INTR) => {}
            outcome => return Ok(outcome.map(drop)?),
        }
    }
}
