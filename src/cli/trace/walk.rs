//! A trace, instruction by instruction.

use std::ops::{ControlFlow, Range};

use rvjet::replay::{Mismatch, Step};
use rvjet::trace::{Chunk, TraceError};
use rvjet::{EngineKind, Replayer};

use super::opened::Opened;
use super::place::Names;
use crate::cli::failure::Failure;

/// A trace and its program, to be replayed.
#[derive(Debug)]
pub struct Walk<'a> {
    pub opened: &'a Opened,
    pub elf: &'a [u8],
    pub names: Names<'a>,
}

impl<'a> Walk<'a> {
    pub fn new(opened: &'a Opened, elf: &'a [u8]) -> Walk<'a> {
        Walk {
            opened,
            elf,
            names: Names::new(opened.header(), elf),
        }
    }

    /// A machine to replay chunks in.
    pub fn replayer(&self) -> Result<Replayer, Failure> {
        let replayer = Replayer::new(self.opened.header(), self.elf, EngineKind::Interp);
        replayer.map_err(|source| Failure::Replay {
            path: self.opened.path.clone(),
            source,
        })
    }

    /// Reads a chunk.
    pub fn chunk(&self, number: u64) -> Result<Chunk, Failure> {
        let read = self.opened.trace.chunk(number);
        read.map_err(|source| self.opened.wrong(source))
    }

    /// Gives each instruction of these chunks to `each`, until that breaks.
    pub fn steps(
        &self,
        chunks: Range<u64>,
        mut each: impl FnMut(&Chunk, Step) -> Result<ControlFlow<()>, Failure>,
    ) -> Result<(), Failure> {
        let mut replayer = self.replayer()?;
        for number in chunks {
            let chunk = self.chunk(number)?;
            let wrong = |mismatch| self.wrong(&mismatch, &chunk);
            for step in replayer.steps(&chunk).map_err(wrong)? {
                if each(&chunk, step.map_err(wrong)?)?.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// A chunk is not what execution makes of its start.
    pub fn wrong(&self, mismatch: &Mismatch, chunk: &Chunk) -> Failure {
        Failure::Wrong {
            path: self.opened.path.clone(),
            what: self.names.tell(mismatch, Some(chunk)),
        }
    }

    /// How many instructions the chunks have.
    pub fn insns(&self) -> Result<u64, Failure> {
        match self.opened.trace.len() {
            0 => Ok(0),
            chunks => self.span(chunks - 1).map(|span| span.end),
        }
    }

    /// The pc after the last instruction, as far as that can be read.
    pub fn end_pc(&self) -> u64 {
        let trace = &self.opened.trace;
        let last = trace.len().checked_sub(1).map(|last| trace.chunk(last));
        match last {
            Some(Ok(chunk)) => chunk.end.state.pc,
            _ => trace.header().start.pc,
        }
    }

    /// The chunks that instructions of this range are in.
    pub fn chunks_of(&self, insns: &Range<u64>) -> Result<Range<u64>, Failure> {
        let all = self.insns()?;
        if insns.end > all {
            let (path, last) = (self.opened.path.display(), insns.end - 1);
            return Err(Failure::Usage(format!(
                "{path}: there is no instruction {last}, the trace has {all}"
            )));
        }
        let first = self.chunk_of(insns.start)?;
        Ok(first..self.chunk_of(insns.end - 1)? + 1)
    }

    /// The chunk that an instruction of the trace is in.
    fn chunk_of(&self, insn: u64) -> Result<u64, Failure> {
        let (mut low, mut high) = (0, self.opened.trace.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.span(middle)?.end <= insn {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    pub fn span(&self, number: u64) -> Result<Range<u64>, Failure> {
        let about = self.opened.trace.chunk_info(number);
        let about = about.map_err(|source: TraceError| self.opened.wrong(source))?;
        Ok(about.start..about.start.saturating_add(about.insns))
    }
}
