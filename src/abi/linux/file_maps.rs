//! Files in memory: `mmap` of a file, `msync`, and the calls that ask for
//! memory to stay where it is.
//!
//! A mapping is a copy of the file as it was at the call; one that is shared
//! is kept equal to it afterwards. Memory that the copy does not leave zero
//! counts as touched.

use std::collections::BTreeMap;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::Linux;
use super::devices::Device;
use super::errno::{Errno, Failure, Outcome};
use super::files::{OpenFile, Regular};
use super::io::MAX_SIGNED;
use super::memory::{access, mapped_range};
use super::shared_maps::Shared;
use super::streams::{time_left, uninterrupted};
use super::user;
use crate::machine::{Access, Hart, Memory, PAGE_SIZE, is_page, page_down, page_up};

const PROT_WRITE: u64 = 2;
const MAP_TYPE: u64 = 0xf;
const MAP_PRIVATE: u64 = 2;

const MS_ASYNC: u64 = 1;
const MS_INVALIDATE: u64 = 2;
const MS_SYNC: u64 = 4;

const MCL_ALL: u64 = 7;
const MCL_ONFAULT: u64 = 4;
const MLOCK_ONFAULT: u64 = 1;

/// Ranges that may be known to hold files (`vm.max_map_count` is of this kind).
const MAX_RANGES: usize = 1 << 14;
/// Bytes that are copied at once. Memory is committed in pieces that this is a multiple of.
const PIECE: u64 = 1 << 20;

/// Where files are mapped: what is there is not zero when it is dropped.
#[derive(Clone, Debug, Default)]
pub(super) struct FileMaps(BTreeMap<u64, u64>);

impl FileMaps {
    /// Notes that there is a file in `range`, whatever was there before.
    fn insert(&mut self, range: &Range<u64>) -> Result<(), Errno> {
        self.remove(range);
        if self.0.len() >= MAX_RANGES {
            return Err(Errno::NOMEM);
        }
        self.0.insert(range.start, range.end);
        Ok(())
    }

    /// Notes that there is no file in `range` any more.
    pub(super) fn remove(&mut self, range: &Range<u64>) {
        for (start, end) in self.within(range) {
            self.0.remove(&start);
            if start < range.start {
                self.0.insert(start, range.start);
            }
            if end > range.end {
                self.0.insert(range.end, end);
            }
        }
    }

    /// Notes that what was in `from` is at `to` now.
    pub(super) fn moved(&mut self, from: &Range<u64>, to: u64) {
        let moved = self.within(from);
        self.remove(from);
        for (start, end) in moved {
            let (start, end) = (start.max(from.start), end.min(from.end));
            self.0
                .insert(to + (start - from.start), to + (end - from.start));
        }
    }

    /// The parts of `range` in which no file is.
    pub(super) fn outside(&self, range: &Range<u64>) -> Vec<Range<u64>> {
        let mut parts = Vec::new();
        let mut at = range.start;
        for (start, end) in self.within(range) {
            if start > at {
                parts.push(at..start);
            }
            at = at.max(end);
        }
        if at < range.end {
            parts.push(at..range.end);
        }
        parts
    }

    fn within(&self, range: &Range<u64>) -> Vec<(u64, u64)> {
        let before = self.0.range(..range.end);
        let reaches = |(_, end): &(&u64, &u64)| **end > range.start;
        let mut found: Vec<(u64, u64)> = before
            .rev()
            .take_while(reaches)
            .map(|(&start, &end)| (start, end))
            .collect();
        found.reverse();
        found
    }
}

impl Linux {
    /// `mmap` of what is open as `fd`.
    pub(super) fn mmap_file(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [addr, len, prot, flags, fd, offset] = args;
        let file = self.files.get(fd)?.clone();
        let (reads, writes) = file.directions();
        let is_shared = flags & MAP_TYPE != MAP_PRIVATE;
        let shares_writes = is_shared && prot & PROT_WRITE != 0;
        let len = page_up(len).ok_or(Errno::NOMEM)?;
        if offset.checked_add(len).is_none_or(|end| end > MAX_SIGNED) {
            return Err(Errno::OVERFLOW.into());
        }
        match file {
            _ if !reads => Err(Errno::ACCES.into()),
            OpenFile::Regular(_) if shares_writes && !writes => Err(Errno::ACCES.into()),
            OpenFile::Regular(ref regular) => {
                self.store_shared(&hart.memory, &file)?;
                let range = self.place(&hart.memory, addr, len, flags)?;
                let shared = Shared {
                    range: range.clone(),
                    file: Arc::clone(regular),
                    offset,
                    written: shares_writes,
                };
                if is_shared {
                    self.shared_maps.check(&shared)?;
                }
                self.unshare(&hart.memory, &range)?;
                self.map_copy(&mut hart.memory, &range, prot, regular, offset)?;
                if is_shared {
                    self.shared_maps.insert(shared);
                }
                Ok(range.start)
            }
            OpenFile::Device(Device::Zero, _) => {
                let range = self.place(&hart.memory, addr, len, flags)?;
                self.map_zeroes(&mut hart.memory, &range, prot)?;
                Ok(range.start)
            }
            _ => Err(Errno::NODEV.into()),
        }
    }

    /// Maps a copy of the file from `offset` on. Pages after its end are there,
    /// and cannot be used.
    fn map_copy(
        &mut self,
        memory: &mut Memory,
        range: &Range<u64>,
        prot: u64,
        regular: &Regular,
        offset: u64,
    ) -> Result<(), Failure> {
        let size = regular.file.metadata()?.len().saturating_sub(offset);
        let filled = page_up(size)
            .unwrap_or(u64::MAX)
            .min(range.end - range.start);
        self.file_maps.insert(range)?;
        memory.map(range.clone(), Access::NONE)?;
        let filled = range.start..range.start + filled;
        if !filled.is_empty() {
            memory.protect(filled.clone(), access(prot))?;
        }
        let copied = self.copy_pieces(memory, filled, regular, offset);
        if copied.is_err() {
            self.unmap(memory, range)?;
        }
        match copied {
            Err(Failure::MemoryLimit) => Err(Errno::NOMEM.into()),
            copied => copied,
        }
    }

    fn copy_pieces(
        &mut self,
        memory: &mut Memory,
        range: Range<u64>,
        regular: &Regular,
        offset: u64,
    ) -> Result<(), Failure> {
        let mut piece = vec![0; PIECE.min(range.end - range.start) as usize];
        for start in range.clone().step_by(PIECE as usize) {
            time_left(self.deadline())?;
            let len = PIECE.min(range.end - start) as usize;
            let place = &mut piece[..len];
            let count = read_all(&regular.file, place, offset + (start - range.start))?;
            let bytes = &place[..count];
            if bytes.iter().any(|&byte| byte != 0) {
                memory.initialize(start, bytes)?;
            }
        }
        Ok(())
    }

    /// `msync`.
    pub(super) fn msync(&mut self, hart: &mut Hart, [addr, len, flags, ..]: [u64; 6]) -> Outcome {
        let known = flags & !(MS_ASYNC | MS_INVALIDATE | MS_SYNC) == 0;
        let contradicts = flags & MS_ASYNC != 0 && flags & MS_SYNC != 0;
        if !known || contradicts || !is_page(addr) {
            return Err(Errno::INVAL.into());
        }
        let range = mapped_range(&hart.memory, addr, len).ok_or(Errno::NOMEM)?;
        self.synchronize(&hart.memory, &range)?;
        Ok(0)
    }

    /// `mincore`: all memory is where it can be used.
    pub(super) fn mincore(&mut self, hart: &mut Hart, [addr, len, to, ..]: [u64; 6]) -> Outcome {
        if !is_page(addr) {
            return Err(Errno::INVAL.into());
        }
        let range = mapped_range(&hart.memory, addr, len).ok_or(Errno::NOMEM)?;
        let pages = (range.end - range.start) / PAGE_SIZE;
        user::put(&mut hart.memory, to, &vec![1; pages as usize])?;
        Ok(0)
    }

    /// `mlock`.
    pub(super) fn mlock(&mut self, hart: &mut Hart, [addr, len, ..]: [u64; 6]) -> Outcome {
        let start = page_down(addr);
        let len = len.saturating_add(addr - start);
        mapped_range(&hart.memory, start, len).ok_or(Errno::NOMEM)?;
        Ok(0)
    }

    /// `mlock2`.
    pub(super) fn mlock2(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        match args[2] & !MLOCK_ONFAULT {
            0 => self.mlock(hart, args),
            _ => Err(Errno::INVAL.into()),
        }
    }

    /// `mlockall`.
    pub(super) fn mlockall(&mut self, _: &mut Hart, [flags, ..]: [u64; 6]) -> Outcome {
        match flags as u32 as u64 {
            0 | MCL_ONFAULT => Err(Errno::INVAL.into()),
            flags if flags & !MCL_ALL != 0 => Err(Errno::INVAL.into()),
            _ => Ok(0),
        }
    }
}

/// Reads from `offset` until `place` is full or the file ends: how many bytes.
pub(super) fn read_all(
    file: &std::fs::File,
    place: &mut [u8],
    offset: u64,
) -> Result<usize, Failure> {
    let mut done = 0;
    while done < place.len() {
        let at = offset + done as u64;
        match uninterrupted(|| file.read_at(&mut place[done..], at))? {
            0 => break,
            count => done += count,
        }
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(maps: &FileMaps) -> Vec<(u64, u64)> {
        maps.0.iter().map(|(&start, &end)| (start, end)).collect()
    }

    #[test]
    fn what_is_unmapped_is_no_longer_a_files() {
        let mut maps = FileMaps::default();
        maps.insert(&(10..20)).unwrap();
        maps.insert(&(30..40)).unwrap();
        maps.remove(&(15..32));
        assert_eq!(ranges(&maps), [(10, 15), (32, 40)]);
        maps.remove(&(34..36));
        assert_eq!(ranges(&maps), [(10, 15), (32, 34), (36, 40)]);
        let outside: Vec<_> = maps
            .outside(&(12..50))
            .into_iter()
            .map(|part| (part.start, part.end))
            .collect();
        assert_eq!(outside, [(15, 32), (34, 36), (40, 50)]);
        assert_eq!(maps.outside(&(32..34)).len(), 0);
    }

    #[test]
    fn a_file_goes_where_its_memory_goes() {
        let mut maps = FileMaps::default();
        maps.insert(&(10..20)).unwrap();
        maps.moved(&(5..15), 100);
        assert_eq!(ranges(&maps), [(15, 20), (105, 110)]);
    }
}
