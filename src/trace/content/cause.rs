//! The cause of a trap.

use super::flaw::Choice;
use super::{Flaw, Input, Output};
use crate::isa::Width;
use crate::machine::Cause;

/// Why an instruction trapped.
pub(super) fn encode_cause(out: &mut Output, cause: Cause) {
    out.byte(cause.number());
    match cause {
        Cause::IllegalInstruction { word } => out.word32(word),
        Cause::Breakpoint => {}
        Cause::FetchFault { addr } | Cause::FetchMisaligned { addr } => out.word(addr),
        Cause::LoadFault { addr, width }
        | Cause::StoreFault { addr, width }
        | Cause::LoadMisaligned { addr, width }
        | Cause::StoreMisaligned { addr, width } => {
            out.word(addr);
            out.byte(width as u8);
        }
    }
}

/// What [`encode_cause`] makes.
pub(super) fn decode_cause(input: &mut Input<'_>) -> Result<Cause, Flaw> {
    let kind = input.byte()?;
    Ok(match kind {
        0 => Cause::IllegalInstruction {
            word: input.word32()?,
        },
        1 => Cause::Breakpoint,
        2 => Cause::FetchFault {
            addr: input.word()?,
        },
        3..=6 => decode_access(input, kind)?,
        7 => Cause::FetchMisaligned {
            addr: input.word()?,
        },
        found => {
            return Err(Flaw::Kind {
                of: Choice::Cause,
                found,
            });
        }
    })
}

fn decode_access(input: &mut Input<'_>, kind: u8) -> Result<Cause, Flaw> {
    let (addr, found) = (input.word()?, input.byte()?);
    let width = Width::ALL.get(usize::from(found)).copied();
    let width = width.ok_or(Flaw::Kind {
        of: Choice::Width,
        found,
    })?;
    Ok(match kind {
        3 => Cause::LoadFault { addr, width },
        4 => Cause::StoreFault { addr, width },
        5 => Cause::LoadMisaligned { addr, width },
        _ => Cause::StoreMisaligned { addr, width },
    })
}
