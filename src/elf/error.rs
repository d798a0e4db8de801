//! Why a file is not a program that can be run.

use elf::abi;
use std::ops::Range;

/// Why bytes are not an [`Image`](super::Image): the field at fault and its value.
///
/// Text out of the file is cut at a fixed length and escaped in the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ElfError {
    /// The file does not start with the ELF magic.
    #[error("ELF magic is {found:02x?}, expected [7f, 45, 4c, 46]")]
    Magic {
        /// The first bytes of the file, at most four.
        found: Box<[u8]>,
    },
    /// The file ends within the ELF header.
    #[error("ELF header is cut off: the file has {len} bytes, the header alone needs {needed}")]
    TruncatedHeader {
        /// The length of the file in bytes.
        len: usize,
        /// The length of an ELF64 header in bytes.
        needed: usize,
    },
    /// `EI_CLASS` is not ELFCLASS64.
    #[error("ELF class is {found}{}, expected 2 (64-bit)", class_name(*found))]
    Class {
        /// The class in the file.
        found: u8,
    },
    /// `EI_DATA` is not ELFDATA2LSB.
    #[error("ELF data encoding is {found}{}, expected 1 (little endian)", encoding_name(*found))]
    Endianness {
        /// The data encoding in the file.
        found: u8,
    },
    /// `EI_VERSION` is not EV_CURRENT.
    #[error("ELF identification version is {found}, expected 1")]
    IdentVersion {
        /// The version in the file.
        found: u8,
    },
    /// `e_version` is not EV_CURRENT.
    #[error("ELF version is {found}, expected 1")]
    Version {
        /// The version in the file.
        found: u32,
    },
    /// `e_type` is neither ET_EXEC nor ET_DYN.
    #[error("ELF type is {found}{}, expected 2 (EXEC) or 3 (DYN)", type_name(*found))]
    Type {
        /// The type in the file.
        found: u16,
    },
    /// `e_machine` is not EM_RISCV.
    #[error("ELF machine is {found}, expected 243 (RISC-V)")]
    Machine {
        /// The machine in the file.
        found: u16,
    },
    /// `e_flags` asks for the RVE calling convention.
    #[error("ELF flags are {flags:#x}, expected bit 0x8 (RVE, sixteen registers) to be clear")]
    Rve {
        /// The flags in the file.
        flags: u32,
    },
    /// `e_phentsize` is not the size of an ELF64 program header.
    #[error("ELF program header size is {found}, expected {expected}")]
    ProgramHeaderSize {
        /// The size in the file.
        found: u16,
        /// The only size there is, in bytes.
        expected: u16,
    },
    /// `e_phnum` is above what is read.
    #[error("ELF program header count is {count}, expected at most {max}")]
    TooManyProgramHeaders {
        /// The count in the file.
        count: u16,
        /// The greatest count that is accepted.
        max: u16,
    },
    /// The program header table is not within the file.
    #[error(
        "ELF program header table of {count} entries at file offset {offset:#x} does not fit the \
         file of {len} bytes"
    )]
    ProgramHeadersOutsideFile {
        /// `e_phoff`.
        offset: u64,
        /// `e_phnum`.
        count: u16,
        /// The length of the file in bytes.
        len: usize,
    },
    /// The program asks for a dynamic linker (PT_INTERP).
    #[error("ELF program interpreter is {path:?}, expected none: only static programs are run")]
    Interpreter {
        /// The path of the dynamic linker, cut at a fixed length.
        path: Box<str>,
    },
    /// The dynamic section asks for a shared library (DT_NEEDED).
    #[error("ELF dynamic section needs the library {library:?}, expected a static program")]
    DynamicallyLinked {
        /// The name of the first library, cut at a fixed length; empty where it cannot be read.
        library: Box<str>,
    },
    /// The dynamic section is not within the file.
    #[error(
        "ELF dynamic section of {size:#x} bytes at file offset {offset:#x} does not fit the file \
         of {len} bytes"
    )]
    DynamicOutsideFile {
        /// `p_offset` of PT_DYNAMIC.
        offset: u64,
        /// `p_filesz` of PT_DYNAMIC.
        size: u64,
        /// The length of the file in bytes.
        len: usize,
    },
    /// No program header is a PT_LOAD that takes memory.
    #[error("ELF file has no loadable segment")]
    NoLoadableSegment,
    /// A segment has more bytes in the file than in memory.
    #[error("segment at {addr:#x} has file size {file_size:#x}, above its memory size {size:#x}")]
    FileSizeAboveMemorySize {
        /// `p_vaddr`.
        addr: u64,
        /// `p_filesz`.
        file_size: u64,
        /// `p_memsz`.
        size: u64,
    },
    /// The bytes of a segment are not within the file.
    #[error(
        "segment at {addr:#x} has {file_size:#x} bytes at file offset {offset:#x}, which do not \
         fit the file of {len} bytes"
    )]
    SegmentOutsideFile {
        /// `p_vaddr`.
        addr: u64,
        /// `p_offset`.
        offset: u64,
        /// `p_filesz`.
        file_size: u64,
        /// The length of the file in bytes.
        len: usize,
    },
    /// A segment ends beyond the address space.
    #[error("segment at {addr:#x} has memory size {size:#x}, which overflows the address space")]
    AddressOverflow {
        /// `p_vaddr`.
        addr: u64,
        /// `p_memsz`.
        size: u64,
    },
    /// Two segments share memory.
    #[error("segment {second:#x?} overlaps segment {first:#x?}")]
    Overlap {
        /// The addresses of the segment that starts first.
        first: Range<u64>,
        /// The addresses of the other segment.
        second: Range<u64>,
    },
    /// `p_align` is neither zero nor a power of two.
    #[error("segment at {addr:#x} has alignment {align:#x}, expected a power of two")]
    Alignment {
        /// `p_vaddr`.
        addr: u64,
        /// `p_align`.
        align: u64,
    },
    /// Address and file offset of a segment differ modulo its alignment.
    #[error(
        "segment at {addr:#x} has file offset {offset:#x}, expected them congruent modulo the \
         alignment {align:#x}"
    )]
    Misaligned {
        /// `p_vaddr`.
        addr: u64,
        /// `p_offset`.
        offset: u64,
        /// `p_align`.
        align: u64,
    },
    /// The entry point is not in the memory of an executable segment.
    #[error("ELF entry point is {entry:#x}, which is in no executable segment")]
    EntryNotExecutable {
        /// `e_entry`.
        entry: u64,
    },
    /// The entry point is odd; no instruction is.
    #[error("ELF entry point is {entry:#x}, expected an even address")]
    OddEntry {
        /// `e_entry`.
        entry: u64,
    },
    /// A bias for a program that is linked to fixed addresses.
    #[error("load bias is {bias:#x}, expected 0 for a program of fixed addresses")]
    BiasOfExecutable {
        /// The bias asked for.
        bias: u64,
    },
    /// A bias that breaks the alignment of a segment.
    #[error("load bias is {bias:#x}, expected a multiple of the segment alignment {align:#x}")]
    MisalignedBias {
        /// The bias asked for.
        bias: u64,
        /// The greatest alignment of the segments.
        align: u64,
    },
    /// A bias that moves the image beyond the address space.
    #[error("load bias is {bias:#x}, which overflows the end of the image {end:#x}")]
    BiasOverflow {
        /// The bias asked for.
        bias: u64,
        /// The end of the last segment before the shift.
        end: u64,
    },
}

fn class_name(class: u8) -> &'static str {
    match class {
        abi::ELFCLASS32 => " (32-bit)",
        _ => "",
    }
}

fn encoding_name(encoding: u8) -> &'static str {
    match encoding {
        abi::ELFDATA2MSB => " (big endian)",
        _ => "",
    }
}

fn type_name(e_type: u16) -> &'static str {
    match e_type {
        abi::ET_NONE => " (NONE)",
        abi::ET_REL => " (REL, an object file that is not linked)",
        abi::ET_CORE => " (CORE)",
        _ => "",
    }
}
