//! Where chunks are likely to end, before that can be known.
//!
//! A piece is made while those before it still are. But for calls of many entries, a chunk
//! of SP1 has as many as it may, so that the accesses of the recording tell where the next
//! ends. A piece that goes there step by step knows the registers then, which are else
//! found by executing more.
//!
//! PERF: with chunks of 2^16 entries, the kernels `copy`, `fib` and `bytecode` of
//! `benches/peers` are exported in 0.6 to 0.75 of the CPU time.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Steps that are made towards an end at the most.
const PATIENCE: u32 = 64;

/// What is known of the chunk that is not full yet.
#[derive(Debug)]
pub(super) struct Guess {
    /// Entries that make a chunk full.
    most: usize,
    known: Mutex<Known>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// Accesses of the recording up to some place.
    accesses: u64,
    /// Entries of the chunk that is not full there.
    entries: u64,
}

impl Guess {
    pub(super) fn new(most: usize) -> Guess {
        let known = Mutex::default();
        Guess { most, known }
    }

    /// After so many accesses of the recording, a chunk has so many entries, and is not full.
    pub(super) fn tell(&self, accesses: u64, entries: usize) {
        let entries = entries as u64;
        *self.known() = Known { accesses, entries };
    }

    /// The way to the ends of chunks from a place after so many accesses.
    pub(super) fn way(&self, accesses: u64) -> Way {
        let known = *self.known();
        let since = accesses.wrapping_sub(known.accesses);
        let entries = known.entries.wrapping_add(since) % self.most as u64;
        Way {
            most: self.most,
            end: self.most - entries as usize,
            patience: PATIENCE,
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The way of a piece to the ends of chunks.
#[derive(Debug)]
pub(super) struct Way {
    most: usize,
    /// Entries of the piece when the next chunk is likely to end.
    end: usize,
    patience: u32,
}

impl Way {
    /// Instructions to be executed after so many entries, at most `most`: an instruction
    /// that is no call has one entry or none.
    pub(super) fn step(&mut self, entries: usize, most: u64) -> u64 {
        let left = self.end.saturating_sub(entries) as u64;
        if left > most || self.patience == 0 {
            return most;
        }
        self.patience -= 1;
        left.max(1)
    }

    /// There are so many entries after a step of `insns` instructions, from `before` entries
    /// on, or after a call. Whether a chunk is likely to end just here.
    pub(super) fn arrive(&mut self, before: usize, insns: u64, entries: usize, call: bool) -> bool {
        if entries < self.end {
            return false;
        }
        // Else there may be instructions without an entry behind the last.
        let is_end = call || before as u64 + insns == entries as u64;
        if is_end {
            self.end = entries;
        }
        while self.end <= entries {
            self.end = self.end.saturating_add(self.most);
        }
        self.patience = PATIENCE;
        is_end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_lead_to_the_end_and_not_past_it() {
        let guess = Guess::new(100);
        guess.tell(1000, 30);
        let mut way = guess.way(1050);
        assert_eq!(way.step(0, 1 << 15), 20);
        // Every other instruction has an entry.
        assert!(!way.arrive(0, 20, 10, false));
        assert_eq!(way.step(10, 1 << 15), 10);
        assert!(!way.arrive(10, 10, 19, false));
        assert_eq!(way.step(19, 1 << 15), 1);
        assert!(!way.arrive(19, 1, 19, false));
        assert_eq!(way.step(19, 1 << 15), 1);
        assert!(way.arrive(19, 1, 20, false));
        assert_eq!(way.step(20, 1 << 15), 100);
        assert_eq!(way.step(20, 7), 7);
    }

    #[test]
    fn a_call_goes_past_the_end_and_a_long_way_without_entries_is_none() {
        let mut way = Guess::new(100).way(0);
        assert!(way.arrive(90, 1, 120, true));
        assert_eq!(way.end, 220);
        let tries = (0..PATIENCE).filter(|_| way.step(219, 50) == 1);
        assert_eq!(tries.count(), PATIENCE as usize);
        assert_eq!(way.step(219, 50), 50);
        assert!(!way.arrive(219, 50, 220, false));
        assert_eq!(way.end, 320);
    }
}
