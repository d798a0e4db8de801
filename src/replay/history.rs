//! What every word of memory holds between two chunks: the values with which a
//! chunk touches them have to be those that earlier ones left.

use super::words::Words;
use crate::error::Error;
use crate::machine::{Access, Memory, PAGE_SIZE};
use crate::program::Program;
use crate::trace::{Chunk, Header, Touch};

/// Memory as the chunks so far have left it.
#[derive(Debug)]
pub(super) struct History {
    /// The program as it was loaded.
    program: Memory,
    words: Words<u64>,
}

impl History {
    /// Memory before the first chunk. Pieces of initial memory that do not lie
    /// in the address space are nowhere.
    pub(super) fn new(header: &Header, elf: &[u8]) -> Result<History, Error> {
        let window = header.address_space;
        let reserved = Memory::new(window, window);
        let mut program = reserved.map_err(|source| Error::Reserve { window, source })?;
        Program::load(elf, &mut program)?;
        let mut history = History {
            program,
            words: Words::default(),
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
