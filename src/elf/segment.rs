//! A piece of the program in memory.

use super::Access;
use std::ops::Range;

/// A segment to be loaded: `bytes` at `addr`, then zeros up to `size`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'file> {
    /// The guest address of the first byte.
    pub addr: u64,
    /// The size in memory in bytes, above zero.
    pub size: u64,
    /// The bytes out of the file, at most `size`.
    pub bytes: &'file [u8],
    /// What the program may do with this memory.
    pub access: Access,
}

impl Segment<'_> {
    /// The address behind the last byte; within an image it does not saturate.
    pub fn end(&self) -> u64 {
        self.addr.saturating_add(self.size)
    }

    /// The guest addresses of the segment.
    pub fn range(&self) -> Range<u64> {
        self.addr..self.end()
    }
}
