//! Where things lie in the guest's address space, and where there is room for more.
//!
//! Upwards: the program, the break after it, free space, mappings that grow
//! down, the page that handlers of signals return to, a guard, the stack.

use std::ops::Range;

use super::signal::RETURN_CODE;
use crate::abi::StartError;
use crate::machine::{Access, Fault, Memory, PAGE_SIZE, page_down, page_up};
use crate::program::Program;

/// Bytes of the stack, where the window is not too small for it.
const STACK_BYTES: u64 = 8 << 20;
/// Bytes below the stack that no mapping is placed in, likewise (`stack_guard_gap`).
const GUARD_BYTES: u64 = 1 << 20;
/// No mapping starts below it (`vm.mmap_min_addr`).
pub(super) const MIN_ADDR: u64 = 1 << 16;

/// The layout of one guest.
#[derive(Clone, Debug, Default)]
pub(super) struct Space {
    /// Where the break may not sink below.
    pub(super) brk_start: u64,
    /// The program break.
    pub(super) brk: u64,
    /// The stack, all of it mapped.
    pub(super) stack: Range<u64>,
    /// What handlers of signals return to: the lowest page of the guard, which the
    /// guest may execute.
    pub(super) return_code: u64,
    /// Mappings whose place the guest leaves open end at or below.
    pub(super) mmap_top: u64,
    /// Where the search for free space begins: there was none above it.
    hint: u64,
}

impl Space {
    /// Divides the window and maps the stack.
    pub(super) fn new(program: &Program, memory: &mut Memory) -> Result<Space, StartError> {
        let window = memory.window_size();
        let size = page_down(STACK_BYTES.min(window / 8));
        let guard = page_up(GUARD_BYTES.min(window / 64)).unwrap_or(GUARD_BYTES);
        let no_room = StartError::NoRoomForStack { size, window };
        let stack = window - size..window;
        let mmap_top = stack.start.saturating_sub(guard);
        let brk = page_up(program.end).ok_or(no_room.clone())?;
        if size == 0 || brk > mmap_top || !memory.is_free(mmap_top..window) {
            return Err(no_room);
        }
        let access = match program.stack_executable {
            true => Access::ALL,
            false => Access::READ_WRITE,
        };
        memory.map(stack.clone(), access)?;
        lay_return_code(memory, mmap_top)?;
        let hint = mmap_top;
        Ok(Space {
            brk_start: brk,
            brk,
            stack,
            return_code: mmap_top,
            mmap_top,
            hint,
        })
    }

    /// Bytes of the stack.
    pub(super) fn stack_bytes(&self) -> u64 {
        self.stack.end - self.stack.start
    }

    /// A free range of `len` bytes, the highest below the hint, or else the highest at all.
    pub(super) fn find(&mut self, memory: &Memory, len: u64) -> Option<Range<u64>> {
        let floor = page_up(self.brk)?.max(MIN_ADDR);
        let start = match memory.highest_gap(len, floor, self.hint) {
            Some(start) => start,
            None => memory.highest_gap(len, floor, self.mmap_top)?,
        };
        self.hint = start;
        Some(start..start + len)
    }

    /// Notes that `range` is free again.
    pub(super) fn freed(&mut self, range: &Range<u64>) {
        self.hint = self.hint.max(range.end.min(self.mmap_top));
    }
}

/// Lays what handlers of signals return to at `addr`.
fn lay_return_code(memory: &mut Memory, addr: u64) -> Result<(), StartError> {
    memory.map(addr..addr + PAGE_SIZE, Access::READ_EXECUTE)?;
    let [first, second] = RETURN_CODE.map(u32::to_le_bytes);
    let laid = memory.initialize(addr, &[first, second].concat());
    laid.map_err(|fault| not_laid(fault, memory, PAGE_SIZE))
}

/// Why a part of the stack, which is of `size` bytes, cannot be laid.
pub(super) fn not_laid(fault: Fault, memory: &Memory, size: u64) -> StartError {
    match fault {
        Fault::Limit => StartError::MemoryLimit {
            limit: memory.limit(),
        },
        Fault::Denied => StartError::NoRoomForStack {
            size,
            window: memory.window_size(),
        },
    }
}
