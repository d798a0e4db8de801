//! The ending.

use std::time::Duration;

use super::cause::{decode_cause, encode_cause};
use super::flaw::Choice;
use super::{Flaw, Input, Output};
use crate::machine::{Exit, Reason, Refusal, Trap};
use crate::trace::{Ending, Part, Totals, TraceError};

/// The content of the ending's block.
pub(in crate::trace) fn encode_ending(out: &mut Output, ending: &Ending, totals: &Totals) {
    encode_exit(out, ending.exit);
    out.digest(&ending.received);
    let Totals {
        chunks,
        insns,
        accesses,
        touches,
        ecalls,
    } = *totals;
    out.words([chunks, insns, accesses, touches, ecalls]);
}

/// The ending and the totals in the content of their block.
pub(in crate::trace) fn decode_ending(content: &[u8]) -> Result<(Ending, Totals), TraceError> {
    Input::all(Part::Tail, content, |input| {
        let ending = Ending {
            exit: decode_exit(input)?,
            received: input.digest()?,
        };
        let totals = Totals {
            chunks: input.word()?,
            insns: input.word()?,
            accesses: input.word()?,
            touches: input.word()?,
            ecalls: input.word()?,
        };
        Ok((ending, totals))
    })
}

fn encode_exit(out: &mut Output, exit: Exit) {
    match exit {
        Exit::Exited { code } => {
            out.byte(0);
            out.word32(code.cast_unsigned());
        }
        Exit::Trap(Trap { pc, cause }) => {
            out.byte(1);
            out.word(pc);
            encode_cause(out, cause);
        }
        Exit::InsnLimit { limit } => {
            out.byte(2);
            out.word(limit);
        }
        Exit::MemoryLimit { limit } => {
            out.byte(3);
            out.word(limit);
        }
        Exit::Timeout { limit } => {
            out.byte(4);
            out.word(limit.as_secs());
            out.word32(limit.subsec_nanos());
        }
        Exit::BrokenPipe => out.byte(5),
        Exit::Refused(refusal) => {
            out.byte(6);
            out.word(refusal.pc);
            out.word(refusal.number);
            out.words(refusal.args);
            out.byte(refusal.reason as u8);
        }
    }
}

fn decode_exit(input: &mut Input<'_>) -> Result<Exit, Flaw> {
    Ok(match input.byte()? {
        0 => Exit::Exited {
            code: input.word32()?.cast_signed(),
        },
        1 => Exit::Trap(Trap {
            pc: input.word()?,
            cause: decode_cause(input)?,
        }),
        2 => Exit::InsnLimit {
            limit: input.word()?,
        },
        3 => Exit::MemoryLimit {
            limit: input.word()?,
        },
        4 => Exit::Timeout {
            limit: decode_duration(input)?,
        },
        5 => Exit::BrokenPipe,
        6 => Exit::Refused(decode_refusal(input)?),
        found => {
            return Err(Flaw::Kind {
                of: Choice::Exit,
                found,
            });
        }
    })
}

fn decode_refusal(input: &mut Input<'_>) -> Result<Refusal, Flaw> {
    let (pc, number) = (input.word()?, input.word()?);
    let mut args = [0; 5];
    for arg in &mut args {
        *arg = input.word()?;
    }
    let found = input.byte()?;
    let reason = Reason::ALL.get(usize::from(found)).copied();
    let of = Choice::Reason;
    Ok(Refusal {
        pc,
        number,
        args,
        reason: reason.ok_or(Flaw::Kind { of, found })?,
    })
}

fn decode_duration(input: &mut Input<'_>) -> Result<Duration, Flaw> {
    let (seconds, nanos) = (input.word()?, input.word32()?);
    if nanos >= 1_000_000_000 {
        return Err(Flaw::Nanos { found: nanos });
    }
    Ok(Duration::new(seconds, nanos))
}
