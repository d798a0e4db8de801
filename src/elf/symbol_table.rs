//! The symbols of executable sections, sorted for look-up.

use super::sections::Sections;
use elf::abi;
use elf::endian::LittleEndian;
use elf::file::Class;
use elf::symbol::{Symbol, SymbolTable};
use std::cmp::Reverse;

/// How much a symbol tells about the code at its address; the least is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    GlobalFunction,
    LocalFunction,
    GlobalLabel,
    LocalLabel,
}

impl Rank {
    fn of(symbol: &Symbol) -> Option<Rank> {
        let local = symbol.st_bind() == abi::STB_LOCAL;
        match symbol.st_symtype() {
            abi::STT_FUNC | abi::STT_GNU_IFUNC if local => Some(Rank::LocalFunction),
            abi::STT_FUNC | abi::STT_GNU_IFUNC => Some(Rank::GlobalFunction),
            abi::STT_NOTYPE if local => Some(Rank::LocalLabel),
            abi::STT_NOTYPE => Some(Rank::GlobalLabel),
            _ => None,
        }
    }
}

/// A symbol of an executable section.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub addr: u64,
    /// `st_size`: zero where the file does not say.
    pub size: u64,
    /// Behind the last byte: by the size, or up to the next symbol or the section's end.
    pub end: u64,
    /// Where the name starts in the string table.
    pub name: u32,
    rank: Rank,
    /// The nearest entry before this one that goes on beyond its start.
    pub parent: Option<u32>,
}

/// Entries in ascending order, one for an address; and the string table.
pub(super) fn parse<'file>(
    sections: &Sections<'file>,
    bias: u64,
) -> Option<(Vec<Entry>, &'file [u8])> {
    let section = sections.of_type(abi::SHT_SYMTAB)?;
    let names = sections.contents(&sections.get(section.sh_link)?)?;
    let symbols = sections.contents(&section)?;
    let symbols = SymbolTable::new(LittleEndian, Class::ELF64, symbols);
    let entries = symbols
        .iter()
        .filter_map(|symbol| entry(&symbol, sections, names, bias));
    let mut entries: Vec<Entry> = entries.collect();
    entries.sort_unstable_by_key(|e| (e.addr, e.rank, Reverse(e.size), e.name));
    entries.dedup_by_key(|entry| entry.addr);
    drop_inner_labels(&mut entries);
    end_at_next(&mut entries);
    find_parents(&mut entries);
    Some((entries, names))
}

/// The entry of a symbol, its end the section's if it has no size.
fn entry(symbol: &Symbol, sections: &Sections<'_>, names: &[u8], bias: u64) -> Option<Entry> {
    let rank = Rank::of(symbol)?;
    if symbol.st_shndx == abi::SHN_UNDEF || symbol.st_shndx >= abi::SHN_LORESERVE {
        return None;
    }
    let section = Sections::executable(&sections.get(u32::from(symbol.st_shndx))?)?;
    let name = names.get(usize::try_from(symbol.st_name).ok()?..)?;
    if is_marker(name) {
        return None;
    }
    let end = match symbol.st_size {
        0 => section.end,
        size => symbol.st_value.saturating_add(size),
    };
    Some(Entry {
        addr: symbol.st_value.checked_add(bias)?,
        size: symbol.st_size,
        end: end.saturating_add(bias),
        name: symbol.st_name,
        rank,
        parent: None,
    })
}

/// Mapping symbols (psABI, "Mapping Symbol"), the assembler's own labels, and no name at all.
fn is_marker(name: &[u8]) -> bool {
    let no_name = name.first().is_none_or(|&byte| byte == 0);
    no_name
        || [b"$x", b"$d", b".L"]
            .iter()
            .any(|&marker| name.starts_with(marker))
}

/// A local label without a size within a function says less than the function.
fn drop_inner_labels(entries: &mut Vec<Entry>) {
    let mut function_end = 0;
    entries.retain(|entry| {
        if entry.rank <= Rank::LocalFunction && entry.size > 0 {
            function_end = function_end.max(entry.end);
        }
        entry.rank != Rank::LocalLabel || entry.size > 0 || entry.addr >= function_end
    });
}

/// A symbol without a size goes on up to the next one.
fn end_at_next(entries: &mut [Entry]) {
    let mut next = u64::MAX;
    for entry in entries.iter_mut().rev() {
        if entry.size == 0 {
            entry.end = entry.end.min(next);
        }
        next = entry.addr;
    }
}

/// One pass with a stack of the entries that are still open.
fn find_parents(entries: &mut [Entry]) {
    let mut open: Vec<(u32, u64)> = Vec::new();
    for (index, entry) in (0..).zip(entries) {
        while open.pop_if(|(_, end)| *end <= entry.addr).is_some() {}
        entry.parent = open.last().map(|(parent, _)| *parent);
        open.push((index, entry.end));
    }
}
