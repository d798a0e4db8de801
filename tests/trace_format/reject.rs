//! What is refused, and how it is named: one file, or chunk, for each fact.

use crate::arbitrary::Content;
use crate::round_trip::{plain_header, written};
use crate::sample;
use rvjet::isa::{FReg, Reg, Register};
use rvjet::machine::{Cause, MachineState, PAGE_SIZE};
use rvjet::trace::{
    Boundary, CallWrite, Choice, Chunk, CodePage, Codec, Column, Damage, EcallRecord, Flaw,
    MAX_CODE_PAGES, MAX_TOUCHES, Mangling, Part, Quantity, StreamReader, TimeRead, Touch, Trace,
    TraceError, Writer, decode_chunk, encode_chunk,
};

fn empty_chunk() -> Chunk {
    let state = MachineState::new(0);
    let start = Boundary {
        state,
        accesses: 0,
        ecalls: 0,
    };
    let mut end = start.clone();
    end.state.insns = 100;
    Chunk {
        number: 0,
        start,
        end,
        touches: Vec::new(),
        ecalls: Vec::new(),
        code: Vec::new(),
        times: Vec::new(),
    }
}

fn call() -> EcallRecord {
    EcallRecord {
        at: 0,
        trap: None,
        number: 0,
        args: [0; 7],
        next_pc: 0,
        results: Vec::new(),
        reads: Vec::new(),
        writes: Vec::new(),
    }
}

fn page(at: u64, addr: u64) -> CodePage {
    CodePage {
        at,
        addr,
        bytes: vec![0; PAGE_SIZE as usize],
    }
}

/// What keeps a chunk that was changed so from being written.
fn unfit(change: impl FnOnce(&mut Chunk)) -> Flaw {
    let mut chunk = empty_chunk();
    change(&mut chunk);
    match encode_chunk(&chunk, Codec::None) {
        Err(TraceError::Unfit {
            part: Part::Chunk(0),
            flaw,
        }) => flaw,
        other => panic!("{other:?}"),
    }
}

#[test]
fn chunks_that_cannot_be_written() {
    let misaligned = |addr, align| Flaw::Misaligned { addr, align };
    let order = |column| Flaw::Order { column };
    assert_eq!(
        unfit(|chunk| chunk.start.state.x[0] = 1),
        Flaw::X0 { value: 1 }
    );
    assert_eq!(
        unfit(|chunk| chunk.end.state.x[0] = 2),
        Flaw::X0 { value: 2 }
    );
    assert_eq!(unfit(|chunk| chunk.start.accesses = 1), Flaw::Backwards);
    assert_eq!(
        unfit(|chunk| chunk.start.state.insns = 101),
        Flaw::Backwards
    );
    let touches = |addr| vec![Touch { addr, value: 0 }];
    assert_eq!(
        unfit(|chunk| chunk.touches = touches(12)),
        misaligned(12, 8)
    );
    let late = |column| Flaw::Late {
        column,
        at: 101,
        insns: 100,
    };
    assert_eq!(
        unfit(|chunk| chunk.times = vec![TimeRead { at: 101, nanos: 0 }]),
        late(Column::Times)
    );
    assert_eq!(
        unfit(|chunk| chunk.code = vec![page(101, 0)]),
        late(Column::Code)
    );
    assert_eq!(
        unfit(|chunk| chunk.times = [2, 1].map(|at| TimeRead { at, nanos: 0 }).into()),
        order(Column::Times)
    );
    let pages = |pages: [(u64, u64); 2]| pages.map(|(at, addr)| page(at, addr)).to_vec();
    for bad in [[(2, 0), (1, 0)], [(1, 4096), (1, 0)], [(1, 0), (1, 0)]] {
        assert_eq!(unfit(|chunk| chunk.code = pages(bad)), order(Column::Code));
    }
    assert_eq!(
        unfit(|chunk| chunk.code = vec![page(0, 8)]),
        misaligned(8, 4096)
    );
    let short = CodePage {
        bytes: vec![0; 5],
        ..page(0, 0)
    };
    assert_eq!(
        unfit(|chunk| chunk.code = vec![short]),
        Flaw::PageSize { bytes: 5 }
    );
}

#[test]
fn calls_that_cannot_be_written() {
    let unfit = |change: &dyn Fn(&mut EcallRecord)| {
        let mut call = call();
        change(&mut call);
        unfit(|chunk| chunk.ecalls = vec![call])
    };
    let (a0, a1) = (Register::X(Reg::A0), Register::X(Reg::A1));
    let (f1, fcsr) = (Register::F(FReg::new(1)), Register::Fcsr);
    for (first, reg) in [(a1, a0), (a0, a0), (f1, a0), (f1, f1), (fcsr, f1)] {
        let results = [(first, 0), (reg, 0)];
        assert_eq!(
            unfit(&|call| call.results = results.into()),
            Flaw::RegisterOrder { reg }
        );
    }
    for number in [0, 1] {
        let flaw = unfit(&|call| {
            (call.trap, call.number) = (Some(Cause::Breakpoint), number);
            call.args[6] = 1 - number;
        });
        assert_eq!(flaw, Flaw::TrapArguments);
    }
    let zero = vec![(Reg::ZERO.into(), 0)];
    assert_eq!(
        unfit(&|call| call.results = zero.clone()),
        Flaw::RegisterOrder {
            reg: Reg::ZERO.into()
        }
    );
    let value = 256;
    assert_eq!(
        unfit(&|call| call.results = vec![(fcsr, value)]),
        Flaw::Fcsr { value }
    );
    for (reads, flaw) in [
        ([0..8, 8..16], Flaw::Touching { addr: 8 }),
        ([16..24, 0..8], Flaw::Touching { addr: 0 }),
        ([0..8, 16..16], Flaw::Empty { addr: 16 }),
        ([0..8, 17..24], Flaw::Misaligned { addr: 17, align: 8 }),
        ([0..8, 16..23], Flaw::Misaligned { addr: 7, align: 8 }),
    ] {
        assert_eq!(unfit(&|call| call.reads = reads.to_vec()), flaw);
    }
    let write = |addr, bytes: &[u8]| CallWrite {
        addr,
        bytes: bytes.into(),
    };
    assert_eq!(
        unfit(&|call| call.writes = vec![write(3, b"")]),
        Flaw::Empty { addr: 3 }
    );
    let touching = vec![write(3, b"ab"), write(5, b"c")];
    assert_eq!(
        unfit(&|call| call.writes = touching.clone()),
        Flaw::Touching { addr: 5 }
    );
}

/// The error for a chunk whose content is these bytes.
fn malformed(content: &[u8]) -> Flaw {
    let block = sample::block(b"CHNK", content);
    match decode_chunk(&block, &plain_header()) {
        Err(TraceError::Malformed {
            part: Part::Chunk(_),
            flaw,
            ..
        }) => flaw,
        other => panic!("{other:?}"),
    }
}

/// Content: number, start, end, then the counts and what follows them.
fn content(end: &[u8], rest: &[u8]) -> Vec<u8> {
    let start = [0; 1 + 31 + 5 + 1 + 2];
    [&start[..], end, rest].concat()
}

/// No register changes; 100 instructions.
const END: [u8; 9] = [0, 0, 0, 0, 100, 0, 0, 0, 0];

#[test]
fn content_that_is_malformed() {
    let rest = |rest: &[u8]| malformed(&content(&END, rest));
    assert_eq!(malformed(&[]), Flaw::Short { needed: 1, left: 0 });
    assert_eq!(malformed(&[0x80, 0]), Flaw::Overlong);
    assert_eq!(malformed(&[0xff; 11]), Flaw::TooBig);
    assert_eq!(
        malformed(&[[0xff; 9].as_slice(), &[2]].concat()),
        Flaw::TooBig
    );
    assert_eq!(
        malformed(&content(&[1], &[0; 20])),
        Flaw::RegisterSet { mask: 1 }
    );
    let mask = [0x80, 0x80, 0x80, 0x80, 0x10];
    assert_eq!(
        malformed(&content(&mask, &[0; 20])),
        Flaw::RegisterSet { mask: 1 << 32 }
    );
    let unchanged = Flaw::Unchanged {
        reg: Reg::RA.into(),
    };
    assert_eq!(malformed(&content(&[2, 0], &[0; 20])), unchanged);
    assert_eq!(rest(&[0, 0, 0, 0, 9]), Flaw::LeftOver { bytes: 1 });
    let count = |column, count, left| Flaw::Count {
        column,
        count,
        left,
    };
    let too_many = |column, count, limit| Flaw::TooMany {
        column,
        count,
        limit,
    };
    assert_eq!(rest(&[0x80, 2, 0, 0, 0]), count(Column::Groups, 4, 3));
    assert_eq!(rest(&[0, 1, 0, 0, 0]), count(Column::Ecalls, 1, 3));
    assert_eq!(rest(&[0, 0, 1, 0, 0]), count(Column::Code, 1, 2));
    assert_eq!(rest(&[0, 0, 0, 2, 0, 0, 0]), count(Column::Times, 2, 3));
    let huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
    assert_eq!(
        rest(&huge),
        too_many(Column::Touches, u64::MAX, MAX_TOUCHES)
    );
    let pages = [&[0, 0, 0x81, 0x80, 0x10][..], &[0; 1 << 20]].concat();
    assert_eq!(
        rest(&pages),
        too_many(Column::Code, MAX_CODE_PAGES + 1, MAX_CODE_PAGES)
    );
    let late = Flaw::Late {
        column: Column::Times,
        at: 101,
        insns: 100,
    };
    assert_eq!(rest(&[0, 0, 0, 1, 101, 0]), late);
}

#[test]
fn floating_point_registers_that_are_malformed() {
    let end = |set: &[u8]| malformed(&content(&[&[0], set].concat(), &[0; 20]));
    let start = |set: &[u8]| malformed(&[&[0; 1 + 31 + 5][..], set, &[0; 20]].concat());
    // Bit 33 is none; bit 32 is of fcsr, which has eight bits.
    let beyond = [0x80, 0x80, 0x80, 0x80, 0x20];
    let fcsr = |value: &[u8]| [&[0x80, 0x80, 0x80, 0x80, 0x10], value].concat();
    for place in [&end as &dyn Fn(&[u8]) -> Flaw, &start] {
        assert_eq!(place(&beyond), Flaw::FpRegisterSet { mask: 1 << 33 });
        assert_eq!(place(&fcsr(&[0x80, 2])), Flaw::Fcsr { value: 256 });
    }
    let f1 = Register::F(FReg::new(1));
    for (reg, set) in [(f1, vec![2]), (Register::Fcsr, fcsr(&[]))] {
        let zero = [&set[..], &[0; 8]].concat();
        assert_eq!(end(&zero), Flaw::Unchanged { reg });
        assert_eq!(start(&zero), Flaw::Zero { reg });
    }
}

/// The error for a chunk with so many touches, and these bytes for them.
fn malformed_touches(count: u8, columns: &[u8]) -> Flaw {
    malformed(&content(&END, &[&[count, 0, 0, 0], columns].concat()))
}

#[test]
fn touches_that_are_malformed() {
    let one = |columns: &[u8]| malformed_touches(1, columns);
    let short = |needed, left| Flaw::Short { needed, left };
    // Widths.
    assert_eq!(malformed_touches(4, &[]), short(1, 0));
    assert_eq!(malformed_touches(65, &[0]), short(2, 1));
    for (widths, width) in [(0x09, 9), (0x90, 9), (0xf8, 15), (0x8c, 12)] {
        assert_eq!(one(&[widths]), Flaw::Width { width });
    }
    let second = [&[0x00, 0x09][..], &[0; 100]].concat();
    assert_eq!(malformed_touches(65, &second), Flaw::Width { width: 9 });
    // Numbers in more bytes than the greatest of them needs.
    assert_eq!(one(&[0x01, 0]), Flaw::Overlong);
    assert_eq!(one(&[0x10, 0]), Flaw::Overlong);
    assert_eq!(one(&[0x20, 1, 0]), Flaw::Overlong);
    assert_eq!(malformed_touches(2, &[0x20, 1, 0, 255, 0]), Flaw::Overlong);
    assert_eq!(one(&[0x80, 1, 2, 3, 4, 5, 6, 7, 0]), Flaw::Overlong);
    let second = [&[0x10, 0x10][..], &[7; 64], &[0]].concat();
    assert_eq!(malformed_touches(65, &second), Flaw::Overlong);
    // Arrays that are not all there, and more than they are.
    assert_eq!(one(&[0x20, 1]), short(2, 1));
    assert_eq!(one(&[0x12, 1]), short(2, 1));
    assert_eq!(one(&[0x12, 1, 1]), short(1, 0));
    assert_eq!(malformed_touches(2, &[0x10, 1]), short(2, 1));
    assert_eq!(one(&[0x10, 1, 0]), Flaw::LeftOver { bytes: 1 });
    // Words that are nowhere.
    let outside = |addr| Flaw::Outside { addr, bytes: 8 };
    assert_eq!(one(&[0x01, 1]), outside(u64::MAX - 7));
    assert_eq!(one(&[0x04, 0, 0, 0, 0x40]), outside(1 << 32));
    assert_eq!(
        malformed_touches(2, &[0x04, 0xfe, 0xff, 0xff, 0x3f, 0, 0, 0, 0]),
        outside(1 << 32)
    );
}

#[test]
fn words_touched_twice() {
    for (addrs, twice) in [
        (vec![8, 8], Some(8)),
        (vec![16, 8, 24, 16], Some(16)),
        (
            (0..100).chain([77]).map(|word| word * 8).collect(),
            Some(616),
        ),
        (vec![24, 16, 8], None),
    ] {
        let (content, file) = touching(&addrs);
        // It is for the check, or a replay, to find.
        let trace = Trace::open(file.clone()).unwrap();
        assert_eq!(trace.chunk(0).unwrap(), content.chunks[0]);
        assert!(
            StreamReader::new(&file[..])
                .unwrap()
                .all(|chunk| chunk.is_ok())
        );
        let part = Part::Chunk(0);
        match (trace.check(), twice) {
            (Ok(_), None) => {}
            (
                Err(TraceError::Malformed {
                    part: found, flaw, ..
                }),
                Some(addr),
            ) => {
                assert_eq!((found, flaw), (part, Flaw::Duplicate { addr }));
            }
            other => panic!("{other:?}"),
        }
    }
}

/// A trace of one chunk, which touches these words.
pub fn touching(addrs: &[u64]) -> (Content, Vec<u8>) {
    let mut content = sample::content();
    content.chunks.truncate(1);
    let touch = |addr: &u64| Touch {
        addr: *addr,
        value: 0,
    };
    content.chunks[0].touches = addrs.iter().map(touch).collect();
    let file = written(&content, Codec::None).0;
    (content, file)
}

/// The error for a chunk with so many pages of code, and these bytes for them.
fn malformed_code(count: u8, pages: &[u8]) -> Flaw {
    malformed(&content(&END, &[&[0, 0, count, 0], pages].concat()))
}

#[test]
fn code_that_is_malformed() {
    let one = |page: &[u8]| malformed_code(1, page);
    let word = |byte| [byte, 0, 0, 0, 0, 0, 0, 0];
    let run = |head: &[u8], bytes: &[u8]| one(&[&[0, 0], head, bytes].concat());
    let beyond = [0, 0x80, 0x80, 0x80, 0x80, 1, 0];
    let outside = |addr, bytes| Flaw::Outside { addr, bytes };
    assert_eq!(one(&beyond), outside(1 << 40, PAGE_SIZE));
    assert_eq!(run(&[1, 0, 1], &word(0)), Flaw::SameCode);
    let second = [word(1), word(0)].concat();
    assert_eq!(run(&[1, 0, 2], &second), Flaw::SameCode);
    let touching = [&word(1)[..], &[0, 1], &word(1)].concat();
    assert_eq!(run(&[2, 0, 1], &touching), Flaw::Touching { addr: 8 });
    assert_eq!(run(&[1, 0, 0], &word(1)), Flaw::Empty { addr: 0 });
    assert_eq!(run(&[1, 0x80, 4, 1], &word(1)), outside(4096, 8));
    assert_eq!(
        run(&[1, 0, 2], &word(1)),
        Flaw::Short {
            needed: 16,
            left: 8
        }
    );
    let count = Flaw::Count {
        column: Column::Runs,
        count: 2,
        left: 10,
    };
    assert_eq!(run(&[2, 0, 1], &word(1)), count);
    // The page is what it was left as.
    let first = [&[0, 0, 1, 0, 1][..], &word(1)].concat();
    let again = [&first[..], &[1, 0, 1, 0, 1], &word(1)].concat();
    assert_eq!(malformed_code(2, &again), Flaw::SameCode);
    let same_place = [&first[..], &[0, 0, 0]].concat();
    assert_eq!(
        malformed_code(2, &same_place),
        Flaw::Order {
            column: Column::Code
        }
    );
}

#[test]
fn calls_that_are_malformed() {
    let rest = |rest: &[u8]| malformed(&content(&END, rest));
    let outside = |addr, bytes| Flaw::Outside { addr, bytes };
    let call = |end: &[u8]| rest(&[&[0, 1, 0, 0], &[0; 13][..], end].concat());
    assert_eq!(call(&[1, 0, 0, 9]), Flaw::Empty { addr: 0 });
    assert_eq!(call(&[0, 1, 0, 0, 9]), Flaw::Empty { addr: 0 });
    let touching = Flaw::Touching { addr: 16 };
    assert_eq!(call(&[2, 1, 1, 0, 1, 0]), touching);
    assert_eq!(
        call(&[1, 1, 0x80, 0x80, 0x80, 0x80, 4, 0]),
        outside(8, 1 << 33)
    );
    assert_eq!(call(&[0, 1, 0, 5, 1]), Flaw::Short { needed: 5, left: 1 });
    let (of, found) = (Choice::Call, 2);
    assert_eq!(
        rest(&[&[0, 1, 0, 0, 0, 2], &[0; 20][..]].concat()),
        Flaw::Kind { of, found }
    );
    let (of, found) = (Choice::Cause, 8);
    assert_eq!(
        rest(&[&[0, 1, 0, 0, 0, 1, 8], &[0; 20][..]].concat()),
        Flaw::Kind { of, found }
    );
}

fn open(file: &[u8]) -> TraceError {
    Trace::open(file.to_vec()).unwrap_err()
}

#[test]
fn files_that_went_through_text_mode() {
    let (file, _) = written(&sample::content(), Codec::None);
    let replace = |from: &[u8], to: &[u8]| {
        let mut out = Vec::new();
        let mut at = 0;
        while at < file.len() {
            let found = file[at..].starts_with(from);
            out.extend_from_slice(if found { to } else { &file[at..=at] });
            at += if found { from.len() } else { 1 };
        }
        out
    };
    let utf8: String = file.iter().map(|byte| char::from(*byte)).collect();
    for (bad, mangling) in [
        (replace(b"\r\n", b"\n"), Mangling::CrLfToLf),
        (replace(b"\n", b"\r\n"), Mangling::LfToCrLf),
        (
            file.iter().map(|byte| byte & 0x7f).collect(),
            Mangling::SevenBit,
        ),
        (utf8.into_bytes(), Mangling::Utf8),
        (
            String::from_utf8_lossy(&file).into_owned().into_bytes(),
            Mangling::Utf8,
        ),
    ] {
        assert!(matches!(open(&bad), TraceError::Mangled(found) if found == mangling));
    }
    let TraceError::Magic { found } = open(b"\x7fELF") else {
        panic!()
    };
    assert_eq!(*found, *b"\x7fELF");
}

#[test]
fn preambles() {
    let (file, _) = written(&sample::content(), Codec::None);
    let with = |at: usize, byte: u8| {
        let mut file = file.clone();
        file[at] = byte;
        let crc = crc32fast::hash(&file[..60]);
        file[60..64].copy_from_slice(&crc.to_le_bytes());
        open(&file)
    };
    assert!(matches!(with(8, 1), TraceError::Version { found: 1 }));
    for (at, byte) in [(12, 2), (13, 1), (59, 1)] {
        let error = with(at, byte);
        let damage = Damage::NotZero;
        assert!(
            matches!(error, TraceError::Damaged { part: Part::Preamble, damage: found, .. } if found == damage)
        );
    }
}

/// What reading a chunk, whose block has this byte changed, says.
fn damaged(at: usize, header: bool, change: impl Fn(&mut u8)) -> Damage {
    let mut block = sample::block(b"CHNK", &content(&END, &[0; 4]));
    change(&mut block[at]);
    if header {
        sample::seal(&mut block);
    }
    match decode_chunk(&block, &plain_header()) {
        Err(TraceError::Damaged { damage, .. }) => damage,
        other => panic!("{other:?}"),
    }
}

#[test]
fn blocks() {
    let length = content(&END, &[0; 4]).len() as u64;
    let flip = |byte: &mut u8| *byte ^= 1;
    assert!(matches!(
        damaged(0, false, flip),
        Damage::HeaderChecksum { .. }
    ));
    let tag = Damage::Tag {
        expected: *b"CHNK",
        found: *b"CHNJ",
    };
    assert_eq!(damaged(3, true, |byte| *byte = b'J'), tag);
    assert_eq!(
        damaged(4, true, |byte| *byte = 7),
        Damage::Codec { found: 7 }
    );
    assert_eq!(damaged(7, true, flip), Damage::NotZero);
    let lengths = Damage::Lengths {
        stored: length ^ 1,
        content: length,
    };
    assert_eq!(damaged(8, true, flip), lengths);
    let too_large = Damage::TooLarge {
        bytes: length | 1 << 31,
    };
    assert_eq!(damaged(19, true, |byte| *byte = 0x80), too_large);
    assert!(matches!(damaged(24, true, flip), Damage::Checksum { .. }));
    assert!(matches!(damaged(32, true, flip), Damage::Digest { .. }));
    assert!(matches!(damaged(64, false, flip), Damage::Checksum { .. }));
    assert_eq!(damaged(127, false, flip), Damage::NotZero);
    let equal = Damage::Lengths {
        stored: length,
        content: length,
    };
    assert_eq!(damaged(4, true, |byte| *byte = 1), equal);
}

#[test]
fn chunks_out_of_order() {
    let content = sample::content();
    let mut writer = Writer::create(Vec::new(), &content.header, None, Codec::None).unwrap();
    let mut append = |chunk: &Chunk| writer.append(&encode_chunk(chunk, Codec::None).unwrap());
    let number = |found| move |error: &TraceError| matches!(error, TraceError::Mismatch { quantity: Quantity::Number, found: at, .. } if *at == found);
    assert!(number(1)(&append(&content.chunks[1]).unwrap_err()));
    append(&content.chunks[0]).unwrap();
    assert!(number(0)(&append(&content.chunks[0]).unwrap_err()));
    let mut other = content.chunks[1].clone();
    other.start.state.x[5] ^= 1;
    let error = append(&other).unwrap_err();
    let register = Quantity::Register(Reg::new(5));
    assert!(
        matches!(error, TraceError::Mismatch { part: Part::Chunk(1), quantity, .. } if quantity == register)
    );
    append(&content.chunks[1]).unwrap();
}

#[test]
fn another_elf() {
    let content = sample::content();
    let error = Writer::create(Vec::new(), &content.header, Some(b"other"), Codec::None);
    assert!(matches!(
        error,
        Err(TraceError::DigestMismatch {
            part: Part::Elf,
            ..
        })
    ));
}

/// A writer that fails for a while.
struct Full(usize);

impl std::io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self
            .0
            .checked_sub(1)
            .ok_or(std::io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn nothing_follows_a_write_that_failed() {
    let content = sample::content();
    let chunks = content
        .chunks
        .iter()
        .map(|chunk| encode_chunk(chunk, Codec::None).unwrap());
    let chunks: Vec<_> = chunks.collect();
    // The start is one write, and so is each chunk.
    let mut writer = Writer::create(Full(2), &content.header, None, Codec::None).unwrap();
    writer.append(&chunks[0]).unwrap();
    assert!(matches!(writer.append(&chunks[1]), Err(TraceError::Io(_))));
    assert!(matches!(writer.append(&chunks[1]), Err(TraceError::Broken)));
    assert!(matches!(
        writer.finish(&content.ending),
        Err(TraceError::Broken)
    ));
}

#[test]
fn bytes_after_the_end() {
    let content = sample::content();
    let (mut file, summary) = written(&content, Codec::None);
    file.extend_from_slice(b"more");
    let trailing = |error: &TraceError| matches!(error, TraceError::Trailing { offset } if *offset == summary.bytes);
    let trace = Trace::open(file.clone()).unwrap();
    assert!(
        matches!(trace.condition(), rvjet::trace::Condition::Damaged(error) if trailing(error))
    );
    assert!(trailing(&trace.check().unwrap_err()));
    let last = StreamReader::new(&file[..]).unwrap().last().unwrap();
    assert!(trailing(&last.unwrap_err()));
}
