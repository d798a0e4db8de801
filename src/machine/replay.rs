//! Memory that chunks of a recorded execution are replayed in: it holds what the
//! chunk at hand has touched, and zeroes; the code that fetch sees is kept apart.
#![forbid(unsafe_code)]

use std::ops::Range;

use super::memory::{MapError, Memory};
use super::pages::{PAGE_SHIFT, PAGE_SIZE, Page};
use super::touch::Touch;

/// What a replay knows of memory where a page of code of the guest's own lies,
/// when it is fetched from for the first time since it was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenCode {
    /// The page's address.
    pub(crate) addr: u64,
    /// Which of its words the chunk has touched before: a bit each.
    pub(crate) touched: [u64; WORDS / 64],
    /// Whether those hold what fetch sees.
    pub(crate) is_memory: bool,
}

/// Pages that may not be accessed for a short time, and what they were.
#[derive(Debug)]
#[must_use = "they are to be opened again"]
pub(crate) struct ClosedPages(Vec<(Range<u64>, Page)>);

/// Words in a page.
const WORDS: usize = PAGE_SIZE as usize / 8;

impl SeenCode {
    /// Whether the chunk has touched the word of this place in the page.
    pub(crate) fn is_touched(&self, word: usize) -> bool {
        self.touched[word / 64] >> (word % 64) & 1 != 0
    }
}

impl Memory {
    /// Code is fetched from a page where fetch sees `bytes`.
    pub(super) fn note_seen(&mut self, page: u64, bytes: &[u8]) {
        let seen = self.compare_code(page << PAGE_SHIFT, bytes);
        self.code.seen.push(seen);
    }

    /// What is known of the page at `addr`, where fetch sees `bytes`.
    fn compare_code(&mut self, addr: u64, bytes: &[u8]) -> SeenCode {
        let mut seen = SeenCode {
            addr,
            touched: [0; WORDS / 64],
            is_memory: true,
        };
        let (words, _) = bytes.as_chunks();
        for (index, word) in words.iter().enumerate() {
            let at = addr + 8 * index as u64;
            if self.is_touched(at) {
                seen.touched[index / 64] |= 1 << (index % 64);
                seen.is_memory &= self.word(at) == u64::from_le_bytes(*word);
            }
        }
        seen
    }

    /// `fence.i`, in a replay: fetch no longer sees the page at `addr`, which has
    /// been shown, if the chunk has changed it since.
    pub(crate) fn hide_changed_code(&mut self, addr: u64) {
        let page = addr >> PAGE_SHIFT;
        if let Some(bytes) = self.code.copies.remove(&page) {
            if self.compare_code(addr, &bytes).is_memory {
                self.code.copies.insert(page, bytes);
            } else {
                self.hide_code(page);
            }
        }
    }

    /// The pages that were noted since the last time.
    pub(crate) fn take_seen_code(&mut self) -> Vec<SeenCode> {
        std::mem::take(&mut self.code.seen)
    }

    /// Turns a memory into which a program was loaded into one that chunks of
    /// its execution are replayed in: all is zero and writable, and fetch sees
    /// the program's text, and later other pages that it is shown.
    pub(crate) fn begin_replay(&mut self) -> Result<(), MapError> {
        let text = self.text();
        let span = self.text_span().unwrap_or(0..u64::MAX);
        self.open_all()?;
        self.set_code_apart(text, span);
        Ok(())
    }

    /// From now on fetch sees these bytes in the page at `addr`, in a replay.
    pub(crate) fn replay_code(&mut self, addr: u64, bytes: &[u8]) {
        self.show_code(addr >> PAGE_SHIFT, bytes.into(), false);
    }

    /// Of the page at `addr`, fetch sees the text alone again, in a replay.
    pub(crate) fn replay_text(&mut self, addr: u64) {
        let page = addr >> PAGE_SHIFT;
        let text = self.code.text.as_ref().map(|text| &*text.pages);
        let text = text.unwrap_or_default();
        let found = text.binary_search_by_key(&page, |(page, _)| *page);
        match found.map(|at| text[at].1.clone()) {
            Ok(bytes) => self.show_code(page, bytes, true),
            Err(_) => self.hide_code(page),
        }
    }

    pub(super) fn show_code(&mut self, page: u64, bytes: Box<[u8]>, text: bool) {
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

    /// Takes away all access to the pages of `span`, for a short time.
    pub(crate) fn close_pages(&mut self, span: &Range<u64>) -> ClosedPages {
        let runs = self.pages.runs(span);
        for (span, page) in &runs {
            self.exchange_pages(span, *page, page.closed());
        }
        ClosedPages(runs)
    }

    /// Makes pages what they were.
    pub(crate) fn open_pages(&mut self, closed: ClosedPages) {
        for (span, page) in closed.0 {
            self.exchange_pages(&span, page.closed(), page);
        }
    }

    fn exchange_pages(&mut self, span: &Range<u64>, from: Page, to: Page) {
        self.pages.fill(span, to);
        // If the host refuses, memory is lost, which whoever accesses it next finds.
        let _refused = self.tell_host(span, from, to);
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
