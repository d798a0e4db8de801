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

use super::memory::{MapError, Memory};
use super::pages::{PAGE_SHIFT, PAGE_SIZE};
use super::replay::SeenCode;
use crate::isa::{self, Decoded};

/// Copies of writable code, and ranges whose code changed since the engines last asked.
#[derive(Debug, Default)]
pub(super) struct CodeView {
    pub(super) copies: HashMap<u64, Box<[u8]>>,
    stale: Vec<Range<u64>>,
    /// Where the program's text ends.
    text_end: u64,
    /// Where code is apart from memory, the program's text: there is no code but the
    /// copies.
    pub(super) text: Option<Text>,
    /// In a replay, pages of code that were fetched from.
    pub(super) seen: Vec<SeenCode>,
}

/// The text of a program whose code is apart from its memory.
#[derive(Debug)]
pub(super) struct Text {
    /// The pages by number, in ascending order.
    pub(super) pages: Vec<(u64, Box<[u8]>)>,
    /// The addresses in them that are text.
    pub(super) span: Range<u64>,
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

    /// Has the engines fetch anew from these pages, whose code has not changed.
    pub(super) fn fetch_anew(&mut self, pages: impl IntoIterator<Item = u64>) {
        let spans = pages
            .into_iter()
            .map(|page| page << PAGE_SHIFT..(page + 1) << PAGE_SHIFT);
        self.stale.extend(spans);
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

/// Why there is no instruction to execute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoInst {
    /// No instruction starts at this address (`IALIGN`).
    Misaligned,
    /// There is nothing to fetch.
    Fetch(FetchFault),
    /// What there is, is no instruction of the environment.
    Illegal {
        /// The word, or the parcel of a compressed instruction.
        word: u32,
    },
}

impl Memory {
    /// The instruction at `pc`.
    pub(crate) fn instruction(&mut self, pc: u64) -> Result<Decoded, NoInst> {
        if !pc.is_multiple_of(self.rules().isa.alignment()) {
            return Err(NoInst::Misaligned);
        }
        let word = self.fetch(pc).map_err(NoInst::Fetch)?;
        let known = isa::decode(word).filter(|decoded| self.rules().has(decoded));
        known.ok_or(NoInst::Illegal { word })
    }

    /// The instruction bits at `pc`: two parcels, the second zero after a compressed one.
    pub fn fetch(&mut self, pc: u64) -> Result<u32, FetchFault> {
        let low = self.fetch_parcel(pc)?;
        if isa::instruction_len(low) == 2 {
            return Ok(low.into());
        }
        let high = self.fetch_parcel(pc.wrapping_add(2))?;
        Ok(u32::from(low) | u32::from(high) << 16)
    }

    /// Whether the code at `addr` must not be read before execution reaches its
    /// page: the guest may overwrite it without any system call, or it is being
    /// recorded where execution goes that is not the program's text.
    pub(crate) fn code_is_unsettled(&self, addr: u64) -> bool {
        if self.is_recording() || self.code_is_apart() {
            return !self.pages.at(addr).is_text();
        }
        self.access_at(addr).is_some_and(|access| access.writable())
    }

    fn fetch_parcel(&mut self, addr: u64) -> Result<u16, FetchFault> {
        let denied = FetchFault::Denied { addr };
        let offset = (addr % PAGE_SIZE) as usize;
        let page = addr >> PAGE_SHIFT;
        let parcel = |bytes: &[u8]| {
            let parcel = bytes.get(offset..offset + 2)?.try_into().ok()?;
            Some(u16::from_le_bytes(parcel))
        };
        if let Some(text) = &self.code.text
            && !text.span.contains(&addr)
        {
            return Err(denied);
        }
        let news = self.is_fetch_news(page);
        if let Some(copy) = self.code.copies.get(&page) {
            let fetched = parcel(copy).ok_or(denied)?;
            if news {
                let bytes = copy.to_vec();
                if self.code_is_apart() {
                    self.note_seen(page, &bytes);
                }
                self.note_fetch(page, bytes);
            }
            return Ok(fetched);
        }
        if self.is_lost() {
            return Err(FetchFault::Limit);
        }
        if self.code_is_apart() {
            return Err(denied);
        }
        let (access, bytes) = self.code_page(addr).ok_or(denied)?;
        let fetched = parcel(bytes).ok_or(denied)?;
        let noted = news.then(|| bytes.to_vec());
        let kept = access.writable().then(|| bytes.into());
        if let Some(copy) = kept {
            self.keep_copy(page, copy)?;
        }
        if let Some(bytes) = noted {
            self.note_fetch(page, bytes);
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
            self.drop_code(page << PAGE_SHIFT..(page + 1) << PAGE_SHIFT);
        }
    }

    /// The code in `span` is no longer what it was, unless it is apart from memory.
    pub(super) fn drop_code(&mut self, span: Range<u64>) {
        if self.code_is_apart() {
            return;
        }
        if let Some(recorder) = &mut self.recorder {
            let pages = span.start >> PAGE_SHIFT..span.end >> PAGE_SHIFT;
            recorder.forget_code(|page| pages.contains(&page));
        }
        let freed = self.code.mark_stale(span);
        self.refund(freed * PAGE_SIZE);
    }

    /// All below `end` that is executable and not writable now is the program's text.
    pub(crate) fn settle_text(&mut self, end: u64) {
        self.code.text_end = end;
        for (span, page) in self.pages.runs(&(0..end)) {
            if page.access().executable() && !page.access().writable() {
                self.pages.fill(&span, page.text());
            }
        }
    }

    /// Whether fetch sees something else than memory.
    pub(super) fn code_is_apart(&self) -> bool {
        self.code.text.is_some()
    }

    /// The program's text as long as it is what was loaded: pages and their
    /// bytes, in ascending order.
    pub(crate) fn text(&self) -> Vec<(u64, Vec<u8>)> {
        if let Some(text) = &self.code.text {
            let pages = text.pages.iter();
            return pages
                .map(|(page, bytes)| (page << PAGE_SHIFT, bytes.to_vec()))
                .collect();
        }
        let runs = self.pages.runs(&(0..self.code.text_end)).into_iter();
        let pages = runs
            .filter(|(_, page)| page.is_text())
            .flat_map(|(span, _)| span.step_by(PAGE_SIZE as usize));
        let bytes = |addr| Some((addr, self.peek(addr, PAGE_SIZE)?));
        pages.filter_map(bytes).collect()
    }

    /// The addresses that are text, of a program whose code is apart from its memory.
    pub(super) fn text_span(&self) -> Option<Range<u64>> {
        self.code.text.as_ref().map(|text| text.span.clone())
    }

    /// Has fetch see `text`, pages in ascending order, instead of memory. Of these, what
    /// does not lie in `span` cannot be executed.
    pub(super) fn set_code_apart(&mut self, text: Vec<(u64, Vec<u8>)>, span: Range<u64>) {
        let pages: Vec<(u64, Box<[u8]>)> = text
            .into_iter()
            .map(|(addr, bytes)| (addr >> PAGE_SHIFT, bytes.into()))
            .collect();
        for (page, bytes) in &pages {
            self.show_code(*page, bytes.clone(), true);
        }
        self.code.text = Some(Text { pages, span });
    }

    /// Maps all of an empty memory, to be read and written; fetch sees `text` instead.
    pub(crate) fn open_beside(
        &mut self,
        text: Vec<(u64, Vec<u8>)>,
        span: Range<u64>,
    ) -> Result<(), MapError> {
        self.map_all()?;
        self.set_code_apart(text, span);
        Ok(())
    }

    /// The bytes of the page of this number that fetch sees, as long as it is the
    /// program's text, and what was loaded.
    pub(crate) fn text_page(&self, page: u64) -> Option<&[u8]> {
        let addr = page.checked_mul(PAGE_SIZE)?;
        if !self.pages.at(addr).is_text() || self.is_lost() {
            return None;
        }
        if self.code_is_apart() {
            return self.code.copies.get(&page).map(|bytes| &**bytes);
        }
        self.code_page(addr).map(|(_, bytes)| bytes)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Access;

    #[test]
    fn code_apart_is_what_it_was_whatever_becomes_of_memory() {
        let mut memory = Memory::with_detours(1 << 20, 1 << 20, false).unwrap();
        let text = vec![(0x1000, vec![0x13; PAGE_SIZE as usize])];
        memory.open_beside(text, 0x1000..0x1100).unwrap();
        memory.synchronize_code();
        memory.map(0..0x4000, Access::ALL).unwrap();
        memory.synchronize_code();
        memory.unmap(0..0x4000).unwrap();
        assert_eq!(memory.fetch(0x1010), Ok(0x1313_1313));
        let denied = |addr| Err(FetchFault::Denied { addr });
        assert_eq!(memory.fetch(0x1100), denied(0x1100));
    }
}
