//! DWARF line tables, read straight from `.debug_line`.
//!
//! Line tables need no `.debug_info`, and without it stay linear: a unit in
//! `.debug_info` may share its ranges, abbreviations and line program with any
//! number of others, so that a hostile file of some megabytes has a reader that
//! goes unit by unit allocate without end. Here each byte of `.debug_line`
//! belongs to one unit.
//!
//! What that costs: below DWARF 5 a path relative to the compilation directory
//! stays relative.

use super::line_search;
use super::name::plain_name;
use super::sections::Sections;
use gimli::{
    AttributeValue, DebugLine, DebugLineOffset, EndianSlice, LineProgramHeader, LittleEndian,
};
use std::ops::Range;

pub(super) type Slice<'a> = EndianSlice<'a, LittleEndian>;

/// A longer `.debug_line` counts as none: a look-up goes through all of it, and
/// shall not take seconds. Programs with as much are larger by far than any guest.
const MAX_DEBUG_LINE: usize = 64 << 20;

/// The line tables of a program, where they stand in its file.
#[derive(Debug, Default)]
pub(super) struct Lines<'data> {
    debug_line: &'data [u8],
    debug_line_str: &'data [u8],
    debug_str: &'data [u8],
    /// Where there is code; functions that the linker dropped are elsewhere, mostly at 0.
    code: Range<u64>,
    bias: u64,
}

impl<'data> Lines<'data> {
    pub fn find(sections: &Sections<'data>, bias: u64) -> Lines<'data> {
        let debug_line = sections.named(".debug_line");
        Lines {
            debug_line: match debug_line.len() {
                0..=MAX_DEBUG_LINE => debug_line,
                _ => &[],
            },
            debug_line_str: sections.named(".debug_line_str"),
            debug_str: sections.named(".debug_str"),
            code: sections.executable_span(),
            bias,
        }
    }

    pub fn lookup(&self, addr: u64) -> Option<(String, u32)> {
        let addr = addr.checked_sub(self.bias)?;
        let place = line_search::lookup(self.debug_line, &self.code, addr)?;
        Some((self.path(place.unit, place.file)?, place.line))
    }

    /// The path of a file of the line program at offset `unit`, whose header is
    /// parsed anew: paths take far more memory built than they do in the file.
    fn path(&self, unit: usize, file: u64) -> Option<String> {
        let debug_line = DebugLine::new(self.debug_line, LittleEndian);
        let program = debug_line
            .program(DebugLineOffset(unit), 8, None, None)
            .ok()?;
        let header = program.header();
        let file = header.file(file)?;
        let mut path = self.text(file.path_name())?;
        if !path.starts_with('/') {
            path = join(self.directory(header, file.directory_index()), &path);
        }
        Some(path)
    }

    /// The directory of this index; in DWARF 5 the others are relative to number 0.
    fn directory(&self, header: &LineProgramHeader<Slice<'_>>, index: u64) -> Option<String> {
        let directory = self.text(header.directory(index)?)?;
        if directory.starts_with('/') || header.version() < 5 || index == 0 {
            return Some(directory);
        }
        Some(join(self.directory(header, 0), &directory))
    }

    fn text(&self, value: AttributeValue<Slice<'_>>) -> Option<String> {
        let bytes = match value {
            AttributeValue::String(text) => text.slice(),
            AttributeValue::DebugLineStrRef(offset) => self.debug_line_str.get(offset.0..)?,
            AttributeValue::DebugStrRef(offset) => self.debug_str.get(offset.0..)?,
            _ => return None,
        };
        Some(plain_name(bytes).into_owned())
    }
}

fn join(directory: Option<String>, path: &str) -> String {
    match directory {
        Some(directory) if !directory.is_empty() => format!("{directory}/{path}"),
        _ => path.to_owned(),
    }
}
