//! Instruction fetch: the bytes that execution sees, which are those of the last `fence.i`.
//!
//! A page that is executable and not writable cannot change under execution,
//! and is read as it is. Of a page that is both, a copy is taken when execution
//! first enters it, and dropped at the first `fence.i` after the page's bytes
//! have changed. So both engines see the same code at the same instruction,
//! and neither has to watch stores (chapter "Zifencei").
#![forbid(unsafe_code)]

use std::ops::Range;

use hashbrown::HashMap;

use super::memory::Memory;
use super::pages::{PAGE_SHIFT, PAGE_SIZE};
use crate::isa;

/// Copies of writable code, and ranges whose code changed since the engines last asked.
#[derive(Debug, Default)]
pub(super) struct CodeView {
    copies: HashMap<u64, Box<[u8]>>,
    stale: Vec<Range<u64>>,
}

impl CodeView {
    /// What was decoded from `span` no longer holds. Returns how many copies that frees.
    pub(super) fn mark_stale(&mut self, span: Range<u64>) -> u64 {
        let before = self.copies.len();
        let pages = span.start >> PAGE_SHIFT..span.end >> PAGE_SHIFT;
        if pages.end - pages.start < before as u64 {
            for page in pages {
                self.copies.remove(&page);
            }
        } else {
            self.copies.retain(|page, _| !pages.contains(page));
        }
        self.stale.push(span);
        (before - self.copies.len()) as u64
    }
}

/// Why there is no instruction to fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchFault {
    /// The guest may not execute this address.
    Denied {
        /// The address.
        addr: u64,
    },
    /// The copy of a page of writable code would take the guest over its memory limit.
    Limit,
}

impl Memory {
    /// The instruction bits at `pc`: two parcels, the second zero after a compressed one.
    pub fn fetch(&mut self, pc: u64) -> Result<u32, FetchFault> {
        let low = self.fetch_parcel(pc)?;
        if isa::instruction_len(low) == 2 {
            return Ok(low.into());
        }
        let high = self.fetch_parcel(pc.wrapping_add(2))?;
        Ok(u32::from(low) | u32::from(high) << 16)
    }

    /// Whether the code at `addr` may be overwritten without any system call,
    /// so that it must not be read before execution reaches its page.
    pub(crate) fn code_is_writable(&self, addr: u64) -> bool {
        self.access_at(addr).is_some_and(|access| access.writable())
    }

    fn fetch_parcel(&mut self, addr: u64) -> Result<u16, FetchFault> {
        let denied = FetchFault::Denied { addr };
        let offset = (addr % PAGE_SIZE) as usize;
        let parcel = |bytes: &[u8]| {
            let parcel = bytes.get(offset..offset + 2)?.try_into().ok()?;
            Some(u16::from_le_bytes(parcel))
        };
        if let Some(copy) = self.code.copies.get(&(addr >> PAGE_SHIFT)) {
            return parcel(copy).ok_or(denied);
        }
        if self.is_lost() {
            return Err(FetchFault::Limit);
        }
        let (access, bytes) = self.code_page(addr).ok_or(denied)?;
        let fetched = parcel(bytes).ok_or(denied)?;
        if access.writable() {
            let copy = bytes.into();
            self.keep_copy(addr >> PAGE_SHIFT, copy)?;
        }
        Ok(fetched)
    }

    /// Keeps the copy of a page, which counts as memory that the guest uses.
    fn keep_copy(&mut self, page: u64, copy: Box<[u8]>) -> Result<(), FetchFault> {
        self.charge(PAGE_SIZE).map_err(|_| FetchFault::Limit)?;
        self.code.copies.insert(page, copy);
        Ok(())
    }

    /// `fence.i`: from now on fetch sees all earlier stores.
    pub fn synchronize_code(&mut self) {
        let copies = self.code.copies.iter();
        let changed: Vec<u64> = copies
            .filter(|&(page, copy)| {
                let now = self.code_page(page << PAGE_SHIFT);
                now.is_none_or(|(_, bytes)| *bytes != **copy)
            })
            .map(|(&page, _)| page)
            .collect();
        for page in changed {
            let span = page << PAGE_SHIFT..(page + 1) << PAGE_SHIFT;
            let freed = self.code.mark_stale(span);
            self.refund(freed * PAGE_SIZE);
        }
    }

    /// The ranges whose code has changed since the last call: in ascending
    /// order, none touching another.
    pub(crate) fn take_stale_code(&mut self) -> Vec<Range<u64>> {
        let mut stale = std::mem::take(&mut self.code.stale);
        stale.sort_unstable_by_key(|range| range.start);
        stale.dedup_by(|next, kept| {
            let joins = next.start <= kept.end;
            if joins {
                kept.end = kept.end.max(next.end);
            }
            joins
        });
        stale
    }
}
