//! Each reason to reject a file: the error and its message.

use crate::builder::{CODE, PT_DYNAMIC, PT_INTERP, Program, R, W, executable, field, patched};
use crate::builder::{static_pie, words};
use rvjet::elf::{ElfError, Image};

#[track_caller]
fn assert_rejected(file: &[u8], error: ElfError, message: &str) {
    assert_eq!(Image::parse(file).map(|_| ()), Err(error.clone()));
    assert_eq!(error.to_string(), message);
}

#[test]
fn magic() {
    assert_rejected(
        b"#!/bin/sh",
        ElfError::Magic {
            found: (*b"#!/b").into(),
        },
        "ELF magic is [23, 21, 2f, 62], expected [7f, 45, 4c, 46]",
    );
    assert_rejected(
        b"",
        ElfError::Magic { found: [].into() },
        "ELF magic is [], expected [7f, 45, 4c, 46]",
    );
}

#[test]
fn truncated_header() {
    for len in [4, 15, 16, 63] {
        let error = ElfError::TruncatedHeader { len, needed: 64 };
        assert_eq!(
            Image::parse(&executable().bytes()[..len]).map(|_| ()),
            Err(error)
        );
    }
    assert_rejected(
        &executable().bytes()[..63],
        ElfError::TruncatedHeader {
            len: 63,
            needed: 64,
        },
        "ELF header is cut off: the file has 63 bytes, the header alone needs 64",
    );
}

#[test]
fn class() {
    assert_rejected(
        &patched(executable().bytes(), field::CLASS, &[1]),
        ElfError::Class { found: 1 },
        "ELF class is 1 (32-bit), expected 2 (64-bit)",
    );
}

#[test]
fn endianness() {
    assert_rejected(
        &patched(executable().bytes(), field::DATA, &[2]),
        ElfError::Endianness { found: 2 },
        "ELF data encoding is 2 (big endian), expected 1 (little endian)",
    );
}

#[test]
fn ident_version() {
    assert_rejected(
        &patched(executable().bytes(), field::IDENT_VERSION, &[0]),
        ElfError::IdentVersion { found: 0 },
        "ELF identification version is 0, expected 1",
    );
}

#[test]
fn version() {
    assert_rejected(
        &patched(executable().bytes(), field::VERSION, &[2]),
        ElfError::Version { found: 2 },
        "ELF version is 2, expected 1",
    );
}

#[test]
fn file_type() {
    let with_type = |e_type| patched(executable().bytes(), field::TYPE, &[e_type]);
    assert_rejected(
        &with_type(1),
        ElfError::Type { found: 1 },
        "ELF type is 1 (REL, an object file that is not linked), expected 2 (EXEC) or 3 (DYN)",
    );
    assert_rejected(
        &with_type(4),
        ElfError::Type { found: 4 },
        "ELF type is 4 (CORE), expected 2 (EXEC) or 3 (DYN)",
    );
}

#[test]
fn machine() {
    assert_rejected(
        &patched(executable().bytes(), field::MACHINE, &[62]),
        ElfError::Machine { found: 62 },
        "ELF machine is 62, expected 243 (RISC-V)",
    );
}

#[test]
fn sixteen_registers() {
    assert_rejected(
        &patched(executable().bytes(), field::FLAGS, &[9]),
        ElfError::Rve { flags: 9 },
        "ELF flags are 0x9, expected bit 0x8 (RVE, sixteen registers) to be clear",
    );
}

#[test]
fn program_header_size() {
    assert_rejected(
        &patched(executable().bytes(), field::PHENTSIZE, &[32]),
        ElfError::ProgramHeaderSize {
            found: 32,
            expected: 56,
        },
        "ELF program header size is 32, expected 56",
    );
}

#[test]
fn program_header_count() {
    for count in [1025, 0xffff] {
        let file = patched(executable().bytes(), field::PHNUM, &u16::to_le_bytes(count));
        let message = format!("ELF program header count is {count}, expected at most 1024");
        let error = ElfError::TooManyProgramHeaders { count, max: 1024 };
        assert_rejected(&file, error, &message);
    }
}

#[test]
fn program_headers_outside_file() {
    let file = patched(executable().bytes(), field::PHNUM, &u16::to_le_bytes(1024));
    let len = file.len();
    let message = format!(
        "ELF program header table of 1024 entries at file offset 0x40 does not fit the file of \
         {len} bytes"
    );
    let error = ElfError::ProgramHeadersOutsideFile {
        offset: 0x40,
        count: 1024,
        len,
    };
    assert_rejected(&file, error, &message);
    let file = patched(executable().bytes(), field::PHOFF, &u64::MAX.to_le_bytes());
    let error = ElfError::ProgramHeadersOutsideFile {
        offset: u64::MAX,
        count: 1,
        len,
    };
    assert_eq!(Image::parse(&file).map(|_| ()), Err(error));
}

#[test]
fn interpreter() {
    let mut elf = static_pie();
    elf.programs.push(Program::other(
        PT_INTERP,
        0,
        R,
        b"/lib/ld\x1b[31m\xff.so\0rest",
    ));
    assert_rejected(
        &elf.bytes(),
        ElfError::Interpreter {
            path: "/lib/ld\u{1b}[31m\u{fffd}.so".into(),
        },
        "ELF program interpreter is \"/lib/ld\\u{1b}[31m\u{fffd}.so\", expected none: only \
         static programs are run",
    );
    elf.programs[4].bytes = vec![b'/'; 100_000];
    let error = ElfError::Interpreter {
        path: "/".repeat(256).into(),
    };
    assert_eq!(Image::parse(&elf.bytes()).map(|_| ()), Err(error));
}

#[test]
fn needed_library() {
    let mut elf = static_pie();
    elf.programs[1] = Program::load(0x3000, R | W, b"\0libc.so.6\0");
    // DT_STRTAB, DT_NEEDED, DT_NULL
    let dynamic = words(&[5, 0x3000, 1, 1, 0, 0]);
    elf.programs[2] = Program::other(PT_DYNAMIC, 0, R, &dynamic);
    assert_rejected(
        &elf.bytes(),
        ElfError::DynamicallyLinked {
            library: "libc.so.6".into(),
        },
        "ELF dynamic section needs the library \"libc.so.6\", expected a static program",
    );
    elf.programs[2].bytes = words(&[5, u64::MAX, 1, u64::MAX]);
    let error = ElfError::DynamicallyLinked { library: "".into() };
    assert_eq!(Image::parse(&elf.bytes()).map(|_| ()), Err(error));
}

#[test]
fn dynamic_outside_file() {
    let offset = field::program(2, field::P_OFFSET);
    let file = patched(static_pie().bytes(), offset, &0x10_0000u64.to_le_bytes());
    let len = file.len();
    let message = format!(
        "ELF dynamic section of 0x20 bytes at file offset 0x100000 does not fit the file of {len} \
         bytes"
    );
    let error = ElfError::DynamicOutsideFile {
        offset: 0x10_0000,
        size: 0x20,
        len,
    };
    assert_rejected(&file, error, &message);
}

#[test]
fn no_loadable_segment() {
    let mut elf = executable();
    elf.programs[0] = Program::load(0x1_0000, R, &[]);
    let message = "ELF file has no loadable segment";
    assert_rejected(&elf.bytes(), ElfError::NoLoadableSegment, message);
    let no_headers = patched(executable().bytes(), field::PHNUM, &[0]);
    assert_rejected(&no_headers, ElfError::NoLoadableSegment, message);
    let no_offset = patched(executable().bytes(), field::PHOFF, &[0]);
    assert_rejected(&no_offset, ElfError::NoLoadableSegment, message);
}

/// The executable with a field of its only segment set.
fn with_segment_field(field: usize, value: u64) -> Vec<u8> {
    patched(
        executable().bytes(),
        field::program(0, field),
        &value.to_le_bytes(),
    )
}

#[test]
fn file_size_above_memory_size() {
    for size in [7, 0] {
        let message =
            format!("segment at 0x10000 has file size 0x8, above its memory size {size:#x}");
        let error = ElfError::FileSizeAboveMemorySize {
            addr: 0x1_0000,
            file_size: 8,
            size,
        };
        assert_rejected(&with_segment_field(field::P_MEMSZ, size), error, &message);
    }
}

#[test]
fn segment_outside_file() {
    let file = with_segment_field(field::P_OFFSET, 0x8000_0000);
    let (addr, offset, file_size, len) = (0x1_0000, 0x8000_0000, 8, file.len());
    let message = format!(
        "segment at 0x10000 has 0x8 bytes at file offset 0x80000000, which do not fit the file of \
         {len} bytes"
    );
    let error = ElfError::SegmentOutsideFile {
        addr,
        offset,
        file_size,
        len,
    };
    assert_rejected(&file, error, &message);
    let offset = u64::MAX << 12;
    let error = ElfError::SegmentOutsideFile {
        addr,
        offset,
        file_size: 8,
        len,
    };
    let file = with_segment_field(field::P_OFFSET, offset);
    assert_eq!(Image::parse(&file).map(|_| ()), Err(error));
}

#[test]
fn address_overflow() {
    let size = u64::MAX - 0xffff;
    assert_rejected(
        &with_segment_field(field::P_MEMSZ, size),
        ElfError::AddressOverflow {
            addr: 0x1_0000,
            size,
        },
        "segment at 0x10000 has memory size 0xffffffffffff0000, which overflows the address space",
    );
}

#[test]
fn overlap() {
    let mut elf = executable();
    elf.programs.insert(
        0,
        Program {
            align: 0,
            ..Program::load(0x1_0007, R | W, &[]).size(9)
        },
    );
    elf.programs[0].align = 1;
    assert_rejected(
        &elf.bytes(),
        ElfError::Overlap {
            first: 0x1_0000..0x1_0008,
            second: 0x1_0007..0x1_0010,
        },
        "segment 0x10007..0x10010 overlaps segment 0x10000..0x10008",
    );
}

#[test]
fn alignment() {
    assert_rejected(
        &with_segment_field(field::P_ALIGN, 0x1800),
        ElfError::Alignment {
            addr: 0x1_0000,
            align: 0x1800,
        },
        "segment at 0x10000 has alignment 0x1800, expected a power of two",
    );
    for none in [0, 1] {
        assert!(Image::parse(&with_segment_field(field::P_ALIGN, none)).is_ok());
    }
}

#[test]
fn misaligned() {
    assert_rejected(
        &with_segment_field(field::P_VADDR, 0xf_fff8),
        ElfError::Misaligned {
            addr: 0xf_fff8,
            offset: 0x1000,
            align: 0x1000,
        },
        "segment at 0xffff8 has file offset 0x1000, expected them congruent modulo the alignment \
         0x1000",
    );
}

#[test]
fn entry() {
    let with_entry = |entry: u64| patched(executable().bytes(), field::ENTRY, &entry.to_le_bytes());
    for entry in [0x1_0000 + CODE.len() as u64, 0xfffe, 0] {
        let message = format!("ELF entry point is {entry:#x}, which is in no executable segment");
        assert_rejected(
            &with_entry(entry),
            ElfError::EntryNotExecutable { entry },
            &message,
        );
    }
    assert_rejected(
        &with_entry(0x1_0001),
        ElfError::OddEntry { entry: 0x1_0001 },
        "ELF entry point is 0x10001, expected an even address",
    );
    let mut elf = executable();
    elf.programs[0].flags = R | W;
    let error = ElfError::EntryNotExecutable { entry: 0x1_0000 };
    assert_eq!(Image::parse(&elf.bytes()).map(|_| ()), Err(error));
}
