//! Which words of memory a chunk of a trace has touched first, and with which values.

/// The first access to a word of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Touch {
    /// The word's address, a multiple of eight.
    pub addr: u64,
    /// Its value before.
    pub value: u64,
}
