//! What is mapped, and what is committed.

use std::ops::Range;

use super::{Fault, Memory};
use crate::machine::pages::{Access, PAGE_SIZE, Page, PageTable, is_page, page_down, page_up};
use crate::machine::window::zeroes;

/// Committing goes by aligned pieces of this size, so that scattered touches
/// cannot split the window into more pieces than a host allows, and a growing
/// heap pays for a host fault only so often.
pub(super) const COMMIT_BYTES: u64 = 1 << 18;

/// Places at which the host's access may change from one page to the next. Each
/// takes one of the mappings of which a host gives a process some ten thousand
/// (`vm.max_map_count`). Committing alone stays below it in a window of 4 GiB.
const MAX_SPLITS: usize = 1 << 14;
const _: () = assert!((1 << 32) / COMMIT_BYTES as usize <= MAX_SPLITS);

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
    /// Pages of different access lie scattered over more places than a host keeps apart.
    #[error("more than {MAX_SPLITS} changes of access from page to page")]
    Scattered,
    /// The host refused.
    #[error("the host refused")]
    Host(#[from] rustix::io::Errno),
}

impl Memory {
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
            if page.is_committed() && self.in_recorded_call() {
                self.note_dropped(&span, page)?;
            }
            self.change(&span, page, Page::UNMAPPED)?;
            if page.is_committed() {
                self.refund(span.end - span.start);
            }
        }
        Ok(())
    }

    /// Notes that the equal, committed pages of `span`, which the guest may have no
    /// right to read, are about to become zero.
    fn note_dropped(&mut self, span: &Range<u64>, page: Page) -> Result<(), MapError> {
        let readable = page.with_access(page.access().union(Access::READ));
        if readable == page {
            self.note_zeroed(span);
            return Ok(());
        }
        // For as long as that takes, which is nothing that the guest's splits count.
        self.tell_host(span, page, readable)?;
        self.pages.fill(span, readable);
        self.note_zeroed(span);
        self.pages.fill(span, page);
        Ok(())
    }

    /// Changes the access of mapped pages. An error may have changed some.
    pub fn protect(&mut self, range: Range<u64>, access: Access) -> Result<(), MapError> {
        self.check_range(&range)?;
        let runs = self.pages.runs(&range);
        if let Some((span, _)) = runs.iter().find(|(_, page)| !page.is_mapped()) {
            return Err(MapError::Unmapped { addr: span.start });
        }
        for (span, page) in runs {
            self.change(&span, page, page.with_access(access))?;
        }
        Ok(())
    }

    /// Makes the equal pages of `span` other ones, for the host, too.
    fn change(&mut self, span: &Range<u64>, from: Page, to: Page) -> Result<(), MapError> {
        let before = self.pages.splits(span);
        self.pages.fill(span, to);
        let splits = self.splits + self.pages.splits(span) - before;
        if splits > MAX_SPLITS && splits > self.splits {
            self.pages.fill(span, from);
            return Err(MapError::Scattered);
        }
        self.splits = splits;
        if from.access() != to.access() {
            self.note_code_change(span, from.access().union(to.access()));
        }
        self.tell_host(span, from, to)
    }

    /// Gives the host its part of a change of pages. A host that refuses may
    /// have done half of it; nothing in the window is touched any more then.
    pub(in crate::machine) fn tell_host(
        &mut self,
        span: &Range<u64>,
        from: Page,
        to: Page,
    ) -> Result<(), MapError> {
        let len = span.end - span.start;
        // SAFETY: a page-aligned part of the window; `&mut self` rules out references.
        let told = unsafe {
            match (from.is_committed(), to.is_committed()) {
                (_, true) => self.window.protect(span.start, len, to.access()),
                (true, false) => self.window.release(span.start, len),
                (false, false) => Ok(()),
            }
        };
        told.map_err(|errno| {
            self.lost = true;
            self.pages.uncommit_all();
            MapError::Host(errno)
        })
    }

    /// Maps all of the window as fresh zero pages that may be written, and gives
    /// them to the host at once. They do not count against the limit.
    pub(in crate::machine) fn open_all(&mut self) -> Result<(), MapError> {
        let all = 0..self.window_size();
        self.note_code_change(&all, Access::ALL);
        (self.committed, self.splits) = (0, 0);
        self.make_equal(Page::mapped(Access::READ_WRITE).committed())?;
        self.release_all()
    }

    /// Maps all of the window, in which nothing is mapped yet, as fresh zero pages that
    /// may be written.
    pub(in crate::machine) fn map_all(&mut self) -> Result<(), MapError> {
        self.make_equal(Page::mapped(Access::READ_WRITE))
    }

    /// Makes all entries `page`, by a new table: the window may be far larger than what
    /// the host should spend on it.
    fn make_equal(&mut self, page: Page) -> Result<(), MapError> {
        let entries = zeroes(PageTable::entries(self.window_size()))?;
        self.pages = PageTable::new(entries, page);
        Ok(())
    }

    /// Makes all of a window zero in which everything may be written, and gives it
    /// back to the host.
    pub(crate) fn release_all(&mut self) -> Result<(), MapError> {
        let all = 0..self.window_size();
        let page = self.pages.at(0);
        self.window.release_clocks()?;
        self.tell_host(&all, page, Page::UNMAPPED)?;
        self.tell_host(&all, Page::UNMAPPED, page)
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
        self.protect(range.clone(), Access::READ_WRITE)
            .map_err(|_| Fault::Denied)?;
        let before = self.word_bytes(addr, len);
        let written = self.place(addr, len);
        let written = written.map(|place| place.copy_from_slice(bytes));
        if self.in_recorded_call() {
            let after = self.word_bytes(addr, len);
            self.note_call_change(addr & !7, &before, &after);
        }
        for (span, page) in &runs {
            self.protect(span.clone(), page.access())
                .map_err(|_| Fault::Denied)?;
        }
        written
    }

    fn check_range(&self, range: &Range<u64>) -> Result<(), MapError> {
        let aligned = is_page(range.start) && is_page(range.end);
        if aligned && range.start < range.end && range.end <= self.window.size() {
            return Ok(());
        }
        Err(MapError::Range {
            start: range.start,
            end: range.end,
            window: self.window.size(),
        })
    }

    /// Makes every page of `addr..addr + len` ready for `need`, or says why not.
    #[cold]
    pub(super) fn commit(&mut self, addr: u64, len: u64, need: Access) -> Result<(), Fault> {
        if self.lost {
            return Err(Fault::Limit);
        }
        let outside = addr.saturating_add(len) > self.window.size();
        if outside || self.permitted_prefix(addr, len, need) < len {
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
        self.change(&span, page, page.committed()).map_err(|_| {
            self.refund(len);
            Fault::Limit
        })
    }

    /// How many of `len` bytes from `addr` permit `need`.
    pub(crate) fn permitted_prefix(&self, addr: u64, len: u64, need: Access) -> u64 {
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
            Some(pages) => page_down(addr) + pages as u64 * PAGE_SIZE - addr,
            None => end - addr,
        }
    }

    fn note_code_change(&mut self, span: &Range<u64>, access: Access) {
        if access.executable() {
            self.drop_code(span.clone());
        }
    }
}

/// The pages that `len` bytes from `addr` touch.
fn page_span(addr: u64, len: u64) -> Option<Range<u64>> {
    let end = page_up(addr.checked_add(len)?)?;
    Some(page_down(addr)..end)
}
