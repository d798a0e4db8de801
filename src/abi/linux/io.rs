//! The calls that move bytes: `read`, `write`, their vectors, and where in a file they do.

use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use super::files::{O_APPEND, OpenFile, Regular};
use super::streams::{some_or, time_left, uninterrupted};
use super::user;
use crate::machine::{Access, Hart, Memory};

/// Bytes that one call moves at most (`MAX_RW_COUNT`).
const MAX_RW_COUNT: u64 = 0x7fff_f000;
/// The greatest length and offset: the kernel's are signed (`ssize_t`, `loff_t`).
const MAX_SIGNED: u64 = i64::MAX as u64;
/// Buffers of one vector (`UIO_MAXIOV`).
const IOV_MAX: u64 = 1024;
/// Bytes handed to the host at once, so that a buffer which is mostly not used
/// is not touched in full, and a deadline is looked at every so often.
const PIECE: u64 = 1 << 20;

const SEEK_SET: u32 = 0;
const SEEK_CUR: u32 = 1;
const SEEK_END: u32 = 2;

/// A part of guest memory that the guest names.
#[derive(Clone, Copy, Debug)]
struct Buffer {
    addr: u64,
    len: u64,
}

impl Buffer {
    /// The next piece after `done` bytes that permits `need`; an error if it has no byte.
    fn piece(self, memory: &Memory, done: u64, need: Access) -> Result<Buffer, Failure> {
        let addr = self.addr.checked_add(done).ok_or(Errno::FAULT)?;
        let wanted = (self.len - done).min(PIECE);
        match memory.permitted_prefix(addr, wanted, need) {
            0 => Err(Errno::FAULT.into()),
            len => Ok(Buffer { addr, len }),
        }
    }
}

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    /// To guest memory.
    Read,
    /// From guest memory.
    Write,
}

/// What bytes are moved from or to.
struct Transfer {
    way: Direction,
    file: OpenFile,
    /// Where in the file, if not where it stands.
    offset: Option<u64>,
}

impl Linux {
    /// `read`.
    pub(super) fn read(&mut self, hart: &mut Hart, [fd, addr, len, ..]: [u64; 6]) -> Outcome {
        let transfer = self.transfer(Direction::Read, fd, None)?;
        self.move_buffer(hart, &transfer, Buffer { addr, len })
    }

    /// `write`.
    pub(super) fn write(&mut self, hart: &mut Hart, [fd, addr, len, ..]: [u64; 6]) -> Outcome {
        let transfer = self.transfer(Direction::Write, fd, None)?;
        self.move_buffer(hart, &transfer, Buffer { addr, len })
    }

    /// `pread64`.
    pub(super) fn pread(&mut self, hart: &mut Hart, [fd, addr, len, at, ..]: [u64; 6]) -> Outcome {
        let transfer = self.transfer(Direction::Read, fd, Some(at))?;
        self.move_buffer(hart, &transfer, Buffer { addr, len })
    }

    /// `pwrite64`.
    pub(super) fn pwrite(&mut self, hart: &mut Hart, [fd, addr, len, at, ..]: [u64; 6]) -> Outcome {
        let transfer = self.transfer(Direction::Write, fd, Some(at))?;
        self.move_buffer(hart, &transfer, Buffer { addr, len })
    }

    /// `readv`.
    pub(super) fn readv(&mut self, hart: &mut Hart, [fd, addr, count, ..]: [u64; 6]) -> Outcome {
        let transfer = self.transfer(Direction::Read, fd, None)?;
        let buffers = buffers(&mut hart.memory, addr, count)?;
        self.move_buffers(&mut hart.memory, &transfer, &buffers)
    }

    /// `writev`.
    pub(super) fn writev(&mut self, hart: &mut Hart, [fd, addr, count, ..]: [u64; 6]) -> Outcome {
        let transfer = self.transfer(Direction::Write, fd, None)?;
        let buffers = buffers(&mut hart.memory, addr, count)?;
        self.move_buffers(&mut hart.memory, &transfer, &buffers)
    }

    /// `lseek`.
    pub(super) fn lseek(&mut self, _: &mut Hart, [fd, offset, whence, ..]: [u64; 6]) -> Outcome {
        match self.files.get(fd)? {
            OpenFile::Regular(regular) => {
                let to = match whence as u32 {
                    SEEK_SET if offset <= MAX_SIGNED => SeekFrom::Start(offset),
                    SEEK_CUR => SeekFrom::Current(offset as i64),
                    SEEK_END => SeekFrom::End(offset as i64),
                    _ => return Err(Errno::INVAL.into()),
                };
                Ok((&regular.file).seek(to)?)
            }
            OpenFile::Directory(_) if offset == 0 && whence == 0 => Ok(0),
            OpenFile::Directory(_) => Err(Errno::INVAL.into()),
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

    fn transfer(&self, way: Direction, fd: u64, offset: Option<u64>) -> Result<Transfer, Errno> {
        if offset.is_some_and(|offset| offset > MAX_SIGNED) {
            return Err(Errno::INVAL);
        }
        let file = self.files.get(fd)?.clone();
        let (reads, writes) = file.directions();
        let allowed = match way {
            Direction::Read => reads,
            Direction::Write => writes,
        };
        match file {
            OpenFile::Stdin | OpenFile::Stdout | OpenFile::Stderr if offset.is_some() => {
                Err(Errno::SPIPE)
            }
            file if allowed => Ok(Transfer { way, file, offset }),
            _ => Err(Errno::BADF),
        }
    }

    fn move_buffer(&mut self, hart: &mut Hart, transfer: &Transfer, buffer: Buffer) -> Outcome {
        if buffer.len > MAX_SIGNED {
            return Err(Errno::INVAL.into());
        }
        self.move_buffers(&mut hart.memory, transfer, &[buffer])
    }

    /// Moves bytes until the first buffer that is not moved in full; a failure
    /// counts only if no byte was moved.
    fn move_buffers(
        &mut self,
        memory: &mut Memory,
        transfer: &Transfer,
        buffers: &[Buffer],
    ) -> Outcome {
        let mut total = 0;
        for buffer in buffers {
            let len = buffer.len.min(MAX_RW_COUNT - total);
            let buffer = Buffer { len, ..*buffer };
            let moved = match self.move_one(memory, transfer, buffer, total) {
                Ok(moved) => moved,
                Err(failure) => return some_or(total, failure),
            };
            total += moved;
            if moved < buffer.len {
                break;
            }
        }
        Ok(total)
    }

    /// Moves one buffer, `before` bytes after the start, by pieces. Input that
    /// may have to be waited for is read but once.
    fn move_one(
        &mut self,
        memory: &mut Memory,
        transfer: &Transfer,
        buffer: Buffer,
        before: u64,
    ) -> Outcome {
        let mut done = 0;
        while done < buffer.len {
            let offset = transfer.offset.map(|at| at.saturating_add(before + done));
            let (moved, wanted) = match self.move_piece(memory, transfer, buffer, done, offset) {
                Ok(counts) => counts,
                Err(failure) => return some_or(done, failure),
            };
            done += moved;
            if moved < wanted || matches!(transfer.file, OpenFile::Stdin) {
                break;
            }
        }
        Ok(done)
    }

    /// Moves one piece: how many bytes it moved, and how many it could have moved.
    fn move_piece(
        &mut self,
        memory: &mut Memory,
        transfer: &Transfer,
        buffer: Buffer,
        done: u64,
        offset: Option<u64>,
    ) -> Result<(u64, u64), Failure> {
        match transfer.way {
            Direction::Read => {
                let piece = buffer.piece(memory, done, Access::READ_WRITE)?;
                let moved = memory.fill_with(piece.addr, piece.len, |place| {
                    self.read_from(&transfer.file, place, offset)
                })?;
                Ok((moved as u64, piece.len))
            }
            Direction::Write => {
                let piece = buffer.piece(memory, done, Access::READ)?;
                let bytes = memory.slice(piece.addr, piece.len)?;
                let moved = self.write_to(&transfer.file, bytes, offset)?;
                Ok((moved as u64, piece.len))
            }
        }
    }

    fn read_from(
        &mut self,
        file: &OpenFile,
        place: &mut [u8],
        offset: Option<u64>,
    ) -> Result<usize, Failure> {
        let deadline = self.deadline();
        match file {
            // A reader may be anybody's, and say more than there was room for.
            OpenFile::Stdin => Ok(self.stdin.read(place, deadline)?.min(place.len())),
            OpenFile::Regular(regular) => {
                time_left(deadline)?;
                Ok(read_file(regular, place, offset)?)
            }
            OpenFile::Directory(_) => Err(Errno::ISDIR.into()),
            OpenFile::Stdout | OpenFile::Stderr => Err(Errno::BADF.into()),
        }
    }

    fn write_to(
        &mut self,
        file: &OpenFile,
        bytes: &[u8],
        offset: Option<u64>,
    ) -> Result<usize, Failure> {
        let deadline = self.deadline();
        let unread = self.signals.broken_pipe();
        let written = match file {
            OpenFile::Stdout => self.stdout.write(bytes, deadline, unread),
            OpenFile::Stderr => self.stderr.write(bytes, deadline, unread),
            OpenFile::Regular(regular) => {
                time_left(deadline)?;
                Ok(write_file(regular, bytes, offset)?)
            }
            OpenFile::Stdin | OpenFile::Directory(_) => Err(Errno::BADF.into()),
        };
        if written == Err(Errno::PIPE.into()) {
            self.signals.note_broken_pipe();
        }
        written
    }
}

fn read_file(regular: &Regular, place: &mut [u8], offset: Option<u64>) -> std::io::Result<usize> {
    let mut file = &regular.file;
    uninterrupted(|| match offset {
        Some(offset) => file.read_at(place, offset),
        None => file.read(place),
    })
}

fn write_file(regular: &Regular, bytes: &[u8], offset: Option<u64>) -> Result<usize, Errno> {
    let mut file = &regular.file;
    let limit = file_size_limit();
    // Few hosts have a limit, and where the file stands takes another call to know.
    if limit < u64::MAX && !bytes.is_empty() && position(regular, offset)? >= limit {
        return Err(Errno::FBIG);
    }
    Ok(uninterrupted(|| match offset {
        Some(offset) => file.write_at(bytes, offset),
        None => file.write(bytes),
    })?)
}

/// Where a write begins.
fn position(regular: &Regular, offset: Option<u64>) -> std::io::Result<u64> {
    let mut file = &regular.file;
    match offset {
        Some(offset) => Ok(offset),
        None if regular.flags & O_APPEND != 0 => Ok(file.metadata()?.len()),
        None => file.stream_position(),
    }
}

/// Where the host ends a process that writes, by a signal that this one is not
/// to have from its guest (`RLIMIT_FSIZE`).
fn file_size_limit() -> u64 {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Fsize);
    limit.current.unwrap_or(u64::MAX)
}

/// The vector at `addr` (`struct iovec`).
fn buffers(memory: &mut Memory, addr: u64, count: u64) -> Result<Vec<Buffer>, Failure> {
    if count > IOV_MAX {
        return Err(Errno::INVAL.into());
    }
    let mut buffers = Vec::with_capacity(count as usize);
    for index in 0..count {
        let at = addr.checked_add(16 * index).ok_or(Errno::FAULT)?;
        let [addr, len] = user::get_words(memory, at)?;
        buffers.push(Buffer { addr, len });
    }
    match buffers.iter().any(|buffer| buffer.len > MAX_SIGNED) {
        true => Err(Errno::INVAL.into()),
        false => Ok(buffers),
    }
}
