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

use super::line_index::LineIndex;
use super::name::plain_name;
use super::sections::Sections;
use gimli::{
    AttributeValue, DebugLine, DebugLineOffset, EndianSlice, LineProgramHeader, LittleEndian,
};
use std::ops::Range;
use std::sync::OnceLock;

pub(super) type Slice<'a> = EndianSlice<'a, LittleEndian>;

/// The line tables of a program; the index is made by the first look-up.
#[derive(Debug, Default)]
pub(super) struct Lines {
    debug_line: Box<[u8]>,
    debug_line_str: Box<[u8]>,
    debug_str: Box<[u8]>,
    /// Where there is code; functions that the linker dropped are elsewhere, mostly at 0.
    code: Range<u64>,
    bias: u64,
    index: OnceLock<LineIndex>,
}

impl Lines {
    pub fn find(sections: &Sections<'_>, bias: u64) -> Lines {
        Lines {
            debug_line: sections.named(".debug_line").into(),
            debug_line_str: sections.named(".debug_line_str").into(),
            debug_str: sections.named(".debug_str").into(),
            code: sections.executable_span(),
            bias,
            index: OnceLock::new(),
        }
    }

    pub fn lookup(&self, addr: u64) -> Option<(String, u32)> {
        let index = self
            .index
            .get_or_init(|| LineIndex::new(&self.debug_line, &self.code));
        let place = index.lookup(addr.checked_sub(self.bias)?)?;
        Some((self.path(place.unit, place.file)?, place.line))
    }

    /// The path of a file of the line program at offset `unit`, whose header is
    /// parsed anew: paths take far more memory built than they do in the file.
    fn path(&self, unit: usize, file: u64) -> Option<String> {
        let debug_line = DebugLine::new(&self.debug_line, LittleEndian);
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
