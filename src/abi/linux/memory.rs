//! The calls that map memory: `brk`, `mmap`, `munmap`, `mprotect`, `madvise`.

use std::ops::Range;

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use super::space::MIN_ADDR;
use crate::machine::{Access, Hart, Memory, PAGE_SIZE, is_page, page_down, page_up};

const PROT_READ: u64 = 1;
const PROT_WRITE: u64 = 2;
const PROT_EXEC: u64 = 4;
const PROT_SEM: u64 = 8;
const PROT_GROWSDOWN: u64 = 0x0100_0000;
const PROT_GROWSUP: u64 = 0x0200_0000;

const MAP_TYPE: u64 = 0xf;
const MAP_FIXED: u64 = 0x10;
const MAP_ANONYMOUS: u64 = 0x20;
const MAP_FIXED_NOREPLACE: u64 = 0x10_0000;

const MADV_NORMAL: u64 = 0;
const MADV_WILLNEED: u64 = 3;
const MADV_DONTNEED: u64 = 4;
const MADV_FREE: u64 = 8;
const MADV_DONTFORK: u64 = 10;
const MADV_PAGEOUT: u64 = 21;

impl Linux {
    /// `brk`: the new break, or the old one if it cannot be moved.
    pub(super) fn brk(&mut self, hart: &mut Hart, [wanted, ..]: [u64; 6]) -> Outcome {
        if self.move_brk(&mut hart.memory, wanted).is_some() {
            self.space.brk = wanted;
        }
        Ok(self.space.brk)
    }

    fn move_brk(&mut self, memory: &mut Memory, wanted: u64) -> Option<()> {
        let space = &self.space;
        if wanted < space.brk_start {
            return None;
        }
        let (old, new) = (page_up(space.brk)?, page_up(wanted)?);
        if new > old {
            let free = new <= space.mmap_top && memory.is_free(old..new);
            free.then(|| memory.map(old..new, Access::READ_WRITE).ok())?
        } else if new < old {
            self.unmap(memory, &(new..old)).ok()
        } else {
            Some(())
        }
    }

    /// `mmap`.
    pub(super) fn mmap(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [addr, len, prot, flags, fd, offset] = args;
        if !is_page(offset) {
            return Err(Errno::INVAL.into());
        }
        if flags & MAP_ANONYMOUS == 0 {
            self.files.get(fd)?;
        }
        if len == 0 || !matches!(flags & MAP_TYPE, 1..=3) {
            return Err(Errno::INVAL.into());
        }
        if flags & MAP_ANONYMOUS == 0 {
            return self.mmap_file(hart, args);
        }
        let len = page_up(len).ok_or(Errno::NOMEM)?;
        let range = self.place(&hart.memory, addr, len, flags)?;
        self.map_zeroes(&mut hart.memory, &range, prot)?;
        Ok(range.start)
    }

    /// Maps memory that is zero, in place of whatever was there.
    pub(super) fn map_zeroes(
        &mut self,
        memory: &mut Memory,
        range: &Range<u64>,
        prot: u64,
    ) -> Result<(), Failure> {
        self.unshare(memory, range)?;
        memory.map(range.clone(), access(prot))?;
        self.file_maps.remove(range);
        Ok(())
    }

    /// The range that a mapping is to take.
    pub(super) fn place(
        &mut self,
        memory: &Memory,
        addr: u64,
        len: u64,
        flags: u64,
    ) -> Result<Range<u64>, Failure> {
        if flags & (MAP_FIXED | MAP_FIXED_NOREPLACE) != 0 {
            let range = fixed(memory, addr, len)?;
            if flags & MAP_FIXED_NOREPLACE != 0 && !memory.is_free(range.clone()) {
                return Err(Errno::EXIST.into());
            }
            return Ok(range);
        }
        if let Some(range) = self.hinted(memory, addr, len) {
            return Ok(range);
        }
        Ok(self.space.find(memory, len).ok_or(Errno::NOMEM)?)
    }

    /// The range at the guest's hint, if there is one and it is free.
    fn hinted(&self, memory: &Memory, addr: u64, len: u64) -> Option<Range<u64>> {
        let start = page_up(addr)?;
        let end = start.checked_add(len)?;
        let range = start..end;
        let allowed = start >= MIN_ADDR && end <= self.space.mmap_top;
        (allowed && memory.is_free(range.clone())).then_some(range)
    }

    /// `munmap`.
    pub(super) fn munmap(&mut self, hart: &mut Hart, [addr, len, ..]: [u64; 6]) -> Outcome {
        let len = page_up(len).ok_or(Errno::INVAL)?;
        let range = addr..addr.checked_add(len).ok_or(Errno::INVAL)?;
        if !is_page(addr) || range.end > hart.memory.window_size() {
            return Err(Errno::INVAL.into());
        }
        self.unmap(&mut hart.memory, &range)?;
        Ok(0)
    }

    /// Unmaps a range of the guest, whatever is there.
    pub(super) fn unmap(&mut self, memory: &mut Memory, range: &Range<u64>) -> Result<(), Failure> {
        self.unshare(memory, range)?;
        memory.unmap(range.clone())?;
        self.file_maps.remove(range);
        self.space.freed(range);
        Ok(())
    }

    /// `mprotect`. A range with a hole in it stays as it was.
    pub(super) fn mprotect(&mut self, hart: &mut Hart, [addr, len, prot, ..]: [u64; 6]) -> Outcome {
        let grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
        if grows == PROT_GROWSDOWN | PROT_GROWSUP || !is_page(addr) {
            return Err(Errno::INVAL.into());
        }
        if len == 0 {
            return Ok(0);
        }
        let end = page_up(len).and_then(|len| addr.checked_add(len));
        let end = end.ok_or(Errno::NOMEM)?;
        let known = PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | grows;
        if prot & !known != 0 {
            return Err(Errno::INVAL.into());
        }
        let start = self.grown_start(addr, grows)?;
        if end > hart.memory.window_size() {
            return Err(Errno::NOMEM.into());
        }
        if prot & PROT_WRITE != 0 {
            self.shared_maps.permit_writes(&(start..end))?;
        }
        if !access(prot).contains(Access::READ) {
            // What cannot be read cannot be stored later.
            self.synchronize(&hart.memory, &(start..end))?;
        }
        hart.memory.protect(start..end, access(prot))?;
        Ok(0)
    }

    /// Where a protection starts that is to reach as far as the mapping grows:
    /// only the stack does.
    fn grown_start(&self, addr: u64, grows: u64) -> Result<u64, Failure> {
        match grows {
            0 => Ok(addr),
            PROT_GROWSDOWN if self.space.stack.contains(&addr) => Ok(self.space.stack.start),
            _ => Err(Errno::INVAL.into()),
        }
    }

    /// `madvise`: what `MADV_DONTNEED` drops reads as zero, but for files, which
    /// stay as they are. All memory is taken for private.
    pub(super) fn madvise(
        &mut self,
        hart: &mut Hart,
        [addr, len, advice, ..]: [u64; 6],
    ) -> Outcome {
        if !is_ignored(advice) && advice != MADV_DONTNEED || !is_page(addr) {
            return Err(Errno::INVAL.into());
        }
        let len = page_up(len).ok_or(Errno::INVAL)?;
        let end = addr.checked_add(len).ok_or(Errno::INVAL)?;
        let in_window = addr..end.min(hart.memory.window_size()).max(addr);
        let (runs, complete) = mapped_runs(&hart.memory, in_window);
        if advice == MADV_DONTNEED {
            for (range, access) in runs {
                for range in self.file_maps.outside(&range) {
                    hart.memory.map(range, access)?;
                }
            }
        }
        match complete && end <= hart.memory.window_size() || len == 0 {
            true => Ok(0),
            false => Err(Errno::NOMEM.into()),
        }
    }
}

/// The range of a mapping whose place the guest insists on.
pub(super) fn fixed(memory: &Memory, addr: u64, len: u64) -> Result<Range<u64>, Errno> {
    if !is_page(addr) {
        return Err(Errno::INVAL);
    }
    let end = addr.checked_add(len).ok_or(Errno::NOMEM)?;
    if end > memory.window_size() {
        return Err(Errno::NOMEM);
    }
    if addr < MIN_ADDR {
        return Err(Errno::PERM);
    }
    Ok(addr..end)
}

/// Whether advice can be ignored without the guest seeing a difference.
fn is_ignored(advice: u64) -> bool {
    matches!(
        advice,
        MADV_NORMAL..=MADV_WILLNEED | MADV_FREE | MADV_DONTFORK..=MADV_PAGEOUT
    )
}

/// What a protection allows.
pub(super) fn access(prot: u64) -> Access {
    let has = |bit| prot & bit != 0;
    Access::new(has(PROT_READ), has(PROT_WRITE), has(PROT_EXEC))
}

/// The pages of `len` bytes at `start`, which is that of a page, if all of them are mapped.
pub(super) fn mapped_range(memory: &Memory, start: u64, len: u64) -> Option<Range<u64>> {
    let end = start.checked_add(page_up(len)?)?;
    let in_window = end <= memory.window_size();
    (in_window && mapped_runs(memory, start..end).1).then_some(start..end)
}

/// The mapped runs of equal access in a page-aligned range, and whether they cover it.
pub(super) fn mapped_runs(memory: &Memory, range: Range<u64>) -> (Vec<(Range<u64>, Access)>, bool) {
    let mut runs: Vec<(Range<u64>, Access)> = Vec::new();
    let mut complete = true;
    for page in (page_down(range.start)..range.end).step_by(PAGE_SIZE as usize) {
        let Some(access) = memory.access_at(page) else {
            complete = false;
            continue;
        };
        match runs.last_mut() {
            Some((run, same)) if run.end == page && *same == access => run.end += PAGE_SIZE,
            _ => runs.push((page..page + PAGE_SIZE, access)),
        }
    }
    (runs, complete)
}
