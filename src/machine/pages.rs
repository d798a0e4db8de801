//! The guest's page table: a byte a page, saying what the guest may do and whether the host backs it.
#![forbid(unsafe_code)]

use std::ops::Range;

/// Bytes in a page, of guest and host alike.
pub const PAGE_SIZE: u64 = 1 << PAGE_SHIFT;
pub(super) const PAGE_SHIFT: u32 = 12;

/// The page-aligned address at or below `addr`.
pub(crate) const fn page_down(addr: u64) -> u64 {
    addr & !(PAGE_SIZE - 1)
}

/// The page-aligned address at or above `addr`, if there is one.
pub(crate) const fn page_up(addr: u64) -> Option<u64> {
    addr.checked_next_multiple_of(PAGE_SIZE)
}

/// Whether `addr` is the start of a page.
pub(crate) const fn is_page(addr: u64) -> bool {
    addr.is_multiple_of(PAGE_SIZE)
}

/// What a guest may do with a page.
///
/// Writable and executable pages are readable, as with most RISC-V cores'
/// page tables and Linux' answer to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Access(u8);

impl Access {
    /// No access: mapped, but every touch is a trap.
    pub const NONE: Access = Access(0);
    /// Loads.
    pub const READ: Access = Access(1);
    /// Loads and stores.
    pub const READ_WRITE: Access = Access(1 | 2);
    /// Loads and instruction fetch.
    pub const READ_EXECUTE: Access = Access(1 | 4);
    /// Everything.
    pub const ALL: Access = Access(1 | 2 | 4);

    /// Access from separate wishes; to write or execute is to read.
    pub const fn new(read: bool, write: bool, execute: bool) -> Access {
        let any = read | write | execute;
        Access(any as u8 | (write as u8) << 1 | (execute as u8) << 2)
    }

    /// Whether `self` permits all that `other` does.
    pub const fn contains(self, other: Access) -> bool {
        self.0 & other.0 == other.0
    }

    /// What either permits.
    pub const fn union(self, other: Access) -> Access {
        Access(self.0 | other.0)
    }

    pub(super) const fn writable(self) -> bool {
        self.0 & 2 != 0
    }

    pub(super) const fn executable(self) -> bool {
        self.0 & 4 != 0
    }
}

/// One page's entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Page(u8);

impl Page {
    const MAPPED: u8 = 8;
    const COMMITTED: u8 = 16;
    const TEXT: u8 = 32;

    pub(super) const UNMAPPED: Page = Page(0);

    pub(super) const fn mapped(access: Access) -> Page {
        Page(access.0 | Page::MAPPED)
    }

    pub(super) const fn access(self) -> Access {
        Access(self.0 & 7)
    }

    pub(super) const fn is_mapped(self) -> bool {
        self.0 & Page::MAPPED != 0
    }

    /// Whether the host gives the page its access; until then any host access faults.
    pub(super) const fn is_committed(self) -> bool {
        self.0 & Page::COMMITTED != 0
    }

    pub(super) const fn committed(self) -> Page {
        Page(self.0 | Page::COMMITTED)
    }

    /// The page after a change of access. What may have been written is no text any more.
    pub(super) const fn with_access(self, access: Access) -> Page {
        if self.access().0 == access.0 {
            return self;
        }
        Page(self.no_text().0 & !7 | access.0)
    }

    /// The page while nobody may access it: what it is otherwise is not changed by that.
    pub(super) const fn closed(self) -> Page {
        Page(self.0 & !7)
    }

    /// Whether it is the program's text, as it was loaded.
    pub(super) const fn is_text(self) -> bool {
        self.0 & Page::TEXT != 0
    }

    pub(super) const fn text(self) -> Page {
        Page(self.0 | Page::TEXT)
    }

    pub(super) const fn no_text(self) -> Page {
        Page(self.0 & !Page::TEXT)
    }

    /// What the host lets the engines do with the page.
    const fn host_access(self) -> Access {
        match (self.is_committed(), self.access().writable()) {
            (false, _) => Access::NONE,
            (true, true) => Access::READ_WRITE,
            (true, false) => Access(self.0 & Access::READ.0),
        }
    }

    /// Committed, and permits `need`: the engines' fast check.
    pub(super) const fn is_ready(self, need: Access) -> bool {
        let bits = need.0 | Page::COMMITTED;
        self.0 & bits == bits
    }
}

/// The entries of all pages of the window, in address order; kept as bytes,
/// because a vector of zero bytes costs only address space until it is written.
/// Each is what the page's differs in from that of a page nobody has changed.
#[derive(Debug)]
pub(super) struct PageTable {
    bytes: Vec<u8>,
    unchanged: Page,
}

impl PageTable {
    /// How many entries a window of so many bytes needs.
    pub(super) fn entries(window_bytes: u64) -> usize {
        (window_bytes >> PAGE_SHIFT) as usize
    }

    /// A table of equal pages, from as many zero bytes.
    pub(super) fn new(zeroes: Vec<u8>, unchanged: Page) -> PageTable {
        PageTable {
            bytes: zeroes,
            unchanged,
        }
    }

    #[inline]
    pub(super) fn at(&self, addr: u64) -> Page {
        let entry = self.bytes.get((addr >> PAGE_SHIFT) as usize);
        entry.map_or(Page::UNMAPPED, |&bits| self.page(bits))
    }

    /// Entries of the pages that `range` touches; none where it leaves the window.
    pub(super) fn of(&self, range: &Range<u64>) -> impl Iterator<Item = Page> {
        let bytes = self.bytes.get(PageTable::indices(range)).unwrap_or(&[]);
        bytes.iter().map(|&bits| self.page(bits))
    }

    /// The page of an entry.
    #[inline]
    fn page(&self, bits: u8) -> Page {
        Page(bits ^ self.unchanged.0)
    }

    /// Makes all pages that `range` touches `page`.
    pub(super) fn fill(&mut self, range: &Range<u64>, page: Page) {
        let bits = page.0 ^ self.unchanged.0;
        if let Some(bytes) = self.bytes.get_mut(PageTable::indices(range)) {
            bytes.fill(bits);
        }
    }

    /// How many times the host's access changes from one page to the next,
    /// `range` and its neighbours considered.
    pub(super) fn splits(&self, range: &Range<u64>) -> usize {
        let end = range.end.saturating_add(PAGE_SIZE).min(self.bytes());
        let around = range.start.saturating_sub(PAGE_SIZE)..end;
        let next = self.of(&around).skip(1);
        self.of(&around)
            .zip(next)
            .filter(|(a, b)| a.host_access() != b.host_access())
            .count()
    }

    /// Bytes in the window.
    fn bytes(&self) -> u64 {
        (self.bytes.len() as u64) << PAGE_SHIFT
    }

    /// Makes all pages uncommitted.
    pub(super) fn uncommit_all(&mut self) {
        self.unchanged.0 &= !Page::COMMITTED;
        // What is zero is not written: that would cost memory.
        for bits in self.bytes.iter_mut().filter(|bits| **bits != 0) {
            *bits &= !Page::COMMITTED;
        }
    }

    fn indices(range: &Range<u64>) -> Range<usize> {
        (range.start >> PAGE_SHIFT) as usize..range.end.div_ceil(PAGE_SIZE) as usize
    }

    /// The runs of equal pages in `range`, as addresses.
    pub(super) fn runs(&self, range: &Range<u64>) -> Vec<(Range<u64>, Page)> {
        let mut start = page_down(range.start);
        let bytes = self.bytes.get(PageTable::indices(range)).unwrap_or(&[]);
        bytes
            .chunk_by(|a, b| a == b)
            .map(|run| {
                let end = start + ((run.len() as u64) << PAGE_SHIFT);
                let span = start..end;
                start = end;
                (span, self.page(run[0]))
            })
            .collect()
    }

    /// The highest free gap of `len` bytes that ends at or below `top`.
    pub(super) fn highest_gap(&self, len: u64, floor: u64, top: u64) -> Option<u64> {
        let wanted = (len >> PAGE_SHIFT) as usize;
        let first = (floor >> PAGE_SHIFT) as usize;
        let last = ((top >> PAGE_SHIFT) as usize).min(self.bytes.len());
        let mut free = 0;
        for index in (first..last).rev() {
            free = if self.page(self.bytes[index]).is_mapped() {
                0
            } else {
                free + 1
            };
            if free == wanted {
                return Some((index as u64) << PAGE_SHIFT);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_and_executing_imply_reading() {
        assert_eq!(Access::new(false, true, false), Access::READ_WRITE);
        assert_eq!(Access::new(false, false, true), Access::READ_EXECUTE);
        assert_eq!(Access::new(false, false, false), Access::NONE);
    }

    #[test]
    fn a_page_is_ready_only_when_committed_and_permitted() {
        let page = Page::mapped(Access::READ);
        assert!(!page.is_ready(Access::READ));
        assert!(page.committed().is_ready(Access::READ));
        assert!(!page.committed().is_ready(Access::READ_WRITE));
    }

    #[test]
    fn the_highest_gap_ends_below_the_top_and_above_the_floor() {
        let mut table = PageTable::new(vec![0; 16], Page::UNMAPPED);
        table.fill(
            &(10 * PAGE_SIZE..11 * PAGE_SIZE),
            Page::mapped(Access::READ),
        );
        let gap = |len, floor, top| {
            table.highest_gap(len * PAGE_SIZE, floor * PAGE_SIZE, top * PAGE_SIZE)
        };
        assert_eq!(gap(3, 0, 16), Some(13 * PAGE_SIZE));
        assert_eq!(gap(6, 0, 16), Some(4 * PAGE_SIZE));
        assert_eq!(gap(6, 5, 16), None);
        assert_eq!(gap(11, 0, 16), None);
    }

    #[test]
    fn runs_split_where_pages_differ() {
        let mut table = PageTable::new(vec![0; 8], Page::UNMAPPED);
        table.fill(&(2 * PAGE_SIZE..4 * PAGE_SIZE), Page::mapped(Access::READ));
        let runs = table.runs(&(PAGE_SIZE..6 * PAGE_SIZE));
        let spans: Vec<_> = runs
            .iter()
            .map(|(span, _)| span.start / PAGE_SIZE..span.end / PAGE_SIZE)
            .collect();
        assert_eq!(spans, [1..2, 2..4, 4..6]);
    }

    #[test]
    fn pages_differ_from_what_they_all_were() {
        let open = Page::mapped(Access::READ_WRITE).committed();
        let mut table = PageTable::new(vec![0; 8], open);
        table.fill(&(PAGE_SIZE..2 * PAGE_SIZE), Page::mapped(Access::READ));
        assert_eq!(table.at(0), open);
        assert_eq!(table.at(PAGE_SIZE), Page::mapped(Access::READ));
        assert_eq!(table.at(8 * PAGE_SIZE), Page::UNMAPPED);
        table.fill(&(0..2 * PAGE_SIZE), open.text());
        table.uncommit_all();
        let uncommitted = Page::mapped(Access::READ_WRITE);
        assert_eq!(table.at(0), uncommitted.text());
        assert_eq!(table.at(7 * PAGE_SIZE), uncommitted);
        assert_eq!(table.runs(&(0..8 * PAGE_SIZE)).len(), 2);
    }
}
