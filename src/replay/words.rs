//! Something for every word of memory that a trace has touched.

use hashbrown::HashMap;

use crate::machine::PAGE_SIZE;

/// Words in a page.
const WORDS: usize = PAGE_SIZE as usize / 8;

/// A `T` a word, kept by page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words<T> {
    pages: Vec<Box<[T; WORDS]>>,
    places: HashMap<u64, usize>,
    /// The page that was asked for last, which mostly is the next one, too.
    last: Option<(u64, usize)>,
}

impl<T: Copy> Words<T> {
    /// That of the word at `addr`; `fresh` makes a page's, given its address,
    /// when the first of its words is asked for.
    #[inline]
    pub(crate) fn at(&mut self, addr: u64, fresh: impl FnOnce(u64) -> [T; WORDS]) -> &mut T {
        let page = addr / PAGE_SIZE;
        let place = match self.last {
            Some((last, place)) if last == page => place,
            _ => self.find(page, fresh),
        };
        &mut self.pages[place][(addr % PAGE_SIZE / 8) as usize]
    }

    fn find(&mut self, page: u64, fresh: impl FnOnce(u64) -> [T; WORDS]) -> usize {
        let pages = &mut self.pages;
        let place = *self.places.entry(page).or_insert_with(|| {
            pages.push(Box::new(fresh(page * PAGE_SIZE)));
            pages.len() - 1
        });
        self.last = Some((page, place));
        place
    }
}
