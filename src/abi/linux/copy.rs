//! The calls that copy from file to file: `sendfile`, `copy_file_range`.

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use super::files::{OpenFile, Regular};
use super::io::MAX_SIGNED;
use super::streams::some_or;
use super::user;
use crate::machine::{Hart, Memory};

/// Bytes that one call copies at most, which is fewer than the kernel's.
const MAX_BYTES: u64 = 1 << 26;
/// Bytes copied at once: less than the buffer of a pipe, so that one which is
/// empty takes them all.
const PIECE: usize = 1 << 16;

/// A file, and where in it, if not where it stands.
struct Side {
    file: OpenFile,
    /// Where the guest keeps the offset, and the offset.
    offset: Option<(u64, u64)>,
}

impl Side {
    /// The place `done` bytes on.
    fn at(&self, done: u64) -> Option<u64> {
        self.offset.map(|(_, start)| start + done)
    }

    /// Tells the guest how far it came.
    fn advance(&self, memory: &mut Memory, done: u64) -> Result<(), Failure> {
        if let Some((addr, start)) = self.offset {
            user::put(memory, addr, &(start + done).to_le_bytes())?;
        }
        Ok(())
    }
}

impl Linux {
    fn side(&self, memory: &mut Memory, fd: u64, offset: u64) -> Result<Side, Failure> {
        let file = self.files.get(fd)?.clone();
        let start = user::get_words_unless_null(memory, offset)?;
        let offset = start.map(|[start]| (offset, start));
        Ok(Side { file, offset })
    }

    /// `sendfile`, from a file to whatever can be written to.
    pub(super) fn sendfile(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [to, from, offset, count, ..] = args;
        let from = self.side(&mut hart.memory, from, offset)?;
        let to = self.side(&mut hart.memory, to, 0)?;
        if !from.file.directions().0 || !to.file.directions().1 {
            return Err(Errno::BADF.into());
        }
        let is_file = from.file.regular().is_some();
        if !is_file || from.at(0).is_some_and(|at| at > MAX_SIGNED) || appends(&to.file) {
            return Err(Errno::INVAL.into());
        }
        self.copy(&mut hart.memory, &from, &to, count)
    }

    /// `copy_file_range`, between files.
    pub(super) fn copy_file_range(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [from, from_offset, to, to_offset, count, flags] = args;
        let from = self.side(&mut hart.memory, from, from_offset)?;
        let to = self.side(&mut hart.memory, to, to_offset)?;
        let is_dir = |side: &Side| matches!(side.file, OpenFile::Directory(_));
        if is_dir(&from) || is_dir(&to) {
            return Err(Errno::ISDIR.into());
        }
        let (Some(source), Some(target)) = (from.file.regular(), to.file.regular()) else {
            return Err(Errno::INVAL.into());
        };
        if flags as u32 != 0 {
            return Err(Errno::INVAL.into());
        }
        if !from.file.directions().0 || !to.file.directions().1 || appends(&to.file) {
            return Err(Errno::BADF.into());
        }
        let starts = [start(&from)?, start(&to)?];
        let too_far = |start: &u64| start.saturating_add(count) > MAX_SIGNED;
        if starts.iter().any(too_far) {
            return Err(Errno::OVERFLOW.into());
        }
        let left = source.file.metadata()?.len().saturating_sub(starts[0]);
        let count = count.min(MAX_BYTES).min(left);
        // Bytes that are copied over themselves would depend on how many at once.
        if source.inode == target.inode && starts[0].abs_diff(starts[1]) < count {
            return Err(Errno::INVAL.into());
        }
        self.copy(&mut hart.memory, &from, &to, count)
    }

    fn copy(&mut self, memory: &mut Memory, from: &Side, to: &Side, count: u64) -> Outcome {
        self.store_shared(memory, &from.file)?;
        self.store_shared(memory, &to.file)?;
        let count = count.min(MAX_BYTES);
        let mut buffer = vec![0; PIECE.min(count as usize)];
        let mut done = 0;
        while done < count {
            let wanted = (count - done).min(PIECE as u64);
            let place = &mut buffer[..wanted as usize];
            let moved = match self.copy_piece(from, to, done, place) {
                Ok(moved) => moved as u64,
                Err(failure) => {
                    done = some_or(done, failure)?;
                    break;
                }
            };
            done += moved;
            if moved < wanted {
                break;
            }
        }
        self.load_written(memory, &to.file, to.at(0), done)?;
        from.advance(memory, done)?;
        to.advance(memory, done)?;
        Ok(done)
    }

    /// Copies as much of a piece as the target takes: how much. What it did not
    /// take was not read.
    fn copy_piece(
        &mut self,
        from: &Side,
        to: &Side,
        done: u64,
        place: &mut [u8],
    ) -> Result<usize, Failure> {
        let start = match from.at(done) {
            Some(start) => start,
            None => position(&from.file)?,
        };
        let read = self.read_from(&from.file, place, Some(start))?;
        let written = self.write_to(&to.file, &place[..read], to.at(done))?;
        if from.offset.is_none()
            && let Some(regular) = from.file.regular()
        {
            let to = std::io::SeekFrom::Start(start + written as u64);
            std::io::Seek::seek(&mut &regular.file, to)?;
        }
        Ok(written)
    }
}

/// Where a side begins.
fn start(side: &Side) -> Result<u64, Failure> {
    match side.at(0) {
        Some(start) if start > MAX_SIGNED => Err(Errno::INVAL.into()),
        Some(start) => Ok(start),
        None => position(&side.file),
    }
}

/// Where a file stands.
fn position(file: &OpenFile) -> Result<u64, Failure> {
    let regular = file.regular().ok_or(Errno::INVAL)?;
    Ok(std::io::Seek::stream_position(&mut &regular.file)?)
}

/// Whether a file is written to at its end alone.
fn appends(file: &OpenFile) -> bool {
    file.regular().is_some_and(Regular::appends)
}
