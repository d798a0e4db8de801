//! What every word of memory holds between two chunks: the values with which a
//! chunk touches them have to be those that earlier ones left.

use hashbrown::HashMap;

use super::words::Words;
use crate::error::Error;
use crate::machine::{Access, Memory, PAGE_SIZE, SeenCode};
use crate::program::Convention;
use crate::trace::{Chunk, CodePage, Digest, Header, Touch};

/// Memory as the chunks so far have left it.
#[derive(Debug)]
pub(super) struct History {
    /// The program as it was loaded.
    program: Memory,
    words: Words<u64>,
    /// Of each page of code that is not text, what fetch saw last.
    code: HashMap<u64, Digest>,
}

impl History {
    /// Memory before the first chunk. Pieces of initial memory that do not lie
    /// in the address space are nowhere.
    pub(super) fn new(header: &Header, elf: &[u8]) -> Result<History, Error> {
        let window = header.address_space;
        let reserved = Memory::new(window, window);
        let mut program = reserved.map_err(|source| Error::Reserve { window, source })?;
        let isa = header.instructions().unwrap_or_default();
        Convention::of(&header.abi).load(elf, isa, &mut program)?;
        let mut history = History {
            program,
            words: Words::default(),
            code: HashMap::new(),
        };
        for piece in &header.initial {
            history.lay(piece.addr, &piece.bytes);
        }
        Ok(history)
    }

    fn lay(&mut self, start: u64, bytes: &[u8]) {
        for (addr, byte) in (start..self.program.window_size()).zip(bytes) {
            let word = self.word(addr & !7);
            let shift = addr % 8 * 8;
            *word = *word & !(0xff << shift) | u64::from(*byte) << shift;
        }
    }

    /// The first of the chunk's touches whose value is not what the word holds:
    /// its place among them, and what it holds.
    pub(super) fn wrong_value(&mut self, chunk: &Chunk) -> Option<(usize, u64)> {
        let mut touches = chunk.touches.iter().enumerate();
        touches.find_map(|(index, touch)| {
            let value = *self.word(touch.addr);
            (value != touch.value).then_some((index, value))
        })
    }

    /// The first of the chunk's pages of code, by its place among them, that is
    /// neither what memory held when it was executed, nor what was fetched from
    /// there before: what fetch sees of a page lasts until a `fence.i`.
    pub(super) fn wrong_code(&mut self, chunk: &Chunk, seen: &[SeenCode]) -> Option<usize> {
        let mut pages = chunk
            .code
            .iter()
            .enumerate()
            .zip(seen_in_order(chunk, seen));
        pages.find_map(|((index, page), seen)| {
            let now = Digest::of(&page.bytes);
            let before = self.code.insert(page.addr, now);
            let fine = before == Some(now) || seen.is_some_and(|seen| self.holds(page, seen));
            (!fine).then_some(index)
        })
    }

    /// Whether memory holds the bytes of this page, those of its words that the
    /// chunk has not touched.
    fn holds(&mut self, page: &CodePage, seen: &SeenCode) -> bool {
        let (words, _) = page.bytes.as_chunks();
        let mut words = words.iter().enumerate();
        seen.is_memory
            && words.all(|(index, word)| {
                seen.is_touched(index)
                    || *self.word(page.addr + 8 * index as u64) == u64::from_le_bytes(*word)
            })
    }

    /// What fetch sees of the page at `addr` if the guest has a right to execute it
    /// and has not done so: its bytes. Nothing where it may still see older ones.
    pub(super) fn code_at(&mut self, addr: u64) -> Option<Vec<u8>> {
        let words = (addr..addr + PAGE_SIZE).step_by(8);
        let bytes: Vec<u8> = words.flat_map(|at| self.word(at).to_le_bytes()).collect();
        let last = self.code.get(&addr);
        let same = last.is_none_or(|last| *last == Digest::of(&bytes));
        same.then_some(bytes)
    }

    /// These words have come to hold these values.
    pub(super) fn leave(&mut self, touches: &[Touch], values: &[u64]) {
        for (touch, value) in touches.iter().zip(values) {
            *self.word(touch.addr) = *value;
        }
    }

    fn word(&mut self, addr: u64) -> &mut u64 {
        let program = &mut self.program;
        self.words.at(addr, |page| loaded(program, page))
    }
}

/// A page of the program as it was loaded, whatever the guest may do with it:
/// zeroes where there is none.
fn loaded(program: &mut Memory, page: u64) -> [u64; PAGE_SIZE as usize / 8] {
    let access = program.access_at(page);
    if access.is_some_and(|access| !access.contains(Access::READ)) {
        // If the host refuses, the page's words are found to be wrong.
        let _refused = program.protect(page..page + PAGE_SIZE, Access::READ);
    }
    let bytes = program.peek(page, PAGE_SIZE).unwrap_or_default();
    let (words, _) = bytes.as_chunks();
    let mut loaded = [0; PAGE_SIZE as usize / 8];
    for (to, word) in loaded.iter_mut().zip(words) {
        *to = u64::from_le_bytes(*word);
    }
    loaded
}

/// What was seen of each of the chunk's pages of code, which have been executed in
/// the order in which they are recorded, but for those that are recorded together.
fn seen_in_order<'a>(
    chunk: &'a Chunk,
    seen: &'a [SeenCode],
) -> impl Iterator<Item = Option<&'a SeenCode>> {
    let groups = chunk.code.chunk_by(|a, b| a.at == b.at);
    let mut done = 0;
    groups.flat_map(move |group| {
        let seen = seen.get(done..done + group.len()).unwrap_or_default();
        done += group.len();
        let of = |page: &CodePage| seen.iter().find(|seen| seen.addr == page.addr);
        group.iter().map(of)
    })
}
