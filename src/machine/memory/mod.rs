//! Guest memory: what is mapped, with which access, and the words in it.
//!
//! Pages are *mapped* when the guest asks and *committed* when it first
//! touches them: only then do they count against the limit. The host's own
//! protection of the window mirrors the committed pages, so code that the JIT
//! emitted may access the window freely: what the guest may not do, faults.

mod mapping;

pub use mapping::MapError;

use mapping::COMMIT_BYTES;

use super::code::CodeView;
use super::pages::{Access, PAGE_SIZE, PageTable, page_down};
use super::window::{Window, zeroes};
use crate::isa::Width;

/// Why an access was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The guest has no right to a byte of it.
    Denied,
    /// The page would take the guest over its memory limit.
    Limit,
}

/// A guest's memory.
#[derive(Debug)]
pub struct Memory {
    window: Window,
    pages: PageTable,
    committed: u64,
    peak: u64,
    limit: u64,
    /// Places at which the host's access changes.
    splits: usize,
    /// The host refused a change that it may have made in part.
    lost: bool,
    pub(in crate::machine) code: CodeView,
}

impl Memory {
    /// Reserves `window` bytes of address space (rounded up to pages) and lets
    /// the guest touch at most `limit` bytes of it. An error if the host has not
    /// that much, be it for the table of a byte per page.
    pub fn new(window: u64, limit: u64) -> Result<Memory, MapError> {
        let size = window
            .checked_next_multiple_of(COMMIT_BYTES)
            .ok_or(rustix::io::Errno::NOMEM)?;
        let window = Window::reserve(size)?;
        let entries = zeroes(PageTable::entries(size))?;
        Ok(Memory {
            window,
            pages: PageTable::new(entries),
            committed: 0,
            peak: 0,
            limit,
            splits: 0,
            lost: false,
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

    /// The bytes at `addr`, without touching them: zeroes where the guest has
    /// not touched a page or may not read it, `None` if a byte is not mapped.
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

    #[inline]
    fn ready(&mut self, addr: u64, width: Width, need: Access) -> Result<(), Fault> {
        let last = addr.wrapping_add(width.bytes() - 1);
        if self.pages.at(addr).is_ready(need) && self.pages.at(last).is_ready(need) {
            return Ok(());
        }
        self.commit(addr, width.bytes(), need)
    }

    /// Whether the host has refused what cannot be taken back.
    pub(in crate::machine) fn is_lost(&self) -> bool {
        self.lost
    }

    /// The bytes of the page at `addr` as they are now, if it is mapped and executable.
    pub(in crate::machine) fn code_page(&self, addr: u64) -> Option<(Access, &[u8])> {
        const ZEROES: &[u8] = &[0; PAGE_SIZE as usize];
        let page = self.pages.at(addr);
        if !page.access().executable() {
            return None;
        }
        if !page.is_committed() {
            return Some((page.access(), ZEROES));
        }
        let start = page_down(addr);
        // SAFETY: the page is in the window, committed, and executable, so readable.
        let bytes = unsafe {
            let at = self.window.base().add(start as usize);
            std::slice::from_raw_parts(at, PAGE_SIZE as usize)
        };
        Some((page.access(), bytes))
    }

    /// Counts `bytes` as used, if the limit allows.
    pub(in crate::machine) fn charge(&mut self, bytes: u64) -> Result<(), Fault> {
        if self.committed + bytes > self.limit {
            return Err(Fault::Limit);
        }
        self.committed += bytes;
        self.peak = self.peak.max(self.committed);
        Ok(())
    }

    /// Counts `bytes` as no longer used.
    pub(in crate::machine) fn refund(&mut self, bytes: u64) {
        self.committed -= bytes;
    }
}

#[cfg(test)]
mod tests;
