//! The memory that holds emitted code, and the one place that enters it.
//!
//! The same memory is mapped twice: where it is executed it cannot be written,
//! and where it is written it cannot be executed.
//!
//! PERF: changing the protection of one mapping back and forth instead took half
//! of the time of compiling, and with a second thread, whose processor has to be
//! told each time, three times as long as all the rest of `trace verify` of the
//! guest selfmod.

use std::ops::Range;
use std::ptr::NonNull;

use rustix::io::Result;
use rustix::mm::{Advice, MapFlags, MprotectFlags, MremapFlags, ProtFlags};

use super::fault::{self, Watch};
use crate::machine::{Hart, MachineState};

/// Code memory. It does not survive a fork: the child has none there.
#[derive(Debug)]
pub(super) struct CodeMemory {
    /// Where it is executed.
    start: NonNull<u8>,
    /// Where it is written.
    writable: NonNull<u8>,
    size: usize,
}

// SAFETY: the mappings belong to this value alone and are not tied to a thread.
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
        let flags = MapFlags::SHARED | MapFlags::NORESERVE;
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: a fresh mapping at an address of the kernel's choice.
        let writable =
            unsafe { rustix::mm::mmap_anonymous(std::ptr::null_mut(), size, access, flags)? };
        let writable = NonNull::new(writable.cast()).ok_or(rustix::io::Errno::NOMEM)?;
        // A value from here on, so that whatever fails unmaps what there is.
        let mut memory = CodeMemory {
            start: writable,
            writable,
            size,
        };
        // SAFETY: to move no bytes of a shared mapping is to map it once more, at
        // an address of the kernel's choice.
        let start =
            unsafe { rustix::mm::mremap(writable.as_ptr().cast(), 0, size, MremapFlags::MAYMOVE)? };
        memory.start = NonNull::new(start.cast()).ok_or(rustix::io::Errno::NOMEM)?;
        // SAFETY: both are mappings of our own, nothing in which is in use yet. A
        // child that shared them would overwrite the code of its parent.
        unsafe {
            rustix::mm::mprotect(start, size, MprotectFlags::READ | MprotectFlags::EXEC)?;
            rustix::mm::madvise(start, size, Advice::LinuxDontFork)?;
            rustix::mm::madvise(writable.as_ptr().cast(), size, Advice::LinuxDontFork)?;
        }
        Ok(memory)
    }

    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// The host address of the byte at `offset`.
    pub(super) fn address(&self, offset: usize) -> u64 {
        self.start.as_ptr() as u64 + offset as u64
    }

    /// Makes `writes`, each an offset and the bytes to lie there, in ascending
    /// order of the offsets. An error if one lies outside: then none is made.
    pub(super) fn write(&mut self, mut writes: Vec<(usize, &[u8])>) -> Result<()> {
        writes.sort_unstable_by_key(|&(offset, _)| offset);
        let end = |&(offset, bytes): &(usize, &[u8])| offset.saturating_add(bytes.len());
        if writes.iter().any(|write| end(write) > self.size) {
            return Err(rustix::io::Errno::INVAL);
        }
        for &(offset, bytes) in &writes {
            // SAFETY: within the mapping; emitted code runs only inside `enter`,
            // and what `bytes` gives out ends with its borrow: neither can
            // overlap with `&mut self`.
            let place = unsafe {
                std::slice::from_raw_parts_mut(self.writable.as_ptr().add(offset), bytes.len())
            };
            place.copy_from_slice(bytes);
        }
        serialize();
        Ok(())
    }

    /// The bytes at `span`; empty if it is not within the memory.
    pub(super) fn bytes(&self, span: Range<usize>) -> &[u8] {
        if span.start > span.end || span.end > self.size {
            return &[];
        }
        // SAFETY: within the mapping, which is readable; what is written is by `&mut self`.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr().add(span.start), span.len()) }
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

/// Has the processor fetch anew, as it must where code was written by another
/// address than it is executed at (Intel SDM volume 3, "Handling Self- and
/// Cross-Modifying Code").
///
/// An `iretq` to the next instruction: of the serializing instructions that a
/// program may execute, CPUID costs an exit to the hypervisor where there is one,
/// and few processors have SERIALIZE.
fn serialize() {
    // SAFETY: it pushes the frame of the place and the stack pointer where it
    // is, and pops it; it changes one scratch register and flags besides.
    unsafe {
        std::arch::asm!(
            "mov {scratch:e}, ss",
            "push {scratch}",
            "push rsp",
            "add qword ptr [rsp], 8",
            "pushfq",
            "mov {scratch:e}, cs",
            "push {scratch}",
            "lea {scratch}, [rip + 2f]",
            "push {scratch}",
            "iretq",
            "2:",
            scratch = out(reg) _,
        );
    }
}

impl Drop for CodeMemory {
    fn drop(&mut self) {
        let mut mappings = vec![self.writable];
        if self.start != self.writable {
            mappings.push(self.start);
        }
        for start in mappings {
            // SAFETY: the whole mapping is ours, and nothing borrows from a dropped value.
            let unmapped = unsafe { rustix::mm::munmap(start.as_ptr().cast(), self.size) };
            debug_assert!(unmapped.is_ok(), "unmapping our own code memory");
        }
    }
}
