//! Names and source lines for guest addresses.

use super::lines::Lines;
use super::name::symbol_name;
use super::sections::Sections;
use super::symbol_table::{self, Entry};
use std::borrow::Cow;
use std::iter;

/// Real code nests symbols one or two deep; more is somebody's trap.
const MAX_DEPTH: usize = 64;

/// The function and label names of a program, and its source lines.
///
/// Reads as much of a broken file as makes sense. Names and line tables stay in the file.
///
/// ```
/// use rvjet::elf::Symbols;
///
/// let symbols = Symbols::parse(b"not an ELF file", 0);
/// assert_eq!(symbols.lookup(0x1_0000), None);
/// assert_eq!(symbols.line(0x1_0000), None);
/// ```
#[derive(Debug, Default)]
pub struct Symbols<'data> {
    entries: Box<[Entry]>,
    names: &'data [u8],
    lines: Lines<'data>,
}

/// A symbol, and how far behind its start the address in question is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol<'a> {
    /// The name, demangled if it is a Rust symbol; bounded, without control characters.
    pub name: Cow<'a, str>,
    /// The distance of the address that was looked up from `addr`, in bytes.
    pub offset: u64,
    /// The guest address of the symbol.
    pub addr: u64,
    /// The size in bytes, 0 where the file does not say.
    pub size: u64,
}

impl<'data> Symbols<'data> {
    /// Reads the symbol table of an ELF file whose image is moved up by `bias`
    /// bytes. What is broken is left out; of bytes that are no ELF file nothing stays.
    pub fn parse(bytes: &'data [u8], bias: u64) -> Symbols<'data> {
        let Some(sections) = Sections::parse(bytes) else {
            return Symbols::default();
        };
        let (entries, names) = symbol_table::parse(&sections, bias).unwrap_or_default();
        Symbols {
            entries: entries.into(),
            names,
            lines: Lines::find(&sections, bias),
        }
    }

    /// The symbol that `addr` belongs to: the nearest at or below it whose size
    /// reaches beyond, or which has none and is the last before `addr` in its section.
    pub fn lookup(&self, addr: u64) -> Option<Symbol<'_>> {
        let nearest = self
            .entries
            .partition_point(|entry| entry.addr <= addr)
            .checked_sub(1)?;
        let parent = |entry: &&Entry| self.entries.get(entry.parent? as usize);
        let entry = iter::successors(self.entries.get(nearest), parent)
            .take(MAX_DEPTH)
            .find(|entry| addr < entry.end)?;
        Some(self.symbol(entry, addr - entry.addr))
    }

    /// The symbols in ascending order of address, one for an address; offsets are 0.
    pub fn iter(&self) -> impl Iterator<Item = Symbol<'_>> {
        self.entries.iter().map(|entry| self.symbol(entry, 0))
    }

    /// The source file and line of the instruction at `addr`, if the file has
    /// DWARF line tables; where a function is inlined, the line in it. Below
    /// DWARF 5 the file may be relative to the directory of the compilation.
    ///
    /// Each call goes through all line tables.
    pub fn line(&self, addr: u64) -> Option<(String, u32)> {
        self.lines.lookup(addr)
    }

    fn symbol(&self, entry: &Entry, offset: u64) -> Symbol<'_> {
        let name = self.names.get(entry.name as usize..).unwrap_or_default();
        Symbol {
            name: symbol_name(name),
            offset,
            addr: entry.addr,
            size: entry.size,
        }
    }
}
