//! What is accepted, and what comes of it.

use crate::builder::static_pie;
use crate::builder::{CODE, Elf, PT_GNU_STACK, Program, R, W, X, executable, field, patched};
use rvjet::elf::{Access, ElfError, Image, Kind, ProgramHeaders};

const RX: Access = Access {
    read: true,
    write: false,
    execute: true,
};
const RW: Access = Access {
    read: true,
    write: true,
    execute: false,
};

#[test]
fn executable_has_its_code() {
    let file = executable().bytes();
    let image = Image::parse(&file).unwrap();
    assert_eq!(image.kind(), Kind::Executable);
    assert_eq!(image.entry(), 0x1_0000);
    assert_eq!(image.flags(), 5);
    assert_eq!(image.span(), 0x1_0000..0x1_0008);
    assert_eq!(image.align(), 0x1000);
    assert!(!image.stack_executable());
    let [code] = image.segments() else {
        panic!("{image:?}")
    };
    assert_eq!(
        (code.addr, code.size, code.bytes, code.access),
        (0x1_0000, 8, &CODE[..], RX)
    );
}

#[test]
fn code_and_data_come_in_ascending_order() {
    let mut elf = executable();
    elf.programs
        .insert(0, Program::load(0x2_0010, R | W, b"data").size(0x30));
    let file = elf.bytes();
    let image = Image::parse(&file).unwrap();
    let [code, data] = image.segments() else {
        panic!("{image:?}")
    };
    assert_eq!((code.range(), code.access), (0x1_0000..0x1_0008, RX));
    assert_eq!((data.range(), data.access), (0x2_0010..0x2_0040, RW));
    assert_eq!(data.bytes, b"data");
    assert_eq!(image.span(), 0x1_0000..0x2_0040);
}

#[test]
fn segments_may_touch() {
    let mut elf = executable();
    elf.programs.push(Program {
        align: 1,
        ..Program::load(0x1_0008, R, b"next")
    });
    assert_eq!(
        Image::parse(&elf.bytes()).unwrap().span(),
        0x1_0000..0x1_000c
    );
}

#[test]
fn bss_has_no_bytes() {
    let mut elf = executable();
    elf.programs
        .push(Program::load(0x2_0000, R | W, &[]).size(0x4000));
    // An offset outside of the file and not congruent, as linker scripts leave it.
    let offset = field::program(1, field::P_OFFSET);
    let file = patched(elf.bytes(), offset, &0x12_3456u64.to_le_bytes());
    let image = Image::parse(&file).unwrap();
    assert_eq!(image.segments()[1].bytes, b"");
    assert_eq!(image.segments()[1].range(), 0x2_0000..0x2_4000);
}

#[test]
fn empty_segments_are_left_out() {
    let mut elf = executable();
    elf.programs.push(Program::load(0x1_0000, R | W, &[]));
    assert_eq!(Image::parse(&elf.bytes()).unwrap().segments().len(), 1);
}

#[test]
fn loaded_headers_have_an_address() {
    let code = Program::load(0x1_0000, R | X, &CODE).with_headers();
    let elf = Elf {
        entry: 0x1_0078,
        programs: vec![code],
        ..executable()
    };
    let file = elf.bytes();
    let image = Image::parse(&file).unwrap();
    let expected = ProgramHeaders {
        addr: Some(0x1_0040),
        entry_size: 56,
        count: 1,
    };
    assert_eq!(image.program_headers(), expected);
    assert_eq!(image.segments()[0].bytes, &file[..]);
}

#[test]
fn headers_that_are_not_loaded_have_none() {
    let file = executable().bytes();
    let headers = Image::parse(&file).unwrap().program_headers();
    assert_eq!(
        headers,
        ProgramHeaders {
            addr: None,
            entry_size: 56,
            count: 1
        }
    );
}

#[test]
fn pie_moves_by_its_bias() {
    let mut elf = static_pie();
    elf.programs[0] = Program::load(0x1000, R | X, &CODE).with_headers();
    elf.entry = 0x1000 + 64 + 4 * 56;
    let file = elf.bytes();
    let image = Image::parse(&file).unwrap();
    assert_eq!((image.kind(), image.bias()), (Kind::StaticPie, 0));
    let moved = image.with_bias(0x4000_0000).unwrap();
    assert_eq!(moved.entry(), 0x4000_1000 + 64 + 4 * 56);
    assert_eq!(moved.span(), 0x4000_1000..0x4000_3100);
    assert_eq!(moved.segments()[1].addr, 0x4000_3000);
    assert_eq!(moved.program_headers().addr, Some(0x4000_1040));
    let moved = moved.with_bias(0x1000).unwrap();
    assert_eq!(
        (moved.bias(), moved.span().start),
        (0x4000_1000, 0x4000_2000)
    );
}

#[test]
fn bias_must_fit() {
    let file = static_pie().bytes();
    let biased = |bias| {
        Image::parse(&file)
            .unwrap()
            .with_bias(bias)
            .map(|_| ())
            .unwrap_err()
    };
    let error = biased(0x800);
    assert_eq!(
        error,
        ElfError::MisalignedBias {
            bias: 0x800,
            align: 0x1000
        }
    );
    let expected = "load bias is 0x800, expected a multiple of the segment alignment 0x1000";
    assert_eq!(error.to_string(), expected);
    let error = biased(u64::MAX << 12);
    assert_eq!(
        error,
        ElfError::BiasOverflow {
            bias: u64::MAX << 12,
            end: 0x3100
        }
    );
    let expected = "load bias is 0xfffffffffffff000, which overflows the end of the image 0x3100";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn executable_takes_no_bias() {
    let file = executable().bytes();
    let image = Image::parse(&file).unwrap().with_bias(0).unwrap();
    let error = image.with_bias(0x1000).map(|_| ()).unwrap_err();
    assert_eq!(error, ElfError::BiasOfExecutable { bias: 0x1000 });
    let expected = "load bias is 0x1000, expected 0 for a program of fixed addresses";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn stack_is_as_the_last_header_says() {
    let mut elf = executable();
    elf.programs
        .push(Program::other(PT_GNU_STACK, 0, R | W, &[]));
    assert!(!Image::parse(&elf.bytes()).unwrap().stack_executable());
    elf.programs
        .push(Program::other(PT_GNU_STACK, 0, R | W | X, &[]));
    assert!(Image::parse(&elf.bytes()).unwrap().stack_executable());
}

#[test]
fn any_os_abi_and_float_abi_will_do() {
    let file = patched(executable().bytes(), field::OS_ABI, &[3]);
    let file = patched(file, field::FLAGS, &6u32.to_le_bytes());
    assert_eq!(Image::parse(&file).unwrap().flags(), 6);
}

#[test]
fn sections_are_not_needed() {
    let file = patched(executable().bytes(), field::SHOFF, &u64::MAX.to_le_bytes());
    let file = patched(file, field::SHNUM, &u16::MAX.to_le_bytes());
    assert!(Image::parse(&file).is_ok());
}
