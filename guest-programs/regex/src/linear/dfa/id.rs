//! What a cell of the table holds.
//!
//! A plain state is named by the place of its row in the table. All other cells are too
//! large for a place, so that to look one up, which fails, is how a search notices them.

/// A state's name, with its tag; or what there is instead of one.
pub(super) type Id = u32;

/// Marks a state that is entered behind the byte that follows a match.
pub(super) const MATCH: Id = 1 << 31;

/// Marks a state that waits for a match to begin, where there is a quicker way to wait.
pub(super) const START: Id = 1 << 30;

/// Both tags; from here on, names are of no state.
pub(super) const TAGS: Id = MATCH | START;

/// Nothing can match any more.
pub(super) const DEAD: Id = TAGS;

/// As [`DEAD`], but a match has ended before the last byte.
pub(super) const FINAL: Id = TAGS + 1;

/// The state is not made yet.
pub(super) const UNKNOWN: Id = TAGS + 2;

/// The state depends on more than the byte.
pub(super) const OPEN: Id = TAGS + 3;

/// How many cells a row has.
pub(super) const ROW: usize = 256;

/// Rows end below this place.
pub(super) const PLACES: usize = START as usize;

/// The place of a state's row.
#[inline]
pub(super) fn place(id: Id) -> usize {
    (id & !TAGS) as usize
}
