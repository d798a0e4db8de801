//! Decoded instructions, remembered by page.

use std::ops::Range;

use hashbrown::HashMap;

use crate::isa::{self, Decoded};
use crate::machine::{Cause, FetchFault, Memory, PAGE_SIZE, Stop, Trap};

const PARCELS: usize = PAGE_SIZE as usize / 2;

/// Pages remembered at the most: a guest that runs through more of them than
/// any program has must not make the host remember them all.
const MAX_PAGES: usize = 1 << 11;

/// The instructions that start in one page, by parcel; `None` where none was met yet.
#[derive(Debug)]
struct Page {
    parcels: [Option<Decoded>; PARCELS],
    /// One was met since all were dropped.
    used: bool,
}

impl Page {
    fn new() -> Page {
        Page {
            parcels: [None; PARCELS],
            used: false,
        }
    }
}

/// What has been decoded. The page that execution is in is at hand without a look-up.
#[derive(Debug, Default)]
pub(super) struct DecodedCode {
    pages: Vec<Box<Page>>,
    index: HashMap<u64, usize>,
    current: Option<(u64, usize)>,
}

impl DecodedCode {
    /// The instruction at `pc`, or the trap of having none there.
    #[inline]
    pub(super) fn at(&mut self, memory: &mut Memory, pc: u64) -> Result<Decoded, Stop> {
        let (number, parcel) = (pc / PAGE_SIZE, (pc % PAGE_SIZE) as usize / 2);
        let slot = match self.current {
            Some((current, slot)) if current == number => slot,
            _ => self.enter(number),
        };
        match self.pages[slot].parcels[parcel] {
            Some(decoded) => Ok(decoded),
            None => {
                let decoded = decode(memory, pc)?;
                let page = &mut self.pages[slot];
                page.parcels[parcel] = Some(decoded);
                page.used = true;
                Ok(decoded)
            }
        }
    }

    #[cold]
    fn enter(&mut self, number: u64) -> usize {
        if self.pages.len() == MAX_PAGES && !self.index.contains_key(&number) {
            *self = DecodedCode::default();
        }
        let pages = &mut self.pages;
        let slot = *self.index.entry(number).or_insert_with(|| {
            pages.push(Box::new(Page::new()));
            pages.len() - 1
        });
        self.current = Some((number, slot));
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
        let page = self.index.get(&page).map(|&slot| &mut self.pages[slot]);
        if let Some(page) = page.filter(|page| page.used) {
            page.parcels.fill(None);
            page.used = false;
        }
    }
}

fn decode(memory: &mut Memory, pc: u64) -> Result<Decoded, Stop> {
    let trap = |cause| Stop::Trap(Trap { pc, cause });
    let word = memory.fetch(pc).map_err(|refusal| match refusal {
        FetchFault::Denied { addr } => trap(Cause::FetchFault { addr }),
        FetchFault::Limit => Stop::MemoryLimit,
    })?;
    isa::decode(word).ok_or_else(|| trap(Cause::IllegalInstruction { word }))
}
