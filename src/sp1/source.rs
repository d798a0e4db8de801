//! Where the chunks of a recording come from: its trace, or the guest that runs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::trace::{self, Chunk, Trace, TraceError};
use crate::{Outcome, Recording};

/// A recording's chunks, which several threads take, each the next.
pub(super) enum Source {
    Trace {
        chunk: Box<dyn Fn(u64) -> Result<Chunk, TraceError> + Send + Sync>,
        count: u64,
        next: AtomicU64,
    },
    Run(Box<Mutex<Run>>),
}

/// A guest that runs.
pub(super) struct Run {
    recording: Recording,
    chunks: u64,
    ended: bool,
}

impl Source {
    pub(super) fn trace<S: trace::Source + Send + 'static>(trace: Trace<S>) -> Source {
        Source::Trace {
            count: trace.len(),
            chunk: Box::new(move |number| trace.chunk(number)),
            next: AtomicU64::new(0),
        }
    }

    pub(super) fn run(recording: Recording) -> Source {
        let run = Mutex::new(Run {
            recording,
            chunks: 0,
            ended: false,
        });
        Source::Run(Box::new(run))
    }

    /// The next chunk and its place; nothing if there is no more.
    pub(super) fn next(&self) -> Option<(u64, Result<Chunk, TraceError>)> {
        match self {
            Source::Trace { chunk, count, next } => {
                let number = next.fetch_add(1, Ordering::Relaxed);
                (number < *count).then(|| (number, chunk(number)))
            }
            Source::Run(run) => {
                let mut run = run.lock().unwrap_or_else(PoisonError::into_inner);
                let chunk = run.recording.next_chunk();
                run.ended |= chunk.is_none();
                let number = run.chunks;
                let chunk = chunk?;
                run.chunks += 1;
                Some((number, Ok(chunk)))
            }
        }
    }

    /// How many chunks there are in all, if that is known.
    pub(super) fn total(&self) -> Option<u64> {
        match self {
            Source::Trace { count, .. } => Some(*count),
            Source::Run(run) => {
                let run = run.lock().unwrap_or_else(PoisonError::into_inner);
                run.ended.then_some(run.chunks)
            }
        }
    }

    /// How the guest has ended, which runs to its end.
    pub(super) fn finish(self) -> Option<Outcome> {
        match self {
            Source::Trace { .. } => None,
            Source::Run(run) => {
                let run = run.into_inner().unwrap_or_else(PoisonError::into_inner);
                Some(run.recording.finish())
            }
        }
    }
}
