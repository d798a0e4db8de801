//! What is verified of a trace besides each chunk by itself, in order.

use super::chain::Chain;
use super::ending::Tail;
use super::history::History;
use super::mismatch::{Difference, Mismatch, Place};
use super::{Level, ReplayError, Verified, Verify, VerifyError};
use crate::emulator::Replayed;
use crate::machine::{Cause, Exit, PAGE_SIZE, Reservation, Trap, page_down};
use crate::trace::{Chunk, Digest, Header};
use crate::{EngineKind, Replayer};

/// What is known of a trace up to a chunk.
pub(super) struct Whole<'a> {
    trace: &'a Verify<'a>,
    count: u64,
    chain: Chain,
    history: Option<History>,
    received: blake3::Hasher,
    pub(super) last: Option<Chunk>,
    /// The last instruction was a call that stayed where it was.
    stays: bool,
    verified: Verified,
}

impl<'a> Whole<'a> {
    pub(super) fn new<E: std::error::Error + 'static>(
        trace: &'a Verify<'a>,
        count: u64,
    ) -> Result<Whole<'a>, VerifyError<E>> {
        let header = trace.header;
        check_header(header)?;
        let history = match trace.level {
            Level::Chain => None,
            Level::Replay => {
                check_inputs(header)?;
                Some(History::new(header, trace.elf).map_err(ReplayError::from)?)
            }
        };
        Ok(Whole {
            trace,
            count,
            chain: Chain::new(header),
            history,
            received: blake3::Hasher::new(),
            last: None,
            stays: false,
            verified: Verified::default(),
        })
    }

    pub(super) fn take<E: std::error::Error + 'static>(
        &mut self,
        number: u64,
        chunk: &Chunk,
        replayed: Result<Replayed, Mismatch>,
    ) -> Result<(), VerifyError<E>> {
        let taken = self.follow(number, chunk, replayed);
        taken.map_err(|found| {
            VerifyError::Mismatch(Box::new(Mismatch {
                chunk: number,
                ..found
            }))
        })
    }

    /// The chunk is the next one of the trace.
    fn follow(
        &mut self,
        number: u64,
        chunk: &Chunk,
        replayed: Result<Replayed, Mismatch>,
    ) -> Result<(), Mismatch> {
        let at = |place, difference| Mismatch {
            chunk: number,
            place,
            difference,
        };
        self.chain.follow(number, chunk)?;
        // A wrong value is the cause of what else is found wrong. What is no
        // address has no value.
        let malformed = |found: &Mismatch| matches!(found.difference, Difference::Malformed { .. });
        let wrong = match &replayed {
            Err(found) if malformed(found) => None,
            _ => self
                .history
                .as_mut()
                .and_then(|history| history.wrong_value(chunk)),
        };
        if let Some((index, value)) = wrong {
            let recorded = chunk.touches[index];
            let place = self.place_of_touch(chunk, index);
            return Err(at(place, Difference::TouchValue { recorded, value }));
        }
        let replayed = replayed?;
        let history = self.history.as_mut();
        if let Some(page) = history.and_then(|history| history.wrong_code(chunk, &replayed.seen)) {
            let (at, addr) = (chunk.code[page].at, chunk.code[page].addr);
            let place = self.place_of_code(chunk, at, addr);
            return Err(Mismatch {
                chunk: number,
                place,
                difference: Difference::Code { addr },
            });
        }
        self.check_end(number, chunk, &replayed)
            .map_err(|difference| at(Place::end(chunk), difference))?;
        self.note(chunk, &replayed);
        Ok(())
    }

    fn check_end(&self, number: u64, chunk: &Chunk, replayed: &Replayed) -> Result<(), Difference> {
        let is_last = number + 1 == self.count;
        if !is_last && !replayed.is_full {
            return Err(Difference::TooShort);
        }
        let tries = matches!(
            self.trace.ending.as_ref().map(|ending| ending.exit),
            None | Some(Exit::Trap(_) | Exit::MemoryLimit { .. } | Exit::BrokenPipe)
        );
        let ahead = chunk.code.last().filter(|_| replayed.looks_ahead);
        match ahead.filter(|_| !(is_last && tries)) {
            Some(page) => Err(Difference::UnusedCode { addr: page.addr }),
            None => Ok(()),
        }
    }

    fn place_of_touch(&self, chunk: &Chunk, index: usize) -> Place {
        let Verify { header, elf, .. } = *self.trace;
        match Replayer::new(header, elf, EngineKind::Interp) {
            Ok(mut replayer) => replayer.place_of_touch(chunk, index as u64),
            Err(_) => Place::start(chunk),
        }
    }

    /// The first instruction in a page of code, from that of the chunk on which
    /// the page is recorded at.
    fn place_of_code(&self, chunk: &Chunk, at: u64, addr: u64) -> Place {
        let Verify { header, elf, .. } = *self.trace;
        let replayer = Replayer::new(header, elf, EngineKind::Interp);
        let place = replayer.ok().and_then(|mut replayer| {
            replayer.place_where(chunk, |step| {
                let last = step.pc.wrapping_add(u64::from(step.len) - 1);
                let within = page_down(step.pc) == addr || page_down(last) == addr;
                within && step.insn - chunk.start.state.insns >= at
            })
        });
        place.unwrap_or_else(|| Place::start(chunk))
    }

    fn note(&mut self, chunk: &Chunk, replayed: &Replayed) {
        if let Some(history) = &mut self.history {
            history.leave(&chunk.touches, &replayed.values);
        }
        for write in chunk.ecalls.iter().flat_map(|ecall| &ecall.writes) {
            self.received.update(&write.bytes);
        }
        self.stays = replayed.stays;
        self.verified.chunks += 1;
        self.verified.insns = chunk.end.state.insns;
        self.verified.accesses = chunk.end.accesses;
        self.verified.ecalls = chunk.end.ecalls;
        self.verified.touches += chunk.touches.len() as u64;
    }

    /// All chunks are right: is the end?
    pub(super) fn finish<E: std::error::Error + 'static>(
        mut self,
    ) -> Result<Verified, VerifyError<E>> {
        let Some(ending) = &self.trace.ending else {
            return Ok(self.verified);
        };
        let Verify { header, elf, .. } = *self.trace;
        let mut tail = Tail {
            last: self.last.as_ref(),
            start: &header.start,
            stays: self.stays,
            code: Vec::new(),
        };
        if let Some(history) = &mut self.history {
            let mut pages = trapping_pages(ending.exit);
            pages.retain(|addr| addr.saturating_add(PAGE_SIZE) <= header.address_space);
            let code = |addr| Some((addr, history.code_at(addr)?));
            tail.code = pages.into_iter().filter_map(code).collect();
        }
        let mut replayer = Replayer::new(header, elf, EngineKind::Interp)?;
        if !replayer.ends_so(&tail, ending.exit) {
            return Err(VerifyError::Exit {
                recorded: ending.exit,
            });
        }
        let (recorded, found) = (
            ending.received,
            Digest(*self.received.finalize().as_bytes()),
        );
        if self.history.is_some() && recorded != found {
            return Err(VerifyError::Received { recorded, found });
        }
        Ok(self.verified)
    }
}

/// A run starts with nothing counted, and nothing reserved.
fn check_header<E: std::error::Error + 'static>(header: &Header) -> Result<(), VerifyError<E>> {
    let start = &header.start;
    let counters = [
        start.x[0],
        start.insns,
        start.unaligned_loads,
        start.unaligned_stores,
    ];
    if counters == [0; 4] && start.reservation == Reservation::NONE && start.pc.is_multiple_of(2) {
        Ok(())
    } else {
        Err(VerifyError::Start)
    }
}

fn check_inputs<E: std::error::Error + 'static>(header: &Header) -> Result<(), VerifyError<E>> {
    let recorded = header.inputs;
    let found = Digest::of_inputs(&header.start, &header.initial);
    if recorded == found {
        Ok(())
    } else {
        Err(VerifyError::Inputs { recorded, found })
    }
}

/// The pages that an instruction which trapped was fetched from.
fn trapping_pages(exit: Exit) -> Vec<u64> {
    let Exit::Trap(Trap { pc, cause }) = exit else {
        return Vec::new();
    };
    if matches!(cause, Cause::FetchFault { .. }) {
        return Vec::new();
    }
    let mut pages = vec![page_down(pc), page_down(pc.wrapping_add(2))];
    pages.dedup();
    pages
}
