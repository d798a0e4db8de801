//! What a chunk of a recording comes to: the entries of its accesses.

use hashbrown::HashMap;

use super::call::{self, Effect};
use super::entries::Buffers;
use super::error::Error;
use super::guess::Way;
use crate::Replayer;
use crate::emulator::{Run, at_start};
use crate::machine::{First, Link, MachineState};
use crate::replay::{Difference, Mismatch, counts_up};
use crate::trace::{Chunk, EcallRecord};

/// Instructions from one place that is remembered to the next.
const STRIDE: u64 = 1 << 15;
/// Entries that room is made for at once, on a chunk's word that it has as many.
const RESERVED: u64 = 1 << 24;

/// The entries of a recording's chunk, and what it takes to part them.
#[derive(Debug)]
pub(super) struct Piece {
    /// The entries. Those in `firsts` lack the clock of the access before.
    pub(super) entries: Vec<Link>,
    pub(super) firsts: Vec<First>,
    /// Of words that the piece has accessed, by address, the clock of the last access: 0
    /// if they have been input since.
    pub(super) lasts: Vec<(u64, u64)>,
    /// Of words that have become input, by number, how many entries there were then, at
    /// first.
    pub(super) inputs: HashMap<u64, u64>,
    /// Calls of more than one entry: where those start, and how many there are.
    pub(super) blocks: Vec<(usize, usize)>,
    /// Places that can be started from.
    pub(super) places: Vec<Place>,
    /// Places just behind the last of their entries.
    pub(super) ends: Vec<Place>,
}

/// A place in a piece.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) state: MachineState,
    /// Entries before it.
    pub(super) entries: usize,
    /// Calls of the piece before it.
    pub(super) ecalls: usize,
}

/// Makes the piece of a chunk, in which the ends of chunks are likely to be on that way.
pub(super) fn make(
    replayer: &mut Replayer,
    chunk: &Chunk,
    way: Way,
    spent: Buffers,
) -> Result<Piece, Error> {
    let made = Making::new(chunk, way).run(replayer, spent);
    made.map_err(|failure| match failure {
        Failure::Mismatch(found) => Box::new(replayer.located(chunk, found)).into(),
        Failure::Other(error) => error,
    })
}

enum Failure {
    Mismatch(Mismatch),
    Other(Error),
}

/// A piece that is being made.
struct Making<'a> {
    chunk: &'a Chunk,
    inputs: HashMap<u64, u64>,
    blocks: Vec<(usize, usize)>,
    places: Vec<Place>,
    ends: Vec<Place>,
    way: Way,
    /// A list to be used again.
    spare: Vec<u64>,
}

impl<'a> Making<'a> {
    fn new(chunk: &'a Chunk, way: Way) -> Making<'a> {
        Making {
            chunk,
            inputs: HashMap::new(),
            blocks: Vec::new(),
            places: Vec::new(),
            ends: Vec::new(),
            way,
            spare: Vec::new(),
        }
    }

    fn run(mut self, replayer: &mut Replayer, buffers: Buffers) -> Result<Piece, Failure> {
        let chunk = self.chunk;
        if !counts_up(&replayer.header().clock, chunk) {
            let part = "clock";
            let found = at_start(chunk, Difference::Malformed { part });
            return Err(Failure::Mismatch(found));
        }
        let mut run = replayer.open(chunk).map_err(Failure::Mismatch)?;
        if !self.keep_links(replayer, buffers) {
            let part = "memory";
            let found = replayer.abandon(&run, Difference::Malformed { part });
            return Err(Failure::Mismatch(found));
        }
        let _received = replayer.receive_faults();
        while !replayer.is_done(&run) {
            self.advance(replayer, &mut run)?;
        }
        let memory = &mut replayer.hart().memory;
        let lasts = self.lasts(memory.last_clocks(&chunk.touches));
        let (entries, firsts) = memory.take_links();
        replayer.close(run).map_err(Failure::Mismatch)?;
        Ok(Piece {
            entries,
            firsts,
            lasts,
            inputs: self.inputs,
            blocks: self.blocks,
            places: self.places,
            ends: self.ends,
        })
    }

    /// Has accesses linked from now on. False if there is no room for that.
    fn keep_links(&self, replayer: &mut Replayer, buffers: Buffers) -> bool {
        let calls = self.chunk.ecalls.iter().map(call::entries);
        let expected = calls.fold(self.chunk.accesses(), u64::saturating_add);
        let expected = expected.min(RESERVED) as usize;
        let memory = &mut replayer.hart().memory;
        memory.link_without_calls();
        memory.keep_links(buffers, expected)
    }

    /// Executes up to the next call, or it.
    fn advance(&mut self, replayer: &mut Replayer, run: &mut Run<'_>) -> Result<(), Failure> {
        let (chunk, model) = (self.chunk, replayer.header().clock);
        let close = replayer.is_short(chunk);
        let ecalls = chunk.start.ecalls.wrapping_add(run.ecalls as u64);
        let hart = replayer.hart();
        let insns = hart.state.insns;
        let entries = hart.memory.links_made();
        let step = self.way.step(entries, STRIDE);
        self.remember(&hart.state, entries, run.ecalls);
        let base = model.at(0, ecalls).wrapping_add(model.access);
        hart.memory.set_link_base(base);
        let at = insns.wrapping_sub(chunk.start.state.insns);
        let next = chunk.ecalls.get(run.ecalls);
        let record = next.filter(|record| record.at == at);
        let effect = record.map(|record| {
            let spare = std::mem::take(&mut self.spare);
            (record, call::look(record, &hart.memory, spare))
        });
        if let Err(difference) = replayer.advance(run, step, close) {
            return Err(Failure::Mismatch(replayer.abandon(run, difference)));
        }
        let is_call = effect.is_some();
        if let Some((record, effect)) = effect {
            let linked = self.link(record, effect, model.at(insns, ecalls), replayer);
            linked.ok_or_else(|| {
                replayer.finish(&chunk.touches);
                Failure::Other(Error::Overlap { insn: insns })
            })?;
        }
        let hart = replayer.hart();
        let made = hart.memory.links_made();
        let executed = hart.state.insns.wrapping_sub(insns);
        if self.way.arrive(entries, executed, made, is_call) {
            self.ends.push(Place {
                state: hart.state.clone(),
                entries: made,
                ecalls: run.ecalls,
            });
        }
        Ok(())
    }

    /// Links the accesses of a call that started at `clk`; nothing if they cannot be told.
    fn link(
        &mut self,
        record: &EcallRecord,
        effect: Effect,
        clk: u64,
        replayer: &mut Replayer,
    ) -> Option<()> {
        let memory = &mut replayer.hart().memory;
        let start = memory.links_made();
        self.note_input(record, start as u64);
        self.spare = effect.link(record, clk, memory)?;
        let made = memory.links_made() - start;
        if made > 1 {
            self.blocks.push((start, made));
        }
        Some(())
    }

    /// Remembers where the hart is, if the last such place is far away.
    fn remember(&mut self, state: &MachineState, entries: usize, ecalls: usize) {
        let last = self.places.last();
        let near = |place: &Place| state.insns.wrapping_sub(place.state.insns) < STRIDE;
        if !last.is_some_and(near) {
            self.places.push(Place {
                state: state.clone(),
                entries,
                ecalls,
            });
        }
    }

    /// A call after so many entries has made input of words.
    fn note_input(&mut self, record: &EcallRecord, entries: u64) {
        for addr in call::input_of(record) {
            self.inputs.entry(addr / 8).or_insert(entries);
        }
    }

    /// The clocks of the last accesses to words that the chunk has touched, where there
    /// were any; and where there were none since a word has become input.
    fn lasts(&self, clocks: Vec<u64>) -> Vec<(u64, u64)> {
        let words = self
            .chunk
            .touches
            .iter()
            .map(|touch| touch.addr)
            .zip(clocks);
        let counts =
            |(addr, clock): &(u64, u64)| *clock != 0 || self.inputs.contains_key(&(addr / 8));
        words.filter(counts).collect()
    }
}
