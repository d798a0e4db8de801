//! The reserved window of host addresses that stands for the guest's address space.
//!
//! Layout, upwards: a *side area* for the engine's own tables, a guard, the
//! window, a guard. The guards are never accessible, and wider than any offset
//! that an instruction can add to a checked base plus the widest access.
//!
//! Where touches are noted, the head of their log lies below that, and below the head their
//! shadow: a byte for each double word of the window, and for what the guards hold
//! next to it, so that the shadow of any address that may be tried exists. Where a
//! recorded run may make detours, there are two shadows.
//!
//! Where accesses are linked, a table of clocks lies above that, as large as the
//! window and between guards of its own: eight bytes for each double word, so that
//! the entry of an address outside the window faults, too.

use std::alloc::Layout;
use std::ptr::NonNull;

use rustix::mm::{Advice, MapFlags, MprotectFlags, ProtFlags};

use super::link::{LinkHead, LinkMap};
use super::pages::Access;
use super::touch::TouchMap;
use super::touch_log::LogHead;

/// Bytes before and after the window that always fault.
pub(crate) const GUARD_BYTES: usize = 1 << 16;
/// Bytes of the side area.
pub(crate) const SIDE_AREA_BYTES: usize = (1 << 18) + (1 << 13);
/// How far below the window's first byte the side area starts.
pub(crate) const SIDE_BYTES: usize = SIDE_AREA_BYTES + GUARD_BYTES;

/// Bytes for the head of the log.
const HEAD_BYTES: usize = super::pages::PAGE_SIZE as usize;
/// Where in that the head of the log of links is.
const LINK_HEAD: usize = size_of::<LogHead>();
const _: () = assert!(LINK_HEAD + size_of::<LinkHead>() <= HEAD_BYTES);
const _: () = assert!(LINK_HEAD.is_multiple_of(align_of::<LinkHead>()));
/// Bytes of shadow below that of the window's first word, and above that of its last.
const SHADOW_SLACK: usize = GUARD_BYTES / 8;

/// What is noted of the accesses to a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Notes {
    /// Which words are touched first, in so many shadows that take turns.
    pub(super) shadows: usize,
    /// Of every access the one before to its word.
    pub(super) links: bool,
}

/// Host memory reserved for one guest; unmapped when dropped.
#[derive(Debug)]
pub(super) struct Window {
    reservation: NonNull<u8>,
    size: usize,
    /// Shadows, below the head.
    shadows: usize,
    /// Bytes below the side area, for head and shadows; 0 where nothing is noted.
    traced: usize,
    /// Bytes above the window's guard, for the table of clocks and its guards; 0
    /// where nothing is linked.
    linked: usize,
}

// SAFETY: the mapping belongs to this value alone and is not tied to a thread;
// all access goes through `&self` / `&mut self` of its owner.
unsafe impl Send for Window {}
// SAFETY: `&Window` gives out addresses and the size, and reads nothing.
unsafe impl Sync for Window {}

impl Window {
    /// Reserves `size` bytes (a multiple of the page size), none of them
    /// accessible; with what the notes to be made need.
    pub(super) fn reserve(size: u64, notes: Notes) -> rustix::io::Result<Window> {
        let size = usize::try_from(size).map_err(|_| rustix::io::Errno::NOMEM)?;
        let traced = match notes.shadows {
            0 => 0,
            shadows => HEAD_BYTES + shadows * shadow_bytes(size),
        };
        let linked = match notes.links {
            true => size.checked_add(2 * GUARD_BYTES),
            false => Some(0),
        };
        let linked = linked.ok_or(rustix::io::Errno::NOMEM)?;
        let total = size
            .checked_add(traced + SIDE_BYTES + GUARD_BYTES)
            .and_then(|total| total.checked_add(linked))
            .ok_or(rustix::io::Errno::NOMEM)?;
        let used = traced + SIDE_AREA_BYTES;
        let reservation = map_fresh(total, used)?;
        let window = Window {
            reservation,
            size,
            shadows: notes.shadows,
            traced,
            linked,
        };
        // SAFETY: the first `used` bytes of our own mapping are writable. The
        // write gives the whole mapping one set of anonymous pages to refer to,
        // without which the host could not join again what changes of access
        // have split.
        unsafe {
            reservation.as_ptr().write_volatile(0);
            let rest = reservation.as_ptr().add(used);
            rustix::mm::mprotect(rest.cast(), total - used, MprotectFlags::empty())?;
        }
        if linked != 0 {
            let access = MprotectFlags::READ | MprotectFlags::WRITE;
            // SAFETY: a part of our own mapping that nothing refers to yet.
            unsafe { rustix::mm::mprotect(window.table().cast(), size, access)? };
        }
        Ok(window)
    }

    /// The host address of guest address 0.
    pub(super) fn base(&self) -> *mut u8 {
        // SAFETY: the reservation holds more than that.
        unsafe { self.reservation.as_ptr().add(self.traced + SIDE_BYTES) }
    }

    /// The side area.
    pub(super) fn side_area(&mut self) -> &mut [u8] {
        // SAFETY: readable and writable since `reserve`; emitted code, which
        // reads it, does not run while this reference lives.
        unsafe {
            let start = self.reservation.as_ptr().add(self.traced);
            std::slice::from_raw_parts_mut(start, SIDE_AREA_BYTES)
        }
    }

    /// Where head and shadow are, if touches are noted, as emitted code reaches them.
    pub(super) fn touch_map(&self) -> Option<TouchMap> {
        let head = -((SIDE_BYTES + HEAD_BYTES) as i64);
        let above = i64::try_from(shadow_bytes(self.size) - SHADOW_SLACK).ok()?;
        (self.shadows != 0).then_some(TouchMap {
            log: head,
            shadow: (self.shadows == 1).then_some(head - above),
        })
    }

    /// The head of the log, and the shadow of this place among them: a byte a double
    /// word of the window. Nothing where there is none.
    pub(super) fn touches(&mut self, shadow: usize) -> Option<(&mut LogHead, &mut [u8])> {
        if shadow >= self.shadows {
            return None;
        }
        // SAFETY: two parts of our own mapping that do not overlap, readable and
        // writable since `reserve`; the head is page-aligned and zero at first, and any
        // bytes are one. Emitted code, which writes them, does not run while these
        // references live.
        unsafe {
            let head = self.head();
            let start = head.sub((shadow + 1) * shadow_bytes(self.size));
            let shadow = std::slice::from_raw_parts_mut(start.add(SHADOW_SLACK), self.size / 8);
            Some((&mut *head.cast(), shadow))
        }
    }

    /// The page with the heads of logs, where something is noted.
    fn head(&self) -> *mut u8 {
        // SAFETY: below the side area, where there is a page for that.
        unsafe { self.reservation.as_ptr().add(self.traced - HEAD_BYTES) }
    }

    /// The table of clocks, where there is one.
    fn table(&self) -> *mut u64 {
        // SAFETY: the reservation holds window, guard, the table's guard, and table.
        unsafe { self.base().add(self.size + 2 * GUARD_BYTES).cast() }
    }

    /// Where the head of the log of links is, if accesses are linked.
    pub(super) fn link_map(&self) -> Option<LinkMap> {
        let head = LINK_HEAD as i64 - (SIDE_BYTES + HEAD_BYTES) as i64;
        (self.linked != 0).then_some(LinkMap { head })
    }

    /// The head of the log of links, and the table of clocks: one a double word of
    /// the window. Nothing where accesses are not linked.
    pub(super) fn links(&mut self) -> Option<(&mut LinkHead, &mut [u64])> {
        if self.linked == 0 {
            return None;
        }
        let table = self.table();
        // SAFETY: as in `touches`; the table is aligned as the window is, and
        // any bytes are clocks.
        unsafe {
            let head = self.head().add(LINK_HEAD).cast();
            let clocks = std::slice::from_raw_parts_mut(table, self.size / size_of::<u64>());
            Some((&mut *head, clocks))
        }
    }

    /// Gives the table of clocks, all of which are zero, back to the host.
    pub(super) fn release_clocks(&mut self) -> rustix::io::Result<()> {
        if self.linked == 0 {
            return Ok(());
        }
        // SAFETY: a part of our own mapping, which `&mut self` leaves unreferenced.
        unsafe { rustix::mm::madvise(self.table().cast(), self.size, Advice::LinuxDontNeed) }
    }

    /// Bytes in the window.
    pub(super) fn size(&self) -> u64 {
        self.size as u64
    }

    /// First host address of the reservation, and one past its last, guards included.
    pub(super) fn host_span(&self) -> (usize, usize) {
        let start = self.reservation.as_ptr() as usize;
        (start, start + self.total())
    }

    fn total(&self) -> usize {
        self.traced + SIDE_BYTES + self.size + GUARD_BYTES + self.linked
    }

    /// Lets the host access `len` bytes at guest address `addr` as `access` says.
    ///
    /// # Safety
    /// The range lies in the window, is page-aligned, and no reference into it lives.
    pub(super) unsafe fn protect(
        &self,
        addr: u64,
        len: u64,
        access: Access,
    ) -> rustix::io::Result<()> {
        let mut flags = MprotectFlags::empty();
        flags.set(MprotectFlags::READ, access.contains(Access::READ));
        flags.set(MprotectFlags::WRITE, access.writable());
        // SAFETY: by the caller's promise the range is within the mapping.
        unsafe { rustix::mm::mprotect(self.base().add(addr as usize).cast(), len as usize, flags) }
    }

    /// Gives `len` bytes at guest address `addr` back to the host: zero and inaccessible.
    ///
    /// # Safety
    /// As for [`Window::protect`].
    pub(super) unsafe fn release(&self, addr: u64, len: u64) -> rustix::io::Result<()> {
        // SAFETY: a part of our own mapping, by the caller's promise unreferenced.
        unsafe {
            let start = self.base().add(addr as usize).cast();
            rustix::mm::madvise(start, len as usize, Advice::LinuxDontNeed)?;
            rustix::mm::mprotect(start, len as usize, MprotectFlags::empty())
        }
    }
}

/// Bytes of the shadow of a window of `size` bytes.
const fn shadow_bytes(size: usize) -> usize {
    // Whole pages, so that the head below the side area starts one.
    (2 * SHADOW_SLACK + size / 8).next_multiple_of(super::pages::PAGE_SIZE as usize)
}

/// A new mapping of `size` bytes, which cost nothing until they are written: all
/// of it writable where the host allows so much, the first `used` bytes alone
/// where not (`vm.overcommit_memory` 2).
fn map_fresh(size: usize, used: usize) -> rustix::io::Result<NonNull<u8>> {
    let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
    let map = |access| {
        // SAFETY: at an address of the kernel's choice, so it replaces nothing.
        let start =
            unsafe { rustix::mm::mmap_anonymous(std::ptr::null_mut(), size, access, flags)? };
        NonNull::new(start.cast::<u8>()).ok_or(rustix::io::Errno::NOMEM)
    };
    map(ProtFlags::READ | ProtFlags::WRITE).or_else(|_| {
        let start = map(ProtFlags::empty())?;
        let access = MprotectFlags::READ | MprotectFlags::WRITE;
        // SAFETY: the start of the mapping just made, which is longer.
        unsafe { rustix::mm::mprotect(start.as_ptr().cast(), used, access)? };
        Ok(start)
    })
}

/// A vector of zero bytes, which costs only address space until it is written;
/// an error where `vec![0; len]` would end the process.
pub(super) fn zeroes(len: usize) -> rustix::io::Result<Vec<u8>> {
    let layout = Layout::array::<u8>(len).map_err(|_| rustix::io::Errno::NOMEM)?;
    if layout.size() == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: the layout is not of zero size.
    let start = unsafe { std::alloc::alloc_zeroed(layout) };
    if start.is_null() {
        return Err(rustix::io::Errno::NOMEM);
    }
    // SAFETY: just allocated by the global allocator for `len` bytes, all of
    // them initialized, and nobody else's.
    Ok(unsafe { Vec::from_raw_parts(start, len, len) })
}

impl Drop for Window {
    fn drop(&mut self) {
        // SAFETY: the whole mapping is ours, and nothing borrows from a dropped value.
        let unmapped =
            unsafe { rustix::mm::munmap(self.reservation.as_ptr().cast(), self.total()) };
        debug_assert!(unmapped.is_ok(), "unmapping our own reservation");
    }
}
