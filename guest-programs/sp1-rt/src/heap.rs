//! The heap: a pointer that moves up from `_end`.
//!
//! Nothing is given back, so that every block is memory no instruction has touched
//! before, and every block starts a word: the host writes an input item into such
//! memory only. The last block can grow where it is.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::ptr;

use crate::OneThread;

const WORD: usize = 8;
/// Where the region of the inputs begins, which is not the heap's.
const LIMIT: usize = (1 << 37) - (1 << 34);

unsafe extern "C" {
    /// The first byte behind the guest's variables. Only its address counts.
    static _end: u8;
}

struct Heap {
    /// The first byte that no block was cut from; 0 before the first.
    top: Cell<usize>,
}

#[global_allocator]
static HEAP: OneThread<Heap> = OneThread(Heap { top: Cell::new(0) });

impl Heap {
    fn top(&self) -> usize {
        match self.top.get() {
            0 => &raw const _end as usize,
            top => top,
        }
    }

    /// Moves the top to `start + size`; false where that is beyond the heap.
    fn cut(&self, start: usize, size: usize) -> bool {
        let fits = start <= LIMIT && size <= LIMIT - start;
        if fits {
            self.top.set(start + size);
        }
        fits
    }
}

// SAFETY: a block is cut from above all earlier ones, as large and as aligned as
// the layout says, and never given out twice. Nothing here panics or allocates.
unsafe impl GlobalAlloc for OneThread<Heap> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let start = self.0.top().next_multiple_of(layout.align().max(WORD));
        if self.0.cut(start, layout.size()) {
            start as *mut u8
        } else {
            ptr::null_mut()
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller says. Untouched memory is zero.
        unsafe { self.alloc(layout) }
    }

    unsafe fn dealloc(&self, _block: *mut u8, _layout: Layout) {}

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let is_last = block as usize + layout.size() == self.0.top();
        if size <= layout.size() || (is_last && self.0.cut(block as usize, size)) {
            return block;
        }
        // SAFETY: `GlobalAlloc` has the caller check that `size` does not overflow.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        // SAFETY: `size` is not 0, so the caller says.
        let moved = unsafe { self.alloc(wanted) };
        if !moved.is_null() {
            // SAFETY: two different blocks, each at least as long as the old one.
            unsafe { ptr::copy_nonoverlapping(block, moved, layout.size()) };
        }
        moved
    }
}
