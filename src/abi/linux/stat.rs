//! The calls that ask about files: `fstat`, `newfstatat`, `faccessat`, `readlinkat`, `getcwd`.
//!
//! What depends on the host and not on a file's content is made up: device and
//! inode are numbers in the order in which the guest came to know them, owner
//! and permissions those that a checkout would have, the size of a directory
//! is a block, and times are zero unless the host's were asked for. The
//! standard streams are pipes.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;

use super::Linux;
use super::dirs::CURRENT;
use super::errno::{Errno, Failure, Outcome};
use super::files::OpenFile;
use super::layout::{SECOND, Stat};
use super::process::ID;
use super::user;
use crate::machine::{Hart, Memory};

const S_IFMT: u32 = 0o170_000;
const S_IFIFO: u32 = 0o010_000;
const S_IFDIR: u32 = 0o040_000;
const S_IFREG: u32 = 0o100_000;
const ANY_EXECUTE: u32 = 0o111;

const AT_SYMLINK_NOFOLLOW: u64 = 0x100;
const AT_EACCESS: u64 = 0x200;
const AT_NO_AUTOMOUNT: u64 = 0x800;
const AT_EMPTY_PATH: u64 = 0x1000;

/// Files that a guest may tell apart by inode.
const MAX_INODES: usize = 1 << 16;

/// What the host knows of a file.
struct Facts {
    mode: u32,
    size: u64,
    identity: (u64, u64),
    seconds: i64,
    nanos: i64,
}

macro_rules! facts {
    ($metadata:expr, $extension:path) => {{
        use $extension as Extension;
        let metadata = $metadata;
        Facts {
            mode: Extension::mode(&metadata),
            size: Extension::size(&metadata),
            identity: (Extension::dev(&metadata), Extension::ino(&metadata)),
            seconds: Extension::mtime(&metadata),
            nanos: Extension::mtime_nsec(&metadata),
        }
    }};
}

impl Facts {
    fn of_open(file: &std::fs::File) -> std::io::Result<Facts> {
        Ok(facts!(file.metadata()?, std::os::unix::fs::MetadataExt))
    }

    fn of_path(metadata: cap_std::fs::Metadata) -> Facts {
        facts!(metadata, cap_std::fs::MetadataExt)
    }

    fn time(&self) -> u64 {
        let seconds = u64::try_from(self.seconds).unwrap_or(0);
        let nanos = u64::try_from(self.nanos).unwrap_or(0);
        seconds.saturating_mul(SECOND).saturating_add(nanos)
    }

    /// Type and permissions, the latter as far as they do not depend on the host's settings.
    fn plain_mode(&self) -> u32 {
        match self.mode & S_IFMT {
            S_IFDIR => S_IFDIR | 0o755,
            S_IFREG if self.mode & ANY_EXECUTE != 0 => S_IFREG | 0o755,
            S_IFREG => S_IFREG | 0o644,
            other => other | 0o777,
        }
    }
}

/// The numbers that the guest knows the host's files by.
#[derive(Clone, Debug, Default)]
pub(super) struct Inodes(BTreeMap<(u64, u64), u64>);

impl Inodes {
    fn number(&mut self, identity: (u64, u64)) -> Result<u64, Errno> {
        if let Some(&number) = self.0.get(&identity) {
            return Ok(number);
        }
        if self.0.len() >= MAX_INODES {
            return Err(Errno::NOMEM);
        }
        let number = self.0.len() as u64 + 1;
        self.0.insert(identity, number);
        Ok(number)
    }
}

/// A standard stream: the write end of a pipe, or the read end.
fn stream(number: u64) -> Stat {
    Stat {
        ino: number + 1,
        mode: S_IFIFO | 0o600,
        id: ID as u32,
        ..Stat::default()
    }
}

impl Linux {
    fn stat(&mut self, facts: &Facts) -> Result<Stat, Failure> {
        let mode = facts.plain_mode();
        let size = match mode & S_IFMT {
            S_IFDIR => 4096,
            _ => facts.size,
        };
        Ok(Stat {
            dev: 1,
            ino: self.inodes.number(facts.identity)?,
            mode,
            id: ID as u32,
            rdev: 0,
            size,
            time: if self.host_time { facts.time() } else { 0 },
        })
    }

    fn stat_open(&mut self, fd: u64) -> Result<Stat, Failure> {
        let file = self.files.get(fd)?.clone();
        match file {
            OpenFile::Stdin => Ok(stream(0)),
            OpenFile::Stdout => Ok(stream(1)),
            OpenFile::Stderr => Ok(stream(2)),
            OpenFile::Regular(regular) => self.stat(&Facts::of_open(&regular.file)?),
            OpenFile::Directory(directory) => self.stat(&Facts::of_open(&directory.file)?),
        }
    }

    fn facts_at(&self, fd: u64, path: &[u8], follow: bool) -> Result<Facts, Failure> {
        let place = self.resolve(fd, path)?;
        let metadata = match follow {
            true => place.dir.metadata(&place.way)?,
            false => place.dir.symlink_metadata(&place.way)?,
        };
        Ok(Facts::of_path(metadata))
    }

    /// `fstat`.
    pub(super) fn fstat(&mut self, hart: &mut Hart, [fd, to, ..]: [u64; 6]) -> Outcome {
        let stat = self.stat_open(fd)?;
        user::put(&mut hart.memory, to, &stat.encode())?;
        Ok(0)
    }

    /// `newfstatat`.
    pub(super) fn newfstatat(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [fd, path, to, flags, ..] = args;
        let known = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH;
        if flags & !known != 0 {
            return Err(Errno::INVAL.into());
        }
        let path = user::path(&mut hart.memory, path)?;
        let follow = flags & AT_SYMLINK_NOFOLLOW == 0;
        let stat = match (path.is_empty() && flags & AT_EMPTY_PATH != 0, fd as i32) {
            (true, CURRENT) => self.stat_path(fd, b".", follow)?,
            (true, _) => self.stat_open(fd)?,
            (false, _) => self.stat_path(fd, &path, follow)?,
        };
        user::put(&mut hart.memory, to, &stat.encode())?;
        Ok(0)
    }

    fn stat_path(&mut self, fd: u64, path: &[u8], follow: bool) -> Result<Stat, Failure> {
        let facts = self.facts_at(fd, path, follow)?;
        self.stat(&facts)
    }

    /// `faccessat`.
    pub(super) fn faccessat(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [fd, path, mode, ..] = args;
        self.faccessat2(hart, [fd, path, mode, 0, 0, 0])
    }

    /// `faccessat2`, by the bits of the file's mode, whoever owns it.
    pub(super) fn faccessat2(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [fd, path, mode, flags, ..] = args;
        let known = AT_SYMLINK_NOFOLLOW | AT_EACCESS | AT_EMPTY_PATH;
        if mode as u32 & !7 != 0 || flags & !known != 0 {
            return Err(Errno::INVAL.into());
        }
        let path = user::path(&mut hart.memory, path)?;
        if path.is_empty() && flags & AT_EMPTY_PATH != 0 {
            self.files.get(fd)?;
            return Ok(0);
        }
        let facts = self.facts_at(fd, &path, flags & AT_SYMLINK_NOFOLLOW == 0)?;
        let permitted = facts.mode | facts.mode >> 3 | facts.mode >> 6;
        match mode as u32 & !permitted {
            0 => Ok(0),
            _ => Err(Errno::ACCES.into()),
        }
    }

    /// `readlinkat`.
    pub(super) fn readlinkat(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [fd, path, to, size, ..] = args;
        if size as i32 <= 0 {
            return Err(Errno::INVAL.into());
        }
        let path = user::path(&mut hart.memory, path)?;
        let target = match path.as_slice() {
            b"/proc/self/exe" => self.executable(),
            path => {
                let place = self.resolve(fd, path)?;
                let target = place.dir.read_link_contents(&place.way)?;
                target.as_os_str().as_bytes().to_vec()
            }
        };
        put_prefix(&mut hart.memory, to, size as u32, &target)
    }

    /// The absolute name of the program, by what it was started as.
    fn executable(&self) -> Vec<u8> {
        match self.args.first() {
            Some(name) if name.starts_with(b"/") => name.clone(),
            name => [&b"/"[..], name.map_or(&[], Vec::as_slice)].concat(),
        }
    }

    /// `getcwd`: it is the root, always.
    pub(super) fn getcwd(&mut self, hart: &mut Hart, [to, size, ..]: [u64; 6]) -> Outcome {
        const ROOT: &[u8] = b"/\0";
        let len = ROOT.len() as u64;
        if size < len {
            return Err(Errno::RANGE.into());
        }
        user::put(&mut hart.memory, to, ROOT)?;
        Ok(len)
    }
}

/// Writes as much of `bytes` as `size` leaves room for.
fn put_prefix(memory: &mut Memory, to: u64, size: u32, bytes: &[u8]) -> Outcome {
    let shown = &bytes[..bytes.len().min(size as usize)];
    user::put(memory, to, shown)?;
    Ok(shown.len() as u64)
}
