//! Decoded instructions, remembered by page.

use std::ops::Range;

use hashbrown::HashMap;

use crate::isa::Decoded;
use crate::machine::{Cause, FetchFault, Memory, NoInst, PAGE_SIZE, Stop, Trap};

const PARCELS: usize = PAGE_SIZE as usize / 2;

/// Pages remembered at the most: a guest that runs through more of them than
/// any program has must not make the host remember them all.
const MAX_PAGES: usize = 1 << 11;

/// The instructions that start in one page, by parcel; `None` where none was met yet.
#[derive(Debug)]
struct Page {
    number: u64,
    parcels: [Option<Decoded>; PARCELS],
    /// All that were met since the last were dropped are among these.
    met: Range<usize>,
}

impl Page {
    fn new(number: u64) -> Page {
        Page {
            number,
            parcels: [None; PARCELS],
            met: 0..0,
        }
    }

    fn set(&mut self, parcel: usize, decoded: Decoded) {
        self.parcels[parcel] = Some(decoded);
        self.met = match self.met.is_empty() {
            true => parcel..parcel + 1,
            false => self.met.start.min(parcel)..self.met.end.max(parcel + 1),
        };
    }

    fn clear(&mut self) {
        self.parcels[std::mem::take(&mut self.met)].fill(None);
    }
}

/// What has been decoded. The page that execution is in is at hand without a look-up.
#[derive(Debug, Default)]
pub(crate) struct DecodedCode {
    pages: Vec<Box<Page>>,
    index: HashMap<u64, usize>,
    /// The page that has been here longest, if there is no room for more.
    oldest: usize,
    current: Option<(u64, usize)>,
}

impl DecodedCode {
    /// The instruction at `pc`, or the trap of having none there.
    #[inline]
    pub(crate) fn at(&mut self, memory: &mut Memory, pc: u64) -> Result<Decoded, Stop> {
        let (number, parcel) = (pc / PAGE_SIZE, (pc % PAGE_SIZE) as usize / 2);
        let slot = match self.current {
            Some((current, slot)) if current == number => slot,
            _ => self.enter(number),
        };
        match self.pages[slot].parcels[parcel] {
            Some(decoded) => Ok(decoded),
            None => {
                let decoded = decode(memory, pc)?;
                self.pages[slot].set(parcel, decoded);
                Ok(decoded)
            }
        }
    }

    #[cold]
    fn enter(&mut self, number: u64) -> usize {
        let slot = match self.index.get(&number) {
            Some(&slot) => slot,
            None => self.take_in(number),
        };
        self.current = Some((number, slot));
        slot
    }

    /// A place for a page that has none: if need be, that of the one that has been
    /// here longest, so that a guest which hops from page to page costs little.
    fn take_in(&mut self, number: u64) -> usize {
        let slot = if self.pages.len() < MAX_PAGES {
            self.pages.push(Box::new(Page::new(number)));
            self.pages.len() - 1
        } else {
            let slot = self.oldest;
            self.oldest = (slot + 1) % MAX_PAGES;
            let page = &mut self.pages[slot];
            self.index.remove(&page.number);
            page.clear();
            page.number = number;
            slot
        };
        self.index.insert(number, slot);
        slot
    }

    /// Drops what was decoded from `ranges`, an instruction that reaches into one included.
    pub(super) fn forget(&mut self, ranges: &[Range<u64>]) {
        for range in ranges {
            let pages = range.start / PAGE_SIZE..range.end.div_ceil(PAGE_SIZE);
            if pages.end - pages.start < self.index.len() as u64 {
                for page in pages.clone() {
                    self.forget_page(page);
                }
            } else {
                let known: Vec<u64> = self.index.keys().copied().collect();
                for page in known.into_iter().filter(|page| pages.contains(page)) {
                    self.forget_page(page);
                }
            }
            if let Some(&slot) = self.index.get(&pages.start.wrapping_sub(1)) {
                self.pages[slot].parcels[PARCELS - 1] = None;
            }
        }
    }

    fn forget_page(&mut self, page: u64) {
        if let Some(&slot) = self.index.get(&page) {
            self.pages[slot].clear();
        }
    }
}

fn decode(memory: &mut Memory, pc: u64) -> Result<Decoded, Stop> {
    memory.instruction(pc).map_err(|none| {
        let cause = match none {
            NoInst::Fetch(FetchFault::Limit) => return Stop::MemoryLimit,
            NoInst::Fetch(FetchFault::Denied { addr }) => Cause::FetchFault { addr },
            NoInst::Misaligned => Cause::FetchMisaligned { addr: pc },
            NoInst::Illegal { word } => Cause::IllegalInstruction { word },
        };
        Stop::Trap(Trap { pc, cause })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa;

    #[test]
    fn of_too_many_pages_the_oldest_make_room() {
        let nop = isa::decode(0x13).unwrap();
        let mut code = DecodedCode::default();
        let mut meet = |page: u64, parcel: usize| {
            let slot = code.enter(page);
            let met = code.pages[slot].parcels.iter().flatten().count();
            code.pages[slot].set(parcel, nop);
            (met, code.pages.len(), code.index.len())
        };
        let pages = MAX_PAGES as u64;
        for page in 0..pages {
            let known = page as usize + 1;
            assert_eq!(meet(page, 7), (0, known, known));
        }
        // Two come in the place of the first two.
        assert_eq!(meet(pages, 9), (0, MAX_PAGES, MAX_PAGES));
        assert_eq!(meet(pages + 1, 2), (0, MAX_PAGES, MAX_PAGES));
        assert_eq!(meet(2, 3), (1, MAX_PAGES, MAX_PAGES));
        assert_eq!(meet(pages, 5), (1, MAX_PAGES, MAX_PAGES));
        assert_eq!(meet(pages, 1), (2, MAX_PAGES, MAX_PAGES));
        // One that comes back is as new, and takes the place of the third.
        assert_eq!(meet(0, 7), (0, MAX_PAGES, MAX_PAGES));
        assert_eq!(meet(2, 7), (0, MAX_PAGES, MAX_PAGES));
    }
}
