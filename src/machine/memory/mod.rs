//! Guest memory: what is mapped, with which access, and the words in it.
//!
//! Pages are *mapped* when the guest asks and *committed* when it first
//! touches them: only then do they count against the limit. The host's own
//! protection of the window mirrors the committed pages, so code that the JIT
//! emitted may access the window freely: what the guest may not do, faults.

mod mapping;

pub use mapping::MapError;

use mapping::COMMIT_BYTES;

use super::call::words;
use super::code::CodeView;
use super::detour::Detours;
use super::link::Links;
use super::pages::{Access, PAGE_SIZE, Page, PageTable, page_down};
use super::record::{AccessKind, Recorder};
use super::rules::Rules;
use super::touch::Touches;
use super::window::{Notes, Window, zeroes};
use crate::isa::Width;

/// Bytes of address space of which a recording can be made, or replayed.
const MAX_RECORDED: u64 = 1 << 40;

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
    pub(in crate::machine) window: Window,
    pub(in crate::machine) pages: PageTable,
    committed: u64,
    peak: u64,
    limit: u64,
    /// Places at which the host's access changes.
    splits: usize,
    /// The host refused a change that it may have made in part.
    lost: bool,
    pub(in crate::machine) code: CodeView,
    pub(in crate::machine) recorder: Option<Box<Recorder>>,
    pub(in crate::machine) touches: Touches,
    pub(in crate::machine) links: Option<Box<Links>>,
    pub(in crate::machine) detours: Option<Box<Detours>>,
    rules: Rules,
}

impl Memory {
    /// Reserves `window` bytes of address space (rounded up to pages) and lets
    /// the guest touch at most `limit` bytes of it. An error if the host has not
    /// that much, be it for the table of a byte per page.
    pub fn new(window: u64, limit: u64) -> Result<Memory, MapError> {
        Memory::reserve(window, limit, Notes::default())
    }

    /// As [`Memory::new`], to note what is done with it. No more than
    /// [`MAX_RECORDED`] bytes: a replay, which anybody's trace asks for, fills their table.
    pub(crate) fn recording(window: u64, limit: u64) -> Result<Memory, MapError> {
        let mut memory = Memory::noting(window, limit, 1, false)?;
        memory.record();
        Ok(memory)
    }

    /// As [`Memory::recording`], to link every access to the one before to the same
    /// word: by clocks that advance by `insn` with each instruction. All that is
    /// mapped has to be writable, as in a replay.
    pub(crate) fn linking(window: u64, limit: u64, insn: u64) -> Result<Memory, MapError> {
        let mut memory = Memory::noting(window, limit, 1, true)?;
        memory.record();
        memory.links = Some(Box::new(Links::new(insn)));
        Ok(memory)
    }

    /// As [`Memory::new`] or, if it is to be `recorded`, [`Memory::recording`], in which
    /// detours can be made.
    pub(crate) fn with_detours(
        window: u64,
        limit: u64,
        recorded: bool,
    ) -> Result<Memory, MapError> {
        let shadow = usize::from(recorded);
        let mut memory = Memory::noting(window, limit, shadow + 1, false)?;
        memory.detours = Some(Box::new(Detours::by_shadow(shadow)));
        if recorded {
            memory.record();
        }
        Ok(memory)
    }

    fn noting(window: u64, limit: u64, shadows: usize, links: bool) -> Result<Memory, MapError> {
        if window > MAX_RECORDED {
            return Err(rustix::io::Errno::NOMEM.into());
        }
        Memory::reserve(window, limit, Notes { shadows, links })
    }

    /// Notes what is done with it from now on.
    fn record(&mut self) {
        self.recorder = Some(Box::new(Recorder::new()));
        self.restart_touches(u64::MAX, None);
    }

    fn reserve(window: u64, limit: u64, notes: Notes) -> Result<Memory, MapError> {
        let size = window
            .checked_next_multiple_of(COMMIT_BYTES)
            .ok_or(rustix::io::Errno::NOMEM)?;
        let window = Window::reserve(size, notes)?;
        let entries = zeroes(PageTable::entries(size))?;
        Ok(Memory {
            window,
            pages: PageTable::new(entries, Page::UNMAPPED),
            committed: 0,
            peak: 0,
            limit,
            splits: 0,
            lost: false,
            code: CodeView::default(),
            recorder: None,
            touches: Touches::default(),
            links: None,
            detours: None,
            rules: Rules::default(),
        })
    }

    /// What the execution environment makes of instructions.
    #[inline]
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// Sets them, before anything executes.
    pub(crate) fn set_rules(&mut self, rules: Rules) {
        self.rules = rules;
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
        if self.recorder.is_some() {
            self.note_load(addr, width);
        }
        Ok(self.read(addr, width))
    }

    /// Stores the low `width` bytes of `value`, little-endian. Any alignment.
    #[inline]
    pub fn store(&mut self, addr: u64, width: Width, value: u64) -> Result<(), Fault> {
        self.ready(addr, width, Access::READ_WRITE)?;
        if self.recorder.is_none() {
            self.overwrite(addr, width, value);
            return Ok(());
        }
        let store = |memory: &mut Memory| memory.overwrite(addr, width, value);
        self.note_store(AccessKind::Store, addr, width, store);
        Ok(())
    }

    /// Replaces the `width` bytes at `addr`, which it returns, by what `change` makes
    /// of them. The right to write is enough, and needed.
    pub fn modify(
        &mut self,
        addr: u64,
        width: Width,
        change: impl FnOnce(u64) -> u64,
    ) -> Result<u64, Fault> {
        self.ready(addr, width, Access::READ_WRITE)?;
        let old = self.read(addr, width);
        let store = |memory: &mut Memory| memory.overwrite(addr, width, change(old));
        if self.recorder.is_none() {
            store(self);
        } else {
            self.note_store(AccessKind::Modify, addr, width, store);
        }
        Ok(old)
    }

    /// The `width` bytes at `addr`, which were found ready to be read.
    #[inline]
    fn read(&self, addr: u64, width: Width) -> u64 {
        debug_assert!(self.is_ready(addr, width, Access::READ));
        // SAFETY: `ready` has found every byte in the window, committed and readable.
        unsafe {
            let at = self.window.base().add(addr as usize);
            match width {
                Width::Byte => at.read().into(),
                Width::Half => u16::from_le(at.cast::<u16>().read_unaligned()).into(),
                Width::Word => u32::from_le(at.cast::<u32>().read_unaligned()).into(),
                Width::Double => u64::from_le(at.cast::<u64>().read_unaligned()),
            }
        }
    }

    /// The double word at `addr`, a multiple of eight: zero where the guest has
    /// not touched a page or may not read it.
    pub(in crate::machine) fn word(&self, addr: u64) -> u64 {
        if self.pages.at(addr).is_ready(Access::READ) {
            self.read(addr, Width::Double)
        } else {
            0
        }
    }

    /// As [`Memory::word`], of any address: zero if that is no multiple of eight.
    pub(crate) fn word_at(&self, addr: u64) -> u64 {
        match addr.is_multiple_of(8) {
            true => self.word(addr),
            false => 0,
        }
    }

    /// Appends the `count` double words from `addr` on to `to`, each as [`Memory::word_at`].
    pub(crate) fn add_words(&self, addr: u64, count: u64, to: &mut Vec<u64>) {
        let len = 8 * count;
        let at_once = addr.is_multiple_of(8)
            && (1..=PAGE_SIZE).contains(&len)
            && self.are_ready(addr, len, Access::READ);
        let word = |index: u64| {
            let addr = addr.wrapping_add(8 * index);
            match at_once {
                true => self.read(addr, Width::Double),
                false => self.word_at(addr),
            }
        };
        to.extend((0..count).map(word));
    }

    /// Makes the double word at `addr`, a multiple of eight, `value`, which no
    /// recording notes. False where the guest may not write.
    pub(in crate::machine) fn set_word(&mut self, addr: u64, value: u64) -> bool {
        let ready = self.pages.at(addr).is_ready(Access::READ_WRITE);
        if ready {
            self.overwrite(addr, Width::Double, value);
        }
        ready
    }

    /// Overwrites the `width` bytes at `addr`, which were found ready to be written.
    #[inline]
    fn overwrite(&mut self, addr: u64, width: Width, value: u64) {
        debug_assert!(self.is_ready(addr, width, Access::READ_WRITE));
        // SAFETY: `ready` has found every byte in the window, committed and writable.
        unsafe {
            let at = self.window.base().add(addr as usize);
            match width {
                Width::Byte => at.write(value as u8),
                Width::Half => at.cast::<u16>().write_unaligned((value as u16).to_le()),
                Width::Word => at.cast::<u32>().write_unaligned((value as u32).to_le()),
                Width::Double => at.cast::<u64>().write_unaligned(value.to_le()),
            }
        }
    }

    /// The `len` bytes at `addr`, which the guest may read.
    pub fn slice(&mut self, addr: u64, len: u64) -> Result<&[u8], Fault> {
        if len == 0 {
            return Ok(&[]);
        }
        self.ready_span(addr, len, Access::READ)?;
        self.note_call_read(addr, len);
        // SAFETY: every byte was found in the window, committed and readable.
        Ok(unsafe {
            std::slice::from_raw_parts(self.window.base().add(addr as usize), len as usize)
        })
    }

    /// Writes `bytes` at `addr`, where the guest may write.
    pub fn write(&mut self, addr: u64, bytes: &[u8]) -> Result<(), Fault> {
        self.fill_with(addr, bytes.len() as u64, |place| {
            place.copy_from_slice(bytes);
            Ok(place.len())
        })?;
        Ok(())
    }

    /// Has `fill` write to the `len` bytes at `addr`, where the guest may write; it
    /// says how many of them, from the first, it has written.
    pub fn fill_with<E: From<Fault>>(
        &mut self,
        addr: u64,
        len: u64,
        fill: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<usize, E> {
        if !self.in_recorded_call() || len == 0 {
            return fill(self.place(addr, len)?);
        }
        self.place(addr, len)?;
        // The words around lie in the same pages.
        let around = words(addr, len);
        let before = self
            .place(around.start, around.end - around.start)?
            .to_vec();
        let place = self.place(addr, len)?;
        let filled = fill(place);
        // What it has written beyond what it says is as if it had not.
        let len = place.len();
        let written = filled.as_ref().map_or(0, |&written| written.min(len));
        let lead = (addr % 8) as usize;
        place[written..].copy_from_slice(&before[lead + written..lead + len]);
        let after = place[..written].to_vec();
        self.note_call_write(addr, after, before);
        filled
    }

    /// The `len` bytes at `addr`, which the guest may write.
    fn place(&mut self, addr: u64, len: u64) -> Result<&mut [u8], Fault> {
        if len == 0 {
            return Ok(&mut []);
        }
        self.ready_span(addr, len, Access::READ_WRITE)?;
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
        if self.is_ready(addr, width, need) {
            return Ok(());
        }
        self.commit(addr, width.bytes(), need)
    }

    /// Makes `len` bytes at `addr`, not none, ready for `need`.
    fn ready_span(&mut self, addr: u64, len: u64, need: Access) -> Result<(), Fault> {
        // Of so few bytes, the first and the last are in all of their pages.
        if len <= PAGE_SIZE && self.are_ready(addr, len, need) {
            return Ok(());
        }
        self.commit(addr, len, need)
    }

    #[inline]
    fn is_ready(&self, addr: u64, width: Width, need: Access) -> bool {
        self.are_ready(addr, width.bytes(), need)
    }

    /// Whether the first and the last of `len` bytes at `addr` are ready.
    #[inline]
    fn are_ready(&self, addr: u64, len: u64, need: Access) -> bool {
        let last = addr.wrapping_add(len - 1);
        self.pages.at(addr).is_ready(need) && self.pages.at(last).is_ready(need)
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
