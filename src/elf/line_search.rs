//! From the line programs to rows that can be searched (DWARF 5, section 6.2).

use super::line_state::{State, Step};
use super::lines::Slice;
use gimli::{DebugLine, DebugLineOffset, Format, LittleEndian, Reader};
use std::ops::Range;

/// A header lists the files of a unit; one above this length is left out, as it
/// takes the reader many times its size in memory.
const MAX_HEADER: usize = 1 << 20;

/// Every row of every line program that leads to code.
#[derive(Debug, Default)]
pub(super) struct LineIndex {
    /// Sorted by start.
    sequences: Vec<Sequence>,
    rows: Vec<Row>,
}

/// Rows of rising addresses without a gap.
#[derive(Debug)]
struct Sequence {
    addrs: Range<u64>,
    rows: Range<usize>,
    unit: usize,
}

/// From `addr` on the code comes from this line.
#[derive(Clone, Copy, Debug)]
struct Row {
    addr: u64,
    file: u32,
    line: u32,
}

/// Where code comes from.
#[derive(Debug)]
pub(super) struct Place {
    /// The offset of the unit in `.debug_line`.
    pub unit: usize,
    /// The file's number in the unit.
    pub file: u64,
    pub line: u32,
}

impl LineIndex {
    /// Runs all line programs once; those that are broken count up to the break.
    pub fn new(debug_line: &[u8], code: &Range<u64>) -> LineIndex {
        let mut index = LineIndex::default();
        let mut rest = Slice::new(debug_line, LittleEndian);
        while let Ok((size, header_length)) = next_unit(&mut rest) {
            let end = debug_line.len() - rest.len();
            if header_length <= MAX_HEADER {
                index.add_unit(debug_line, end - size, code);
            }
        }
        index.sequences.sort_by_key(|sequence| sequence.addrs.start);
        index
    }

    pub fn lookup(&self, addr: u64) -> Option<Place> {
        let after = self
            .sequences
            .partition_point(|sequence| sequence.addrs.start <= addr);
        let sequence = self.sequences.get(after.checked_sub(1)?)?;
        if addr >= sequence.addrs.end {
            return None;
        }
        let rows = self.rows.get(sequence.rows.clone())?;
        let after = rows.partition_point(|row| row.addr <= addr);
        let row = rows.get(after.checked_sub(1)?)?;
        // Line 0 is the compiler's for code that comes from no line.
        (row.line != 0).then_some(Place {
            unit: sequence.unit,
            file: u64::from(row.file),
            line: row.line,
        })
    }

    fn add_unit(&mut self, debug_line: &[u8], unit: usize, code: &Range<u64>) {
        let debug_line = DebugLine::new(debug_line, LittleEndian);
        let Ok(program) = debug_line.program(DebugLineOffset(unit), 8, None, None) else {
            return;
        };
        let header = program.header();
        let mut instructions = header.instructions();
        let mut state = State::START;
        let mut first = self.rows.len();
        while let Ok(Some(instruction)) = instructions.next_instruction(header) {
            match state.execute(&instruction, header) {
                Step::Nothing => {}
                Step::Row => self.add_row(first, &state),
                Step::End => {
                    self.end_sequence(first, unit, &state, code);
                    first = self.rows.len();
                    state = State::START;
                }
            }
        }
        self.rows.truncate(first);
    }

    /// Of rows at one address the last counts.
    fn add_row(&mut self, first: usize, state: &State) {
        let row = Row {
            addr: state.addr,
            file: u32::try_from(state.file).unwrap_or(u32::MAX),
            line: u32::try_from(state.line).unwrap_or(0),
        };
        let last = self.rows.get_mut(first..).and_then(<[Row]>::last_mut);
        match last.filter(|last| last.addr == row.addr) {
            Some(last) => *last = row,
            None => self.rows.push(row),
        }
    }

    /// Keeps the rows since `first` if they lead to code.
    fn end_sequence(&mut self, first: usize, unit: usize, state: &State, code: &Range<u64>) {
        let start = self.rows.get(first).map(|row| row.addr);
        match start {
            Some(start) if !state.broken && start < state.addr && code.contains(&start) => {
                let (addrs, rows) = (start..state.addr, first..self.rows.len());
                self.sequences.push(Sequence { addrs, rows, unit });
            }
            _ => self.rows.truncate(first),
        }
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
