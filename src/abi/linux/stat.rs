//! The calls that ask about files: `fstat`, `newfstatat`, `statx`, `statfs`.
//!
//! What depends on the host and not on a file's content is made up: device and
//! inode are numbers in the order in which the guest came to know them, owner
//! and permissions those that a checkout would have, the size of a directory
//! is a block, and times are zero unless the host's were asked for. The
//! standard streams are pipes. File systems are large and half full.

use super::Linux;
use super::devices::Device;
use super::dirs::CURRENT;
use super::errno::{Errno, Failure, Outcome};
use super::files::OpenFile;
use super::layout::{self, SECOND, Stat};
use super::process::ID;
use super::user;
use crate::machine::Hart;

const S_IFMT: u32 = 0o170_000;
const S_IFIFO: u32 = 0o010_000;
const S_IFDIR: u32 = 0o040_000;
const S_IFREG: u32 = 0o100_000;
const ANY_EXECUTE: u32 = 0o111;

pub(super) const AT_SYMLINK_NOFOLLOW: u64 = 0x100;
const AT_NO_AUTOMOUNT: u64 = 0x800;
pub(super) const AT_EMPTY_PATH: u64 = 0x1000;
/// How fresh the answer of `statx` is to be: all are.
const AT_STATX_SYNC_TYPE: u64 = 0x6000;
/// What a `statx` may not ask for.
const STATX_RESERVED: u64 = 0x8000_0000;

/// What `statfs` calls the file systems (include/uapi/linux/magic.h).
const EXT4_SUPER_MAGIC: u64 = 0xef53;
const PIPEFS_MAGIC: u64 = 0x5049_5045;
const TMPFS_MAGIC: u64 = 0x0102_1994;

/// Pipes that are there from the start, which are numbered first.
const STREAMS: u64 = 3;

/// What the host knows of a file.
struct Facts {
    mode: u32,
    links: u64,
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
            links: Extension::nlink(&metadata),
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

/// An end of a pipe; the standard streams are some, too.
fn pipe(inode: u64) -> Stat {
    Stat {
        ino: inode,
        mode: S_IFIFO | 0o600,
        links: 1,
        id: ID as u32,
        ..Stat::default()
    }
}

impl Linux {
    /// What is told of a file that is known by the number `inode`. The names
    /// that a directory has are the host's way to count.
    fn stat(&self, facts: &Facts, inode: u64) -> Stat {
        let mode = facts.plain_mode();
        let (size, links) = match mode & S_IFMT {
            S_IFDIR => (4096, 1),
            _ => (facts.size, facts.links as u32),
        };
        Stat {
            dev: 1,
            ino: inode,
            mode,
            links,
            id: ID as u32,
            rdev: 0,
            size,
            time: if self.host_time { facts.time() } else { 0 },
        }
    }

    fn stat_open(&self, fd: u64) -> Result<Stat, Failure> {
        Ok(match self.files.get(fd)? {
            OpenFile::Stdin => pipe(1),
            OpenFile::Stdout => pipe(2),
            OpenFile::Stderr => pipe(3),
            OpenFile::ReadEnd(end) => pipe(STREAMS + end.0.pipe.inode),
            OpenFile::WriteEnd(end) => pipe(STREAMS + end.0.pipe.inode),
            OpenFile::Device(device, _) => device.stat(),
            OpenFile::Regular(regular) => self.stat(&Facts::of_open(&regular.file)?, regular.inode),
            OpenFile::Directory(directory) => {
                self.stat(&Facts::of_open(&directory.file)?, directory.inode)
            }
        })
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
        let stat = self.stat_at(fd, &path, flags)?;
        user::put(&mut hart.memory, to, &stat.encode())?;
        Ok(0)
    }

    /// `statx`. It tells what `stat` does, whatever was asked for.
    pub(super) fn statx(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [fd, path, flags, mask, to, _] = args;
        let flags = u64::from(flags as u32);
        let known = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE;
        let contradicts = flags & AT_STATX_SYNC_TYPE == AT_STATX_SYNC_TYPE;
        if flags & !known != 0 || contradicts || mask & STATX_RESERVED != 0 {
            return Err(Errno::INVAL.into());
        }
        let path = user::path(&mut hart.memory, path)?;
        let stat = self.stat_at(fd, &path, flags)?;
        user::put(&mut hart.memory, to, &stat.encode_extended())?;
        Ok(0)
    }

    fn stat_at(&mut self, fd: u64, path: &[u8], flags: u64) -> Result<Stat, Failure> {
        let path = match (path.is_empty() && flags & AT_EMPTY_PATH != 0, fd as i32) {
            (true, CURRENT) => b".",
            (true, _) => return self.stat_open(fd),
            (false, _) => path,
        };
        let path = self.absolute(fd, path)?;
        if let Some(device) = Device::named(&path)? {
            return Ok(device.stat());
        }
        let follow = flags & AT_SYMLINK_NOFOLLOW == 0;
        let facts = Facts::of_path(self.granted(path)?.metadata(follow)?);
        let inode = self.inodes.number(facts.identity);
        Ok(self.stat(&facts, inode))
    }

    /// `statfs`.
    pub(super) fn statfs(&mut self, hart: &mut Hart, [path, to, ..]: [u64; 6]) -> Outcome {
        let path = user::path(&mut hart.memory, path)?;
        let path = self.absolute(CURRENT as u64, &path)?;
        let kind = match Device::named(&path)? {
            Some(_) => TMPFS_MAGIC,
            None => {
                self.granted(path)?.metadata(true)?;
                EXT4_SUPER_MAGIC
            }
        };
        user::put(&mut hart.memory, to, &layout::statfs(kind))?;
        Ok(0)
    }

    /// `fstatfs`.
    pub(super) fn fstatfs(&mut self, hart: &mut Hart, [fd, to, ..]: [u64; 6]) -> Outcome {
        let kind = match self.files.get(fd)? {
            OpenFile::Regular(_) | OpenFile::Directory(_) => EXT4_SUPER_MAGIC,
            OpenFile::Device(..) => TMPFS_MAGIC,
            _ => PIPEFS_MAGIC,
        };
        user::put(&mut hart.memory, to, &layout::statfs(kind))?;
        Ok(0)
    }
}
