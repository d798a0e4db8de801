//! Recording: what a chunk of a trace takes from memory, noted as it happens.
//!
//! Instructions touch words at once. A call only notes what it does, and touches
//! it all when it is done, in the order of addresses, so that to do the same
//! again from the notes touches the same.
#![forbid(unsafe_code)]

use std::ops::Range;

use hashbrown::HashSet;

use super::call::{CallEffects, CallNotes, words};
use super::memory::Memory;
use super::pages::PAGE_SIZE;
use crate::isa::Width;

/// Looks at the clock that a chunk has at the most: what is kept of them is bounded.
pub(crate) const MAX_TIMES: usize = 1 << 20;

/// What makes a chunk full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChunkRoom {
    /// Accesses.
    pub(crate) accesses: u64,
    /// Words touched.
    pub(crate) touches: u64,
    /// How many are likely to be touched; by default about as many as in the last chunk.
    pub(crate) expected: Option<usize>,
}

/// How a word is accessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccessKind {
    /// A load or LR reads it.
    Load,
    /// A store or SC writes it, or a part of it.
    Store,
    /// An AMO reads and writes it.
    Modify,
    /// A call reads it.
    CallRead,
    /// A call writes it, or a part of it.
    CallWrite,
}

/// An access to one word, by an instruction or a call. What reaches into two
/// words is two of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WordAccess {
    /// Instructions retired before.
    pub insn: u64,
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

/// The notes of a recorded run.
#[derive(Debug)]
pub(super) struct Recorder {
    accesses: u64,
    room: u64,
    call: Option<CallNotes>,
    /// The pages of code of the guest's own that the chunk has fetched from
    /// since they changed, and those of them that nobody was told of yet.
    fetched: HashSet<u64>,
    fresh: Vec<(u64, Vec<u8>)>,
    /// Looks at a clock that is not the guest's own: instructions before, nanoseconds.
    times: Vec<(u64, u64)>,
    /// Every access, where that is wanted.
    full: Option<Vec<WordAccess>>,
    /// The instruction that makes accesses now.
    insn: u64,
}

impl Recorder {
    pub(super) fn new() -> Recorder {
        Recorder {
            accesses: 0,
            room: u64::MAX,
            call: None,
            fetched: HashSet::new(),
            fresh: Vec::new(),
            times: Vec::new(),
            full: None,
            insn: 0,
        }
    }

    /// The code in these pages has changed.
    pub(super) fn forget_code(&mut self, mut changed: impl FnMut(u64) -> bool) {
        self.fetched.retain(|page| !changed(*page));
    }
}

impl Memory {
    /// Whether this memory notes what is done with it.
    #[inline]
    pub(crate) fn is_recording(&self) -> bool {
        self.recorder.is_some()
    }

    /// Starts a chunk: nothing is touched, counted or fetched. Returns what the
    /// last one touched. The engines have to be told of stale code then.
    pub(crate) fn start_chunk(&mut self, room: ChunkRoom) -> Vec<super::Touch> {
        if let Some(recorder) = &mut self.recorder {
            recorder.accesses = 0;
            recorder.room = room.accesses;
            let fetched = std::mem::take(&mut recorder.fetched);
            self.code.fetch_anew(fetched);
        }
        self.restart_touches(room.touches, room.expected)
    }

    /// Accesses of the chunk so far.
    pub(crate) fn accesses(&self) -> u64 {
        self.recorder
            .as_ref()
            .map_or(0, |recorder| recorder.accesses)
    }

    /// Emitted code has made so many accesses.
    pub(crate) fn count_accesses(&mut self, accesses: u64) {
        if let Some(recorder) = &mut self.recorder {
            recorder.accesses += accesses;
        }
    }

    /// Whether the chunk has as many accesses, touches or looks at the clock as it may.
    pub(crate) fn is_full(&mut self) -> bool {
        let Some(recorder) = &self.recorder else {
            return false;
        };
        recorder.accesses >= recorder.room
            || recorder.times.len() >= MAX_TIMES
            || self.touched_enough()
    }

    /// Keeps every access from now on, to be taken by [`Memory::take_accesses`], or none.
    pub(crate) fn keep_accesses(&mut self, keep: bool) {
        if let Some(recorder) = &mut self.recorder {
            recorder.full = keep.then(Vec::new);
        }
    }

    /// The accesses that were made since the last time.
    pub(crate) fn take_accesses(&mut self) -> Vec<WordAccess> {
        let full = self.recorder.as_mut().and_then(|r| r.full.as_mut());
        full.map(std::mem::take).unwrap_or_default()
    }

    /// Exchanges an empty list for the accesses that were made since the last time.
    pub(crate) fn swap_accesses(&mut self, list: &mut Vec<WordAccess>) {
        if let Some(full) = self.recorder.as_mut().and_then(|r| r.full.as_mut()) {
            list.clear();
            std::mem::swap(full, list);
        }
    }

    /// The accesses to come are those of the instruction after `insns` retired ones.
    #[inline]
    pub(crate) fn stamp(&mut self, insns: u64) {
        if let Some(recorder) = &mut self.recorder {
            recorder.insn = insns;
        }
    }

    /// The pages of code of the guest's own that have been fetched from and were
    /// not returned yet, with what fetch sees of them; in ascending order.
    pub(crate) fn take_fetched(&mut self) -> Vec<(u64, Vec<u8>)> {
        let fresh = self.recorder.as_mut().map(|r| std::mem::take(&mut r.fresh));
        let mut fresh = fresh.unwrap_or_default();
        fresh.sort_unstable_by_key(|(addr, _)| *addr);
        fresh
    }

    /// Notes that the guest reads a clock, after `insns` instructions.
    pub(super) fn note_time(&mut self, insns: u64, nanos: u64) {
        if let Some(recorder) = &mut self.recorder {
            recorder.times.push((insns, nanos));
        }
    }

    /// The looks at a clock since the last time: instructions before, nanoseconds.
    pub(crate) fn take_times(&mut self) -> Vec<(u64, u64)> {
        let times = self.recorder.as_mut().map(|r| std::mem::take(&mut r.times));
        times.unwrap_or_default()
    }

    /// Whether code is fetched from this page that nobody was told of since it changed.
    pub(super) fn is_fetch_news(&self, page: u64) -> bool {
        let recorder = self.recorder.as_ref();
        recorder.is_some_and(|recorder| !recorder.fetched.contains(&page))
            && !self.pages.at(page * PAGE_SIZE).is_text()
    }

    /// Notes that code is fetched from a page which is not the program's text.
    pub(super) fn note_fetch(&mut self, page: u64, bytes: Vec<u8>) {
        if let Some(recorder) = &mut self.recorder {
            recorder.fetched.insert(page);
            recorder.fresh.push((page * PAGE_SIZE, bytes));
        }
    }

    /// What is done with memory from now on, a call does, after `insns` instructions.
    pub(crate) fn start_call(&mut self, insns: u64) {
        if let Some(recorder) = &mut self.recorder {
            recorder.insn = insns;
            recorder.call = Some(CallNotes::default());
        }
    }

    /// The call does not retire.
    pub(crate) fn abandon_call(&mut self) {
        if let Some(recorder) = &mut self.recorder {
            recorder.call = None;
        }
    }

    /// The call is done: touches what it accessed.
    pub(crate) fn end_call(&mut self) -> CallEffects {
        let call = self.recorder.as_mut().and_then(|r| r.call.take());
        let Some(done) = call.map(CallNotes::done) else {
            return CallEffects::default();
        };
        let mut written = done.written().peekable();
        let read = done.reads.iter().flat_map(|run| run.clone().step_by(8));
        for word in read {
            while let Some((at, before)) = written.next_if(|&(at, _)| at < word) {
                self.call_access(AccessKind::CallWrite, at, before);
            }
            let value = self.word(word);
            self.call_access(AccessKind::CallRead, word, value);
        }
        for (at, before) in written {
            self.call_access(AccessKind::CallWrite, at, before);
        }
        done.effects()
    }

    /// A call after `insns` instructions is made again, that reads and writes what is
    /// recorded of it: ranges apart, in ascending order. Nothing is done if some have a
    /// word in common, nor if this returns false otherwise.
    ///
    /// PERF: as if it were recorded once more, but for the notes, which take most of the
    /// time of a small call (`rvjet trace export --format sp1 --threads 1` of the guest
    /// sp1-merkle: 0.6 of the time).
    pub(crate) fn repeat_call<'a>(
        &mut self,
        insns: u64,
        reads: &[Range<u64>],
        writes: impl Iterator<Item = (u64, &'a [u8])> + Clone,
    ) -> bool {
        let written = writes.clone();
        let written = written.map(|(addr, bytes)| words(addr, bytes.len() as u64));
        if !are_apart(reads, written) {
            return false;
        }
        self.stamp(insns);
        let mut reads = reads.iter().cloned().peekable();
        let mut before = Vec::new();
        for (addr, bytes) in writes {
            let around = words(addr, bytes.len() as u64);
            while let Some(run) = reads.next_if(|run| run.start < around.start) {
                self.repeat_read(run);
            }
            before.clear();
            self.add_words(around.start, (around.end - around.start) / 8, &mut before);
            // It lies in memory, as all does that a chunk has.
            let _written = self.write(addr, bytes);
            for (word, before) in around.step_by(8).zip(&before) {
                self.call_access(AccessKind::CallWrite, word, *before);
            }
        }
        reads.for_each(|run| self.repeat_read(run));
        true
    }

    fn repeat_read(&mut self, run: Range<u64>) {
        for word in run.step_by(8) {
            let value = self.word(word);
            self.call_access(AccessKind::CallRead, word, value);
        }
    }

    fn call_access(&mut self, kind: AccessKind, word: u64, before: u64) {
        self.access(kind, word, Width::Double, [(word, before)].into_iter());
    }

    /// An access has been made to these words, which had these values before.
    fn access(
        &mut self,
        kind: AccessKind,
        addr: u64,
        width: Width,
        words: impl Iterator<Item = (u64, u64)>,
    ) {
        for (word, before) in words {
            self.touch(word, before);
            let Some(recorder) = &mut self.recorder else {
                return;
            };
            recorder.accesses += 1;
            if let Some(links) = &mut self.links {
                let is_call = matches!(kind, AccessKind::CallRead | AccessKind::CallWrite);
                links.add(&mut self.window, recorder.insn, (word, before), is_call);
            }
            if recorder.full.is_some() {
                let insn = recorder.insn;
                let after = self.word(word);
                self.keep_access(WordAccess {
                    insn,
                    addr,
                    width,
                    kind,
                    word,
                    before,
                    after,
                });
            }
        }
    }

    fn keep_access(&mut self, access: WordAccess) {
        if let Some(full) = self.recorder.as_mut().and_then(|r| r.full.as_mut()) {
            full.push(access);
        }
    }

    /// `width` bytes at `addr`, all of them accessible, are read now.
    #[cold]
    pub(super) fn note_load(&mut self, addr: u64, width: Width) {
        let len = width.bytes();
        if !self.note_call_read(addr, len) {
            let (words, count) = self.words_at(addr, len);
            self.access(AccessKind::Load, addr, width, words.into_iter().take(count));
        }
    }

    /// Writes as `write` does, which changes no more than the `width` bytes at
    /// `addr`, all of them accessible.
    #[cold]
    pub(super) fn note_store(
        &mut self,
        kind: AccessKind,
        addr: u64,
        width: Width,
        write: impl FnOnce(&mut Memory),
    ) {
        let (words, count) = self.words_at(addr, width.bytes());
        write(self);
        self.access(kind, addr, width, words.into_iter().take(count));
    }

    /// A call reads `len` bytes at `addr`. False if there is no call.
    pub(super) fn note_call_read(&mut self, addr: u64, len: u64) -> bool {
        let call = self.recorder.as_mut().and_then(|r| r.call.as_mut());
        call.map(|call| call.read(addr, len)).is_some()
    }

    /// A call has written `after` at `addr`, in place of `before` (see [`words`]).
    pub(super) fn note_call_write(&mut self, addr: u64, after: Vec<u8>, before: Vec<u8>) {
        if let Some(call) = self.recorder.as_mut().and_then(|r| r.call.as_mut()) {
            call.write(addr, after, before);
        }
    }

    /// Whether what is done with memory now, a recorded call does.
    pub(super) fn in_recorded_call(&self) -> bool {
        self.recorder.as_ref().is_some_and(|r| r.call.is_some())
    }

    /// A call turns the bytes at `addr` from `before` to `after`, as changes of
    /// mappings do: the words that differ are written. Both are whole words.
    pub(super) fn note_call_change(&mut self, addr: u64, before: &[u8], after: &[u8]) {
        let words = before.len().min(after.len()) / 8;
        let same = |word: &usize| before[8 * word..][..8] == after[8 * word..][..8];
        let mut start = 0;
        while let Some(first) = (start..words).find(|word| !same(word)) {
            let end = (first..words).find(same).unwrap_or(words);
            let span = 8 * first..8 * end;
            let at = addr + span.start as u64;
            self.note_call_write(at, after[span.clone()].to_vec(), before[span].to_vec());
            start = end;
        }
    }

    /// The words that `len` bytes at `addr` lie in, at most two, and how many.
    fn words_at(&self, addr: u64, len: u64) -> ([(u64, u64); 2], usize) {
        let span = words(addr, len);
        let last = span.end - 8;
        let value = |word| (word, self.word(word));
        let count = 1 + usize::from(last != span.start);
        ([value(span.start), value(last)], count)
    }

    /// The bytes of the words that `len` bytes at `addr` lie in: zeroes where the
    /// host has none.
    pub(super) fn word_bytes(&self, addr: u64, len: u64) -> Vec<u8> {
        let span = words(addr, len);
        self.peek(span.start, span.end - span.start)
            .unwrap_or_default()
    }

    /// Notes that the committed, readable pages of `span` become zero.
    pub(super) fn note_zeroed(&mut self, span: &Range<u64>) {
        const ZEROES: &[u8] = &[0; PAGE_SIZE as usize];
        for addr in span.clone().step_by(ZEROES.len()) {
            let before = self.word_bytes(addr, PAGE_SIZE);
            if before != ZEROES {
                self.note_call_change(addr, &before, ZEROES);
            }
        }
    }
}

/// Whether no two of these have a word in common; each in ascending order.
fn are_apart(reads: &[Range<u64>], written: impl Iterator<Item = Range<u64>>) -> bool {
    let mut reads = reads.iter().peekable();
    let mut end = 0;
    for around in written {
        while let Some(run) = reads.next_if(|run| run.start < around.start) {
            if run.start < end {
                return false;
            }
            end = run.end;
        }
        if around.start < end {
            return false;
        }
        end = around.end;
    }
    reads.all(|run| run.start >= std::mem::replace(&mut end, run.end))
}
