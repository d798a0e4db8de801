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
    /// What was decoded from `span` no longer holds.
    pub(super) fn mark_stale(&mut self, span: Range<u64>) {
        let pages = span.start >> PAGE_SHIFT..span.end >> PAGE_SHIFT;
        self.copies.retain(|page, _| !pages.contains(page));
        self.stale.push(span);
    }
}

impl Memory {
    /// The instruction bits at `pc`: two parcels, the second zero after a compressed one.
    /// The error is the address that may not be executed.
    pub fn fetch(&mut self, pc: u64) -> Result<u32, u64> {
        let low = self.fetch_parcel(pc)?;
        if isa::instruction_len(low) == 2 {
            return Ok(low.into());
        }
        let high = self.fetch_parcel(pc.wrapping_add(2))?;
        Ok(u32::from(low) | u32::from(high) << 16)
    }

    /// Whether the code at `addr` may be overwritten without any system call,
    /// so that it must not be read before execution reaches its page.
    pub fn code_is_writable(&self, addr: u64) -> bool {
        self.access_at(addr).is_some_and(|access| access.writable())
    }

    fn fetch_parcel(&mut self, addr: u64) -> Result<u16, u64> {
        let (page, offset) = (addr >> PAGE_SHIFT, (addr % PAGE_SIZE) as usize);
        if let Some(copy) = self.code.copies.get(&page) {
            return Ok(u16::from_le_bytes([copy[offset], copy[offset + 1]]));
        }
        let (access, bytes) = self.code_page(addr).ok_or(addr)?;
        let parcel = u16::from_le_bytes([bytes[offset], bytes[offset + 1]]);
        if access.writable() {
            let copy = bytes.into();
            self.code.copies.insert(page, copy);
        }
        Ok(parcel)
    }

    /// `fence.i`: from now on fetch sees all earlier stores.
    pub fn synchronize_code(&mut self) {
        let copies = std::mem::take(&mut self.code.copies);
        let (same, changed): (HashMap<_, _>, Vec<_>) = {
            let mut changed = Vec::new();
            let mut same = HashMap::new();
            for (page, copy) in copies {
                match self.code_page(page << PAGE_SHIFT) {
                    Some((_, bytes)) if *bytes == *copy => {
                        same.insert(page, copy);
                    }
                    _ => changed.push(page),
                }
            }
            (same, changed)
        };
        self.code.copies = same;
        let spans = changed
            .iter()
            .map(|page| page << PAGE_SHIFT..(page + 1) << PAGE_SHIFT);
        self.code.stale.extend(spans);
    }

    /// The ranges whose code has changed since the last call.
    pub fn take_stale_code(&mut self) -> Vec<Range<u64>> {
        std::mem::take(&mut self.code.stale)
    }
}
