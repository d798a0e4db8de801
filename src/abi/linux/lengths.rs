//! Where in a file one is, how long it is, and what of it the host has
//! written down: `lseek`, `truncate`, `fallocate`, `fsync` and their like.

use std::io::{Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use cap_std::fs::{OpenOptions, OpenOptionsExt};
use rustix::fs::FallocateFlags;

use super::Linux;
use super::dirs::CURRENT;
use super::errno::{Errno, Outcome};
use super::files::{OpenFile, Regular};
use super::io::MAX_SIGNED;
use super::streams::time_left;
use super::user;
use crate::machine::{Hart, Memory};

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
    pub(super) fn ftruncate(&mut self, hart: &mut Hart, [fd, len, ..]: [u64; 6]) -> Outcome {
        let file = self.files.get(fd)?.clone();
        match file {
            OpenFile::Regular(_) if len > file_size_limit() => Err(Errno::FBIG.into()),
            OpenFile::Regular(_) if file.directions().1 && len <= MAX_SIGNED => {
                self.resize(&mut hart.memory, &file, len)
            }
            _ => Err(Errno::INVAL.into()),
        }
    }

    /// Cuts or lengthens a file, also where it is mapped.
    fn resize(&mut self, memory: &mut Memory, file: &OpenFile, len: u64) -> Outcome {
        let regular = file.regular().ok_or(Errno::INVAL)?;
        self.store_shared(memory, file)?;
        let before = regular.file.metadata()?.len();
        regular.file.set_len(len)?;
        self.load_shared(memory, file, &(len.min(before)..u64::MAX))?;
        Ok(0)
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
        let file = open_to_write(place.dir, &place.way)?.into_std();
        let found = file.metadata()?;
        let file = OpenFile::Regular(Arc::new(Regular {
            file,
            flags: 0,
            appending: false.into(),
            inode: self.inodes.number((found.dev(), found.ino())),
            changeable: true,
        }));
        self.resize(&mut hart.memory, &file, len)
    }

    /// `fallocate`: to make room, at the end or in a hole, and to make a hole.
    pub(super) fn fallocate(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [fd, mode, offset, len, ..] = args;
        let file = self.files.get(fd)?.clone();
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
            OpenFile::Regular(ref regular) => {
                self.store_shared(&hart.memory, &file)?;
                rustix::fs::fallocate(&regular.file, asked, offset, len)?;
                self.load_shared(&mut hart.memory, &file, &(offset..end))?;
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
