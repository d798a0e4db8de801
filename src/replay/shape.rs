//! What a chunk has to be like before it is worth replaying: what can be seen
//! without executing it, and what execution relies on.

use std::ops::Range;

use crate::isa::Register;
use crate::machine::{MachineState, PAGE_SIZE, is_page};
use crate::trace::{Chunk, EcallRecord};

/// Names the part of `chunk` that no recording in so many bytes of address space makes.
pub(crate) fn check_shape(chunk: &Chunk, window: u64) -> Result<(), &'static str> {
    check_counters(chunk)?;
    check_touches(chunk, window)?;
    if !ascending(chunk.ecalls.iter().map(|ecall| ecall.at), chunk.insns()) {
        return Err("order of calls");
    }
    if !ascending(chunk.times.iter().map(|time| time.at), chunk.insns()) {
        return Err("order of looks at the clock");
    }
    check_code(chunk, window)?;
    let words = chunk.touches.len() as u64;
    chunk
        .ecalls
        .iter()
        .try_for_each(|ecall| check_ecall(ecall, window, words))
}

/// Whether each is more than the one before, and all are below `end`.
fn ascending(mut ats: impl Iterator<Item = u64>, end: u64) -> bool {
    let mut least = 0;
    ats.all(|at| {
        let fine = least <= at && at < end;
        least = at.saturating_add(1);
        fine
    })
}

fn check_counters(chunk: &Chunk) -> Result<(), &'static str> {
    let (start, end) = (&chunk.start, &chunk.end);
    if end.state.insns <= start.state.insns {
        return Err("number of instructions");
    }
    if end.accesses < start.accesses || (chunk.touches.len() as u64) > chunk.accesses() {
        return Err("number of accesses");
    }
    if end.ecalls.checked_sub(start.ecalls) != Some(chunk.ecalls.len() as u64) {
        return Err("number of calls");
    }
    if start.state.x[0] != 0 {
        return Err("zero register");
    }
    if start.state.fcsr > MachineState::MAX_FCSR {
        return Err("fcsr");
    }
    if !start.state.pc.is_multiple_of(2) {
        return Err("pc");
    }
    Ok(())
}

/// Whether a call cannot have this result.
fn is_none((reg, value): &(Register, u64)) -> bool {
    match reg {
        Register::X(reg) => reg.is_zero(),
        Register::F(_) => false,
        Register::Fcsr => *value > MachineState::MAX_FCSR,
    }
}

fn check_touches(chunk: &Chunk, window: u64) -> Result<(), &'static str> {
    let fine = |addr: u64| addr.is_multiple_of(8) && addr < window;
    let all = chunk.touches.iter().all(|touch| fine(touch.addr));
    if all { Ok(()) } else { Err("touched word") }
}

fn check_code(chunk: &Chunk, window: u64) -> Result<(), &'static str> {
    let pages = &chunk.code;
    let fine = pages.iter().all(|page| {
        is_page(page.addr) && page.addr < window && page.bytes.len() as u64 == PAGE_SIZE
    });
    if fine && pages.is_sorted_by(|a, b| (a.at, a.addr) < (b.at, b.addr)) {
        Ok(())
    } else {
        Err("page of code")
    }
}

fn check_ecall(ecall: &EcallRecord, window: u64, words: u64) -> Result<(), &'static str> {
    let results = &ecall.results;
    if results.iter().any(is_none) || !results.is_sorted_by(|a, b| a.0 < b.0) {
        return Err("results of a call");
    }
    if ecall.trap.is_some() && (ecall.number, ecall.args) != (0, [0; 7]) {
        return Err("arguments of a trap");
    }
    if !ecall.next_pc.is_multiple_of(2) {
        return Err("pc after a call");
    }
    let whole = |run: &Range<u64>| run.start.is_multiple_of(8) && run.end.is_multiple_of(8);
    let read = apart(ecall.reads.iter().cloned(), window);
    // All that it reads are words that the chunk has touched, so there are as many.
    if !ecall.reads.iter().all(whole) || read.is_none_or(|read| read / 8 > words) {
        return Err("memory read by a call");
    }
    let written = ecall.writes.iter().map(|write| {
        let end = write.addr.saturating_add(write.bytes.len() as u64);
        write.addr..end
    });
    apart(written, window)
        .map(drop)
        .ok_or("memory written by a call")
}

/// How many bytes lie in these ranges, if they are in ascending order, none empty,
/// none touching another, and all in memory.
fn apart(ranges: impl Iterator<Item = Range<u64>>, window: u64) -> Option<u64> {
    let mut sum = 0;
    let mut last = None;
    for range in ranges {
        let follows = last.is_none_or(|last| last < range.start);
        if !follows || range.is_empty() || range.end > window {
            return None;
        }
        sum += range.end - range.start;
        last = Some(range.end);
    }
    Some(sum)
}
