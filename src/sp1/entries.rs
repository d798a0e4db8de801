//! The entries of a chunk, where the threads that replay have put them.
//!
//! PERF: entries are not copied together, which takes as long as to make them: the kernel
//! `copy` is exported in half of the time (`rvjet trace export --format sp1
//! --max-trace-size 2^20 --threads 1 -o /dev/null`).

use std::fmt;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use crate::machine::{First, Link};

/// The buffers of a piece.
pub(super) type Buffers = (Vec<Link>, Vec<First>);

/// Buffers that are not in use.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool(Arc<Mutex<Vec<Buffers>>>);

impl Pool {
    pub(super) fn take(&self) -> Buffers {
        self.lock().pop().unwrap_or_default()
    }

    /// Shares entries; their buffer comes back when nobody has them any more.
    pub(super) fn share(&self, (entries, firsts): Buffers) -> Arc<Shared> {
        let pool = self.clone();
        Arc::new(Shared {
            entries,
            firsts,
            pool,
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Buffers>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The entries of a piece, which several chunks may have.
pub(super) struct Shared {
    pub(super) entries: Vec<Link>,
    firsts: Vec<First>,
    pool: Pool,
}

impl Drop for Shared {
    fn drop(&mut self) {
        let (entries, firsts) = (&mut self.entries, &mut self.firsts);
        let buffers = (std::mem::take(entries), std::mem::take(firsts));
        self.pool.lock().push(buffers);
    }
}

/// The entries of a chunk: the clock of the access before to the same word, and the
/// word's value. They lie in a few pieces.
#[derive(Clone, Default)]
pub struct Entries {
    parts: Vec<(Arc<Shared>, Range<usize>)>,
    len: usize,
}

impl Entries {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The pieces, in order.
    pub fn parts(&self) -> impl Iterator<Item = &[Link]> {
        let parts = self.parts.iter();
        parts.map(|(shared, range)| &shared.entries[range.clone()])
    }

    /// The entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Link> {
        self.parts().flatten()
    }

    /// Writes the entries, 16 bytes each: clock and value, little-endian.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        self.parts()
            .try_for_each(|part| out.write_all(&Link::bytes(part)))
    }

    /// Adds entries of a piece.
    pub(super) fn add(&mut self, shared: &Arc<Shared>, range: Range<usize>) {
        if !range.is_empty() {
            self.len += range.len();
            self.parts.push((Arc::clone(shared), range));
        }
    }
}

impl PartialEq for Entries {
    fn eq(&self, other: &Entries) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl Eq for Entries {}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
impl From<Vec<Link>> for Entries {
    fn from(entries: Vec<Link>) -> Entries {
        let mut all = Entries::default();
        let len = entries.len();
        all.add(&Pool::default().share((entries, Vec::new())), 0..len);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn link(clock: u64) -> Link {
        Link {
            previous: clock,
            before: 0,
        }
    }

    #[test]
    fn how_entries_are_parted_does_not_matter() {
        let pool = Pool::default();
        let shared = pool.share((vec![link(1), link(2), link(3)], Vec::new()));
        let mut entries = Entries::default();
        entries.add(&shared, 0..1);
        entries.add(&shared, 1..1);
        entries.add(&shared, 1..3);
        assert_eq!(entries, Entries::from(vec![link(1), link(2), link(3)]));
        assert_ne!(entries, Entries::from(vec![link(1), link(2), link(4)]));
        assert_eq!((entries.len(), entries.parts().count()), (3, 2));
    }

    #[test]
    fn a_buffer_comes_back_when_nobody_has_it() {
        let pool = Pool::default();
        let shared = pool.share((vec![link(1)], Vec::new()));
        let mut entries = Entries::default();
        entries.add(&shared, 0..1);
        drop(shared);
        assert_eq!(pool.take().0.capacity(), 0);
        drop(entries);
        assert_ne!(pool.take().0.capacity(), 0);
    }
}
