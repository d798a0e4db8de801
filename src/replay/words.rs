//! Something for every word of memory that a trace has touched.

use hashbrown::HashMap;

use crate::machine::PAGE_SIZE;

/// Words in a page.
const WORDS: usize = PAGE_SIZE as usize / 8;

/// A `T` a word, kept by page.
#[derive(Clone, Debug, Default)]
pub(super) struct Words<T> {
    pages: HashMap<u64, Box<[T; WORDS]>>,
}

impl<T: Copy> Words<T> {
    /// That of the word at `addr`; `fresh` makes a page's, given its address,
    /// when the first of its words is asked for.
    pub(super) fn at(&mut self, addr: u64, fresh: impl FnOnce(u64) -> [T; WORDS]) -> &mut T {
        let page = addr / PAGE_SIZE;
        let words = self.pages.entry(page);
        let words = words.or_insert_with(|| Box::new(fresh(page * PAGE_SIZE)));
        &mut words[(addr % PAGE_SIZE / 8) as usize]
    }
}
