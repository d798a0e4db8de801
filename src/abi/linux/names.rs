//! The calls that make, remove and move names: `mkdirat`, `unlinkat`,
//! `renameat2`, `symlinkat`, `linkat`, `mknodat`.
//!
//! The way to a name is `cap_std`'s to go, which stays within the grant; the
//! name itself goes to the host's kernel, whose calls of this kind do not
//! follow a link there.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use rustix::fs::{AtFlags, Mode, RenameFlags, Stat};

use super::Linux;
use super::dirs::{Name, Place};
use super::errno::{Errno, Failure, Outcome};
use super::files::O_WRONLY;
use super::open::{MODE, O_CREAT, O_EXCL};
use super::stat::AT_EMPTY_PATH;
use super::user;
use crate::machine::Hart;

const AT_REMOVEDIR: u64 = 0x200;
const AT_SYMLINK_FOLLOW: u64 = 0x400;
const RENAME_NOREPLACE: u64 = 1;

const S_IFMT: u64 = 0o170_000;
const S_IFREG: u64 = 0o100_000;

/// The name that a path ends in, of a directory that may be changed.
fn changeable(place: &Place<'_>) -> Result<Name, Failure> {
    let name = place.name()?;
    place.check_writable()?;
    Ok(name)
}

/// The names that two paths end in, both in one grant whose directories may be changed.
fn changeable_pair(from: &Place<'_>, to: &Place<'_>) -> Result<(Name, Name), Failure> {
    let names = (from.name()?, to.name()?);
    if !from.shares_grant(to) {
        return Err(Errno::XDEV.into());
    }
    to.check_writable()?;
    Ok(names)
}

/// What is there under a name, if it is the last one that it has.
fn last_of(name: &Name) -> Option<(u64, u64)> {
    // After a slash the host would follow a link.
    let here = AtFlags::SYMLINK_NOFOLLOW;
    let stat: Stat = rustix::fs::statat(&name.dir, name.without_slashes(), here).ok()?;
    let is_dir = rustix::fs::FileType::from_raw_mode(stat.st_mode).is_dir();
    (is_dir || stat.st_nlink <= 1).then_some((stat.st_dev, stat.st_ino))
}

impl Linux {
    /// `mkdirat`.
    pub(super) fn mkdirat(&mut self, hart: &mut Hart, [fd, path, mode, ..]: [u64; 6]) -> Outcome {
        let path = user::path(&mut hart.memory, path)?;
        let name = changeable(&self.resolve(fd, &path)?)?;
        let mode = Mode::from_raw_mode((mode & MODE & !self.umask) as u32);
        rustix::fs::mkdirat(&name.dir, &name.name, mode)?;
        Ok(0)
    }

    /// `unlinkat`.
    pub(super) fn unlinkat(&mut self, hart: &mut Hart, [fd, path, flags, ..]: [u64; 6]) -> Outcome {
        let asked = match u64::from(flags as u32) {
            0 => AtFlags::empty(),
            AT_REMOVEDIR => AtFlags::REMOVEDIR,
            _ => return Err(Errno::INVAL.into()),
        };
        let path = user::path(&mut hart.memory, path)?;
        let place = self.resolve(fd, &path)?;
        let name = changeable(&place)?;
        if asked == AtFlags::REMOVEDIR && place.ends_in_parent() {
            return Err(Errno::NOTEMPTY.into());
        }
        let last = last_of(&name);
        rustix::fs::unlinkat(&name.dir, &name.name, asked)?;
        self.inodes.forget(last);
        Ok(0)
    }

    /// `renameat2`, of whose flags `RENAME_NOREPLACE` is known.
    pub(super) fn renameat2(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [old_fd, old, new_fd, new, flags, _] = args;
        let asked = match u64::from(flags as u32) {
            0 => RenameFlags::empty(),
            RENAME_NOREPLACE => RenameFlags::NOREPLACE,
            _ => return Err(Errno::INVAL.into()),
        };
        let old = user::path(&mut hart.memory, old)?;
        let new = user::path(&mut hart.memory, new)?;
        let (from, to) = (self.resolve(old_fd, &old)?, self.resolve(new_fd, &new)?);
        let (old, new) = changeable_pair(&from, &to)?;
        let replaced = last_of(&new).filter(|&replaced| last_of(&old) != Some(replaced));
        rustix::fs::renameat_with(&old.dir, &old.name, &new.dir, &new.name, asked)?;
        self.inodes.forget(replaced);
        Ok(0)
    }

    /// `symlinkat`. An absolute target would mean one thing to the guest, which
    /// could not follow it, and another to the host: `EPERM`.
    pub(super) fn symlinkat(
        &mut self,
        hart: &mut Hart,
        [target, fd, path, ..]: [u64; 6],
    ) -> Outcome {
        let target = user::path(&mut hart.memory, target)?;
        let path = user::path(&mut hart.memory, path)?;
        if target.is_empty() {
            return Err(Errno::NOENT.into());
        }
        let name = changeable(&self.resolve(fd, &path)?)?;
        if target.starts_with(b"/") {
            return Err(Errno::PERM.into());
        }
        rustix::fs::symlinkat(OsStr::from_bytes(&target), &name.dir, &name.name)?;
        Ok(0)
    }

    /// `linkat`.
    pub(super) fn linkat(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [old_fd, old, new_fd, new, flags, _] = args;
        if u64::from(flags as u32) & !(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH) != 0 {
            return Err(Errno::INVAL.into());
        }
        let old = user::path(&mut hart.memory, old)?;
        let new = user::path(&mut hart.memory, new)?;
        let (mut from, to) = (self.resolve(old_fd, &old)?, self.resolve(new_fd, &new)?);
        if flags & AT_SYMLINK_FOLLOW != 0 || from.ends_in_slash() {
            from.follow()?;
        }
        let (old, new) = changeable_pair(&from, &to)?;
        rustix::fs::linkat(&old.dir, &old.name, &new.dir, &new.name, AtFlags::empty())?;
        Ok(0)
    }

    /// `mknodat`: files alone.
    pub(super) fn mknodat(&mut self, hart: &mut Hart, [fd, path, mode, ..]: [u64; 6]) -> Outcome {
        const EXCLUSIVELY: u64 = O_CREAT | O_EXCL | O_WRONLY;
        if !matches!(mode & S_IFMT, 0 | S_IFREG) {
            return Err(Errno::PERM.into());
        }
        let fd = self.openat(hart, [fd, path, EXCLUSIVELY, mode, 0, 0])?;
        self.files.close(fd)?;
        Ok(0)
    }
}
