//! What links an access to the one before to the same word, as it happens.
//!
//! A table has the clock of each word's last access in the chunk. An access
//! appends what it finds there, and what the word held, to the log; emitted code
//! does so by itself (`jit::lower::link`). The first accesses to their words are
//! noted besides, in the order in which the chunk touches them.
#![forbid(unsafe_code)]

use super::link_log::LinkLog;
use super::memory::Memory;
use super::touch::Touch;
use super::window::Window;

/// The table's value for a word that the chunk has not accessed: no clock of an access.
pub(crate) const FIRST: u64 = 0;

/// What an access to a word finds: all that a proof of memory takes besides what
/// to execute the chunk again tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(C, align(16))] // As stores past the caches want it.
pub struct Link {
    /// The clock of the access before it to the same word; all ones if it is the
    /// run's first.
    pub previous: u64,
    /// The word's value before.
    pub before: u64,
}

/// The log and the table, as emitted code sees them: host addresses and clocks.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct LinkHead {
    /// Where the next link goes.
    pub(crate) next: u64,
    /// Where the address of the next link goes that is the first of its word.
    pub(crate) firsts: u64,
    /// The table's entry for guest address 0.
    pub(crate) table: u64,
    /// The clock of an access after the last instruction that may be executed.
    pub(crate) limit: u64,
}

/// Where the head is, counted from the host address of guest address 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LinkMap {
    pub(crate) head: i64,
}

/// The links of a chunk so far.
#[derive(Debug)]
pub(super) struct Links {
    log: LinkLog,
    /// Clocks of an instruction.
    insn: u64,
    /// The clock of an access by the run's first instruction, as it would be with
    /// the calls so far.
    base: u64,
    /// Links are wanted.
    on: bool,
}

impl Links {
    pub(super) fn new(insn: u64) -> Links {
        Links {
            log: LinkLog::default(),
            insn,
            base: 0,
            on: false,
        }
    }

    /// The clock of an access after so many instructions.
    fn clock(&self, insns: u64) -> u64 {
        self.base.wrapping_add(self.insn.wrapping_mul(insns))
    }

    /// A word, `before` until then, is accessed after `insns` instructions.
    pub(super) fn add(&mut self, window: &mut Window, insns: u64, word: u64, before: u64) {
        if !self.on {
            return;
        }
        let clock = self.clock(insns);
        let clocks = window.links().map(|(_, clocks)| clocks);
        if let Some(last) = clocks.and_then(|clocks| clocks.get_mut((word / 8) as usize)) {
            let previous = std::mem::replace(last, clock);
            self.log.push(Link { previous, before }, previous == FIRST);
        }
    }
}

impl Memory {
    /// Where the head is, if accesses are linked, and the clocks of an instruction.
    pub(crate) fn link_map(&self) -> Option<(LinkMap, u64)> {
        let insn = self.links.as_ref()?.insn;
        Some((self.window.link_map()?, insn))
    }

    /// Whether it can link accesses.
    pub(crate) fn is_linking(&self) -> bool {
        self.links.is_some()
    }

    /// Whether it can link accesses and is not to.
    pub(crate) fn links_are_off(&self) -> bool {
        self.links.as_ref().is_some_and(|links| !links.on)
    }

    /// Links accesses from now on, to logs in these buffers, with room for so many
    /// links. False if there is not so much, or it cannot at all.
    pub(crate) fn keep_links(&mut self, buffers: (Vec<Link>, Vec<u64>), expected: usize) -> bool {
        let Some(links) = &mut self.links else {
            return false;
        };
        links.log = LinkLog::new(buffers);
        links.on = links.log.make_room(expected, 0);
        links.on
    }

    /// Links no accesses any more. The links so far, and which of them are the
    /// first of their word: those have [`FIRST`] for a clock.
    pub(crate) fn take_links(&mut self) -> (Vec<Link>, Vec<u64>) {
        let Some(links) = &mut self.links else {
            return Default::default();
        };
        links.on = false;
        std::mem::take(&mut links.log).into_buffers()
    }

    /// The clock that an access by the run's first instruction would have, if it
    /// were as late as calls have made it.
    pub(crate) fn set_link_base(&mut self, base: u64) {
        if let Some(links) = &mut self.links {
            links.base = base;
        }
    }

    /// The clocks of the last accesses to words that the chunk has touched.
    pub(crate) fn last_clocks(&mut self, words: &[Touch]) -> Vec<u64> {
        let Some((_, clocks)) = self.window.links() else {
            return Vec::new();
        };
        let last = |word: &Touch| clocks.get((word.addr / 8) as usize).copied();
        words
            .iter()
            .map(|word| last(word).unwrap_or(FIRST))
            .collect()
    }

    /// Makes room for so many links by emitted code. False if the host has not so much.
    pub(crate) fn make_link_room(&mut self, more: u64) -> bool {
        let firsts = self.touch_room();
        let Some(links) = &mut self.links else {
            return false;
        };
        usize::try_from(more).is_ok_and(|more| links.log.make_room(more, firsts))
    }

    /// Emitted code is about to execute at most `budget` instructions, which have
    /// room, after `insns`. Returns the clock of an access by the first.
    pub(crate) fn start_links(&mut self, insns: u64, budget: u64) -> u64 {
        let (Some(links), Some((head, table))) = (&mut self.links, self.window.links()) else {
            return 0;
        };
        let (next, firsts) = links.log.ends();
        *head = LinkHead {
            next,
            firsts,
            table: table.as_ptr() as u64,
            limit: links.clock(insns.wrapping_add(budget)),
        };
        links.clock(insns)
    }

    /// It has executed all up to `clock`, and made room for `unused` links too many.
    /// Returns how many instructions it has not executed, and its accesses.
    pub(crate) fn end_links(&mut self, clock: u64, unused: u64) -> (u64, u64) {
        let (Some(links), Some((head, _))) = (&mut self.links, self.window.links()) else {
            return (0, 0);
        };
        let left = head.limit.wrapping_sub(clock) / links.insn;
        (left, links.log.take_in(head, unused))
    }
}
