//! Locks on files: `flock`, and those of `fcntl`.
//!
//! The latter belong to a process, so that its own never stand in its way, and
//! no other process of the guest's is there: they are checked and granted. A
//! `flock` belongs to an open file, and is the host's.

use rustix::fs::FlockOperation;
use rustix::io::Errno as HostErrno;

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use super::user;
use crate::machine::{Hart, Memory};

const F_RDLCK: u16 = 0;
const F_WRLCK: u16 = 1;
const F_UNLCK: u16 = 2;
const SEEK_END: u16 = 2;

const LOCK_SH: u64 = 1;
const LOCK_EX: u64 = 2;
const LOCK_NB: u64 = 4;
const LOCK_UN: u64 = 8;

/// A `struct flock`, as far as it matters.
struct Lock {
    kind: u16,
    whence: u16,
    start: i64,
    len: i64,
}

impl Lock {
    fn get(memory: &mut Memory, addr: u64) -> Result<Lock, Failure> {
        let [head, start, len, _] = user::get_words(memory, addr)?;
        Ok(Lock {
            kind: head as u16,
            whence: (head >> 16) as u16,
            start: start as i64,
            len: len as i64,
        })
    }

    /// Whether it means bytes of a file: none before its start where that is told.
    fn check(&self) -> Result<(), Errno> {
        if self.kind > F_UNLCK || self.whence > SEEK_END {
            return Err(Errno::INVAL);
        }
        if self.whence != 0 {
            return Ok(());
        }
        let first = self.start.checked_add(self.len.min(0));
        let end = self.start.checked_add(self.len.max(0));
        match (first, end) {
            (_, None) => Err(Errno::OVERFLOW),
            (Some(0..), _) => Ok(()),
            _ => Err(Errno::INVAL),
        }
    }
}

impl Linux {
    /// `F_SETLK` and `F_SETLKW`.
    pub(super) fn set_lock(&mut self, memory: &mut Memory, fd: u64, addr: u64) -> Outcome {
        let lock = Lock::get(memory, addr)?;
        let file = self.files.get(fd)?;
        lock.check()?;
        let (reads, writes) = file.directions();
        match lock.kind {
            F_RDLCK if !reads => Err(Errno::BADF.into()),
            F_WRLCK if !writes => Err(Errno::BADF.into()),
            _ => Ok(0),
        }
    }

    /// `F_GETLK`: nothing is in the way.
    pub(super) fn get_lock(&mut self, memory: &mut Memory, fd: u64, addr: u64) -> Outcome {
        let lock = Lock::get(memory, addr)?;
        self.files.get(fd)?;
        if lock.kind == F_UNLCK {
            return Err(Errno::INVAL.into());
        }
        lock.check()?;
        user::put(memory, addr, &F_UNLCK.to_le_bytes())?;
        Ok(0)
    }

    /// `flock`. The lock of another open file is never waited for: the guest
    /// would not come to release its own.
    pub(super) fn flock(&mut self, _: &mut Hart, [fd, operation, ..]: [u64; 6]) -> Outcome {
        let asked = match operation as u32 as u64 & !LOCK_NB {
            LOCK_SH => FlockOperation::NonBlockingLockShared,
            LOCK_EX => FlockOperation::NonBlockingLockExclusive,
            LOCK_UN => FlockOperation::NonBlockingUnlock,
            _ => return Err(Errno::INVAL.into()),
        };
        let Some(file) = self.files.get(fd)?.on_host()? else {
            return Ok(0);
        };
        match rustix::fs::flock(file, asked) {
            Err(HostErrno::WOULDBLOCK) if operation & LOCK_NB == 0 => Err(Errno::DEADLK.into()),
            outcome => Ok(outcome.map(|()| 0)?),
        }
    }
}
