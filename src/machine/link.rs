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

/// Links that emitted code wants room for at once, at the most: with so much more than
/// there will be, the log need not grow in the end.
const AT_ONCE: usize = 1 << 17;

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

/// A link that is the first of its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct First {
    /// Which link; in what emitted code appends, the host address of that.
    pub(crate) place: u64,
    /// The word's number: an eighth of its address.
    pub(crate) word: u64,
}

/// The log and the table, as emitted code sees them: host addresses and clocks.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct LinkHead {
    /// Where the next link goes.
    pub(crate) next: u64,
    /// Where the next [`First`] goes.
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
    /// The accesses of calls are somebody else's business.
    without_calls: bool,
}

impl Links {
    pub(super) fn new(insn: u64) -> Links {
        Links {
            log: LinkLog::default(),
            insn,
            base: 0,
            on: false,
            without_calls: false,
        }
    }

    /// The clock of an access after so many instructions.
    fn clock(&self, insns: u64) -> u64 {
        self.base.wrapping_add(self.insn.wrapping_mul(insns))
    }

    /// The word at `addr`, `before` until then, is accessed after `insns` instructions,
    /// by a call or not.
    pub(super) fn add(
        &mut self,
        window: &mut Window,
        insns: u64,
        (addr, before): (u64, u64),
        is_call: bool,
    ) {
        if self.on && !(is_call && self.without_calls) {
            let clock = self.clock(insns);
            self.link(window, addr, before, Some(clock));
        }
    }

    /// The word at `addr`, `before` until then, is accessed, at `clock` if that counts.
    fn link(&mut self, window: &mut Window, addr: u64, before: u64, clock: Option<u64>) {
        let clocks = window.links().map(|(_, clocks)| clocks);
        let word = addr / 8;
        if let Some(last) = clocks.and_then(|clocks| clocks.get_mut(word as usize)) {
            self.log.link(word, last, before, clock);
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
    pub(crate) fn keep_links(&mut self, buffers: (Vec<Link>, Vec<First>), expected: usize) -> bool {
        let Some(links) = &mut self.links else {
            return false;
        };
        links.log = LinkLog::new(buffers);
        links.on = links.log.make_room(expected.saturating_add(AT_ONCE), 0);
        links.on
    }

    /// From now on leaves the accesses of calls to be linked by [`Memory::link_word`].
    pub(crate) fn link_without_calls(&mut self) {
        if let Some(links) = &mut self.links {
            links.without_calls = true;
        }
    }

    /// Links an access to the word at `addr`, `before` until then, at `clock`. Without
    /// one, the access before stays the last.
    pub(crate) fn link_word(&mut self, addr: u64, before: u64, clock: Option<u64>) {
        if let Some(links) = &mut self.links {
            links.link(&mut self.window, addr, before, clock);
        }
    }

    /// Links accesses to neighbouring words from `addr` on, a multiple of eight, which held
    /// `before` until then; as [`Memory::link_word`]. Behind each comes a link with `clock` and
    /// the value `after`, if the words are written.
    pub(crate) fn link_words(
        &mut self,
        addr: u64,
        before: &[u64],
        clock: Option<u64>,
        after: Option<&[u64]>,
    ) {
        let (Some(links), Some((_, clocks))) = (&mut self.links, self.window.links()) else {
            return;
        };
        let first = (addr / 8) as usize;
        let clocks = first
            .checked_add(before.len())
            .and_then(|end| clocks.get_mut(first..end));
        let mut after = after.map(|words| words.iter());
        for (index, (last, before)) in clocks.into_iter().flatten().zip(before).enumerate() {
            links.log.link((first + index) as u64, last, *before, clock);
            let Some(previous) = clock else { continue };
            if let Some(&before) = after.as_mut().and_then(Iterator::next) {
                links.log.push(Link { previous, before });
            }
        }
    }

    /// Appends a link of no word.
    pub(crate) fn push_link(&mut self, link: Link) {
        if let Some(links) = &mut self.links {
            links.log.push(link);
        }
    }

    /// The next access to the word at `addr` counts as its first.
    pub(crate) fn unlink(&mut self, addr: u64) {
        let clocks = self.window.links().map(|(_, clocks)| clocks);
        if let Some(last) = clocks.and_then(|clocks| clocks.get_mut((addr / 8) as usize)) {
            *last = FIRST;
        }
    }

    /// Links so far.
    pub(crate) fn links_made(&self) -> usize {
        self.links.as_ref().map_or(0, |links| links.log.len())
    }

    /// Links no accesses any more, and forgets their clocks. The links so far, and which
    /// of them are the first of their word: those have [`FIRST`] for a clock.
    pub(crate) fn take_links(&mut self) -> (Vec<Link>, Vec<First>) {
        let Some(links) = &mut self.links else {
            return Default::default();
        };
        links.on = false;
        links.without_calls = false;
        let (made, firsts) = std::mem::take(&mut links.log).into_buffers();
        if let Some((_, clocks)) = self.window.links() {
            // All of them, also those of words that only a wrong record says are accessed.
            for first in &firsts {
                if let Some(last) = clocks.get_mut(first.word as usize) {
                    *last = FIRST;
                }
            }
        }
        (made, firsts)
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

    /// Makes room for so many links by emitted code, until it is left. False if the host
    /// has not so much.
    ///
    /// Emitted code accesses no word without a touch, and finds none without a clock twice: that
    /// bounds its firsts, whatever calls have noted of theirs or have made anew.
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
