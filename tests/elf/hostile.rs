//! No bytes panic, and whatever is accepted keeps the image's promises.
//!
//! `PROPTEST_CASES` sets how many files are tried, `PROPTEST_RNG_SEED` which.

use crate::builder::{Program, Section, field, patched, put, static_pie};
use crate::lines::{op, set_address, unit_4, with_lines};
use crate::symbols::{GLOBAL_FUNCTION, Sym, with_symbols};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;
use rvjet::elf::{Image, Symbols};

/// What the image promises, of any bytes that are one.
fn check_image(file: &[u8]) {
    let Ok(image) = Image::parse(file) else {
        return;
    };
    assert!(!image.segments().is_empty());
    assert!(
        image
            .segments()
            .is_sorted_by(|a, b| a.addr + a.size <= b.addr)
    );
    let within = file.as_ptr_range();
    for segment in image.segments() {
        assert!(segment.size > 0 && segment.addr.checked_add(segment.size).is_some());
        assert!(segment.bytes.len() as u64 <= segment.size);
        let bytes = segment.bytes.as_ptr_range();
        let empty = segment.bytes.is_empty();
        assert!(empty || within.start <= bytes.start && bytes.end <= within.end);
    }
    let code = image
        .segments()
        .iter()
        .find(|segment| segment.range().contains(&image.entry()));
    assert!(image.entry().is_multiple_of(2) && code.is_some_and(|code| code.access.execute));
    check_program_headers(&image);
    check_bias(image);
}

/// The address of the program headers leads to all of them.
fn check_program_headers(image: &Image<'_>) {
    let headers = image.program_headers();
    let Some(addr) = headers.addr else { return };
    let size = u64::from(headers.entry_size) * u64::from(headers.count);
    let holds = |range: std::ops::Range<u64>| range.start <= addr && addr + size <= range.end;
    assert!(
        image
            .segments()
            .iter()
            .any(|segment| holds(segment.range()))
    );
}

/// A bias moves all or fails.
fn check_bias(image: Image<'_>) {
    for bias in [0, 1, 0x1000, 0x4000_0000, 1 << 63, u64::MAX << 12] {
        let (entry, span) = (image.entry(), image.span());
        let Ok(moved) = image.clone().with_bias(bias) else {
            continue;
        };
        assert_eq!(
            (moved.entry(), moved.span().end),
            (entry + bias, span.end + bias)
        );
    }
}

/// Symbols are in order, and looking them up says no other than they do.
fn check_symbols(file: &[u8], bias: u64) {
    let symbols = Symbols::parse(file, bias);
    assert!(symbols.iter().is_sorted_by(|a, b| a.addr < b.addr));
    let addrs: Vec<u64> = symbols.iter().map(|symbol| symbol.addr).collect();
    for addr in addrs
        .into_iter()
        .chain([0, 0x1_0000, 0x1_0004, bias, u64::MAX])
    {
        for addr in [addr.saturating_sub(1), addr, addr.saturating_add(1)] {
            if let Some(symbol) = symbols.lookup(addr) {
                assert_eq!(symbol.addr + symbol.offset, addr);
                assert!(symbol.size == 0 || symbol.offset < symbol.size);
            }
            let _checked_by_not_panicking = symbols.line(addr);
        }
    }
}

/// A way to break a file.
#[derive(Clone, Debug)]
enum Mutation {
    /// A byte anywhere.
    Byte(Index, u8),
    /// A byte in the file header or among the program headers.
    HeaderByte(Index, u8),
    /// A field of any header or table, set to a number worth trying.
    Word(Index, u64),
    Truncate(Index),
    Extend(Vec<u8>),
}

impl Mutation {
    fn apply(&self, file: &mut Vec<u8>) {
        if file.is_empty() {
            return;
        }
        match self {
            Mutation::Byte(at, byte) => *at.get_mut(file) = *byte,
            Mutation::HeaderByte(at, byte) => {
                let len = file.len().min(64 + 4 * 56);
                *at.get_mut(&mut file[..len]) = *byte;
            }
            Mutation::Word(at, word) => {
                let at = at.index(file.len()) & !7;
                let len = (file.len() - at).min(8);
                put(file, at, &word.to_le_bytes()[..len]);
            }
            Mutation::Truncate(len) => file.truncate(len.index(file.len())),
            Mutation::Extend(bytes) => file.extend(bytes),
        }
    }
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let numbers = [
        0,
        1,
        2,
        8,
        0x1000,
        0x1_0000,
        0xffff,
        1 << 32,
        1 << 63,
        u64::MAX - 7,
        u64::MAX,
    ];
    prop_oneof![
        4 => any::<(Index, u8)>().prop_map(|(at, byte)| Mutation::Byte(at, byte)),
        4 => any::<(Index, u8)>().prop_map(|(at, byte)| Mutation::HeaderByte(at, byte)),
        4 => (any::<Index>(), select(numbers.to_vec())).prop_map(|(at, n)| Mutation::Word(at, n)),
        1 => any::<Index>().prop_map(Mutation::Truncate),
        1 => prop::collection::vec(any::<u8>(), 0..200).prop_map(Mutation::Extend),
    ]
}

/// Files to break: one with symbols and lines, and a PIE with its headers loaded.
fn files() -> Vec<Vec<u8>> {
    let mut program = set_address(0x1_0000);
    program.extend([op::COPY, op::ADVANCE_PC, 4, op::COPY, op::ADVANCE_PC, 4]);
    program.extend(op::END_SEQUENCE);
    let mut lines = with_lines([unit_4(&program), unit_4(&[])].concat());
    // Without gaps, so that most bytes mean something.
    lines.programs[0].align = 1;
    let mut pie = static_pie();
    pie.programs[0] = Program {
        align: 8,
        ..pie.programs[0].clone().with_headers()
    };
    pie.programs[1].align = 8;
    pie.entry = 0x1120;
    vec![lines.bytes(), pie.bytes()]
}

fn config() -> ProptestConfig {
    let mut config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(0x0e1f);
    }
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn broken_files_do_no_harm(
        file in select(files()),
        mutations in prop::collection::vec(mutation(), 0..6),
        bias in select(vec![0, 0x1000, 1 << 63, u64::MAX]),
    ) {
        let mut file = file;
        mutations.iter().for_each(|mutation| mutation.apply(&mut file));
        check_image(&file);
        check_symbols(&file, bias);
    }

    #[test]
    fn line_tables_of_any_bytes_do_no_harm(program in prop::collection::vec(any::<u8>(), 0..300)) {
        check_symbols(&with_lines(unit_4(&program)).bytes(), 0);
        check_symbols(&with_lines(program).bytes(), 0);
    }
}

#[test]
fn unbroken_files_are_images() {
    for file in files() {
        assert!(Image::parse(&file).is_ok());
        check_image(&file);
        check_symbols(&file, 0);
    }
}

#[test]
fn counts_kept_elsewhere_are_bounded_by_the_file() {
    let file = with_symbols(&[("main", GLOBAL_FUNCTION, 1, 0x1_0000, 8)]).bytes();
    let section_0 = file.len() - 6 * 64;
    // e_shnum 0: the count is the size of section 0.
    let no_count = patched(file.clone(), field::SHNUM, &[0, 0]);
    let six = patched(no_count.clone(), section_0 + 32, &[6]);
    assert_eq!(Symbols::parse(&six, 0).iter().count(), 1);
    let huge = patched(no_count, section_0 + 32, &(u64::MAX / 64).to_le_bytes());
    assert_eq!(Symbols::parse(&huge, 0).iter().count(), 0);
    // e_phnum PN_XNUM: the count is the info of section 0.
    let many = patched(file.clone(), field::PHNUM, &[0xff; 2]);
    let many = patched(many, section_0 + 44, &[0xff; 4]);
    assert!(Image::parse(&many).is_err());
    assert_eq!(Symbols::parse(&many, 0).iter().count(), 0);
    // e_shstrndx SHN_XINDEX: the index is the link of section 0.
    let linked = patched(file, field::SHSTRNDX, &[0xff; 2]);
    check_symbols(&patched(linked, section_0 + 40, &[0xff; 4]), 0);
}

/// Every symbol has a name that goes on up to the end of the file.
#[test]
fn endless_names_are_cut() {
    let symbols: Vec<Sym<'_>> = (0..10_000)
        .map(|n| ("a", GLOBAL_FUNCTION, 1, 0x1_0000 + n, 1))
        .collect();
    let mut elf = with_symbols(&symbols);
    let len = elf.sections[2].bytes.len();
    elf.sections[2].bytes = vec![b'a'; len + 4_000_000];
    let file = elf.bytes();
    let symbols = Symbols::parse(&file, 0);
    assert_eq!(symbols.lookup(0x1_0000).unwrap().name.len(), 4096);
    assert!(symbols.iter().all(|symbol| symbol.name.len() == 4096));
}

/// Section names that go on up to the end of the file.
#[test]
fn endless_section_names_are_not_read() {
    let mut elf = with_symbols(&[("main", GLOBAL_FUNCTION, 1, 0x1_0000, 8)]);
    let section = Section {
        sh_type: 1,
        ..Section::default()
    };
    elf.sections.extend(vec![section; 60_000]);
    let mut file = elf.bytes();
    let names = file.len();
    let headers = names - 64 * 60_006;
    file.extend(vec![b'.'; 4_000_000]);
    put(
        &mut file,
        headers + 64 * 60_005 + 24,
        &(names as u64).to_le_bytes(),
    );
    put(
        &mut file,
        headers + 64 * 60_005 + 32,
        &4_000_000u64.to_le_bytes(),
    );
    assert_eq!(Symbols::parse(&file, 0).iter().count(), 1);
}

/// A mangled name whose tuples hold the one before twice, so that `depth` of them
/// unfold to two to the power of it.
fn unfolding_name(depth: usize) -> String {
    let (mut name, mut last) = (String::from("IC1aTuE"), 4);
    for _ in 0..depth {
        let tuple = name.len();
        let back = back_reference(last);
        name.push_str(&format!("T{back}{back}E"));
        last = tuple;
    }
    format!("_R{name}E")
}

/// A back reference to a position, which is written less one in base 62.
fn back_reference(position: usize) -> String {
    const DIGITS: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let digit = |n: usize| char::from(DIGITS[n % 62]);
    match position - 1 {
        n @ 0..62 => format!("B{}_", digit(n)),
        n => format!("B{}{}_", digit(n / 62), digit(n)),
    }
}

#[test]
fn names_that_unfold_are_cut() {
    let name = |depth| {
        let name = unfolding_name(depth);
        let elf = with_symbols(&[(&name, GLOBAL_FUNCTION, 1, 0x1_0000, 4)]);
        let file = elf.bytes();
        let symbols = Symbols::parse(&file, 0);
        symbols
            .lookup(0x1_0000)
            .map(|symbol| symbol.name.into_owned())
    };
    assert_eq!(name(1).as_deref(), Some("a::<((),), (((),), ((),))>"));
    assert!(name(100).is_some_and(|name| (3000..=4096).contains(&name.len())));
}

/// Symbols that contain one another, and all end before the address.
#[test]
fn deep_nesting_is_bounded() {
    let symbols: Vec<Sym<'_>> = (0..100_000)
        .map(|n| ("f", GLOBAL_FUNCTION, 1, 0x1_0000 + n, 300_000 - 2 * n))
        .collect();
    let file = with_symbols(&symbols).bytes();
    let symbols = Symbols::parse(&file, 0);
    for addr in 0..100_000 {
        assert!(symbols.lookup(0x10_0000 + addr).is_none());
    }
}
