//! The heap: free lists of power-of-two blocks cut from the program break, and
//! mappings of their own for large blocks.
//!
//! A block of class `k` has `2^k` bytes and is aligned to its size, up to a page.
//! Freed blocks go to the list of their class and are never split or joined.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::ptr;

use crate::OneThread;

const PAGE: usize = 4096;
/// The smallest block, log2: room for a list node, and what most fields need.
const MIN_CLASS: usize = 4;
/// From this size on, log2, a block is a mapping.
const MAPPED_CLASS: usize = 20;
/// How far the break moves at least.
const GROWTH: usize = 64 << 10;

/// What a free block holds.
struct Node {
    next: *mut Node,
}

struct Heap {
    free: [Cell<*mut Node>; MAPPED_CLASS],
    /// First byte of the break that no block was cut from; 0 before the first.
    top: Cell<usize>,
    /// Where the program break is.
    end: Cell<usize>,
}

#[global_allocator]
static HEAP: OneThread<Heap> = OneThread(Heap {
    free: [const { Cell::new(ptr::null_mut()) }; MAPPED_CLASS],
    top: Cell::new(0),
    end: Cell::new(0),
});

/// The log2 of the block size for `layout`.
fn class_of(layout: Layout) -> usize {
    let size = layout.size().max(layout.align()).max(1 << MIN_CLASS);
    (usize::BITS - (size - 1).leading_zeros()) as usize
}

impl Heap {
    /// Cuts a block of `size` bytes off the break, or returns null.
    fn cut(&self, size: usize) -> *mut u8 {
        let align = size.min(PAGE);
        let start = self.top.get().next_multiple_of(align);
        if start + size > self.end.get() && !self.grow(size + align) {
            return ptr::null_mut();
        }
        // The first growth moved `top` from 0 to the start of the heap.
        let start = self.top.get().next_multiple_of(align);
        self.top.set(start + size);
        start as *mut u8
    }

    /// Moves the break up by at least `size` bytes; false if the host refuses.
    fn grow(&self, size: usize) -> bool {
        if self.end.get() == 0 {
            // SAFETY: 0 asks where the break is and moves nothing.
            let end = unsafe { abi::brk(0) };
            self.top.set(end);
            self.end.set(end);
        }
        let wanted = self.end.get() + size.max(GROWTH).next_multiple_of(PAGE);
        // SAFETY: the break moves up, so no byte in use lies above it.
        let end = unsafe { abi::brk(wanted) };
        if end == wanted {
            self.end.set(end);
        }
        end == wanted
    }
}

// SAFETY: a block is on a free list, or with the program, or not yet cut, never
// two of these; it is as large and as aligned as its class, and the class covers
// the layout. Mappings are page-aligned and `alloc` refuses larger alignments.
// Nothing here panics or allocates.
unsafe impl GlobalAlloc for OneThread<Heap> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let class = class_of(layout);
        if layout.align() > PAGE {
            return ptr::null_mut();
        }
        let Some(list) = self.0.free.get(class) else {
            return abi::mmap(layout.size()).unwrap_or(ptr::null_mut());
        };
        let node = list.get();
        if node.is_null() {
            return self.0.cut(1 << class);
        }
        // SAFETY: what is on the list are free blocks that `dealloc` made nodes.
        list.set(unsafe { (*node).next });
        node.cast()
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some(list) = self.0.free.get(class_of(layout)) else {
            // SAFETY: a block of this class is a mapping of `layout.size()` bytes,
            // and the caller is done with it.
            let _ = unsafe { abi::munmap(block, layout.size()) };
            return;
        };
        let node: *mut Node = block.cast();
        // SAFETY: the caller gives the block up; every class has room for a node
        // and its alignment.
        unsafe { node.write(Node { next: list.get() }) };
        list.set(node);
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: `GlobalAlloc` has the caller check that `size` does not overflow.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        let class = class_of(layout);
        if class == class_of(wanted) && class < MAPPED_CLASS {
            return block;
        }
        // SAFETY: `size` is not 0, so the caller says.
        let moved = unsafe { self.alloc(wanted) };
        if !moved.is_null() {
            // SAFETY: two different blocks, each at least as long as what is copied,
            // and the old one is the caller's to give up.
            unsafe {
                ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                self.dealloc(block, layout);
            }
        }
        moved
    }
}
