//! Pieces joined, and parted where SP1's executor ends its chunks.

use super::chunk::Chunk;
use super::entries::Pool;
use super::error::Error;
use super::follow::Text;
use super::piece::{Piece, Place};
use crate::machine::Link;
use crate::replay::{Mismatch, Words};
use crate::trace::{Boundary, Chunk as Recorded, ClockModel, Header};

/// Parts the entries of a run.
#[derive(Debug)]
pub(super) struct Cutter {
    model: ClockModel,
    /// Entries that make a chunk full.
    most: usize,
    text: Text,
    /// The clock of the last access to each word.
    clocks: Words<u64>,
    /// The chunk that is not full yet.
    open: Chunk,
}

impl Cutter {
    pub(super) fn new(header: &Header, most: usize, text: Text) -> Cutter {
        let start = Boundary {
            state: header.start.clone(),
            accesses: 0,
            ecalls: 0,
        };
        Cutter {
            model: header.clock,
            most,
            text,
            clocks: Words::default(),
            open: Chunk::at(&start, &header.clock),
        }
    }

    /// Takes the next piece, and gives `sink` the chunks that are full.
    pub(super) fn take<E: From<Error>>(
        &mut self,
        chunk: &Recorded,
        mut piece: Piece,
        pool: &Pool,
        mut sink: impl FnMut(Chunk) -> Result<(), E>,
    ) -> Result<(), E> {
        self.close(&mut piece);
        let entries = std::mem::take(&mut piece.entries);
        let firsts = std::mem::take(&mut piece.firsts);
        let shared = pool.share((entries, firsts));
        let entries = &shared.entries;
        let (mut done, mut last) = (0, None);
        while let Some(end) = self.end(&piece, entries.len(), done) {
            self.open.mem_reads.add(&shared, done..end);
            let place = self.find((chunk, &piece), entries, end, last.take())?;
            let next = Boundary {
                accesses: 0,
                ecalls: chunk.start.ecalls.wrapping_add(place.ecalls as u64),
                state: place.state.clone(),
            };
            sink(self.part(&next))?;
            (done, last) = (end, Some(place));
        }
        self.open.mem_reads.add(&shared, done..entries.len());
        let clk = self.model.at(chunk.end.state.insns, chunk.end.ecalls);
        self.open.end(&chunk.end.state, clk);
        Ok(())
    }

    /// Entries of the chunk that is not full yet.
    pub(super) fn open_entries(&self) -> usize {
        self.open.mem_reads.len()
    }

    /// The last chunk, if there is anything in it.
    pub(super) fn finish(self) -> Option<Chunk> {
        (!self.open.is_empty()).then_some(self.open)
    }

    /// Fills in what the piece does not know: the clocks of accesses before it.
    fn close(&mut self, piece: &mut Piece) {
        for first in &piece.firsts {
            let is_input = piece
                .inputs
                .get(&first.word)
                .is_some_and(|entries| *entries <= first.place);
            let clock = match is_input {
                true => 0,
                false => *self.clocks.at(8 * first.word, |_| [0; _]),
            };
            if let Some(link) = piece.entries.get_mut(first.place as usize) {
                link.previous = clock;
            }
        }
        for (addr, clock) in &piece.lasts {
            *self.clocks.at(*addr, |_| [0; _]) = *clock;
        }
    }

    /// How many entries of the piece there are when the open chunk is full, if it will be,
    /// and `done` of them have been taken. The entries of a call stay together.
    fn end(&self, piece: &Piece, entries: usize, done: usize) -> Option<usize> {
        let missing = self.most.saturating_sub(self.open.mem_reads.len());
        let end = done.checked_add(missing.max(1))?;
        let after = piece.blocks.partition_point(|(start, _)| *start < end);
        let block = after.checked_sub(1).map(|at| piece.blocks[at]);
        let end = block.map_or(end, |(start, entries)| end.max(start + entries));
        (end <= entries).then_some(end)
    }

    /// Where execution is when there are so many entries of these. `last` is where it was
    /// when the chunk before was full: chunks that are short are followed but once.
    fn find(
        &mut self,
        (chunk, piece): (&Recorded, &Piece),
        entries: &[Link],
        count: usize,
        last: Option<Place>,
    ) -> Result<Place, Error> {
        let known = piece.ends.binary_search_by_key(&count, |end| end.entries);
        if let Ok(at) = known {
            return Ok(piece.ends[at].clone());
        }
        let before = piece.places.partition_point(|place| place.entries < count);
        let place = before.checked_sub(1).and_then(|at| piece.places.get(at));
        let start = || Place {
            state: chunk.start.state.clone(),
            entries: 0,
            ecalls: 0,
        };
        let mut place = match (place, last) {
            (Some(place), Some(last)) if place.entries <= last.entries => last,
            (Some(place), _) => place.clone(),
            (None, last) => last.unwrap_or_else(start),
        };
        let followed = self.text.follow(&mut place, count, chunk, entries);
        followed.map_err(|(at, difference)| {
            Box::new(Mismatch {
                chunk: chunk.number,
                place: at,
                difference,
            })
        })?;
        Ok(place)
    }

    /// Ends the open chunk there, where the next starts.
    fn part(&mut self, there: &Boundary) -> Chunk {
        let next = Chunk::at(there, &self.model);
        self.open.end(&there.state, next.clk_start);
        std::mem::replace(&mut self.open, next)
    }
}
