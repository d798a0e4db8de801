//! Source lines for addresses, out of line tables written by hand.

use crate::builder::{Elf, Section};
use crate::symbols::{GLOBAL_FUNCTION, with_symbols};
use rvjet::elf::Symbols;

/// The line number opcodes that the tests use (DWARF 5, section 7.22).
pub mod op {
    pub const COPY: u8 = 1;
    pub const ADVANCE_PC: u8 = 2;
    pub const ADVANCE_LINE: u8 = 3;
    pub const SET_FILE: u8 = 4;
    pub const FIXED_ADVANCE_PC: u8 = 9;
    pub const END_SEQUENCE: [u8; 3] = [0, 1, 1];
}

/// The first special opcode, with `line_base` 0 and `line_range` 4.
const SPECIAL: u8 = 13;

pub fn set_address(addr: u64) -> Vec<u8> {
    [&[0, 9, 2], &addr.to_le_bytes()[..]].concat()
}

/// A unit of `.debug_line` around the tables and the program of a header.
fn unit(version: u16, tables: &[u8], program: &[u8]) -> Vec<u8> {
    let mut header = vec![1, 1, 1, 0, 4, SPECIAL];
    header.extend([0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1]);
    header.extend(tables);
    let mut unit = version.to_le_bytes().to_vec();
    if version >= 5 {
        unit.extend([8, 0]);
    }
    unit.extend((header.len() as u32).to_le_bytes());
    unit.extend([&header, program].concat());
    [&(unit.len() as u32).to_le_bytes()[..], &unit].concat()
}

/// A DWARF 4 unit with the files `/src/a.rs` and `b.rs`.
pub fn unit_4(program: &[u8]) -> Vec<u8> {
    unit(4, b"/src\0\0a.rs\0\x01\0\0b.rs\0\0\0\0\0", program)
}

/// A DWARF 5 unit with the file `/proj/sub/c.rs` as number 0, its directory from `.debug_line_str`.
fn unit_5(program: &[u8]) -> Vec<u8> {
    // A path as DW_FORM_line_strp; a path as DW_FORM_string and a directory as DW_FORM_data1.
    let tables = b"\x01\x01\x1f\x02\x01\0\0\0\x07\0\0\0\x02\x01\x08\x02\x0b\x01c.rs\0\x01";
    unit(5, tables, program)
}

/// The executable with this `.debug_line`.
pub fn with_lines(debug_line: Vec<u8>) -> Elf {
    let mut elf = with_symbols(&[("main", GLOBAL_FUNCTION, 1, 0x1_0000, 8)]);
    let section = |name, bytes| Section {
        name,
        sh_type: 1,
        bytes,
        ..Section::default()
    };
    elf.sections.push(section(".debug_line", debug_line));
    elf.sections
        .push(section(".debug_line_str", b"\0/proj\0sub\0".to_vec()));
    elf
}

/// Of a file that stays until the tests end.
fn symbols(units: &[Vec<u8>]) -> Symbols<'static> {
    Symbols::parse(with_lines(units.concat()).bytes().leak(), 0)
}

fn line(symbols: &Symbols<'_>, addr: u64) -> String {
    symbols
        .line(addr)
        .map(|(file, line)| format!("{file}:{line}"))
        .unwrap_or_default()
}

/// Line 5 at 0x10000, line 7 at 0x10004, line 6 of `b.rs` at 0x10008, up to 0x10010.
fn program() -> Vec<u8> {
    let mut program = set_address(0x1_0000);
    program.extend([op::ADVANCE_LINE, 4, op::COPY, SPECIAL + 4 * 4 + 2]);
    program.extend([
        op::SET_FILE,
        2,
        op::ADVANCE_LINE,
        0x7f,
        op::FIXED_ADVANCE_PC,
        4,
        0,
        op::COPY,
    ]);
    program.extend([op::ADVANCE_PC, 8]);
    program.extend(op::END_SEQUENCE);
    program
}

#[test]
fn rows_hold_up_to_the_next() {
    let symbols = symbols(&[unit_4(&program())]);
    assert_eq!(line(&symbols, 0xffff), "");
    assert_eq!(line(&symbols, 0x1_0000), "/src/a.rs:5");
    assert_eq!(line(&symbols, 0x1_0003), "/src/a.rs:5");
    assert_eq!(line(&symbols, 0x1_0004), "/src/a.rs:7");
    assert_eq!(line(&symbols, 0x1_0008), "b.rs:6");
    assert_eq!(line(&symbols, 0x1_000f), "b.rs:6");
    assert_eq!(line(&symbols, 0x1_0010), "");
}

#[test]
fn bias_moves_lines() {
    let file = with_lines(unit_4(&program())).bytes();
    let symbols = Symbols::parse(&file, 0x5000_0000);
    assert_eq!(line(&symbols, 0x5001_0004), "/src/a.rs:7");
    assert_eq!(line(&symbols, 0x1_0004), "");
}

#[test]
fn dwarf_5_has_the_directory() {
    let program = [
        &set_address(0x1_0000)[..],
        &[op::SET_FILE, 0, SPECIAL, op::ADVANCE_PC, 4],
    ];
    let program = [&program.concat()[..], &op::END_SEQUENCE].concat();
    assert_eq!(
        line(&symbols(&[unit_5(&program)]), 0x1_0000),
        "/proj/sub/c.rs:1"
    );
}

#[test]
fn units_of_any_state_may_come_before() {
    let mut dropped = [set_address(0), vec![op::COPY]].concat();
    dropped.extend([op::ADVANCE_PC, 0x80, 0x80, 0x10]);
    dropped.extend(op::END_SEQUENCE);
    let mut back = [set_address(0x1_0004), vec![op::COPY], set_address(0x1_0000)].concat();
    back.extend([op::COPY, op::ADVANCE_PC, 9]);
    back.extend(op::END_SEQUENCE);
    let units = [
        unit_4(&dropped),
        unit(9, &[], &[]),
        unit_4(&back),
        vec![0; 4],
    ];
    let symbols = symbols(&[units.concat(), unit_4(&program())]);
    assert_eq!(line(&symbols, 0x1_0000), "/src/a.rs:5");
    assert_eq!(line(&symbols, 0x100), "");
}

/// `count` copies of the row that the first special opcode makes, at one address.
fn rows(count: usize) -> Vec<u8> {
    let mut program = [set_address(0x1_0000), vec![SPECIAL; count]].concat();
    program.extend([op::ADVANCE_PC, 4]);
    program.extend(op::END_SEQUENCE);
    program
}

#[test]
fn a_table_that_takes_seconds_counts_as_none() {
    let limit = 64 << 20;
    let longest = limit - unit_4(&rows(0)).len();
    let at = |count| line(&symbols(&[unit_4(&rows(count))]), 0x1_0000);
    assert_eq!(at(longest), "/src/a.rs:1");
    assert_eq!(at(longest + 1), "");
}

#[test]
fn of_sequences_that_overlap_the_last_to_start_counts() {
    let sequence = |start, line, size| {
        let mut program = set_address(start);
        program.extend([op::ADVANCE_LINE, line, op::COPY, op::ADVANCE_PC, size]);
        [program, op::END_SEQUENCE.to_vec()].concat()
    };
    let (outer, inner) = (sequence(0x1_0000, 1, 16), sequence(0x1_0004, 2, 4));
    for units in [
        [unit_4(&outer), unit_4(&inner)],
        [unit_4(&inner), unit_4(&outer)],
        [unit_4(&[outer.clone(), inner.clone()].concat()), vec![]],
    ] {
        let symbols = symbols(&units);
        assert_eq!(line(&symbols, 0x1_0000), "/src/a.rs:2");
        assert_eq!(line(&symbols, 0x1_0004), "/src/a.rs:3");
        assert_eq!(line(&symbols, 0x1_0008), "/src/a.rs:2");
    }
}

#[test]
fn line_zero_is_no_line() {
    let mut program = [
        set_address(0x1_0000),
        vec![op::ADVANCE_LINE, 0x7f, op::COPY],
    ]
    .concat();
    program.extend([op::ADVANCE_PC, 4]);
    program.extend(op::END_SEQUENCE);
    assert_eq!(line(&symbols(&[unit_4(&program)]), 0x1_0000), "");
}

#[test]
fn extreme_operands_do_no_harm() {
    let least: [u8; 10] = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f];
    let greatest: [u8; 10] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    for (opcode, operand) in [
        (op::ADVANCE_LINE, least),
        (op::ADVANCE_PC, greatest),
        (op::SET_FILE, greatest),
    ] {
        let program = [&set_address(0x1_0000)[..], &[opcode], &operand, &[op::COPY]].concat();
        let program = [&program[..], &[op::ADVANCE_PC, 4], &op::END_SEQUENCE].concat();
        assert_eq!(line(&symbols(&[unit_4(&program)]), 0x1_0000), "");
    }
}

#[test]
fn compressed_sections_count_as_none() {
    let mut elf = with_lines(unit_4(&program()));
    elf.sections[4].flags = 0x800;
    let file = elf.bytes();
    assert_eq!(line(&Symbols::parse(&file, 0), 0x1_0000), "");
}
