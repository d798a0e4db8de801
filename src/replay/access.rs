//! Every access of a chunk, and what links it to the one before.

use super::Mismatch;
use super::words::Words;
use crate::Replayer;
use crate::isa::Width;
use crate::machine::{AccessKind, Touch, WordAccess};
use crate::trace::{Chunk, ClockModel};

/// Instructions between two times that accesses are fetched.
const STRETCH: u64 = 1 << 14;

/// Accesses that room is made for at once, on a chunk's word that it has as many.
const RESERVED: u64 = 1 << 20;

/// No clock: none of an access is so late before clocks wrap.
pub(super) const NEVER: u64 = u64::MAX;

/// An access to a word, by an instruction or a call. What reaches into two words
/// is two of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Access {
    /// Instructions of the run before the one that makes it.
    pub insn: u64,
    /// The clock, by the trace's clock model: that of the instruction, plus
    /// [`ClockModel::access`].
    pub clock: u64,
    /// The clock of the access before it to the same word; nothing if it is the
    /// run's first.
    pub previous: Option<u64>,
    /// The address of the access; of a call, that of the word.
    pub addr: u64,
    /// Its size; of a call, that of the word.
    pub width: Width,
    /// What it does.
    pub kind: AccessKind,
    /// The address of the word, a multiple of eight.
    pub word: u64,
    /// The word's value before.
    pub before: u64,
    /// The word's value after.
    pub after: u64,
}

impl Access {
    /// An access of an instruction with `ecalls` calls before it, and no link yet.
    pub(crate) fn new(access: &WordAccess, model: &ClockModel, ecalls: u64) -> Access {
        let clock = model.at(access.insn, ecalls).wrapping_add(model.access);
        Access {
            insn: access.insn,
            clock,
            previous: None,
            addr: access.addr,
            width: access.width,
            kind: access.kind,
            word: access.word,
            before: access.before,
            after: access.after,
        }
    }
}

/// All accesses of one chunk, linked among themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkAccesses {
    /// The chunk's number.
    pub number: u64,
    /// The accesses, in order.
    pub accesses: Vec<Access>,
    /// Of each word that the chunk touches, in the order in which it does, what
    /// links it to other chunks.
    pub ends: Vec<WordEnds>,
}

/// Where a chunk accesses a word first and last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordEnds {
    /// The word's address.
    pub word: u64,
    /// Which of the chunk's accesses is the first.
    pub first: usize,
    /// The clock of the last.
    pub last: u64,
}

impl Replayer {
    /// All accesses of a chunk, by the interpreter. Those that are the first to
    /// their word are linked when [`Join`] has seen the chunks before.
    ///
    /// All are in memory at once, 72 bytes each.
    pub fn accesses(&mut self, chunk: &Chunk) -> Result<ChunkAccesses, Mismatch> {
        let model = self.header().clock;
        let mut links = Links::default();
        let expected = chunk.accesses().min(RESERVED);
        links.accesses.reserve(expected as usize);
        let mut run = self.open(chunk)?;
        self.hart().memory.keep_accesses(true);
        let mut made = Vec::new();
        while !self.is_done(&run) {
            let ecalls = chunk.start.ecalls + run.ecalls as u64;
            if let Err(difference) = self.advance(&mut run, STRETCH, true) {
                let found = self.abandon(&run, difference);
                return Err(self.located(chunk, found));
            }
            self.hart().memory.swap_accesses(&mut made);
            for access in &made {
                links.push(Access::new(access, &model, ecalls));
            }
        }
        match self.close(run) {
            Ok(_) => Ok(links.finish(chunk.number, &chunk.touches)),
            Err(found) => Err(self.located(chunk, found)),
        }
    }
}

/// Accesses, as they are linked.
#[derive(Default)]
struct Links {
    accesses: Vec<Access>,
    /// Those that are the first to their word.
    first: Vec<usize>,
    last: Words<u64>,
}

impl Links {
    fn push(&mut self, access: Access) {
        let last = self.last.at(access.word, |_| [NEVER; _]);
        let previous = std::mem::replace(last, access.clock);
        if previous == NEVER {
            self.first.push(self.accesses.len());
        }
        self.accesses.push(Access {
            previous: (previous != NEVER).then_some(previous),
            ..access
        });
    }

    fn finish(mut self, number: u64, touches: &[Touch]) -> ChunkAccesses {
        let ends = touches
            .iter()
            .zip(&self.first)
            .map(|(touch, first)| WordEnds {
                word: touch.addr,
                first: *first,
                last: *self.last.at(touch.addr, |_| [NEVER; _]),
            });
        ChunkAccesses {
            number,
            ends: ends.collect(),
            accesses: self.accesses,
        }
    }
}

/// Links the accesses of chunks to those of the chunks before, which it has to be
/// given in order.
#[derive(Clone, Debug, Default)]
pub struct Join {
    last: Words<u64>,
}

impl Join {
    /// Before the first chunk.
    pub fn new() -> Join {
        Join::default()
    }

    /// Links those accesses of the next chunk that are its first to a word.
    pub fn link(&mut self, chunk: &mut ChunkAccesses) {
        for end in &chunk.ends {
            let previous = self.follow(end);
            if let Some(access) = chunk.accesses.get_mut(end.first) {
                access.previous = (previous != NEVER).then_some(previous);
            }
        }
    }

    /// The clock of the last access to a word in the chunks before.
    pub(super) fn follow(&mut self, end: &WordEnds) -> u64 {
        let last = self.last.at(end.word, |_| [NEVER; _]);
        std::mem::replace(last, end.last)
    }
}
