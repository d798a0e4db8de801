//! Ranges of memory, in ascending order, none touching another.

use super::{Flaw, Input, Output};

/// Where the range before ends, if there is one.
#[derive(Debug, Default)]
pub(super) struct Spans {
    before: Option<u64>,
}

impl Spans {
    /// Where a range starts, in units of `unit` bytes from the end of the one before, and
    /// how long it is.
    pub fn encode(
        &mut self,
        out: &mut Output,
        addr: u64,
        bytes: u64,
        unit: u64,
    ) -> Result<(), Flaw> {
        for number in [addr, bytes] {
            if !number.is_multiple_of(unit) {
                return Err(Flaw::Misaligned {
                    addr: number,
                    align: unit,
                });
            }
        }
        let before = self.before.unwrap_or(0);
        let gap = addr.checked_sub(before).ok_or(Flaw::Touching { addr })?;
        self.follow(addr, bytes, u64::MAX)?;
        out.varint(gap / unit);
        out.varint(bytes / unit);
        Ok(())
    }

    /// A range's address and length in bytes, in `space` bytes of memory.
    pub fn decode(
        &mut self,
        input: &mut Input<'_>,
        unit: u64,
        space: u64,
    ) -> Result<(u64, u64), Flaw> {
        let gap = input.varint()?;
        let length = input.varint()?;
        let outside = Flaw::Outside {
            addr: gap.wrapping_mul(unit),
            bytes: length,
        };
        let gap = gap.checked_mul(unit).ok_or(outside)?;
        let bytes = length.checked_mul(unit).ok_or(outside)?;
        let addr = self.before.unwrap_or(0).checked_add(gap).ok_or(outside)?;
        self.follow(addr, bytes, space)?;
        Ok((addr, bytes))
    }

    fn follow(&mut self, addr: u64, bytes: u64, space: u64) -> Result<(), Flaw> {
        let end = addr.checked_add(bytes).filter(|end| *end <= space);
        let end = end.ok_or(Flaw::Outside { addr, bytes })?;
        if bytes == 0 {
            return Err(Flaw::Empty { addr });
        }
        if self.before.is_some_and(|before| addr <= before) {
            return Err(Flaw::Touching { addr });
        }
        self.before = Some(end);
        Ok(())
    }
}
