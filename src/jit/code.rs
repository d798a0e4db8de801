//! The memory that holds emitted code: writable or executable, never both, and entered here alone.

use std::ops::Range;
use std::ptr::NonNull;

use rustix::io::Result;
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags};

use super::fault::{self, Watch};
use crate::machine::{Hart, MachineState, PAGE_SIZE};

/// Code memory. Executable except within [`CodeMemory::edit`].
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

    /// Lets `edit` change the bytes at `span`, which are not executable meanwhile.
    /// An error leaves the memory unusable for execution.
    pub(super) fn edit(&mut self, span: Range<usize>, edit: impl FnOnce(&mut [u8])) -> Result<()> {
        let page = PAGE_SIZE as usize;
        let pages = span.start / page * page..span.end.next_multiple_of(page);
        if span.is_empty() || pages.end > self.size {
            return Err(rustix::io::Errno::INVAL);
        }
        self.protect(&pages, MprotectFlags::READ | MprotectFlags::WRITE)?;
        // SAFETY: the span is within the mapping and now writable; emitted code
        // runs only inside `enter`, which cannot overlap with `&mut self`.
        edit(unsafe {
            std::slice::from_raw_parts_mut(self.start.as_ptr().add(span.start), span.len())
        });
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
