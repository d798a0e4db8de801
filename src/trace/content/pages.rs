//! The code of a chunk that is not the program's, and its looks at the clock.

use super::{Column, Flaw, Input, Output};
use crate::machine::PAGE_SIZE;
use crate::trace::{CodePage, TimeRead};

/// The least bytes of a page.
pub(super) const LEAST_PAGE: u64 = 2 + PAGE_SIZE;
/// The least bytes of a look at the clock.
pub(super) const LEAST_TIME: u64 = 2;

pub(super) fn encode_code(out: &mut Output, pages: &[CodePage]) -> Result<(), Flaw> {
    let mut before = None;
    for page in pages {
        check_order(before, page)?;
        if !page.addr.is_multiple_of(PAGE_SIZE) {
            return Err(Flaw::Misaligned {
                addr: page.addr,
                align: PAGE_SIZE,
            });
        }
        if page.bytes.len() as u64 != PAGE_SIZE {
            return Err(Flaw::PageSize {
                bytes: page.bytes.len() as u64,
            });
        }
        out.varint(page.at - before.map_or(0, |page| page.at));
        out.varint(page.addr / PAGE_SIZE);
        out.0.extend_from_slice(&page.bytes);
        before = Some(page);
    }
    Ok(())
}

pub(super) fn decode_code(
    input: &mut Input<'_>,
    count: u64,
    space: u64,
) -> Result<Vec<CodePage>, Flaw> {
    input.fits(Column::Code, count, LEAST_PAGE)?;
    let mut pages = Vec::new();
    for _ in 0..count {
        let at = pages.last().map_or(0, |page: &CodePage| page.at);
        let at = at.checked_add(input.varint()?).ok_or(Flaw::TooBig)?;
        let number = input.varint()?;
        if number >= space / PAGE_SIZE {
            let addr = number.wrapping_mul(PAGE_SIZE);
            return Err(Flaw::Outside {
                addr,
                bytes: PAGE_SIZE,
            });
        }
        let bytes = input.take(PAGE_SIZE)?.to_vec();
        let page = CodePage {
            at,
            addr: number * PAGE_SIZE,
            bytes,
        };
        check_order(pages.last(), &page)?;
        pages.push(page);
    }
    Ok(pages)
}

fn check_order(before: Option<&CodePage>, page: &CodePage) -> Result<(), Flaw> {
    match before {
        Some(before) if (before.at, before.addr) >= (page.at, page.addr) => Err(Flaw::Order {
            column: Column::Code,
        }),
        _ => Ok(()),
    }
}

pub(super) fn encode_times(out: &mut Output, times: &[TimeRead]) -> Result<(), Flaw> {
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

pub(super) fn decode_times(input: &mut Input<'_>, count: u64) -> Result<Vec<TimeRead>, Flaw> {
    input.fits(Column::Times, count, LEAST_TIME)?;
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
