//! Chunks encoded by several threads, and written in order.

use std::collections::{BTreeMap, VecDeque};
use std::io::Write;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::encoded::encode_chunk_in;
use super::{Codec, EncodedChunk, Writer};
use crate::trace::{Chunk, Touch, TraceError};

/// Chunks for each encoder that may be waiting, encoded or written.
const AHEAD: u64 = 2;
/// Touches of such chunks at the most, if there is more than one: what is in memory at once.
const TOUCHES: u64 = 1 << 25;

/// Appends the chunks that `next` gives, encoded by all but one of `threads`
/// threads; that one is the caller's, in which `next` is called. Each chunk is
/// written as soon as it and those before it are encoded. What is written does
/// not depend on the number of threads. `next` is given touches of a chunk that
/// has been encoded, whose memory may be used again.
///
/// # Errors
/// The first in order of the chunks; those before it have been written.
pub(crate) fn write_chunks<W: Write + Send>(
    writer: &mut Writer<W>,
    codec: Codec,
    threads: usize,
    mut next: impl FnMut(Vec<Touch>) -> Option<Chunk>,
) -> Result<(), TraceError> {
    if threads <= 1 {
        let (mut touches, mut block) = (Vec::new(), Vec::new());
        while let Some(chunk) = next(std::mem::take(&mut touches)) {
            let encoded = encode_chunk_in(block, &chunk, codec)?;
            writer.append(&encoded)?;
            block = encoded.into_bytes();
            touches = chunk.touches;
        }
        return Ok(());
    }
    let encoders = threads - 1;
    let belt = Belt::new(encoders as u64 * AHEAD);
    let writer = Mutex::new(writer);
    thread::scope(|scope| {
        // However this ends, nobody is left waiting.
        let _closed = Closing(&belt);
        for _ in 0..encoders {
            let encoder = || {
                let _closed = Closing(&belt);
                belt.work(codec, &writer);
            };
            thread::Builder::new().spawn_scoped(scope, encoder)?;
        }
        while let Some(chunk) = next(belt.spent_touches()) {
            if !belt.push(chunk) {
                break;
            }
        }
        Ok::<_, TraceError>(())
    })?;
    belt.finish()
}

/// Where chunks wait to be encoded, and encoded ones for their turn.
struct Belt {
    state: Mutex<State>,
    changed: Condvar,
    ahead: u64,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(u64, Chunk)>,
    encoded: BTreeMap<u64, Encoded>,
    /// Chunks taken in, and written.
    taken: u64,
    written: u64,
    /// Touches of the chunks between the two.
    touches: u64,
    /// Somebody writes.
    writing: bool,
    /// Chunks that have been encoded, which go back to where they were made.
    ///
    /// PERF: a chunk may have some hundred thousand calls. To free them here, while others
    /// are allocated there, takes longer than to encode them: the guest sp1-merkle is
    /// recorded in two thirds of the wall time and half of the CPU time (`rvjet record --abi sp1 -o /dev/null`).
    spent_chunks: Vec<Chunk>,
    /// Memory to be used again.
    spent_blocks: Vec<Vec<u8>>,
    /// No more chunks come, or none is to come.
    closed: bool,
    failed: Option<TraceError>,
}

struct Encoded {
    chunk: Result<EncodedChunk, TraceError>,
    touches: u64,
}

impl State {
    fn has_room(&self, ahead: u64) -> bool {
        let under_way = self.taken - self.written;
        under_way == 0 || under_way < ahead && self.touches < TOUCHES
    }

    /// The chunk that is next to be written, if nobody writes.
    fn turn(&mut self) -> Option<Encoded> {
        let free = !self.writing && self.failed.is_none();
        free.then(|| self.encoded.remove(&self.written)).flatten()
    }
}

impl Belt {
    fn new(ahead: u64) -> Belt {
        Belt {
            state: Mutex::default(),
            changed: Condvar::new(),
            ahead,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let waited = self.changed.wait(state);
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    /// Touches of a chunk that has been encoded, the rest of which is freed in this thread.
    fn spent_touches(&self) -> Vec<Touch> {
        let spent = self.state().spent_chunks.pop();
        spent.map_or_else(Vec::new, |chunk| chunk.touches)
    }

    /// Takes a chunk in, when there is room; `false` if nothing is written any more.
    fn push(&self, chunk: Chunk) -> bool {
        let mut state = self.state();
        while !state.closed && !state.has_room(self.ahead) {
            state = self.wait(state);
        }
        if state.closed {
            return false;
        }
        let number = state.taken;
        state.taken += 1;
        state.touches += chunk.touches.len() as u64;
        state.waiting.push_back((number, chunk));
        drop(state);
        self.changed.notify_all();
        true
    }

    /// Encodes chunks, and writes those whose turn it is, until no more come.
    fn work(&self, codec: Codec, writer: &Mutex<&mut Writer<impl Write>>) {
        while let Some((number, chunk)) = self.next() {
            let block = self.state().spent_blocks.pop().unwrap_or_default();
            let encoded = Encoded {
                chunk: encode_chunk_in(block, &chunk, codec),
                touches: chunk.touches.len() as u64,
            };
            let mut state = self.state();
            state.spent_chunks.push(chunk);
            state.encoded.insert(number, encoded);
            drop(state);
            self.write(writer);
        }
    }

    fn next(&self) -> Option<(u64, Chunk)> {
        let mut state = self.state();
        loop {
            if state.failed.is_some() {
                return None;
            }
            match state.waiting.pop_front() {
                Some(next) => return Some(next),
                None if state.closed => return None,
                None => state = self.wait(state),
            }
        }
    }

    /// Writes what is next as long as there is something, unless another does.
    fn write(&self, writer: &Mutex<&mut Writer<impl Write>>) {
        let mut state = self.state();
        while let Some(Encoded { chunk, touches }) = state.turn() {
            state.writing = true;
            drop(state);
            let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            let written = chunk.and_then(|chunk| {
                writer.append(&chunk)?;
                Ok(chunk.into_bytes())
            });
            drop(writer);
            state = self.state();
            state.writing = false;
            state.written += 1;
            state.touches -= touches;
            match written {
                Ok(block) => state.spent_blocks.push(block),
                Err(error) => {
                    state.closed = true;
                    state.failed = Some(error);
                }
            }
            self.changed.notify_all();
        }
    }

    fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }

    fn finish(self) -> Result<(), TraceError> {
        let state = self.state.into_inner();
        let failed = state.unwrap_or_else(PoisonError::into_inner).failed;
        failed.map_or(Ok(()), Err)
    }
}

/// Closes a belt when dropped: those who encode finish what is there.
struct Closing<'a>(&'a Belt);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}
