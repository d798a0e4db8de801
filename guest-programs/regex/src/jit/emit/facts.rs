//! What is known of the bytes around the position.

use crate::backtrack::program::NextSet;
use crate::set::ByteSet;

/// What is known where code is emitted, on all ways there.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// What the byte before the position is one of, if there is one.
    pub before: ByteSet,
    /// Whether the position may be the haystack's beginning.
    pub begin: bool,
    /// What comes next.
    pub next: NextSet,
    /// That so many bytes are ahead at least.
    pub ahead: usize,
}

impl Facts {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self {
        before: ByteSet::ALL,
        begin: true,
        next: NextSet::ANY,
        ahead: 0,
    };

    /// Whether the next byte is there, and one of `set`.
    pub fn next_is_of(&self, set: &ByteSet) -> bool {
        !self.next.end && is_subset(&self.next.bytes, set)
    }
}

/// Whether all of `part` are in `whole`.
pub fn is_subset(part: &ByteSet, whole: &ByteSet) -> bool {
    part.union(whole) == *whole
}
