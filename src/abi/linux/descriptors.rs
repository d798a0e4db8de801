//! The calls that work on descriptors: `close`, `close_range`, `dup`, `dup3`,
//! `fcntl`, `ioctl`.

use std::sync::atomic::Ordering;

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use super::files::{MAX_FILES, O_ACCMODE, O_APPEND, O_NONBLOCK, O_PATH, OpenFile};
use super::open::O_CLOEXEC;
use super::pipes::CAPACITY;
use super::user;
use crate::machine::{Hart, Memory};

const O_LARGEFILE: u64 = 0o100_000;

const F_DUPFD: u64 = 0;
const F_GETFD: u64 = 1;
const F_SETFD: u64 = 2;
const F_GETFL: u64 = 3;
const F_SETFL: u64 = 4;
const F_GETLK: u64 = 5;
const F_SETLK: u64 = 6;
const F_SETLKW: u64 = 7;
const F_DUPFD_CLOEXEC: u64 = 1030;
const F_SETPIPE_SZ: u64 = 1031;
const F_GETPIPE_SZ: u64 = 1032;
const FD_CLOEXEC: u64 = 1;

const CLOSE_RANGE_UNSHARE: u64 = 2;
const CLOSE_RANGE_CLOEXEC: u64 = 4;

const FIONREAD: u64 = 0x541b;
const FIONBIO: u64 = 0x5421;
const FIONCLEX: u64 = 0x5450;
const FIOCLEX: u64 = 0x5451;

impl Linux {
    /// `close`.
    pub(super) fn close(&mut self, _: &mut Hart, [fd, ..]: [u64; 6]) -> Outcome {
        self.files.close(fd)?;
        Ok(0)
    }

    /// `close_range`.
    pub(super) fn close_range(&mut self, _: &mut Hart, args: [u64; 6]) -> Outcome {
        let [first, last, flags, ..] = args.map(|arg| u64::from(arg as u32));
        if flags & !(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) != 0 || first > last {
            return Err(Errno::INVAL.into());
        }
        for fd in first..=last.min(MAX_FILES as u64 - 1) {
            if flags & CLOSE_RANGE_CLOEXEC == 0 {
                // One that is not open is none to close.
                let _ = self.files.close(fd);
            } else if let Ok(entry) = self.files.entry(fd) {
                entry.close_on_exec = true;
            }
        }
        Ok(0)
    }

    /// `dup`.
    pub(super) fn dup(&mut self, _: &mut Hart, [fd, ..]: [u64; 6]) -> Outcome {
        self.duplicate(fd, 0, false)
    }

    /// `dup3`.
    pub(super) fn dup3(&mut self, _: &mut Hart, [old, new, flags, ..]: [u64; 6]) -> Outcome {
        let new = new as u32 as usize;
        if flags & !O_CLOEXEC != 0 || old as u32 as usize == new {
            return Err(Errno::INVAL.into());
        }
        let file = self.files.get(old)?.clone();
        if new >= MAX_FILES {
            return Err(Errno::BADF.into());
        }
        Ok(self.files.set(new, file, flags & O_CLOEXEC != 0))
    }

    fn duplicate(&mut self, fd: u64, lowest: usize, close_on_exec: bool) -> Outcome {
        let file = self.files.get(fd)?.clone();
        let free = self.files.free(lowest)?;
        Ok(self.files.set(free, file, close_on_exec))
    }

    /// `fcntl`: descriptors, flags and locks.
    pub(super) fn fcntl(&mut self, hart: &mut Hart, [fd, command, arg, ..]: [u64; 6]) -> Outcome {
        let entry = self.files.entry(fd)?;
        match u64::from(command as u32) {
            F_GETFD => Ok(entry.close_on_exec.into()),
            F_SETFD => {
                entry.close_on_exec = arg & FD_CLOEXEC != 0;
                Ok(0)
            }
            F_GETFL => status_flags(&entry.file),
            F_SETFL => set_status_flags(&entry.file, arg),
            F_GETLK => self.get_lock(&mut hart.memory, fd, arg),
            F_SETLK | F_SETLKW => self.set_lock(&mut hart.memory, fd, arg),
            F_DUPFD | F_DUPFD_CLOEXEC if arg >= MAX_FILES as u64 => Err(Errno::INVAL.into()),
            F_DUPFD => self.duplicate(fd, arg as usize, false),
            F_DUPFD_CLOEXEC => self.duplicate(fd, arg as usize, true),
            F_GETPIPE_SZ => pipe_size(&entry.file, 0),
            F_SETPIPE_SZ => pipe_size(&entry.file, arg),
            _ => Err(Errno::INVAL.into()),
        }
    }

    /// `fadvise64`: good advice that is not taken.
    pub(super) fn fadvise(&mut self, _: &mut Hart, [fd, _, _, advice, ..]: [u64; 6]) -> Outcome {
        match self.files.get(fd)? {
            file if file.is_stream() => Err(Errno::SPIPE.into()),
            _ if advice as u32 > 5 => Err(Errno::INVAL.into()),
            _ => Ok(0),
        }
    }

    /// The calls of sockets: nothing is one.
    pub(super) fn not_a_socket(&mut self, _: &mut Hart, [fd, ..]: [u64; 6]) -> Outcome {
        self.files.get(fd)?;
        Err(Errno::NOTSOCK.into())
    }

    /// `ioctl`: nothing is a terminal, even where the host's stream is one, so
    /// that output does not depend on where it goes.
    pub(super) fn ioctl(&mut self, hart: &mut Hart, [fd, request, arg, ..]: [u64; 6]) -> Outcome {
        let entry = self.files.entry(fd)?;
        match u64::from(request as u32) {
            FIOCLEX => entry.close_on_exec = true,
            FIONCLEX => entry.close_on_exec = false,
            FIONBIO => {
                let on = user::get::<4>(&mut hart.memory, arg)? != [0; 4];
                set_nonblocking(&entry.file, on);
            }
            FIONREAD => put_readable(&mut hart.memory, &entry.file, arg)?,
            _ => return Err(Errno::NOTTY.into()),
        }
        Ok(0)
    }
}

/// What a file was opened with, and whether it appends or waits now.
fn status_flags(file: &OpenFile) -> Outcome {
    match file {
        OpenFile::Regular(regular) => {
            let appends = u64::from(regular.appends()) * O_APPEND;
            let kept = O_ACCMODE | O_PATH;
            Ok(regular.flags & kept | appends | O_LARGEFILE)
        }
        OpenFile::Directory(_) => Ok(O_LARGEFILE),
        OpenFile::Device(_, flags) => Ok(flags & O_ACCMODE | O_LARGEFILE),
        stream => {
            let end = stream.pipe_end();
            let waits_not = end.is_some_and(|end| end.nonblocking.load(Ordering::Relaxed));
            let waits_not = u64::from(waits_not) * O_NONBLOCK;
            Ok(u64::from(stream.directions().1) | waits_not)
        }
    }
}

/// `O_APPEND` of files can be changed, `O_NONBLOCK` of pipes. Nothing else is
/// ever waited for but standard input, which cannot be asked not to wait.
fn set_status_flags(file: &OpenFile, flags: u64) -> Result<u64, Failure> {
    if let OpenFile::Regular(regular) = file {
        let appends = flags & O_APPEND != 0;
        regular.appending.store(appends, Ordering::Relaxed);
    }
    set_nonblocking(file, flags & O_NONBLOCK != 0);
    Ok(0)
}

fn set_nonblocking(file: &OpenFile, on: bool) {
    if let Some(end) = file.pipe_end() {
        end.nonblocking.store(on, Ordering::Relaxed);
    }
}

/// The size of a pipe, which no wish for more changes.
fn pipe_size(file: &OpenFile, wanted: u64) -> Outcome {
    match file.pipe_end() {
        Some(_) if wanted > CAPACITY as u64 => Err(Errno::PERM.into()),
        Some(_) => Ok(CAPACITY as u64),
        None => Err(Errno::BADF.into()),
    }
}

/// Bytes that can be read at once: of a pipe, or up to the end of a file.
fn put_readable(memory: &mut Memory, file: &OpenFile, to: u64) -> Result<(), Failure> {
    let count = match (file.pipe_end(), file.regular()) {
        (Some(end), _) => end.filled() as u64,
        (_, Some(regular)) => {
            let at = std::io::Seek::stream_position(&mut &regular.file)?;
            regular.file.metadata()?.len().saturating_sub(at)
        }
        _ => return Err(Errno::NOTTY.into()),
    };
    Ok(user::put(memory, to, &(count as u32).to_le_bytes())?)
}
