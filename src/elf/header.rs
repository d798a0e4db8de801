//! The file header and the program header table behind it.

use super::ElfError;
use elf::abi;
use elf::endian::LittleEndian;
use elf::file::{Class, ELF64_EHDR_TAILSIZE, FileHeader};
use elf::segment::{ProgramHeader, SegmentTable};

/// The size of an ELF64 file header in bytes.
const SIZE: usize = abi::EI_NIDENT + ELF64_EHDR_TAILSIZE;
/// The size of an ELF64 program header in bytes (gABI, "Program Header").
pub(super) const ENTRY_SIZE: u16 = 56;
/// Linkers write some ten; the bound keeps the overlap check out of an attacker's hands.
const MAX_PROGRAM_HEADERS: u16 = 1024;
/// `e_flags`: the program keeps to `x0`–`x15` (psABI, "File Header").
const EF_RISCV_RVE: u32 = 0x8;

/// A file header of a RISC-V program and its program headers.
pub(super) struct Header<'file> {
    pub fields: FileHeader<LittleEndian>,
    programs: SegmentTable<'file, LittleEndian>,
}

impl<'file> Header<'file> {
    /// Checks everything that the file header says but the entry point.
    pub fn parse(bytes: &'file [u8]) -> Result<Header<'file>, ElfError> {
        check_ident(bytes)?;
        let fields = fields(bytes)?;
        check_fields(&fields)?;
        let table = program_header_bytes(bytes, &fields)?;
        let programs = SegmentTable::new(LittleEndian, Class::ELF64, table);
        Ok(Header { fields, programs })
    }

    /// The program headers in file order.
    pub fn programs(&self) -> impl Iterator<Item = ProgramHeader> + use<'file> {
        self.programs.iter()
    }

    /// The file offsets of the program header table. Cannot overflow: it is within the file.
    pub fn program_header_range(&self) -> std::ops::Range<u64> {
        let start = self.fields.e_phoff;
        start..start + table_size(&self.fields)
    }
}

/// The identification at the start of the file (gABI, "ELF Identification").
fn check_ident(bytes: &[u8]) -> Result<(), ElfError> {
    if !bytes.starts_with(&abi::ELFMAGIC) {
        let found = bytes.get(..4).unwrap_or(bytes).into();
        return Err(ElfError::Magic { found });
    }
    let ident = bytes
        .first_chunk::<{ abi::EI_NIDENT }>()
        .ok_or_else(|| truncated(bytes))?;
    match (
        ident[abi::EI_CLASS],
        ident[abi::EI_DATA],
        ident[abi::EI_VERSION],
    ) {
        (abi::ELFCLASS64, abi::ELFDATA2LSB, abi::EV_CURRENT) => Ok(()),
        (abi::ELFCLASS64, abi::ELFDATA2LSB, found) => Err(ElfError::IdentVersion { found }),
        (abi::ELFCLASS64, found, _) => Err(ElfError::Endianness { found }),
        (found, _, _) => Err(ElfError::Class { found }),
    }
}

fn fields(bytes: &[u8]) -> Result<FileHeader<LittleEndian>, ElfError> {
    // The OS ABI is not looked at: linkers leave it zero for Linux programs, too.
    let ident = (LittleEndian, Class::ELF64, 0, 0);
    let tail = bytes
        .get(abi::EI_NIDENT..SIZE)
        .ok_or_else(|| truncated(bytes))?;
    FileHeader::parse_tail(ident, tail).map_err(|_| truncated(bytes))
}

fn truncated(bytes: &[u8]) -> ElfError {
    ElfError::TruncatedHeader {
        len: bytes.len(),
        needed: SIZE,
    }
}

fn check_fields(fields: &FileHeader<LittleEndian>) -> Result<(), ElfError> {
    if fields.e_machine != abi::EM_RISCV {
        return Err(ElfError::Machine {
            found: fields.e_machine,
        });
    }
    if !matches!(fields.e_type, abi::ET_EXEC | abi::ET_DYN) {
        return Err(ElfError::Type {
            found: fields.e_type,
        });
    }
    if fields.version != u32::from(abi::EV_CURRENT) {
        return Err(ElfError::Version {
            found: fields.version,
        });
    }
    if fields.e_flags & EF_RISCV_RVE != 0 {
        return Err(ElfError::Rve {
            flags: fields.e_flags,
        });
    }
    Ok(())
}

/// The bytes of the program header table; a count that stands elsewhere
/// (`PN_XNUM`) is above the bound anyhow.
fn program_header_bytes<'file>(
    bytes: &'file [u8],
    fields: &FileHeader<LittleEndian>,
) -> Result<&'file [u8], ElfError> {
    let (count, max) = (fields.e_phnum, MAX_PROGRAM_HEADERS);
    if count == 0 || fields.e_phoff == 0 {
        return Err(ElfError::NoLoadableSegment);
    }
    if fields.e_phentsize != ENTRY_SIZE {
        return Err(ElfError::ProgramHeaderSize {
            found: fields.e_phentsize,
            expected: ENTRY_SIZE,
        });
    }
    if count > max {
        return Err(ElfError::TooManyProgramHeaders { count, max });
    }
    let offset = fields.e_phoff;
    file_range(bytes, offset, table_size(fields)).ok_or(ElfError::ProgramHeadersOutsideFile {
        offset,
        count,
        len: bytes.len(),
    })
}

fn table_size(fields: &FileHeader<LittleEndian>) -> u64 {
    u64::from(fields.e_phnum) * u64::from(ENTRY_SIZE)
}

/// The `size` bytes at `offset`, or `None` where the file is shorter.
pub(super) fn file_range(bytes: &[u8], offset: u64, size: u64) -> Option<&[u8]> {
    let start = usize::try_from(offset).ok()?;
    let end = usize::try_from(offset.checked_add(size)?).ok()?;
    bytes.get(start..end)
}
