//! The calls that move bytes: `read`, `write` and their vectors.

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use super::files::OpenFile;
use super::streams::some_or;
use super::user;
use crate::machine::{Access, Hart, Memory};

/// Bytes that one call moves at most (`MAX_RW_COUNT`).
const MAX_RW_COUNT: u64 = 0x7fff_f000;
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
        match user::permitted(memory, addr, wanted, need) {
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

impl Linux {
    /// `read`.
    pub(super) fn read(&mut self, hart: &mut Hart, [fd, addr, len, ..]: [u64; 6]) -> Outcome {
        self.single(hart, Direction::Read, fd, Buffer { addr, len })
    }

    /// `write`.
    pub(super) fn write(&mut self, hart: &mut Hart, [fd, addr, len, ..]: [u64; 6]) -> Outcome {
        self.single(hart, Direction::Write, fd, Buffer { addr, len })
    }

    /// `readv`.
    pub(super) fn readv(&mut self, hart: &mut Hart, [fd, addr, count, ..]: [u64; 6]) -> Outcome {
        self.vector(hart, Direction::Read, fd, addr, count)
    }

    /// `writev`.
    pub(super) fn writev(&mut self, hart: &mut Hart, [fd, addr, count, ..]: [u64; 6]) -> Outcome {
        self.vector(hart, Direction::Write, fd, addr, count)
    }

    fn single(&mut self, hart: &mut Hart, way: Direction, fd: u64, buffer: Buffer) -> Outcome {
        let file = self.files.get(fd)?.clone();
        if buffer.len > i64::MAX as u64 {
            return Err(Errno::INVAL.into());
        }
        self.transfer(&mut hart.memory, way, &file, &[buffer])
    }

    fn vector(
        &mut self,
        hart: &mut Hart,
        way: Direction,
        fd: u64,
        addr: u64,
        count: u64,
    ) -> Outcome {
        let file = self.files.get(fd)?.clone();
        let buffers = buffers(&mut hart.memory, addr, count)?;
        self.transfer(&mut hart.memory, way, &file, &buffers)
    }

    /// Moves bytes between a file and buffers until the first that is not
    /// moved in full; a failure counts only if no byte was moved.
    fn transfer(
        &mut self,
        memory: &mut Memory,
        way: Direction,
        file: &OpenFile,
        buffers: &[Buffer],
    ) -> Outcome {
        check_direction(file, way)?;
        let mut total = 0;
        for buffer in buffers {
            let len = buffer.len.min(MAX_RW_COUNT - total);
            let buffer = Buffer { len, ..*buffer };
            let moved = match self.transfer_one(memory, way, file, buffer) {
                Ok(moved) => moved,
                Err(failure) => return Ok(some_or(total as usize, failure)? as u64),
            };
            total += moved;
            if moved < buffer.len {
                break;
            }
        }
        Ok(total)
    }

    fn transfer_one(
        &mut self,
        memory: &mut Memory,
        way: Direction,
        file: &OpenFile,
        buffer: Buffer,
    ) -> Outcome {
        let mut done = 0;
        while done < buffer.len {
            let moved = match self.transfer_piece(memory, way, file, buffer, done) {
                Ok((moved, wanted)) if moved == wanted => moved,
                Ok((moved, _)) => return Ok(done + moved),
                Err(failure) => return Ok(some_or(done as usize, failure)? as u64),
            };
            done += moved;
            if way == Direction::Read && matches!(file, OpenFile::Stdin) {
                break;
            }
        }
        Ok(done)
    }

    /// Moves one piece: how many bytes it moved and how many it could have moved.
    fn transfer_piece(
        &mut self,
        memory: &mut Memory,
        way: Direction,
        file: &OpenFile,
        buffer: Buffer,
        done: u64,
    ) -> Result<(u64, u64), Failure> {
        let moved = match way {
            Direction::Read => {
                let piece = buffer.piece(memory, done, Access::READ_WRITE)?;
                let place = memory.slice_mut(piece.addr, piece.len)?;
                (self.read_from(file, place)?, piece.len)
            }
            Direction::Write => {
                let piece = buffer.piece(memory, done, Access::READ)?;
                let bytes = memory.slice(piece.addr, piece.len)?;
                (self.write_to(file, bytes)?, piece.len)
            }
        };
        Ok((moved.0 as u64, moved.1))
    }

    fn read_from(&mut self, file: &OpenFile, place: &mut [u8]) -> Result<usize, Failure> {
        match file {
            OpenFile::Stdin => self.stdin.read(place, self.deadline()),
            OpenFile::Stdout | OpenFile::Stderr => Err(Errno::BADF.into()),
        }
    }

    fn write_to(&mut self, file: &OpenFile, bytes: &[u8]) -> Result<usize, Failure> {
        let deadline = self.deadline();
        match file {
            OpenFile::Stdout => self.stdout.write(bytes, deadline),
            OpenFile::Stderr => self.stderr.write(bytes, deadline),
            OpenFile::Stdin => Err(Errno::BADF.into()),
        }
    }
}

/// Whether a file was opened for this.
fn check_direction(file: &OpenFile, way: Direction) -> Result<(), Errno> {
    let allowed = match file {
        OpenFile::Stdin => way == Direction::Read,
        OpenFile::Stdout | OpenFile::Stderr => way == Direction::Write,
    };
    allowed.then_some(()).ok_or(Errno::BADF)
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
    match buffers.iter().any(|buffer| buffer.len > i64::MAX as u64) {
        true => Err(Errno::INVAL.into()),
        false => Ok(buffers),
    }
}
