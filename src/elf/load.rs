//! From PT_LOAD program headers to segments that are sorted and disjoint.

use super::header::file_range;
use super::{Access, ElfError, Segment};
use elf::segment::ProgramHeader;

/// The segment of one PT_LOAD, every field checked (gABI, "Program Header").
pub(super) fn segment<'file>(
    header: &ProgramHeader,
    bytes: &'file [u8],
) -> Result<Segment<'file>, ElfError> {
    let (addr, size, file_size) = (header.p_vaddr, header.p_memsz, header.p_filesz);
    if file_size > size {
        return Err(ElfError::FileSizeAboveMemorySize {
            addr,
            file_size,
            size,
        });
    }
    if addr.checked_add(size).is_none() {
        return Err(ElfError::AddressOverflow { addr, size });
    }
    check_alignment(header)?;
    let bytes = segment_bytes(header, bytes)?;
    Ok(Segment {
        addr,
        size,
        bytes,
        access: Access::from_flags(header.p_flags),
    })
}

/// The bytes in the file. A segment without any may have any offset.
fn segment_bytes<'file>(
    header: &ProgramHeader,
    bytes: &'file [u8],
) -> Result<&'file [u8], ElfError> {
    let (offset, file_size) = (header.p_offset, header.p_filesz);
    if file_size == 0 {
        return Ok(&[]);
    }
    file_range(bytes, offset, file_size).ok_or(ElfError::SegmentOutsideFile {
        addr: header.p_vaddr,
        offset,
        file_size,
        len: bytes.len(),
    })
}

/// Alignments 0 and 1 ask for nothing. The file offset counts only where there
/// are bytes in the file: linker scripts leave it anywhere otherwise.
fn check_alignment(header: &ProgramHeader) -> Result<(), ElfError> {
    let (addr, offset, align) = (header.p_vaddr, header.p_offset, header.p_align);
    if align <= 1 {
        return Ok(());
    }
    if !align.is_power_of_two() {
        return Err(ElfError::Alignment { addr, align });
    }
    if header.p_filesz > 0 && addr.wrapping_sub(offset) & (align - 1) != 0 {
        return Err(ElfError::Misaligned {
            addr,
            offset,
            align,
        });
    }
    Ok(())
}

/// Sorts by address. Files may list their segments in any order, though the
/// specification asks for an ascending one; what counts is that none overlap.
pub(super) fn sort_disjoint(segments: &mut [Segment<'_>]) -> Result<(), ElfError> {
    segments.sort_by_key(|segment| segment.addr);
    match segments
        .array_windows()
        .find(|[first, second]| first.end() > second.addr)
    {
        None => Ok(()),
        Some([first, second]) => Err(ElfError::Overlap {
            first: first.range(),
            second: second.range(),
        }),
    }
}
