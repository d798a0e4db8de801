//! What a chunk read from the host's clock.

use super::{Column, Flaw, Input, Output};
use crate::trace::TimeRead;

/// The least bytes of a look at the clock.
pub(super) const LEAST: u64 = 2;

pub(super) fn encode(out: &mut Output, times: &[TimeRead]) -> Result<(), Flaw> {
    let mut before = TimeRead { at: 0, nanos: 0 };
    for time in times {
        let passed = time.at.checked_sub(before.at);
        out.varint(passed.ok_or(Flaw::Order {
            column: Column::Times,
        })?);
        out.change(before.nanos, time.nanos);
        before = *time;
    }
    Ok(())
}

pub(super) fn decode(input: &mut Input<'_>, count: u64) -> Result<Vec<TimeRead>, Flaw> {
    input.fits(Column::Times, count, LEAST)?;
    let mut times = Vec::new();
    let mut before = TimeRead { at: 0, nanos: 0 };
    for _ in 0..count {
        before = TimeRead {
            at: before.at.checked_add(input.varint()?).ok_or(Flaw::TooBig)?,
            nanos: input.change(before.nanos)?,
        };
        times.push(before);
    }
    Ok(times)
}
