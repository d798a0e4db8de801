//! The section headers, which only symbols and lines need.

use super::header::file_range;
use elf::ElfBytes;
use elf::abi;
use elf::endian::LittleEndian;
use elf::section::{SectionHeader, SectionHeaderTable};
use std::ops::Range;

/// The sections of a file, found as they are asked for.
pub(super) struct Sections<'file> {
    file: &'file [u8],
    headers: SectionHeaderTable<'file, LittleEndian>,
    /// The section names; not a `StringTable`, which looks for the end of a
    /// name over the length of the file, for every section anew.
    names: &'file [u8],
}

impl<'file> Sections<'file> {
    /// The section headers, or `None` where there are none that can be read.
    pub fn parse(file: &'file [u8]) -> Option<Sections<'file>> {
        let elf = ElfBytes::<LittleEndian>::minimal_parse(file).ok()?;
        let headers = elf.section_headers()?;
        let mut sections = Sections {
            file,
            headers,
            names: &[],
        };
        sections.names = sections
            .string_section(elf.ehdr.e_shstrndx)
            .unwrap_or_default();
        Some(sections)
    }

    /// The section names stand in the section of this number (gABI, `e_shstrndx`).
    fn string_section(&self, index: u16) -> Option<&'file [u8]> {
        match index {
            abi::SHN_UNDEF => None,
            abi::SHN_XINDEX => self.contents(&self.get(self.get(0)?.sh_link)?),
            _ => self.contents(&self.get(u32::from(index))?),
        }
    }

    pub fn get(&self, index: u32) -> Option<SectionHeader> {
        self.headers.get(usize::try_from(index).ok()?).ok()
    }

    /// The first section of this type.
    pub fn of_type(&self, sh_type: u32) -> Option<SectionHeader> {
        self.headers
            .iter()
            .find(|section| section.sh_type == sh_type)
    }

    /// The contents of the first section of this name; empty where there is none.
    pub fn named(&self, name: &str) -> &'file [u8] {
        let mut sections = self.headers.iter();
        let section = sections.find(|section| self.has_name(section, name.as_bytes()));
        section
            .and_then(|section| self.contents(&section))
            .unwrap_or_default()
    }

    fn has_name(&self, section: &SectionHeader, name: &[u8]) -> bool {
        let start = usize::try_from(section.sh_name).unwrap_or(usize::MAX);
        let rest = self
            .names
            .get(start..)
            .and_then(|names| names.strip_prefix(name));
        rest.is_some_and(|rest| rest.first() == Some(&0))
    }

    /// The bytes in the file. Compressed sections count as having none: what
    /// they unpack to has no bound.
    pub fn contents(&self, section: &SectionHeader) -> Option<&'file [u8]> {
        let compressed = section.sh_flags & u64::from(abi::SHF_COMPRESSED) != 0;
        if compressed || section.sh_type == abi::SHT_NOBITS {
            return None;
        }
        file_range(self.file, section.sh_offset, section.sh_size)
    }

    /// The addresses of an executable section; `None` for any other.
    pub fn executable(section: &SectionHeader) -> Option<Range<u64>> {
        let executable = section.sh_flags & u64::from(abi::SHF_EXECINSTR) != 0;
        let end = section.sh_addr.checked_add(section.sh_size)?;
        executable.then_some(section.sh_addr..end)
    }

    /// From the first executable section up to the end of the last.
    pub fn executable_span(&self) -> Range<u64> {
        let ranges = self
            .headers
            .iter()
            .filter_map(|section| Sections::executable(&section));
        ranges
            .reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))
            .unwrap_or(0..0)
    }
}
