//! The calls that move bytes: `read`, `write`, their vectors, and at which offset they do.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use super::files::{OpenFile, Regular};
use super::lengths::file_size_limit;
use super::streams::{some_or, time_left, uninterrupted};
use super::user;
use crate::machine::{Access, Hart, Memory};

/// Bytes that one call moves at most (`MAX_RW_COUNT`).
const MAX_RW_COUNT: u64 = 0x7fff_f000;
/// The greatest length and offset: the kernel's are signed (`ssize_t`, `loff_t`).
pub(super) const MAX_SIGNED: u64 = i64::MAX as u64;
/// Buffers of one vector (`UIO_MAXIOV`).
const IOV_MAX: u64 = 1024;
/// Bytes handed to the host at once, so that a buffer which is mostly not used
/// is not touched in full, and a deadline is looked at every so often.
const PIECE: u64 = 1 << 20;

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

    /// `preadv`.
    pub(super) fn preadv(
        &mut self,
        hart: &mut Hart,
        [fd, addr, count, at, ..]: [u64; 6],
    ) -> Outcome {
        let transfer = self.transfer(Direction::Read, fd, Some(at))?;
        let buffers = buffers(&mut hart.memory, addr, count)?;
        self.move_buffers(&mut hart.memory, &transfer, &buffers)
    }

    /// `pwritev`.
    pub(super) fn pwritev(
        &mut self,
        hart: &mut Hart,
        [fd, addr, count, at, ..]: [u64; 6],
    ) -> Outcome {
        let transfer = self.transfer(Direction::Write, fd, Some(at))?;
        let buffers = buffers(&mut hart.memory, addr, count)?;
        self.move_buffers(&mut hart.memory, &transfer, &buffers)
    }

    /// `preadv2`, without any of its flags.
    pub(super) fn preadv2(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [.., at, _, flags] = args;
        match (flags as u32, at) {
            (0, u64::MAX) => self.readv(hart, args),
            (0, _) => self.preadv(hart, args),
            _ => Err(Errno::OPNOTSUPP.into()),
        }
    }

    /// `pwritev2`, without any of its flags.
    pub(super) fn pwritev2(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [.., at, _, flags] = args;
        match (flags as u32, at) {
            (0, u64::MAX) => self.writev(hart, args),
            (0, _) => self.pwritev(hart, args),
            _ => Err(Errno::OPNOTSUPP.into()),
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
            file if offset.is_some() && file.is_stream() => Err(Errno::SPIPE),
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
        self.store_shared(memory, &transfer.file)?;
        let mut total = 0;
        for buffer in buffers {
            let len = buffer.len.min(MAX_RW_COUNT - total);
            let buffer = Buffer { len, ..*buffer };
            let moved = match self.move_one(memory, transfer, buffer, total) {
                Ok(moved) => moved,
                Err(failure) => {
                    total = some_or(total, failure)?;
                    break;
                }
            };
            total += moved;
            if moved < buffer.len {
                break;
            }
        }
        if transfer.way == Direction::Write {
            self.load_written(memory, &transfer.file, transfer.offset, total)?;
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
            if moved < wanted || matches!(transfer.file, OpenFile::Stdin | OpenFile::ReadEnd(_)) {
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

    /// Reads, from `offset` or where the file stands.
    pub(super) fn read_from(
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
            OpenFile::Device(device, _) => {
                time_left(deadline)?;
                Ok(device.read(place, &mut self.random)?)
            }
            OpenFile::ReadEnd(end) => Ok(end.read(place)?),
            OpenFile::Directory(_) => Err(Errno::ISDIR.into()),
            OpenFile::Stdout | OpenFile::Stderr | OpenFile::WriteEnd(_) => Err(Errno::BADF.into()),
        }
    }

    /// Writes, at `offset` or where the file stands.
    pub(super) fn write_to(
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
            OpenFile::Device(device, _) => Ok(device.write(bytes)?),
            OpenFile::WriteEnd(end) => end.write(bytes, unread),
            OpenFile::Stdin | OpenFile::Directory(_) | OpenFile::ReadEnd(_) => {
                Err(Errno::BADF.into())
            }
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
    if regular.appends() {
        return append(regular, bytes, offset);
    }
    match offset {
        Some(offset) => write_at(file, bytes, offset),
        None => {
            check_size_limit(bytes, || file.stream_position())?;
            Ok(uninterrupted(|| file.write(bytes))?)
        }
    }
}

/// Writes at the end, also if the guest says where. If it does not, the file
/// stands after what was written.
fn append(regular: &Regular, bytes: &[u8], offset: Option<u64>) -> Result<usize, Errno> {
    let mut file = &regular.file;
    let end = file.metadata()?.len();
    let count = write_at(file, bytes, end)?;
    if offset.is_none() && count > 0 {
        file.seek(SeekFrom::Start(end + count as u64))?;
    }
    Ok(count)
}

/// Writes at `at`, unless the host would end this process for it.
pub(super) fn write_at(file: &File, bytes: &[u8], at: u64) -> Result<usize, Errno> {
    check_size_limit(bytes, || Ok(at))?;
    Ok(uninterrupted(|| file.write_at(bytes, at))?)
}

/// `EFBIG` if `bytes` may not be written where `start` says. It is not asked
/// without need: few hosts have a limit.
fn check_size_limit(
    bytes: &[u8],
    start: impl FnOnce() -> std::io::Result<u64>,
) -> Result<(), Errno> {
    let limit = file_size_limit();
    match limit < u64::MAX && !bytes.is_empty() && start()? >= limit {
        true => Err(Errno::FBIG),
        false => Ok(()),
    }
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
