//! A program that has passed every check.

use super::header::{ENTRY_SIZE, Header};
use super::{ElfError, Segment, Symbols, dynamic, load};
use elf::abi;
use elf::segment::ProgramHeader;
use std::ops::Range;

/// How the addresses of a program are to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// ET_EXEC: linked to fixed addresses.
    Executable,
    /// ET_DYN without a dynamic linker: the addresses are relative to a bias of
    /// the loader's choice, and the program relocates itself.
    StaticPie,
}

/// Where a program finds its own program headers (the auxiliary vector's
/// `AT_PHDR`, `AT_PHENT` and `AT_PHNUM`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramHeaders {
    /// The guest address of the table, where a segment has all of it.
    pub addr: Option<u64>,
    /// The size of a program header in bytes.
    pub entry_size: u16,
    /// The number of program headers.
    pub count: u16,
}

/// A statically linked RISC-V program in an ELF64 file, checked.
///
/// Borrows the file. The segments are sorted and disjoint, and the entry point
/// is an even address in an executable one.
///
/// ```
/// use rvjet::elf::{ElfError, Image};
///
/// let error = Image::parse(b"#!/bin/sh\n").unwrap_err();
/// assert!(matches!(error, ElfError::Magic { .. }));
/// assert_eq!(error.to_string(), "ELF magic is [23, 21, 2f, 62], expected [7f, 45, 4c, 46]");
/// ```
#[derive(Clone, Debug)]
pub struct Image<'file> {
    file: &'file [u8],
    kind: Kind,
    entry: u64,
    flags: u32,
    segments: Vec<Segment<'file>>,
    program_headers: ProgramHeaders,
    stack_executable: bool,
    align: u64,
    bias: u64,
}

impl<'file> Image<'file> {
    /// Checks `bytes` as a program: the headers are read, not what they lead to.
    ///
    /// # Errors
    /// The first field that is not as a static RV64 program has it.
    pub fn parse(bytes: &'file [u8]) -> Result<Image<'file>, ElfError> {
        let header = Header::parse(bytes)?;
        for program in header.programs() {
            dynamic::reject_interpreter(&program, bytes)?;
        }
        let segments = segments(&header, bytes)?;
        if let Some(program) = header.programs().find(|p| p.p_type == abi::PT_DYNAMIC) {
            dynamic::reject_needed(&program, bytes, &segments)?;
        }
        let entry = header.fields.e_entry;
        check_entry(entry, &segments)?;
        Ok(Image {
            file: bytes,
            kind: kind(&header),
            entry,
            flags: header.fields.e_flags,
            segments,
            program_headers: program_headers(&header),
            stack_executable: stack_executable(&header),
            align: loads(&header).map(|p| p.p_align).max().unwrap_or(1).max(1),
            bias: 0,
        })
    }

    /// Moves the image up by `bias` bytes: entry point, segments, program
    /// headers and symbols. Biases add up.
    ///
    /// # Errors
    /// A bias other than 0 for a [`Kind::Executable`], one that is not a multiple
    /// of [`align`](Image::align), or one that moves the end beyond the address space.
    pub fn with_bias(mut self, bias: u64) -> Result<Image<'file>, ElfError> {
        if self.kind == Kind::Executable && bias != 0 {
            return Err(ElfError::BiasOfExecutable { bias });
        }
        if !bias.is_multiple_of(self.align) {
            return Err(ElfError::MisalignedBias {
                bias,
                align: self.align,
            });
        }
        let end = self.span().end;
        if end.checked_add(bias).is_none() {
            return Err(ElfError::BiasOverflow { bias, end });
        }
        self.shift(bias);
        Ok(self)
    }

    /// Every address of the image is at most its end, which the caller has checked.
    fn shift(&mut self, bias: u64) {
        self.bias += bias;
        self.entry += bias;
        self.segments
            .iter_mut()
            .for_each(|segment| segment.addr += bias);
        self.program_headers.addr = self.program_headers.addr.map(|addr| addr + bias);
    }

    /// The guest address of the first instruction.
    pub fn entry(&self) -> u64 {
        self.entry
    }

    /// Whether the addresses are fixed.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The segments that take memory, in ascending order, none overlapping; never empty.
    pub fn segments(&self) -> &[Segment<'file>] {
        &self.segments
    }

    /// The program headers as the program itself sees them.
    pub fn program_headers(&self) -> ProgramHeaders {
        self.program_headers
    }

    /// Whether PT_GNU_STACK asks for an executable stack; without one it is not.
    pub fn stack_executable(&self) -> bool {
        self.stack_executable
    }

    /// The lowest address up to the highest end, gaps included.
    pub fn span(&self) -> Range<u64> {
        let start = self.segments.first().map_or(0, |segment| segment.addr);
        start..self.segments.last().map_or(start, Segment::end)
    }

    /// `e_flags` (psABI, "File Header"). The float ABI is not checked: a program
    /// of any may run as long as it executes no floating point instruction.
    pub fn flags(&self) -> u32 {
        self.flags
    }

    /// The greatest alignment of the segments in bytes, a power of two.
    pub fn align(&self) -> u64 {
        self.align
    }

    /// What [`with_bias`](Image::with_bias) has added to the addresses in the file.
    pub fn bias(&self) -> u64 {
        self.bias
    }

    /// Reads the symbols of the file, at this image's addresses.
    pub fn symbols(&self) -> Symbols<'file> {
        Symbols::parse(self.file, self.bias)
    }
}

/// The PT_LOAD headers that say anything. One with bytes in the file but no
/// memory is broken, and stays in to be found so.
fn loads(header: &Header<'_>) -> impl Iterator<Item = ProgramHeader> {
    header.programs().filter(|program| {
        program.p_type == abi::PT_LOAD && (program.p_memsz, program.p_filesz) != (0, 0)
    })
}

fn segments<'file>(
    header: &Header<'file>,
    bytes: &'file [u8],
) -> Result<Vec<Segment<'file>>, ElfError> {
    let segments: Result<Vec<_>, _> = loads(header)
        .map(|program| load::segment(&program, bytes))
        .collect();
    let mut segments = segments?;
    if segments.is_empty() {
        return Err(ElfError::NoLoadableSegment);
    }
    load::sort_disjoint(&mut segments)?;
    Ok(segments)
}

fn kind(header: &Header<'_>) -> Kind {
    match header.fields.e_type {
        abi::ET_DYN => Kind::StaticPie,
        _ => Kind::Executable,
    }
}

fn check_entry(entry: u64, segments: &[Segment<'_>]) -> Result<(), ElfError> {
    if !entry.is_multiple_of(2) {
        return Err(ElfError::OddEntry { entry });
    }
    let mut executable = segments.iter().filter(|segment| segment.access.execute);
    match executable.any(|segment| segment.range().contains(&entry)) {
        true => Ok(()),
        false => Err(ElfError::EntryNotExecutable { entry }),
    }
}

/// The last PT_GNU_STACK counts, as under Linux.
fn stack_executable(header: &Header<'_>) -> bool {
    header
        .programs()
        .filter(|program| program.p_type == abi::PT_GNU_STACK)
        .last()
        .is_some_and(|program| program.p_flags & abi::PF_X != 0)
}

fn program_headers(header: &Header<'_>) -> ProgramHeaders {
    ProgramHeaders {
        addr: loads(header).find_map(|program| program_headers_in(header, &program)),
        entry_size: ENTRY_SIZE,
        count: header.fields.e_phnum,
    }
}

/// The address of the table, if this segment has it. PT_PHDR is not asked:
/// nothing makes it tell the truth.
fn program_headers_in(header: &Header<'_>, load: &ProgramHeader) -> Option<u64> {
    let table = header.program_header_range();
    let start = table.start.checked_sub(load.p_offset)?;
    let end = table.end.checked_sub(load.p_offset)?;
    (end <= load.p_filesz).then(|| load.p_vaddr + start)
}
