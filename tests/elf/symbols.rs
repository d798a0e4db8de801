//! Names for addresses.

use crate::builder::{Elf, Section, executable, field, patched};
use rvjet::elf::{Image, Symbols};

pub const GLOBAL_FUNCTION: u8 = 0x12;
pub const LOCAL_FUNCTION: u8 = 0x02;
pub const GLOBAL_LABEL: u8 = 0x10;
pub const LOCAL_LABEL: u8 = 0x00;
const OBJECT: u8 = 0x11;
/// The section numbers in [`with_symbols`].
const TEXT: u16 = 1;
const DATA: u16 = 4;

/// A symbol table entry to be.
pub type Sym<'a> = (&'a str, u8, u16, u64, u64);

/// The executable with these symbols, its text at 0x10000..0x11000.
pub fn with_symbols(symbols: &[Sym<'_>]) -> Elf {
    let mut names = vec![0];
    let mut table = vec![0; 24];
    for (name, kind, section, addr, size) in symbols {
        table.extend((names.len() as u32).to_le_bytes());
        table.extend([*kind, 0]);
        table.extend(section.to_le_bytes());
        table.extend([addr.to_le_bytes(), size.to_le_bytes()].concat());
        names.extend([name.as_bytes(), b"\0"].concat());
    }
    let text = Section {
        name: ".text",
        sh_type: 8,
        flags: 6,
        ..Section::default()
    };
    let text = Section {
        addr: 0x1_0000,
        size: Some(0x1000),
        ..text
    };
    let symtab = Section {
        name: ".symtab",
        sh_type: 2,
        link: 3,
        bytes: table,
        ..Section::default()
    };
    let strtab = Section {
        name: ".strtab",
        sh_type: 3,
        bytes: names,
        ..Section::default()
    };
    let data = Section {
        name: ".data",
        sh_type: 1,
        flags: 3,
        ..Section::default()
    };
    Elf {
        sections: vec![text, symtab, strtab, data],
        ..executable()
    }
}

/// Of a file that stays until the tests end.
fn symbols(symbols: &[Sym<'_>]) -> Symbols<'static> {
    Symbols::parse(with_symbols(symbols).bytes().leak(), 0)
}

/// `name+offset`, or nothing.
fn at(symbols: &Symbols<'_>, addr: u64) -> String {
    let symbol = symbols.lookup(addr);
    symbol
        .map(|symbol| format!("{}+{}", symbol.name, symbol.offset))
        .unwrap_or_default()
}

#[test]
fn size_bounds_a_symbol() {
    let symbols = symbols(&[
        ("late", GLOBAL_FUNCTION, TEXT, 0x1_0020, 8),
        ("early", LOCAL_FUNCTION, TEXT, 0x1_0000, 16),
    ]);
    assert_eq!(at(&symbols, 0xffff), "");
    assert_eq!(at(&symbols, 0x1_0000), "early+0");
    assert_eq!(at(&symbols, 0x1_000f), "early+15");
    assert_eq!(at(&symbols, 0x1_0010), "");
    assert_eq!(at(&symbols, 0x1_0027), "late+7");
    assert_eq!(at(&symbols, 0x1_0028), "");
    let late = symbols.lookup(0x1_0024).unwrap();
    assert_eq!((late.addr, late.size, late.offset), (0x1_0020, 8, 4));
    let names: Vec<_> = symbols.iter().map(|symbol| symbol.name).collect();
    assert_eq!(names, ["early", "late"]);
}

#[test]
fn no_size_reaches_the_next_symbol_or_the_section_end() {
    let symbols = symbols(&[
        ("_start", GLOBAL_LABEL, TEXT, 0x1_0000, 0),
        ("end", GLOBAL_LABEL, TEXT, 0x1_0100, 0),
    ]);
    assert_eq!(at(&symbols, 0x1_00ff), "_start+255");
    assert_eq!(at(&symbols, 0x1_0fff), "end+3839");
    assert_eq!(at(&symbols, 0x1_1000), "");
}

#[test]
fn functions_go_before_labels() {
    let symbols = symbols(&[
        ("label", LOCAL_LABEL, TEXT, 0x1_0000, 0),
        ("local", LOCAL_FUNCTION, TEXT, 0x1_0000, 32),
        ("function", GLOBAL_FUNCTION, TEXT, 0x1_0000, 32),
        ("loop", LOCAL_LABEL, TEXT, 0x1_0010, 0),
        ("after", LOCAL_LABEL, TEXT, 0x1_0020, 0),
    ]);
    assert_eq!(at(&symbols, 0x1_0000), "function+0");
    assert_eq!(at(&symbols, 0x1_0014), "function+20");
    assert_eq!(at(&symbols, 0x1_0024), "after+4");
}

#[test]
fn behind_a_nested_symbol_comes_the_outer_one() {
    let symbols = symbols(&[
        ("outer", GLOBAL_FUNCTION, TEXT, 0x1_0000, 100),
        ("inner", GLOBAL_FUNCTION, TEXT, 0x1_0010, 8),
        ("second", GLOBAL_FUNCTION, TEXT, 0x1_0020, 8),
    ]);
    assert_eq!(at(&symbols, 0x1_0017), "inner+7");
    assert_eq!(at(&symbols, 0x1_0018), "outer+24");
    assert_eq!(at(&symbols, 0x1_0030), "outer+48");
    assert_eq!(at(&symbols, 0x1_0064), "");
}

#[test]
fn what_names_no_code_is_left_out() {
    let symbols = symbols(&[
        ("$xrv64i2p1", LOCAL_LABEL, TEXT, 0x1_0000, 0),
        ("$d", LOCAL_LABEL, TEXT, 0x1_0000, 0),
        (".L0", LOCAL_LABEL, TEXT, 0x1_0000, 0),
        ("", GLOBAL_FUNCTION, TEXT, 0x1_0000, 8),
        ("object", OBJECT, TEXT, 0x1_0000, 8),
        ("data", GLOBAL_LABEL, DATA, 0x1_0000, 8),
        ("undefined", GLOBAL_FUNCTION, 0, 0x1_0000, 8),
        ("absolute", GLOBAL_LABEL, 0xfff1, 0x1_0000, 8),
        ("nowhere", GLOBAL_FUNCTION, 77, 0x1_0000, 8),
    ]);
    assert_eq!(symbols.iter().count(), 0);
}

#[test]
fn rust_names_are_demangled() {
    let symbols = symbols(&[
        (
            "_ZN4core3fmt5write17h0123456789abcdefE",
            GLOBAL_FUNCTION,
            TEXT,
            0x1_0000,
            4,
        ),
        (
            "_RNvCsdGsvLVzi2jP_5rvjet4main",
            GLOBAL_FUNCTION,
            TEXT,
            0x1_0004,
            4,
        ),
        ("_Z3fooi", GLOBAL_FUNCTION, TEXT, 0x1_0008, 4),
        ("esc\x1b[31m", GLOBAL_FUNCTION, TEXT, 0x1_000c, 4),
    ]);
    let names: Vec<_> = symbols.iter().map(|symbol| symbol.name).collect();
    assert_eq!(
        names,
        [
            "core::fmt::write",
            "rvjet::main",
            "_Z3fooi",
            "esc\u{fffd}[31m"
        ]
    );
}

/// A name must not reach the terminal as a command, however it is spelled.
#[test]
fn names_are_what_they_show() {
    let spelled = [
        // Identifiers in Punycode.
        "_RNvC1au5a_uba",
        "_RNvC1au4a_la",
        "_RNvC1au5a_qin",
        "plain\u{9b}31m",
        "plain\u{202e}",
    ];
    for (name, shown) in spelled.iter().zip([
        "a::a\u{fffd}",
        "a::a\u{fffd}",
        "a::a\u{fffd}",
        "plain\u{fffd}31m",
        "plain\u{fffd}",
    ]) {
        let symbols = symbols(&[(name, GLOBAL_FUNCTION, TEXT, 0x1_0000, 4)]);
        assert_eq!(at(&symbols, 0x1_0000), format!("{shown}+0"));
    }
}

#[test]
fn image_passes_its_bias_on() {
    let mut elf = with_symbols(&[("main", GLOBAL_FUNCTION, TEXT, 0x1_0000, 8)]);
    elf.e_type = 3;
    let file = elf.bytes();
    let image = Image::parse(&file).unwrap().with_bias(0x5000_0000).unwrap();
    assert_eq!(at(&image.symbols(), 0x5001_0004), "main+4");
    assert_eq!(at(&Symbols::parse(&file, u64::MAX), 0xffff), "");
}

#[test]
fn broken_tables_leave_nothing() {
    let file = with_symbols(&[("main", GLOBAL_FUNCTION, TEXT, 0x1_0000, 8)]).bytes();
    assert_eq!(Symbols::parse(&file, 0).iter().count(), 1);
    let headers = file.len() - 6 * 64;
    let (symtab, strtab) = (headers + 2 * 64, headers + 3 * 64);
    let (offset, size, link, huge) = (24, 32, 40, &u64::MAX.to_le_bytes());
    for broken in [
        b"not an ELF file".to_vec(),
        file[..file.len() - 1].to_vec(),
        patched(file.clone(), field::SHOFF, huge),
        patched(file.clone(), field::SHNUM, &[7]),
        patched(file.clone(), symtab + size, huge),
        patched(file.clone(), symtab + offset, huge),
        patched(file.clone(), symtab + link, &[0xff; 4]),
        patched(file.clone(), strtab + size, &[0]),
        patched(file.clone(), strtab + size, huge),
    ] {
        assert_eq!(Symbols::parse(&broken, 0).iter().count(), 0);
    }
}
