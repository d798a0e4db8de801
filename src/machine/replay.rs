//! Memory that chunks of a recorded execution are replayed in: it holds what the
//! chunk at hand has touched, and zeroes; the code that fetch sees is kept apart.
#![forbid(unsafe_code)]

use super::memory::{MapError, Memory};
use super::pages::{Access, PAGE_SHIFT};
use super::touch::Touch;

impl Memory {
    /// Turns a memory into which a program was loaded into one that chunks of
    /// its execution are replayed in: all is zero and writable, and fetch sees
    /// the text.
    pub(crate) fn begin_replay(&mut self) -> Result<(), MapError> {
        let text = self
            .text()
            .map(|(addr, bytes)| (addr >> PAGE_SHIFT, bytes.into()));
        let text: Vec<(u64, Box<[u8]>)> = text.collect();
        self.map(0..self.window_size(), Access::READ_WRITE)?;
        self.commit_all()?;
        for (page, bytes) in &text {
            self.show_code(*page, bytes.clone(), true);
        }
        self.code.text = Some(text);
        Ok(())
    }

    /// From now on fetch sees these bytes in the page at `addr`, in a replay.
    pub(crate) fn replay_code(&mut self, addr: u64, bytes: &[u8]) {
        self.show_code(addr >> PAGE_SHIFT, bytes.into(), false);
    }

    /// Of the page at `addr`, fetch sees the text alone again, in a replay.
    pub(crate) fn replay_text(&mut self, addr: u64) {
        let page = addr >> PAGE_SHIFT;
        let text = self.code.text.as_deref().unwrap_or_default();
        let found = text.binary_search_by_key(&page, |(page, _)| *page);
        match found.map(|at| text[at].1.clone()) {
            Ok(bytes) => self.show_code(page, bytes, true),
            Err(_) => self.hide_code(page),
        }
    }

    fn show_code(&mut self, page: u64, bytes: Box<[u8]>, text: bool) {
        self.hide_code(page);
        let span = page << PAGE_SHIFT..(page + 1) << PAGE_SHIFT;
        let entry = self.pages.at(span.start);
        let entry = if text { entry.text() } else { entry.no_text() };
        self.pages.fill(&span, entry);
        self.code.copies.insert(page, bytes);
    }

    /// Drops what fetch sees of a page, which counts as nobody's memory in a replay.
    fn hide_code(&mut self, page: u64) {
        let span = page << PAGE_SHIFT..(page + 1) << PAGE_SHIFT;
        if let Some(recorder) = &mut self.recorder {
            recorder.forget_code(|fetched| fetched == page);
        }
        let entry = self.pages.at(span.start);
        self.pages.fill(&span, entry.no_text());
        self.code.mark_stale(span);
    }

    /// Lays words into memory that execution is about to touch. False if one
    /// does not lie in it.
    pub(crate) fn put_words(&mut self, words: &[Touch]) -> bool {
        words
            .iter()
            .all(|word| self.set_word(word.addr, word.value))
    }

    /// Makes words zero again; those that lie in memory.
    pub(crate) fn clear_words(&mut self, words: &[Touch]) {
        for word in words {
            self.set_word(word.addr, 0);
        }
    }

    /// The values of these words now.
    pub(crate) fn values(&self, words: &[Touch]) -> Vec<u64> {
        words.iter().map(|word| self.word(word.addr)).collect()
    }
}
