//! The reserved window of host addresses that stands for the guest's address space.
//!
//! Layout, upwards: a *side area* for the engine's own tables, a guard, the
//! window, a guard. The guards are never accessible, and wider than any offset
//! that an instruction can add to a checked base plus the widest access.

use std::alloc::Layout;
use std::ptr::NonNull;

use rustix::mm::{Advice, MapFlags, MprotectFlags, ProtFlags};

use super::pages::Access;

/// Bytes before and after the window that always fault.
pub(crate) const GUARD_BYTES: usize = 1 << 16;
/// Bytes of the side area.
pub(crate) const SIDE_AREA_BYTES: usize = 1 << 18;
/// How far below the window's first byte the side area starts.
pub(crate) const SIDE_BYTES: usize = SIDE_AREA_BYTES + GUARD_BYTES;

/// Host memory reserved for one guest; unmapped when dropped.
#[derive(Debug)]
pub(super) struct Window {
    reservation: NonNull<u8>,
    size: usize,
}

// SAFETY: the mapping belongs to this value alone and is not tied to a thread;
// all access goes through `&self` / `&mut self` of its owner.
unsafe impl Send for Window {}
// SAFETY: `&Window` gives out addresses and the size, and reads nothing.
unsafe impl Sync for Window {}

impl Window {
    /// Reserves `size` bytes (a multiple of the page size), none of them accessible.
    pub(super) fn reserve(size: u64) -> rustix::io::Result<Window> {
        let size = usize::try_from(size).map_err(|_| rustix::io::Errno::NOMEM)?;
        let total = size
            .checked_add(SIDE_BYTES + GUARD_BYTES)
            .ok_or(rustix::io::Errno::NOMEM)?;
        let reservation = map_fresh(total)?;
        let window = Window { reservation, size };
        // SAFETY: the side area is at the start of our own mapping, and
        // writable. The write gives the whole mapping one set of anonymous
        // pages to refer to, without which the host could not join again what
        // changes of access have split.
        unsafe {
            reservation.as_ptr().write_volatile(0);
            let rest = reservation.as_ptr().add(SIDE_AREA_BYTES);
            rustix::mm::mprotect(rest.cast(), total - SIDE_AREA_BYTES, MprotectFlags::empty())?;
        }
        Ok(window)
    }

    /// The host address of guest address 0.
    pub(super) fn base(&self) -> *mut u8 {
        // SAFETY: the reservation holds more than SIDE_BYTES bytes.
        unsafe { self.reservation.as_ptr().add(SIDE_BYTES) }
    }

    /// The side area.
    pub(super) fn side_area(&mut self) -> &mut [u8] {
        // SAFETY: readable and writable since `reserve`; emitted code, which
        // reads it, does not run while this reference lives.
        unsafe { std::slice::from_raw_parts_mut(self.reservation.as_ptr(), SIDE_AREA_BYTES) }
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
        SIDE_BYTES + self.size + GUARD_BYTES
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

/// A new mapping of `size` bytes, which cost nothing until they are written: all
/// of it writable where the host allows so much, the side area alone where not
/// (`vm.overcommit_memory` 2).
fn map_fresh(size: usize) -> rustix::io::Result<NonNull<u8>> {
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
        unsafe { rustix::mm::mprotect(start.as_ptr().cast(), SIDE_AREA_BYTES, access)? };
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
