//! What tells a static program from one that wants a dynamic linker.

use super::header::file_range;
use super::name::bounded_text;
use super::{ElfError, Segment};
use elf::abi;
use elf::dynamic::{Dyn, DynamicTable};
use elf::endian::LittleEndian;
use elf::file::Class;
use elf::segment::ProgramHeader;

/// Rejects PT_INTERP, its path readable or not; a static PIE has none.
pub(super) fn reject_interpreter(header: &ProgramHeader, bytes: &[u8]) -> Result<(), ElfError> {
    if header.p_type != abi::PT_INTERP {
        return Ok(());
    }
    let path = file_range(bytes, header.p_offset, header.p_filesz).unwrap_or_default();
    Err(ElfError::Interpreter {
        path: bounded_text(path),
    })
}

/// Rejects a dynamic section with DT_NEEDED. A static PIE has a dynamic section
/// without it, out of which it relocates itself.
pub(super) fn reject_needed(
    header: &ProgramHeader,
    bytes: &[u8],
    segments: &[Segment<'_>],
) -> Result<(), ElfError> {
    let (offset, size) = (header.p_offset, header.p_filesz);
    let bytes = file_range(bytes, offset, size).ok_or(ElfError::DynamicOutsideFile {
        offset,
        size,
        len: bytes.len(),
    })?;
    match value_of(bytes, abi::DT_NEEDED) {
        None => Ok(()),
        Some(name) => Err(ElfError::DynamicallyLinked {
            library: library(bytes, name, segments).unwrap_or_default(),
        }),
    }
}

/// The value of the first entry of this tag before the end mark.
fn value_of(dynamic: &[u8], tag: i64) -> Option<u64> {
    DynamicTable::new(LittleEndian, Class::ELF64, dynamic)
        .iter()
        .take_while(|entry| entry.d_tag != abi::DT_NULL)
        .find(|entry| entry.d_tag == tag)
        .map(|entry: Dyn| entry.d_val())
}

/// The library's name, which stands at `name` in the string table at DT_STRTAB.
fn library(dynamic: &[u8], name: u64, segments: &[Segment<'_>]) -> Option<Box<str>> {
    let addr = value_of(dynamic, abi::DT_STRTAB)?.checked_add(name)?;
    let segment = segments
        .iter()
        .find(|segment| segment.range().contains(&addr))?;
    let start = usize::try_from(addr - segment.addr).ok()?;
    Some(bounded_text(segment.bytes.get(start..)?))
}
