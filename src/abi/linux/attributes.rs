//! The calls that change what is known of a file: `fchmodat`, `fchownat`,
//! `utimensat` and their like.

use std::os::fd::AsFd;

use cap_std::fs::{Permissions, PermissionsExt};
use rustix::fs::{AtFlags, Timespec, Timestamps};

use super::Linux;
use super::dirs::CURRENT;
use super::errno::{Errno, Failure, Outcome};
use super::identity::stay_or_keep;
use super::layout::SECOND;
use super::open::MODE;
use super::stat::{AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW};
use super::user;
use crate::machine::{Hart, Memory};

/// Now, and as it is, in place of nanoseconds.
const UTIME_NOW: u64 = 0x3fff_ffff;
const UTIME_OMIT: u64 = 0x3fff_fffe;

impl Linux {
    /// `fchmod`.
    pub(super) fn fchmod(&mut self, _: &mut Hart, [fd, mode, ..]: [u64; 6]) -> Outcome {
        let file = self.changeable(fd)?;
        let mode = rustix::fs::Mode::from_raw_mode((mode & MODE) as u32);
        rustix::fs::fchmod(file, mode)?;
        Ok(0)
    }

    /// `fchmodat`.
    pub(super) fn fchmodat(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [fd, path, mode, ..] = args;
        self.fchmodat2(hart, [fd, path, mode, 0, 0, 0])
    }

    /// `fchmodat2`. What a link permits cannot be changed.
    pub(super) fn fchmodat2(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [fd, path, mode, flags, ..] = args;
        let flags = checked(flags)?;
        let path = user::path(&mut hart.memory, path)?;
        if path.is_empty() && flags & AT_EMPTY_PATH != 0 {
            return self.fchmod(hart, [fd, mode, 0, 0, 0, 0]);
        }
        let place = self.resolve(fd, &path)?;
        let follow = flags & AT_SYMLINK_NOFOLLOW == 0;
        if place.metadata(follow)?.is_symlink() {
            return Err(Errno::OPNOTSUPP.into());
        }
        place.check_writable()?;
        let permissions = Permissions::from_mode((mode & MODE) as u32);
        place.dir.set_permissions(&place.way, permissions)?;
        Ok(0)
    }

    /// `fchown`: all files are the guest's, and it cannot give them away.
    pub(super) fn fchown(&mut self, _: &mut Hart, [fd, owner, group, ..]: [u64; 6]) -> Outcome {
        self.changeable(fd)?;
        stay_or_keep(&[owner, group])
    }

    /// `fchownat`.
    pub(super) fn fchownat(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [fd, path, owner, group, flags, _] = args;
        let flags = checked(flags)?;
        let path = user::path(&mut hart.memory, path)?;
        if path.is_empty() && flags & AT_EMPTY_PATH != 0 {
            return self.fchown(hart, [fd, owner, group, 0, 0, 0]);
        }
        let place = self.resolve(fd, &path)?;
        place.metadata(flags & AT_SYMLINK_NOFOLLOW == 0)?;
        place.check_writable()?;
        stay_or_keep(&[owner, group])
    }

    /// `utimensat`. The host's file gets the times; the guest is told of them
    /// only if it is told of times at all.
    pub(super) fn utimensat(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [fd, path, times, flags, ..] = args;
        let flags = checked(flags)?;
        let times = self.times_at(hart, times)?;
        let path = match path {
            0 if fd as i32 == CURRENT => return Err(Errno::FAULT.into()),
            0 => Vec::new(),
            path => user::path(&mut hart.memory, path)?,
        };
        if path.is_empty() && (args[1] == 0 || flags & AT_EMPTY_PATH != 0) {
            rustix::fs::futimens(self.changeable(fd)?, &times)?;
            return Ok(0);
        }
        let mut place = self.resolve(fd, &path)?;
        if flags & AT_SYMLINK_NOFOLLOW == 0 || place.ends_in_slash() {
            place.follow()?;
        }
        let name = place.name()?;
        place.check_writable()?;
        let here = AtFlags::SYMLINK_NOFOLLOW;
        rustix::fs::utimensat(&name.dir, &name.name, &times, here)?;
        Ok(0)
    }

    /// The pair of `struct timespec` at `addr`; the null pointer means now.
    fn times_at(&self, hart: &mut Hart, addr: u64) -> Result<Timestamps, Failure> {
        let now = self.wall(hart);
        let [last_access, last_modification] = match addr {
            0 => [timespec(now), timespec(now)],
            addr => stamps(&mut hart.memory, addr, now)?,
        };
        Ok(Timestamps {
            last_access,
            last_modification,
        })
    }

    /// The host's file that is open as `fd`, if it may be changed.
    fn changeable(&self, fd: u64) -> Result<impl AsFd, Errno> {
        let file = self.files.get(fd)?;
        match file.on_host()? {
            Some(_) if !file.is_changeable() => Err(Errno::ROFS),
            Some(file) => Ok(file),
            None => Err(Errno::PERM),
        }
    }
}

/// Flags of these calls, if they are known.
fn checked(flags: u64) -> Result<u64, Errno> {
    let flags = u64::from(flags as u32);
    match flags & !(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) {
        0 => Ok(flags),
        _ => Err(Errno::INVAL),
    }
}

fn stamps(memory: &mut Memory, addr: u64, now: u64) -> Result<[Timespec; 2], Failure> {
    let [access, access_nanos, change, change_nanos] = user::get_words(memory, addr)?;
    let stamp = |seconds: u64, nanos| match nanos {
        UTIME_NOW => Ok(timespec(now)),
        UTIME_OMIT | 0..SECOND => Ok(Timespec {
            tv_sec: seconds as i64,
            tv_nsec: nanos as i64,
        }),
        _ => Err(Errno::INVAL),
    };
    Ok([stamp(access, access_nanos)?, stamp(change, change_nanos)?])
}

/// The time of so many nanoseconds since 1970.
fn timespec(nanos: u64) -> Timespec {
    Timespec {
        tv_sec: (nanos / SECOND) as i64,
        tv_nsec: (nanos % SECOND) as i64,
    }
}
