//! Looking up an address in the line programs (DWARF 5, section 6.2).
//!
//! Without an index: a byte of a line program may be a row, which takes many
//! times its size in memory, and few addresses are ever looked up.

use super::line_state::{State, Step};
use super::lines::Slice;
use gimli::{DebugLine, DebugLineOffset, Format, LittleEndian, Reader};
use std::ops::Range;

/// A header lists the files of a unit; one above this length is left out, as it
/// takes the reader many times its size in memory.
const MAX_HEADER: usize = 1 << 20;

/// Where code comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The offset of the unit in `.debug_line`.
    pub unit: usize,
    /// The file's number in the unit.
    pub file: u64,
    pub line: u32,
}

/// Rows of rising addresses without a gap, as much as is needed of them.
#[derive(Clone, Copy, Debug)]
struct Sequence {
    start: u64,
    /// The last row that is not behind the address in question.
    place: Option<Place>,
}

/// Runs all line programs; those that are broken count up to the break. Of
/// sequences that contain the address, the one that starts last is right.
pub(super) fn lookup(debug_line: &[u8], code: &Range<u64>, addr: u64) -> Option<Place> {
    let mut best: Option<Sequence> = None;
    let mut rest = Slice::new(debug_line, LittleEndian);
    while let Ok((size, header_length)) = next_unit(&mut rest) {
        let end = debug_line.len() - rest.len();
        if header_length <= MAX_HEADER {
            let found = search_unit(debug_line, end - size, code, addr);
            best = later(best, found);
        }
    }
    // Line 0 is the compiler's for code that comes from no line.
    best?.place.filter(|place| place.line != 0)
}

fn later(a: Option<Sequence>, b: Option<Sequence>) -> Option<Sequence> {
    a.into_iter().chain(b).max_by_key(|sequence| sequence.start)
}

/// The sequence of a unit that contains `addr`.
fn search_unit(debug_line: &[u8], unit: usize, code: &Range<u64>, addr: u64) -> Option<Sequence> {
    let debug_line = DebugLine::new(debug_line, LittleEndian);
    let program = debug_line
        .program(DebugLineOffset(unit), 8, None, None)
        .ok()?;
    let header = program.header();
    let mut instructions = header.instructions();
    let (mut best, mut open) = (None, None);
    let mut state = State::START;
    while let Ok(Some(instruction)) = instructions.next_instruction(header) {
        match state.execute(&instruction, header) {
            Step::Nothing => {}
            Step::Row => add_row(&mut open, unit, &state, addr),
            Step::End => {
                let holds = |sequence: &Sequence| {
                    sequence.place.is_some()
                        && addr < state.addr
                        && code.contains(&sequence.start)
                        && !state.broken
                };
                best = later(best, open.take().filter(holds));
                state = State::START;
            }
        }
    }
    best
}

/// Of rows at one address the last counts.
fn add_row(open: &mut Option<Sequence>, unit: usize, state: &State, addr: u64) {
    let sequence = open.get_or_insert(Sequence {
        start: state.addr,
        place: None,
    });
    if state.addr <= addr {
        sequence.place = Some(Place {
            unit,
            file: state.file,
            line: u32::try_from(state.line).unwrap_or(0),
        });
    }
}

/// Takes a unit off the front: its size and the length of its header, in bytes.
fn next_unit(rest: &mut Slice<'_>) -> gimli::Result<(usize, usize)> {
    let before = rest.len();
    let (length, format) = rest.read_initial_length()?;
    let unit = rest.split(length)?;
    Ok((
        before - rest.len(),
        header_length(unit, format).unwrap_or(0),
    ))
}

fn header_length(mut unit: Slice<'_>, format: Format) -> gimli::Result<usize> {
    if unit.read_u16()? >= 5 {
        // The sizes of an address and of a segment selector.
        unit.skip(2)?;
    }
    unit.read_length(format)
}
