//! The memory that holds emitted code: writable or executable, never both, and entered here alone.

use std::ops::Range;
use std::ptr::NonNull;

use rustix::io::Result;
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags};

use super::fault::{self, Watch};
use crate::machine::{Hart, MachineState, PAGE_SIZE};

/// Writes closer than this share the two calls that change the protection.
const NEAR_BYTES: usize = 1 << 16;

/// Code memory. Executable except within [`CodeMemory::write`].
#[derive(Debug)]
pub(super) struct CodeMemory {
    start: NonNull<u8>,
    size: usize,
}

// SAFETY: the mapping belongs to this value alone and is not tied to a thread.
unsafe impl Send for CodeMemory {}

/// What emitted code returns: the exit stub's `rax` and `rdx`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(super) struct Left {
    /// A site's number, or a value beyond them.
    pub(super) why: u64,
    /// What is left of the budget.
    pub(super) budget: u64,
}

type Enter = unsafe extern "sysv64" fn(*mut MachineState, *mut u8, u64, *const u8) -> Left;

impl CodeMemory {
    /// Reserves `size` bytes, a multiple of the page size.
    pub(super) fn reserve(size: usize) -> Result<CodeMemory> {
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        let access = ProtFlags::READ | ProtFlags::EXEC;
        // SAFETY: a fresh mapping at an address of the kernel's choice.
        let start =
            unsafe { rustix::mm::mmap_anonymous(std::ptr::null_mut(), size, access, flags)? };
        let start = NonNull::new(start.cast()).ok_or(rustix::io::Errno::NOMEM)?;
        Ok(CodeMemory { start, size })
    }

    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// The host address of the byte at `offset`.
    pub(super) fn address(&self, offset: usize) -> u64 {
        self.start.as_ptr() as u64 + offset as u64
    }

    /// Makes `writes`, each an offset and the bytes to lie there. What they touch is
    /// not executable meanwhile. An error leaves the memory unfit for execution.
    pub(super) fn write(&mut self, mut writes: Vec<(usize, &[u8])>) -> Result<()> {
        writes.sort_unstable_by_key(|&(offset, _)| offset);
        let near = |&(a, bytes): &(usize, &[u8]), &(b, _): &(usize, &[u8])| {
            b.saturating_sub(a + bytes.len()) < NEAR_BYTES
        };
        for group in writes.chunk_by(near) {
            self.write_group(group)?;
        }
        Ok(())
    }

    /// Makes writes that are in ascending order and close to each other.
    fn write_group(&mut self, writes: &[(usize, &[u8])]) -> Result<()> {
        let page = PAGE_SIZE as usize;
        let start = writes.iter().map(|&(offset, _)| offset).min().unwrap_or(0);
        let ends = writes
            .iter()
            .map(|&(offset, bytes)| offset.saturating_add(bytes.len()));
        let end = ends.max().unwrap_or(0);
        let pages = start / page * page..end.div_ceil(page).saturating_mul(page);
        if pages.end > self.size {
            return Err(rustix::io::Errno::INVAL);
        }
        self.protect(&pages, MprotectFlags::READ | MprotectFlags::WRITE)?;
        for &(offset, bytes) in writes {
            // SAFETY: within the mapping and now writable; emitted code runs
            // only inside `enter`, which cannot overlap with `&mut self`.
            let place = unsafe {
                std::slice::from_raw_parts_mut(self.start.as_ptr().add(offset), bytes.len())
            };
            place.copy_from_slice(bytes);
        }
        self.protect(&pages, MprotectFlags::READ | MprotectFlags::EXEC)
    }

    /// The bytes at `span`; empty if it is not within the memory.
    pub(super) fn bytes(&self, span: Range<usize>) -> &[u8] {
        if span.start > span.end || span.end > self.size {
            return &[];
        }
        // SAFETY: within the mapping, which is readable whenever it is not being edited.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr().add(span.start), span.len()) }
    }

    fn protect(&self, pages: &Range<usize>, access: MprotectFlags) -> Result<()> {
        // SAFETY: the pages are within our own mapping.
        unsafe {
            let at = self.start.as_ptr().add(pages.start).cast();
            rustix::mm::mprotect(at, pages.len(), access)
        }
    }

    /// Runs emitted code from `unit` until it leaves by the exit stub.
    ///
    /// # Safety
    /// The stub at `enter` is the entry stub, the one at `exit` the exit stub
    /// for the same homes, and all code reachable from `unit` was emitted for
    /// them and for `hart`'s memory.
    pub(super) unsafe fn enter(
        &self,
        enter: usize,
        exit: usize,
        unit: usize,
        hart: &mut Hart,
        budget: u64,
    ) -> Left {
        let watch = Watch {
            code: (self.address(0), self.address(self.size)),
            memory: hart.memory.host_span(),
            exit: self.address(exit),
        };
        // SAFETY: by the caller's promise this is the entry stub, which has this type.
        let call: Enter = unsafe { std::mem::transmute(self.start.as_ptr().add(enter)) };
        let unit = self.address(unit) as *const u8;
        let base = hart.memory.host_base();
        // SAFETY: the code keeps to the state behind the first pointer, the
        // side area and the window behind the second; `&mut Hart` makes both
        // ours. Faults in the window are turned into exits while `watch` stands.
        fault::watched(watch, || unsafe {
            call(&raw mut hart.state, base, budget, unit)
        })
    }
}

impl Drop for CodeMemory {
    fn drop(&mut self) {
        // SAFETY: the whole mapping is ours, and nothing borrows from a dropped value.
        let unmapped = unsafe { rustix::mm::munmap(self.start.as_ptr().cast(), self.size) };
        debug_assert!(unmapped.is_ok(), "unmapping our own code memory");
    }
}
