//! Where in a file one is, how long it is, and what of it the host has
//! written down: `lseek`, `truncate`, `fallocate`, `fsync` and their like.

use std::io::{Seek, SeekFrom};
use std::path::Path;

use cap_std::fs::{OpenOptions, OpenOptionsExt};
use rustix::fs::FallocateFlags;

use super::Linux;
use super::dirs::CURRENT;
use super::errno::{Errno, Outcome};
use super::files::{OpenFile, Regular};
use super::io::MAX_SIGNED;
use super::streams::time_left;
use super::user;
use crate::machine::Hart;

const SEEK_SET: u32 = 0;
const SEEK_CUR: u32 = 1;
const SEEK_END: u32 = 2;

impl Linux {
    /// `lseek`. In a directory, positions are those that `getdents64` tells.
    pub(super) fn lseek(&mut self, _: &mut Hart, [fd, offset, whence, ..]: [u64; 6]) -> Outcome {
        let whence = whence as u32;
        match self.files.get(fd)? {
            file @ OpenFile::Regular(regular) => {
                file.on_host()?;
                seek(regular, offset, whence)
            }
            OpenFile::Directory(directory) => {
                let mut reading = directory.reading();
                let to = match whence {
                    SEEK_SET => Some(offset),
                    SEEK_CUR => reading.position().checked_add_signed(offset as i64),
                    _ => None,
                };
                let to = to.filter(|&to| to <= MAX_SIGNED).ok_or(Errno::INVAL)?;
                // To ask where one is does not move.
                match to == reading.position() && whence == SEEK_CUR {
                    true => Ok(to),
                    false => Ok(reading.seek(to)),
                }
            }
            OpenFile::Device(..) => Ok(0),
            _ => Err(Errno::SPIPE.into()),
        }
    }

    /// `ftruncate`.
    pub(super) fn ftruncate(&mut self, _: &mut Hart, [fd, len, ..]: [u64; 6]) -> Outcome {
        let file = self.files.get(fd)?;
        match file {
            OpenFile::Regular(_) if len > file_size_limit() => Err(Errno::FBIG.into()),
            OpenFile::Regular(regular) if file.directions().1 && len <= MAX_SIGNED => {
                regular.file.set_len(len)?;
                Ok(0)
            }
            _ => Err(Errno::INVAL.into()),
        }
    }

    /// `truncate`.
    pub(super) fn truncate(&mut self, hart: &mut Hart, [path, len, ..]: [u64; 6]) -> Outcome {
        if len > MAX_SIGNED {
            return Err(Errno::INVAL.into());
        }
        let path = user::path(&mut hart.memory, path)?;
        let place = self.resolve(CURRENT as u64, &path)?;
        let metadata = place.dir.metadata(&place.way)?;
        if metadata.is_dir() {
            return Err(Errno::ISDIR.into());
        }
        if !metadata.is_file() {
            return Err(Errno::INVAL.into());
        }
        place.check_writable()?;
        if len > file_size_limit() {
            return Err(Errno::FBIG.into());
        }
        open_to_write(place.dir, &place.way)?.set_len(len)?;
        Ok(0)
    }

    /// `fallocate`: to make room, at the end or in a hole, and to make a hole.
    pub(super) fn fallocate(&mut self, _: &mut Hart, args: [u64; 6]) -> Outcome {
        let [fd, mode, offset, len, ..] = args;
        let file = self.files.get(fd)?;
        let keeps = FallocateFlags::KEEP_SIZE;
        let asked = match mode as u32 {
            0 => FallocateFlags::empty(),
            1 => keeps,
            3 => keeps | FallocateFlags::PUNCH_HOLE,
            _ => return Err(Errno::OPNOTSUPP.into()),
        };
        if offset > MAX_SIGNED || len == 0 || len > MAX_SIGNED {
            return Err(Errno::INVAL.into());
        }
        if !file.directions().1 {
            return Err(Errno::BADF.into());
        }
        let end = offset + len;
        match file {
            _ if end > MAX_SIGNED.min(file_size_limit()) => Err(Errno::FBIG.into()),
            OpenFile::Regular(regular) => {
                rustix::fs::fallocate(&regular.file, asked, offset, len)?;
                Ok(0)
            }
            OpenFile::Device(..) => Err(Errno::NODEV.into()),
            _ => Err(Errno::SPIPE.into()),
        }
    }

    /// `fsync`.
    pub(super) fn fsync(&mut self, _: &mut Hart, [fd, ..]: [u64; 6]) -> Outcome {
        time_left(self.deadline())?;
        let file = self.files.get(fd)?.on_host()?.ok_or(Errno::INVAL)?;
        file.sync_all()?;
        Ok(0)
    }

    /// `fdatasync`.
    pub(super) fn fdatasync(&mut self, _: &mut Hart, [fd, ..]: [u64; 6]) -> Outcome {
        time_left(self.deadline())?;
        let file = self.files.get(fd)?.on_host()?.ok_or(Errno::INVAL)?;
        file.sync_data()?;
        Ok(0)
    }

    /// `syncfs`: for one file of it, which is what the guest may ask for.
    pub(super) fn syncfs(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        match self.files.get(args[0])?.on_host()? {
            Some(_) => self.fsync(hart, args),
            None => Ok(0),
        }
    }
}

fn seek(regular: &Regular, offset: u64, whence: u32) -> Outcome {
    let to = match whence {
        SEEK_SET if offset <= MAX_SIGNED => SeekFrom::Start(offset),
        SEEK_CUR => SeekFrom::Current(offset as i64),
        SEEK_END => SeekFrom::End(offset as i64),
        _ => return Err(Errno::INVAL.into()),
    };
    Ok((&regular.file).seek(to)?)
}

/// Opens a file for its length to be changed; what became of it meanwhile is not waited for.
fn open_to_write(dir: &cap_std::fs::Dir, way: &Path) -> std::io::Result<cap_std::fs::File> {
    let mut options = OpenOptions::new();
    options
        .write(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    dir.open_with(way, &options)
}

/// Where the host ends a process that writes, by a signal that this one is not
/// to have from its guest (`RLIMIT_FSIZE`).
pub(super) fn file_size_limit() -> u64 {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Fsize);
    limit.current.unwrap_or(u64::MAX)
}
