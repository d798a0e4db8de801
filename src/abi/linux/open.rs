//! The calls that open, close and name files: `openat`, `close`, `dup`, `fcntl`, `ioctl`.

use std::sync::Arc;

use cap_std::fs::{OpenOptions, OpenOptionsExt};
use rustix::fs::OFlags;

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use super::files::{Directory, MAX_FILES, O_ACCMODE, O_APPEND, O_WRONLY, OpenFile, Regular};
use super::user;
use crate::machine::Hart;

const O_LARGEFILE: u64 = 0o100_000;
const O_CLOEXEC: u64 = 0o2_000_000;
const O_PATH: u64 = 0o10_000_000;
const O_TMPFILE: u64 = 0o20_000_000;
/// What the host is to see to: the guest's flags, and the host's, whose numbers
/// depend on its architecture.
const FOR_HOST: [(u64, i32); 8] = [
    (0o100, libc::O_CREAT),
    (0o200, libc::O_EXCL),
    (0o1000, libc::O_TRUNC),
    (O_APPEND, libc::O_APPEND),
    (0o10_000, libc::O_DSYNC),
    (0o200_000, libc::O_DIRECTORY),
    (0o400_000, libc::O_NOFOLLOW),
    (0o4_000_000, libc::O_SYNC),
];
/// What `statfs` calls procfs and sysfs (include/uapi/linux/magic.h).
const PROC_SUPER_MAGIC: i64 = 0x9fa0;
const SYSFS_MAGIC: i64 = 0x6265_6572;

/// What a new file may permit: no bit that lends the owner's rights.
const MODE: u32 = 0o777;

const F_DUPFD: u64 = 0;
const F_GETFD: u64 = 1;
const F_SETFD: u64 = 2;
const F_GETFL: u64 = 3;
const F_SETFL: u64 = 4;
const F_DUPFD_CLOEXEC: u64 = 1030;
const FD_CLOEXEC: u64 = 1;

impl Linux {
    /// `openat`. Files and directories can be opened, and nothing else: no
    /// device and no pipe, which could be waited for without end.
    pub(super) fn openat(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [fd, path, flags, mode, ..] = args;
        if flags & O_PATH != 0 || flags & O_ACCMODE == O_ACCMODE {
            return Err(Errno::INVAL.into());
        }
        if flags & O_TMPFILE != 0 {
            return Err(Errno::OPNOTSUPP.into());
        }
        let path = user::path(&mut hart.memory, path)?;
        let free = self.files.free(0)?;
        let place = self.resolve(fd, &path)?;
        let file = place
            .dir
            .open_with(&place.way, &options(flags, mode as u32))?
            .into_std();
        let kind = file.metadata()?;
        let file = if kind.is_dir() {
            let path = place.kept_path()?;
            OpenFile::Directory(Arc::new(Directory { file, path }))
        } else if kind.is_file() && !speaks_for_the_host(&file)? {
            OpenFile::Regular(Arc::new(Regular { file, flags }))
        } else {
            return Err(Errno::ACCES.into());
        };
        Ok(self.files.set(free, file, flags & O_CLOEXEC != 0))
    }

    /// `close`.
    pub(super) fn close(&mut self, _: &mut Hart, [fd, ..]: [u64; 6]) -> Outcome {
        self.files.close(fd)?;
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

    /// `fcntl`: descriptors and flags, no locks.
    pub(super) fn fcntl(&mut self, _: &mut Hart, [fd, command, arg, ..]: [u64; 6]) -> Outcome {
        let entry = self.files.entry(fd)?;
        match command as u32 as u64 {
            F_GETFD => Ok(entry.close_on_exec.into()),
            F_SETFD => {
                entry.close_on_exec = arg & FD_CLOEXEC != 0;
                Ok(0)
            }
            F_GETFL => status_flags(&entry.file),
            F_SETFL => set_status_flags(&entry.file, arg),
            F_DUPFD | F_DUPFD_CLOEXEC if arg >= MAX_FILES as u64 => Err(Errno::INVAL.into()),
            F_DUPFD => self.duplicate(fd, arg as usize, false),
            F_DUPFD_CLOEXEC => self.duplicate(fd, arg as usize, true),
            _ => Err(Errno::INVAL.into()),
        }
    }

    /// `ioctl`: nothing is a terminal, even where the host's stream is one, so
    /// that output does not depend on where it goes.
    pub(super) fn ioctl(&mut self, _: &mut Hart, [fd, ..]: [u64; 6]) -> Outcome {
        self.files.get(fd)?;
        Err(Errno::NOTTY.into())
    }
}

/// The host's options: it never waits, and never gets a terminal.
fn options(flags: u64, mode: u32) -> OpenOptions {
    let access = flags & O_ACCMODE;
    let asked = FOR_HOST.iter().filter(|(guest, _)| flags & guest != 0);
    let asked = asked.fold(0, |all, (_, host)| all | host);
    let mut options = OpenOptions::new();
    options
        .read(access != O_WRONLY)
        .write(access != 0)
        .mode(mode & MODE)
        .custom_flags(asked | libc::O_NONBLOCK | libc::O_NOCTTY);
    options
}

/// What a file was opened with, and whether it appends now.
/// Whether a file is a window on the host's kernel or processes, this one among
/// them (`/proc/self/mem`): no grant of a directory that contains it means that.
fn speaks_for_the_host(file: &std::fs::File) -> Result<bool, Errno> {
    let kind = rustix::fs::fstatfs(file)?.f_type;
    Ok(matches!(kind as i64, PROC_SUPER_MAGIC | SYSFS_MAGIC))
}

fn status_flags(file: &OpenFile) -> Outcome {
    match file {
        OpenFile::Regular(regular) => {
            let now = rustix::fs::fcntl_getfl(&regular.file)?;
            let appends = u64::from(now.contains(OFlags::APPEND)) * O_APPEND;
            Ok(regular.flags & O_ACCMODE | appends | O_LARGEFILE)
        }
        OpenFile::Directory(_) => Ok(O_LARGEFILE),
        stream => Ok(u64::from(stream.directions().1)),
    }
}

/// `O_APPEND` of files can be changed. Nothing is ever waited for but standard
/// input, which cannot be asked not to wait.
fn set_status_flags(file: &OpenFile, flags: u64) -> Result<u64, Failure> {
    if let OpenFile::Regular(regular) = file {
        let mut host = rustix::fs::fcntl_getfl(&regular.file)?;
        host.set(OFlags::APPEND, flags & O_APPEND != 0);
        rustix::fs::fcntl_setfl(&regular.file, host)?;
    }
    Ok(0)
}
