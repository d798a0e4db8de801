//! The input items, one after the other. What a hook answers, and what an
//! unconstrained block hands out, comes before the items still there.

use alloc::vec::Vec;

use crate::syscall::{self, Code, Fd};

/// The length of the next item, if there is one.
pub fn next_length() -> Option<usize> {
    // SAFETY: the call touches no memory.
    let length = unsafe { syscall::call(Code::HintLen, 0, 0) };
    (length != u64::MAX).then_some(length as usize)
}

/// The next item.
pub fn read_vec() -> Vec<u8> {
    let length = next_length().expect("an input item is missing");
    // The host writes whole words, and one more for what is left, to an address
    // that must be a multiple of 8, as that of every block of the heap is.
    let mut item = Vec::with_capacity((length / 8 + 1) * 8);
    // SAFETY: the block has room for the words that are written.
    unsafe { syscall::call(Code::HintRead, item.as_mut_ptr() as u64, length as u64) };
    // SAFETY: so many bytes have been written.
    unsafe { item.set_len(length) };
    item
}

/// The next item as an array.
pub fn read_array<const N: usize>() -> [u8; N] {
    let item = read_vec();
    let length = item.len();
    item.try_into()
        .unwrap_or_else(|_| panic!("an input item of {length} bytes, not {N}"))
}

/// The next item as a number, as bincode has it.
pub fn read_u64() -> u64 {
    u64::from_le_bytes(read_array())
}

/// Asks the hook behind `fd`; its answers are the next items, in order.
pub fn ask(fd: Fd, question: &[u8]) {
    syscall::write(fd, question);
}
