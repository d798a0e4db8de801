//! Guest memory: what is mapped, with which access, and the words in it.
//!
//! Pages are *mapped* when the guest asks and *committed* when it first
//! touches them: only then do they count against the limit. The host's own
//! protection of the window mirrors the committed pages, so code that the JIT
//! emitted may access the window freely: what the guest may not do, faults.

use std::ops::Range;

use super::code::CodeView;
use super::pages::{Access, PAGE_SIZE, Page, PageTable};
use super::window::Window;
use crate::isa::Width;

/// Committing goes by aligned pieces of this size, so that scattered touches
/// cannot split the window into more pieces than a host allows, and a growing
/// heap pays for a host fault only so often.
const COMMIT_BYTES: u64 = 1 << 17;

/// Why an access was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The guest has no right to a byte of it.
    Denied,
    /// The page would take the guest over its memory limit.
    Limit,
}

/// Why a range was not mapped, protected or unmapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// It is empty, not page-aligned, or not within the window.
    #[error("{start:#x}..{end:#x} is not a page-aligned range of the guest's {window:#x} bytes")]
    Range {
        /// First address.
        start: u64,
        /// One past the last.
        end: u64,
        /// Bytes in the window.
        window: u64,
    },
    /// A page in it is not mapped.
    #[error("the page at {addr:#x} is not mapped")]
    Unmapped {
        /// The page's address.
        addr: u64,
    },
    /// The host refused.
    #[error("the host refused to change guest memory")]
    Host(#[from] rustix::io::Errno),
}

/// A guest's memory.
#[derive(Debug)]
pub struct Memory {
    window: Window,
    pages: PageTable,
    committed: u64,
    peak: u64,
    limit: u64,
    pub(super) code: CodeView,
}

impl Memory {
    /// Reserves `window` bytes of address space (rounded up to pages) and lets
    /// the guest touch at most `limit` bytes of it.
    pub fn new(window: u64, limit: u64) -> Result<Memory, MapError> {
        let size = window
            .checked_next_multiple_of(COMMIT_BYTES)
            .ok_or(rustix::io::Errno::NOMEM)?;
        Ok(Memory {
            window: Window::reserve(size)?,
            pages: PageTable::new(size),
            committed: 0,
            peak: 0,
            limit,
            code: CodeView::default(),
        })
    }

    /// Bytes of the address space: guest addresses are below.
    pub fn window_size(&self) -> u64 {
        self.window.size()
    }

    /// Bytes that the guest may touch.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// The most bytes that were committed at once.
    pub fn peak(&self) -> u64 {
        self.peak
    }

    /// The host address of guest address 0, for emitted code.
    pub(crate) fn host_base(&self) -> *mut u8 {
        self.window.base()
    }

    /// The engine's tables, below guest address 0.
    pub(crate) fn side_area(&mut self) -> &mut [u8] {
        self.window.side_area()
    }

    /// The host addresses at which an access of emitted code may fault.
    pub(crate) fn host_span(&self) -> (usize, usize) {
        self.window.host_span()
    }

    /// What the guest may do at `addr`; `None` where nothing is mapped.
    pub fn access_at(&self, addr: u64) -> Option<Access> {
        let page = self.pages.at(addr);
        page.is_mapped().then(|| page.access())
    }

    /// Loads `width` bytes, little-endian, zero-extended. Any alignment.
    #[inline]
    pub fn load(&mut self, addr: u64, width: Width) -> Result<u64, Fault> {
        self.ready(addr, width, Access::READ)?;
        // SAFETY: `ready` found every byte in the window, committed and readable.
        unsafe {
            let at = self.window.base().add(addr as usize);
            Ok(match width {
                Width::Byte => at.read().into(),
                Width::Half => u16::from_le(at.cast::<u16>().read_unaligned()).into(),
                Width::Word => u32::from_le(at.cast::<u32>().read_unaligned()).into(),
                Width::Double => u64::from_le(at.cast::<u64>().read_unaligned()),
            })
        }
    }

    /// Stores the low `width` bytes of `value`, little-endian. Any alignment.
    #[inline]
    pub fn store(&mut self, addr: u64, width: Width, value: u64) -> Result<(), Fault> {
        self.ready(addr, width, Access::READ_WRITE)?;
        // SAFETY: `ready` found every byte in the window, committed and writable.
        unsafe {
            let at = self.window.base().add(addr as usize);
            match width {
                Width::Byte => at.write(value as u8),
                Width::Half => at.cast::<u16>().write_unaligned((value as u16).to_le()),
                Width::Word => at.cast::<u32>().write_unaligned((value as u32).to_le()),
                Width::Double => at.cast::<u64>().write_unaligned(value.to_le()),
            }
        }
        Ok(())
    }

    /// Checks that the guest may write `width` bytes at `addr`.
    pub fn check_store(&mut self, addr: u64, width: Width) -> Result<(), Fault> {
        self.ready(addr, width, Access::READ_WRITE)
    }

    /// The `len` bytes at `addr`, which the guest may read.
    pub fn slice(&mut self, addr: u64, len: u64) -> Result<&[u8], Fault> {
        if len == 0 {
            return Ok(&[]);
        }
        self.commit(addr, len, Access::READ)?;
        // SAFETY: `commit` found every byte in the window, committed and readable.
        Ok(unsafe {
            std::slice::from_raw_parts(self.window.base().add(addr as usize), len as usize)
        })
    }

    /// The `len` bytes at `addr`, which the guest may write.
    pub fn slice_mut(&mut self, addr: u64, len: u64) -> Result<&mut [u8], Fault> {
        if len == 0 {
            return Ok(&mut []);
        }
        self.commit(addr, len, Access::READ_WRITE)?;
        // SAFETY: as in `slice`, writable; `&mut self` makes it the only reference.
        Ok(unsafe {
            std::slice::from_raw_parts_mut(self.window.base().add(addr as usize), len as usize)
        })
    }

    /// As many of the `len` bytes at `addr` as the guest may read.
    pub fn readable_prefix(&mut self, addr: u64, len: u64) -> &[u8] {
        let len = self.permitted_prefix(addr, len, Access::READ);
        self.slice(addr, len).unwrap_or(&[])
    }

    /// The bytes at `addr` whatever the guest may do with them; `None` if one
    /// of them is not mapped. For debuggers and tests.
    pub fn peek(&self, addr: u64, len: u64) -> Option<Vec<u8>> {
        let range = addr..addr.checked_add(len)?;
        let mapped = range.end <= self.window.size();
        let runs = self.pages.runs(&range);
        if !mapped || runs.iter().any(|(_, page)| !page.is_mapped()) {
            return None;
        }
        let mut bytes = vec![0; len as usize];
        for (span, page) in runs {
            if page.is_ready(Access::READ) {
                let (from, to) = (span.start.max(addr), span.end.min(range.end));
                // SAFETY: these pages are in the window, committed and readable.
                let part = unsafe {
                    let at = self.window.base().add(from as usize);
                    std::slice::from_raw_parts(at, (to - from) as usize)
                };
                bytes[(from - addr) as usize..(to - addr) as usize].copy_from_slice(part);
            }
        }
        Some(bytes)
    }

    /// Maps fresh zero pages, in place of whatever was there.
    pub fn map(&mut self, range: Range<u64>, access: Access) -> Result<(), MapError> {
        self.unmap(range.clone())?;
        self.pages.fill(&range, Page::mapped(access));
        Ok(())
    }

    /// Unmaps what is mapped in `range`.
    pub fn unmap(&mut self, range: Range<u64>) -> Result<(), MapError> {
        self.check_range(&range)?;
        for (span, page) in self.pages.runs(&range) {
            if page.is_committed() {
                let len = span.end - span.start;
                // SAFETY: a page-aligned part of the window; `&mut self` rules out references.
                unsafe { self.window.release(span.start, len)? };
                self.refund(len);
            }
            self.note_code_change(&span, page.access());
            self.pages.fill(&span, Page::UNMAPPED);
        }
        Ok(())
    }

    /// Changes the access of mapped pages.
    pub fn protect(&mut self, range: Range<u64>, access: Access) -> Result<(), MapError> {
        self.check_range(&range)?;
        let runs = self.pages.runs(&range);
        if let Some((span, _)) = runs.iter().find(|(_, page)| !page.is_mapped()) {
            return Err(MapError::Unmapped { addr: span.start });
        }
        for (span, page) in runs {
            if page.is_committed() {
                // SAFETY: a page-aligned part of the window; `&mut self` rules out references.
                unsafe {
                    self.window
                        .protect(span.start, span.end - span.start, access)?
                };
            }
            self.note_code_change(&span, page.access());
            self.note_code_change(&span, access);
            self.pages.fill(&span, page.with_access(access));
        }
        Ok(())
    }

    /// Whether every page of `range` is free.
    pub fn is_free(&self, range: Range<u64>) -> bool {
        range.end <= self.window.size() && self.pages.of(&range).all(|p| !p.is_mapped())
    }

    /// The highest free range of `len` bytes (a multiple of the page size) within `floor..top`.
    pub fn highest_gap(&self, len: u64, floor: u64, top: u64) -> Option<u64> {
        self.pages.highest_gap(len, floor, top)
    }

    /// Writes what a loader lays into mapped pages, whatever their access.
    pub fn initialize(&mut self, addr: u64, bytes: &[u8]) -> Result<(), Fault> {
        if bytes.is_empty() {
            return Ok(());
        }
        let len = bytes.len() as u64;
        let range = page_span(addr, len).ok_or(Fault::Denied)?;
        let runs = self.pages.runs(&range);
        let access_of = |page: &Page| page.access();
        self.protect(range.clone(), Access::READ_WRITE)
            .map_err(|_| Fault::Denied)?;
        let written = self
            .slice_mut(addr, len)
            .map(|place| place.copy_from_slice(bytes));
        for (span, page) in &runs {
            self.protect(span.clone(), access_of(page))
                .map_err(|_| Fault::Denied)?;
        }
        written
    }

    fn check_range(&self, range: &Range<u64>) -> Result<(), MapError> {
        let aligned = range.start.is_multiple_of(PAGE_SIZE) && range.end.is_multiple_of(PAGE_SIZE);
        if aligned && range.start < range.end && range.end <= self.window.size() {
            return Ok(());
        }
        Err(MapError::Range {
            start: range.start,
            end: range.end,
            window: self.window.size(),
        })
    }

    #[inline]
    fn ready(&mut self, addr: u64, width: Width, need: Access) -> Result<(), Fault> {
        let last = addr.wrapping_add(width.bytes() - 1);
        if self.pages.at(addr).is_ready(need) && self.pages.at(last).is_ready(need) {
            return Ok(());
        }
        self.commit(addr, width.bytes(), need)
    }

    /// Makes every page of `addr..addr + len` ready for `need`, or says why not.
    #[cold]
    fn commit(&mut self, addr: u64, len: u64, need: Access) -> Result<(), Fault> {
        if self.permitted_prefix(addr, len, need) < len {
            return Err(Fault::Denied);
        }
        let range = page_span(addr, len).ok_or(Fault::Denied)?;
        if self.pages.of(&range).all(|page| page.is_ready(need)) {
            return Ok(());
        }
        let pieces = range.start & !(COMMIT_BYTES - 1)..range.end.next_multiple_of(COMMIT_BYTES);
        for (span, page) in self.pages.runs(&pieces) {
            if page.is_mapped() && !page.is_committed() {
                self.commit_run(span, page)?;
            }
        }
        Ok(())
    }

    fn commit_run(&mut self, span: Range<u64>, page: Page) -> Result<(), Fault> {
        let len = span.end - span.start;
        self.charge(len)?;
        // SAFETY: a page-aligned part of the window; `&mut self` rules out references.
        let protected = unsafe { self.window.protect(span.start, len, page.access()) };
        if protected.is_err() {
            self.refund(len);
            return Err(Fault::Limit);
        }
        self.pages.fill(&span, page.committed());
        Ok(())
    }

    /// How many of `len` bytes from `addr` permit `need`.
    fn permitted_prefix(&self, addr: u64, len: u64, need: Access) -> u64 {
        let end = addr.saturating_add(len).min(self.window.size());
        if addr >= end {
            return 0;
        }
        let permitted = |page: Page| page.is_mapped() && page.access().contains(need);
        match self
            .pages
            .of(&(addr..end))
            .position(|page| !permitted(page))
        {
            Some(0) => 0,
            Some(pages) => (addr & !(PAGE_SIZE - 1)) + pages as u64 * PAGE_SIZE - addr,
            None => end - addr,
        }
    }

    /// The bytes of the page at `addr` as they are now, if it is mapped and executable.
    pub(super) fn code_page(&self, addr: u64) -> Option<(Access, &[u8])> {
        const ZEROES: &[u8] = &[0; PAGE_SIZE as usize];
        let page = self.pages.at(addr);
        if !page.access().executable() {
            return None;
        }
        if !page.is_committed() {
            return Some((page.access(), ZEROES));
        }
        let start = addr & !(PAGE_SIZE - 1);
        // SAFETY: the page is in the window, committed, and executable, so readable.
        let bytes = unsafe {
            let at = self.window.base().add(start as usize);
            std::slice::from_raw_parts(at, PAGE_SIZE as usize)
        };
        Some((page.access(), bytes))
    }

    fn note_code_change(&mut self, span: &Range<u64>, access: Access) {
        if access.executable() {
            let freed = self.code.mark_stale(span.clone());
            self.refund(freed * PAGE_SIZE);
        }
    }

    /// Counts `bytes` as used, if the limit allows.
    pub(super) fn charge(&mut self, bytes: u64) -> Result<(), Fault> {
        if self.committed + bytes > self.limit {
            return Err(Fault::Limit);
        }
        self.committed += bytes;
        self.peak = self.peak.max(self.committed);
        Ok(())
    }

    /// Counts `bytes` as no longer used.
    pub(super) fn refund(&mut self, bytes: u64) {
        self.committed -= bytes;
    }
}

/// The pages that `len` bytes from `addr` touch.
fn page_span(addr: u64, len: u64) -> Option<Range<u64>> {
    let end = addr.checked_add(len)?.checked_next_multiple_of(PAGE_SIZE)?;
    Some(addr & !(PAGE_SIZE - 1)..end)
}

#[cfg(test)]
#[path = "memory_tests.rs"]
mod tests;
