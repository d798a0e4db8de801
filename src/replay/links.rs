//! What every access of a chunk finds: the clock of the one before to the same
//! word, and the word's value.

use super::access::{ChunkAccesses, Join, NEVER, WordEnds};
use super::{Difference, Mismatch};
use crate::Replayer;
use crate::machine::{First, Link};
use crate::trace::{Chunk, ClockModel};

/// Links that room is made for at once, on a chunk's word that it has as many.
const RESERVED: u64 = 1 << 23;
/// How far before clocks wrap a chunk has to end for emitted code to count them.
const MARGIN: u64 = 1 << 32;

/// What all accesses of one chunk find, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChunkLinks {
    /// The chunk's number.
    pub number: u64,
    /// A link for each access. Those of the first accesses to their words have a
    /// clock when [`Join::link_chunk`] has seen the chunks before.
    pub links: Vec<Link>,
    /// Of each word that the chunk touches, in the order in which it does, what
    /// links it to other chunks.
    pub ends: Vec<WordEnds>,
    /// Which links are the first of their word, before there are ends.
    firsts: Vec<First>,
}

/// The links of a chunk, which of them are the first of their word, and the clocks
/// of the last; both in the order of touches.
type Linked = (Vec<Link>, Vec<First>, Vec<u64>);

impl Replayer {
    /// What all accesses of a chunk find. Memory that `spent` has is used again.
    ///
    /// All links are in memory at once, 16 bytes each.
    pub fn links(&mut self, chunk: &Chunk, spent: ChunkLinks) -> Result<ChunkLinks, Mismatch> {
        let ChunkLinks {
            links,
            mut ends,
            firsts,
            ..
        } = spent;
        if !counts_up(&self.header().clock, chunk) || !self.hart().memory.is_linking() {
            return self.accesses(chunk).map(ChunkLinks::from);
        }
        let (links, firsts, lasts) = match self.run_linked(chunk, (links, firsts)) {
            Ok(linked) => linked,
            Err(found) => return Err(self.located(chunk, found)),
        };
        ends.clear();
        let words = chunk.touches.iter().zip(firsts.iter().zip(lasts));
        ends.extend(words.map(|(touch, (first, last))| WordEnds {
            word: touch.addr,
            first: first.place as usize,
            last,
        }));
        Ok(ChunkLinks {
            number: chunk.number,
            links,
            ends,
            firsts,
        })
    }

    fn run_linked(
        &mut self,
        chunk: &Chunk,
        buffers: (Vec<Link>, Vec<First>),
    ) -> Result<Linked, Mismatch> {
        let model = self.header().clock;
        let close = self.is_short(chunk);
        let mut run = self.open(chunk)?;
        let expected = chunk.accesses().min(RESERVED) as usize;
        if !self.hart().memory.keep_links(buffers, expected) {
            let part = "memory";
            return Err(self.abandon(&run, Difference::Malformed { part }));
        }
        let _received = self.receive_faults();
        while !self.is_done(&run) {
            let ecalls = chunk.start.ecalls + run.ecalls as u64;
            let base = model.at(0, ecalls).wrapping_add(model.access);
            self.hart().memory.set_link_base(base);
            if let Err(difference) = self.advance(&mut run, u64::MAX, close) {
                return Err(self.abandon(&run, difference));
            }
        }
        let memory = &mut self.hart().memory;
        let lasts = memory.last_clocks(&chunk.touches);
        let (links, firsts) = memory.take_links();
        if firsts.len() != chunk.touches.len() {
            let addr = chunk
                .touches
                .get(firsts.len())
                .map_or(0, |touch| touch.addr);
            let index = firsts.len();
            let difference = Difference::UnusedTouch { index, addr };
            return Err(self.abandon(&run, difference));
        }
        self.close(run)?;
        Ok((links, firsts, lasts))
    }
}

/// Whether the clocks of a chunk's accesses go up to where it ends, and none is
/// zero. Emitted code that links relies on it: it compares clocks with a limit.
pub(crate) fn counts_up(model: &ClockModel, chunk: &Chunk) -> bool {
    let clock = |insns: u64, ecalls: u64| {
        let insns = model.insn.checked_mul(insns)?;
        let ecalls = model.ecall.checked_mul(ecalls)?;
        let clock = model.start.checked_add(insns)?.checked_add(ecalls)?;
        clock.checked_add(model.access)
    };
    let (start, end) = (&chunk.start, &chunk.end);
    let first = clock(start.state.insns, start.ecalls);
    let last = clock(end.state.insns, end.ecalls);
    first.is_some_and(|first| first > 0)
        && model.insn > 0
        && last.is_some_and(|last| last < u64::MAX - MARGIN)
}

impl From<ChunkAccesses> for ChunkLinks {
    fn from(chunk: ChunkAccesses) -> ChunkLinks {
        let links = chunk.accesses.iter().map(|access| Link {
            previous: access.previous.unwrap_or(NEVER),
            before: access.before,
        });
        ChunkLinks {
            number: chunk.number,
            links: links.collect(),
            ends: chunk.ends,
            firsts: Vec::new(),
        }
    }
}

impl Join {
    /// As [`Join::link`], of links.
    pub fn link_chunk(&mut self, chunk: &mut ChunkLinks) {
        for end in &chunk.ends {
            let previous = self.follow(end);
            if let Some(link) = chunk.links.get_mut(end.first) {
                link.previous = previous;
            }
        }
    }
}
