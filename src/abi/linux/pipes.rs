//! Pipes within the process: `pipe2`.
//!
//! There is no one but the process itself at the other end. So where the
//! kernel would let it wait, it would wait for ever: `EDEADLK`, as for a
//! `futex` that nobody can wake.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use super::files::{O_NONBLOCK, OpenFile};
use super::open::O_CLOEXEC;
use super::user;
use crate::machine::{Hart, Memory};

/// Bytes that a pipe holds.
pub(super) const CAPACITY: usize = 1 << 16;
/// Bytes that are written at once or not at all (`PIPE_BUF`).
const ATOMIC_BYTES: usize = 4096;

/// What both ends share.
#[derive(Debug)]
pub(super) struct Pipe {
    bytes: Mutex<VecDeque<u8>>,
    /// The number that the guest knows it by.
    pub(super) inode: u64,
}

/// One end, which is open for as long as it is there.
#[derive(Debug)]
pub(super) struct End {
    pub(super) pipe: Arc<Pipe>,
    /// Goes with this end.
    _open: Arc<()>,
    /// Goes with the other end.
    other: Weak<()>,
    /// Whether the guest asked not to wait.
    pub(super) nonblocking: AtomicBool,
}

/// The end that is read from.
#[derive(Debug)]
pub(super) struct ReadEnd(pub(super) End);

/// The end that is written to.
#[derive(Debug)]
pub(super) struct WriteEnd(pub(super) End);

/// A new pipe.
fn pipe(inode: u64, nonblocking: bool) -> (ReadEnd, WriteEnd) {
    let bytes = Mutex::default();
    let pipe = Arc::new(Pipe { bytes, inode });
    let (reader, writer) = (Arc::new(()), Arc::new(()));
    let end = |open: &Arc<()>, other| End {
        pipe: Arc::clone(&pipe),
        _open: Arc::clone(open),
        other: Arc::downgrade(other),
        nonblocking: nonblocking.into(),
    };
    let ends = (end(&reader, &writer), end(&writer, &reader));
    (ReadEnd(ends.0), WriteEnd(ends.1))
}

impl End {
    fn bytes(&self) -> MutexGuard<'_, VecDeque<u8>> {
        self.pipe
            .bytes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the other end is closed.
    fn is_alone(&self) -> bool {
        self.other.strong_count() == 0
    }

    /// Bytes that can be read.
    pub(super) fn filled(&self) -> usize {
        self.bytes().len()
    }

    /// The error of a call that cannot go on.
    fn would_wait(&self) -> Errno {
        match self.nonblocking.load(Ordering::Relaxed) {
            true => Errno::AGAIN,
            false => Errno::DEADLK,
        }
    }
}

impl ReadEnd {
    /// Takes what there is; nothing when the other end is closed.
    pub(super) fn read(&self, place: &mut [u8]) -> Result<usize, Errno> {
        let mut bytes = self.0.bytes();
        let count = place.len().min(bytes.len());
        if count == 0 && !self.0.is_alone() && !place.is_empty() {
            return Err(self.0.would_wait());
        }
        for (place, byte) in place.iter_mut().zip(bytes.drain(..count)) {
            *place = byte;
        }
        Ok(count)
    }

    /// Whether there is something to read, and whether the other end is closed.
    pub(super) fn state(&self) -> (bool, bool) {
        (self.0.filled() > 0, self.0.is_alone())
    }
}

impl WriteEnd {
    /// Puts in what there is room for; `unread` is what comes of it if the
    /// other end is closed.
    pub(super) fn write(&self, from: &[u8], unread: Failure) -> Result<usize, Failure> {
        if from.is_empty() {
            return Ok(0);
        }
        if self.0.is_alone() {
            return Err(unread);
        }
        let mut bytes = self.0.bytes();
        let room = CAPACITY - bytes.len();
        if room == 0 || from.len() <= ATOMIC_BYTES && room < from.len() {
            return Err(self.0.would_wait().into());
        }
        let count = from.len().min(room);
        bytes.extend(&from[..count]);
        Ok(count)
    }

    /// Whether there is room for what is written at once, and whether the
    /// other end is closed.
    pub(super) fn state(&self) -> (bool, bool) {
        let has_room = CAPACITY - self.0.filled() >= ATOMIC_BYTES;
        (has_room, self.0.is_alone())
    }
}

impl Linux {
    /// `pipe2`.
    pub(super) fn pipe2(&mut self, hart: &mut Hart, [to, flags, ..]: [u64; 6]) -> Outcome {
        if flags as u32 as u64 & !(O_CLOEXEC | O_NONBLOCK) != 0 {
            return Err(Errno::INVAL.into());
        }
        let first = self.files.free(0)?;
        let second = self.files.free(first + 1)?;
        put_pair(&mut hart.memory, to, [first as u32, second as u32])?;
        let (reader, writer) = pipe(self.inodes.fresh(), flags & O_NONBLOCK != 0);
        let close_on_exec = flags & O_CLOEXEC != 0;
        let reader = OpenFile::ReadEnd(Arc::new(reader));
        self.files.set(first, reader, close_on_exec);
        let writer = OpenFile::WriteEnd(Arc::new(writer));
        self.files.set(second, writer, close_on_exec);
        Ok(0)
    }
}

fn put_pair(memory: &mut Memory, to: u64, [first, second]: [u32; 2]) -> Result<(), Failure> {
    let pair = u64::from(first) | u64::from(second) << 32;
    Ok(user::put(memory, to, &pair.to_le_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_gives_what_it_took_and_ends_with_its_writer() {
        let (reader, writer) = pipe(1, true);
        let unread = Failure::from(Errno::PIPE);
        let mut place = [0; 4];
        assert_eq!(reader.read(&mut place), Err(Errno::AGAIN));
        assert_eq!(reader.read(&mut []), Ok(0));
        assert_eq!(writer.write(b"abcdef", unread), Ok(6));
        assert_eq!(reader.read(&mut place), Ok(4));
        assert_eq!(&place, b"abcd");
        drop(writer);
        assert_eq!(reader.read(&mut place), Ok(2));
        assert_eq!(reader.read(&mut place), Ok(0));
    }

    #[test]
    fn a_pipe_takes_no_more_than_it_holds() {
        let (reader, writer) = pipe(1, false);
        let unread = Failure::from(Errno::PIPE);
        let write = |len| writer.write(&vec![1; len], unread);
        assert_eq!(write(CAPACITY - 10), Ok(CAPACITY - 10));
        assert_eq!(write(11), Err(Errno::DEADLK.into()));
        assert_eq!(write(5000), Ok(10));
        assert_eq!(write(5000), Err(Errno::DEADLK.into()));
        assert_eq!(writer.state(), (false, false));
        drop(reader);
        assert_eq!(write(1), Err(unread));
        assert_eq!(write(0), Ok(0));
    }
}
