//! Which instruction is to blame: the chunk is replayed once more, step by step.

use super::{Difference, Field, Mismatch, Place, Step};
use crate::Replayer;
use crate::isa::Register;
use crate::trace::Chunk;

/// What to look out for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Watch {
    /// Nothing but where the replay ends.
    Nothing,
    /// Who writes a register last.
    Register(Register),
    /// Who touches a word first: the one of this place among the chunk's touches.
    Touch(u64),
}

impl Watch {
    /// What to look out for if this difference was found.
    pub(crate) fn of(difference: &Difference) -> Watch {
        match difference {
            Difference::End(state) => match state.field {
                Field::Register(reg) => Watch::Register(reg),
                _ => Watch::Nothing,
            },
            Difference::TouchOrder { index, .. } => Watch::Touch(*index as u64),
            _ => Watch::Nothing,
        }
    }
}

impl Replayer {
    /// What the interpreter finds of a chunk that does not replay, and where;
    /// nothing if it finds no difference.
    pub(crate) fn locate(&mut self, chunk: &Chunk, watch: Watch) -> Option<Mismatch> {
        let (mismatch, place) = self.look(chunk, watch);
        let mismatch = mismatch?;
        if Watch::of(&mismatch.difference) != watch {
            return Some(mismatch);
        }
        let place = match watch {
            Watch::Nothing => mismatch.place,
            Watch::Register(_) => place.unwrap_or_else(|| Place::start(chunk)),
            Watch::Touch(_) => place.unwrap_or(mismatch.place),
        };
        Some(Mismatch { place, ..mismatch })
    }

    /// Where the chunk, which replays, touches the word of this place first.
    pub(crate) fn place_of_touch(&mut self, chunk: &Chunk, index: u64) -> Place {
        let (_, place) = self.look(chunk, Watch::Touch(index));
        place.unwrap_or_else(|| Place::start(chunk))
    }

    /// The first instruction of a chunk which this is true of.
    pub(crate) fn place_where(
        &mut self,
        chunk: &Chunk,
        is_it: impl Fn(&Step) -> bool,
    ) -> Option<Place> {
        let steps = self.steps(chunk).ok()?.map_while(Result::ok);
        let found = { steps }.find(is_it)?;
        Some(Place::of(&found, chunk))
    }

    /// What differs, and the instruction that was watched for.
    fn look(&mut self, chunk: &Chunk, watch: Watch) -> (Option<Mismatch>, Option<Place>) {
        let mut seen = None;
        let mut steps = match self.steps(chunk) {
            Ok(steps) => steps,
            Err(mismatch) => return (Some(mismatch), None),
        };
        while let Some(step) = steps.next() {
            let step = match step {
                Ok(step) => step,
                Err(mismatch) => {
                    if let Watch::Touch(_) = watch {
                        seen = seen.or(Some(mismatch.place));
                    }
                    return (Some(mismatch), seen);
                }
            };
            let place = Place::of(&step, chunk);
            match watch {
                Watch::Nothing => {}
                Watch::Register(reg) if writes(&step, chunk, reg) => seen = Some(place),
                Watch::Register(_) => {}
                Watch::Touch(index) if seen.is_none() && steps.touched() > index => {
                    seen = Some(place);
                }
                Watch::Touch(_) => {}
            }
        }
        (None, seen)
    }
}

fn writes(step: &Step, chunk: &Chunk, reg: Register) -> bool {
    let results = step.record(chunk).map(|record| &record.results);
    let by_call = results.is_some_and(|results| results.iter().any(|(to, _)| *to == reg));
    by_call || step.writes().any(|(rd, _)| rd == reg)
}

impl Place {
    /// An instruction of a chunk.
    fn of(step: &Step, chunk: &Chunk) -> Place {
        Place {
            at: step.insn - chunk.start.state.insns,
            insn: step.insn,
            pc: step.pc,
        }
    }

    /// The first instruction of a chunk.
    pub(crate) fn start(chunk: &Chunk) -> Place {
        Place {
            at: 0,
            insn: chunk.start.state.insns,
            pc: chunk.start.state.pc,
        }
    }

    /// The instruction after the last of a chunk.
    pub(crate) fn end(chunk: &Chunk) -> Place {
        Place {
            at: chunk.insns(),
            insn: chunk.end.state.insns,
            pc: chunk.end.state.pc,
        }
    }
}
